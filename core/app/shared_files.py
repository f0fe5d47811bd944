"""Gives out a file by the link that a mail holds instead of it."""

from collections.abc import Iterator

import attrs

from ..store import attachments
from .opening import Desk


@attrs.frozen(kw_only=True)
class Download:
    """A file as it is handed out: its size in octets, and the content in pieces."""

    file_name: str
    content_type: str
    size: int
    content: Iterator[bytes]


def download(desk: Desk, token: str) -> Download | None:
    """The file that a link's token leads to; None when this desk did not make it, its time is over or the file is gone.

    :raises FileMissing: when the desk knows the file and its content is not there.
    :raises DatabaseUnavailable: when the database is away.
    """
    shared = desk.links.file_of(token, now=desk.clock.now())
    if shared is None:
        return None
    with desk.db.reading() as session:
        found = attachments.find(session, shared.digest)
    if found is None:
        return None
    return Download(
        file_name=found.file_name,
        content_type=found.content_type,
        size=found.size,
        content=desk.files.chunks(found.digest),
    )
