"""Files of this machine become attachments of what an agent writes."""

from collections.abc import Sequence
from mimetypes import MimeTypes
from pathlib import Path

from ..contract.errors import InvalidValue
from ..contract.tickets import Attachment
from ..intake.parsing.filenames import safe_file_name
from .opening import Desk

LARGEST_OCTETS = 25 * 1024 * 1024
"""How large the files of one reply may be in all, as those of a mail that comes in."""

# The tables of this machine are left out, so that a type is the same everywhere.
_TYPES = MimeTypes(filenames=())


def attached(desk: Desk, paths: Sequence[Path]) -> tuple[Attachment, ...]:
    """Keep files in the folder of attachments, all or none, and answer what names them.

    :raises InvalidValue: when one cannot be read, or they are too large.
    :raises FilesUnavailable: when the folder of attachments cannot be written to.
    """
    total = sum(_size(path) for path in paths)
    if total > LARGEST_OCTETS:
        reason = f"they have {-(-total // 1024**2)} MiB in all"
        raise InvalidValue("The attachments", reason, f"At most {LARGEST_OCTETS // 1024**2} MiB may come with a reply.")
    return tuple(_kept(desk, path, number) for number, path in enumerate(paths, start=1))


def _size(path: Path) -> int:
    if not path.is_file():
        raise InvalidValue(str(path), "it is no file", "Name a file that is there.")
    return path.stat().st_size


def _kept(desk: Desk, path: Path, number: int) -> Attachment:
    content_type = _TYPES.guess_type(path.name)[0] or "application/octet-stream"
    try:
        with path.open("rb") as stream:
            stored = desk.files.put(stream)
    except PermissionError:
        raise InvalidValue(str(path), "it may not be read", "Change its rights, or read it as another user.") from None
    return Attachment(
        file_name=safe_file_name(path.name, content_type=content_type, number=number),
        content_type=content_type,
        size=stored.size,
        digest=stored.digest,
    )
