"""Files that go along: read from the folder of attachments when their mail is about to be sent, a little at a time."""

from collections.abc import Iterable, Iterator

import attrs

from ..contract.channel import File, TemporaryFailure
from ..outbox import Claimed
from ..store.files import AttachmentStore, FileMissing

PORTION_OCTETS = 32 * 1024 * 1024
"""How much of files is in memory for one call of a channel; a single mail may have more."""


def portions(claimed: Iterable[Claimed]) -> Iterator[list[Claimed]]:
    """Deliveries in the order given, divided so that the files of each part fit into memory.

    A file that several mails carry counts once.
    """
    part: list[Claimed] = []
    digests: dict[str, int] = {}
    for each in claimed:
        if each.files:
            own = {file.digest: file.size for file in each.files}
            digests |= own
            if part and sum(digests.values()) > PORTION_OCTETS:
                yield part
                part, digests = [], own
        part.append(each)
    if part:
        yield part


def enclosed(claimed: Iterable[Claimed], files: AttachmentStore) -> list[Claimed | TemporaryFailure]:
    """Each delivery with its files; one of which a file cannot be read is answered with the reason.

    Such a mail waits, and goes out when the folder was restored: without its files it would say what is not true.
    """
    contents: dict[str, bytes] = {}
    return [_with_files(each, files, contents) if each.files else each for each in claimed]


def _with_files(claimed: Claimed, files: AttachmentStore, contents: dict[str, bytes]) -> Claimed | TemporaryFailure:
    try:
        for file in claimed.files:
            if file.digest not in contents:
                with files.open(file.digest) as stream:
                    contents[file.digest] = stream.read()
    except (FileMissing, OSError) as error:
        return TemporaryFailure(str(error))
    carried = tuple(
        File(
            file_name=file.file_name,
            content_type=file.content_type,
            content=contents[file.digest],
            content_id=file.content_id,
        )
        for file in claimed.files
    )
    return attrs.evolve(claimed, delivery=attrs.evolve(claimed.delivery, files=carried))
