"""What the two protocols have in common: a connection that lists mails, reads them, and marks those that are kept."""

import hashlib
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

import attrs


@attrs.frozen(kw_only=True)
class Waiting:
    """A mail on the server.

    :param number: how the connection calls it.
    :param stem: its source key, or the part of it that is known before the mail is read.
    :param by_content: the digest of the content is a part of the key: the server has no number that lasts.
    :param size: in octets, as the server says.
    :param settled: it has its mark already.
    """

    number: int
    stem: str
    by_content: bool = False
    size: int
    settled: bool = False

    def key(self, content: bytes) -> str:
        """The source key of the mail with this content."""
        return f"{self.stem}:{hashlib.sha256(content).hexdigest()}" if self.by_content else self.stem

    @property
    def mention(self) -> str:
        """What it is remembered by without being read."""
        return f"{self.stem}:{self.size}" if self.by_content else self.stem


@attrs.frozen(kw_only=True)
class Mark:
    """How far a folder was seen (IMAP): the validity of its numbers and the last of them."""

    uid_validity: int = 0
    last_uid: int = 0


class Source(Protocol):
    """An open connection to one mailbox; every method raises `FetchFailed` when the server does not do its part."""

    @property
    def mark(self) -> Mark:
        """How far the last `waiting` saw."""
        ...

    @property
    def description(self) -> str:
        """What was found, as the end of a sentence that begins with 'It works: '."""
        ...

    def waiting(self) -> Sequence[Waiting]:
        """The mails that are to be fetched or marked, oldest first."""
        ...

    def read(self, mail: Waiting) -> bytes | None:
        """The octets of a mail; None when it is gone."""
        ...

    def settle(self, mails: Sequence[Waiting]) -> None:
        """Mark, move or delete mails that are kept."""
        ...

    def wait(self, stop: threading.Event) -> bool:
        """Return when the server tells of mail, `stop` is set or it is time to look; False when it cannot tell."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
