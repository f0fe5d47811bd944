"""IMAP: searches a folder by numbers that last, waits with IDLE where the server can (RFC 9051, RFC 2177)."""

import selectors
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedReader
from types import TracebackType
from typing import Any, Self

from imapclient import DELETED, SEEN, IMAPClient
from imapclient.exceptions import LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from ...contract.clock import Clock
from ...store.fetch_accounts import Auth, Security
from .access import Access
from .patience import Patience
from .source import Mark, Waiting
from .trouble import FetchFailed, LoginRefused, in_words

TOGETHER = 200
"""How many mails one command names at most; a line of it stays short enough for every server."""
LONGEST_LINE = 1_000_000
"""The longest line of an answer in octets; literals do not count."""
_SLICE_SECONDS = 1.0


class AnswerTooLarge(Exception):
    """The server announces more octets than anybody asked for; none of them was read."""


class _Bounded:
    """Refuses to read a literal that is too large, and an answer that drips."""

    file: BufferedReader

    def __init__(self, access: Access, *connection: object) -> None:
        self._patience = Patience(access.limits.timeout_seconds)
        self._most_octets = access.limits.largest_answer
        super().__init__(access.account.host, access.account.port, *connection, access.limits.timeout_seconds)  # type: ignore[call-arg]

    def send(self, data: bytes) -> None:
        """Send a command or a part of one; its answer may take its time from now on."""
        self._patience.begin()
        super().send(data)  # type: ignore[misc]  # the library has no types

    def read(self, size: int) -> bytes:
        """Read `size` octets of a literal, as the server announced them."""
        if size > self._most_octets:
            raise AnswerTooLarge(f"an answer of {size} octets where {self._most_octets} are the most")
        return self._patience.read(self.file, size)

    def readline(self) -> bytes:
        """Read a line that is not endless."""
        line = self._patience.read_line(self.file, LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise AnswerTooLarge(f"a line of more than {LONGEST_LINE} octets")
        return line


class _BoundedTls(_Bounded, IMAP4_TLS):  # type: ignore[misc]  # the library has no types
    """A connection with TLS from the first octet."""


class _BoundedPlain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    """A connection without TLS, or with TLS after STARTTLS."""


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """The library's client over a connection with bounds."""

    def __init__(self, access: Access, context: ssl.SSLContext | None) -> None:
        self._access = access
        super().__init__(
            access.account.host,
            port=access.account.port,
            ssl=context is not None,
            ssl_context=context,
            timeout=access.limits.timeout_seconds,
        )

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library's name
        return _BoundedTls(self._access, self.ssl_context) if self.ssl else _BoundedPlain(self._access)

    def heard_of_mail(self) -> bool:
        """Whether the server told of mail in passing since this was asked last."""
        return bool(self._imap.response("EXISTS")[1] != [None])


class ImapSource:
    """A selected folder. Mails that others have read since the last look are fetched as well."""

    def __init__(self, access: Access, *, mark: Mark, clock: Clock) -> None:
        """Connect, log in and select.

        :param mark: how far the folder was seen before.
        :raises FetchFailed: when one of that cannot be done.
        """
        self._access = access
        self._account = access.account
        self._clock = clock
        self._before = mark
        with in_words(self._account):
            self._client = _connected(access)
            try:
                self._log_in()
                self._mark = self._select()
                self._prepare_move()
            except BaseException:
                self._hang_up()
                raise

    @property
    def mark(self) -> Mark:
        """How far the last `waiting` saw."""
        return self._mark

    @property
    def description(self) -> str:
        """The folder, and how new mail is noticed."""
        noticed = "the server tells of new mail at once" if self._can_idle else "new mail is looked for every minute"
        return f"folder '{self._account.folder}' is open, and {noticed}"

    @property
    def _can_idle(self) -> bool:
        return bool(self._client.has_capability("IDLE"))

    def _log_in(self) -> None:
        account, client = self._account, self._client
        try:
            if account.auth is Auth.XOAUTH2:
                client.oauth2_login(account.username, self._access.secret)
            elif client.has_capability("AUTH=PLAIN"):
                # LOGIN takes ASCII only.
                client.plain_login(account.username, self._access.secret)
            else:
                client.login(account.username, self._access.secret)
        except LoginError as error:
            raise LoginRefused(account, str(error)) from error

    def _select(self) -> Mark:
        folder = self._account.folder
        if not self._client.folder_exists(folder):
            raise FetchFailed(self._account, f"it has no folder '{folder}'", "Name another with --folder.")
        answer = self._client.select_folder(folder)
        if b"READ-ONLY" in answer:
            reason = f"folder '{folder}' may be read but not changed"
            raise FetchFailed(self._account, reason, "Give the account the right to mark and delete mails.")
        validity = int(answer[b"UIDVALIDITY"])
        if validity == self._before.uid_validity:
            return self._before
        # Numbers from before mean nothing now; what was read by then is not fetched again.
        return Mark(uid_validity=validity, last_uid=int(answer.get(b"UIDNEXT", 1)) - 1)

    def _prepare_move(self) -> None:
        target = self._access.move_to
        if target and not self._client.folder_exists(target):
            self._client.create_folder(target)

    def waiting(self) -> Sequence[Waiting]:
        """The mails without their mark, and those that came since the last look, oldest first."""
        with in_words(self._account):
            self._client.heard_of_mail()
            numbers = sorted(int(number) for number in self._client.search(self._wanted()))
            listed = [mail for some in _parts(numbers) for mail in self._described(some)]
            last = self._mark.last_uid
            self._mark = Mark(uid_validity=self._mark.uid_validity, last_uid=max([last, *numbers]))
            # `n:*` always names the last mail, however far below n its number is (RFC 9051 section 9, seq-range).
            return [mail for mail in listed if not mail.settled or mail.number > last]

    def _wanted(self) -> list[object]:
        if self._account.after != "seen":
            return ["UNDELETED"]
        if self._before.uid_validity != self._mark.uid_validity:
            return ["UNDELETED", "UNSEEN"]
        return ["UNDELETED", "OR", "UNSEEN", "UID", f"{self._before.last_uid + 1}:*"]

    def _described(self, numbers: Sequence[int]) -> Iterator[Waiting]:
        facts = self._client.fetch(numbers, ["RFC822.SIZE", "FLAGS"])
        stem = f"imap:{self._account.mailbox_id}:{self._access.place}:{self._mark.uid_validity}"
        for number in numbers:
            fact = facts.get(number)
            if fact is None:
                continue
            seen = self._account.after == "seen" and SEEN in fact.get(b"FLAGS", ())
            yield Waiting(number=number, stem=f"{stem}:{number}", size=int(fact[b"RFC822.SIZE"]), settled=seen)

    def read(self, mail: Waiting) -> bytes | None:
        """The octets of a mail, which is not marked by that; None when it is gone."""
        with in_words(self._account):
            answer = self._client.fetch([mail.number], ["BODY.PEEK[]"]).get(mail.number, {})
            content = answer.get(b"BODY[]")
            if isinstance(content, bytes):
                return content
            if mail.number in self._client.search(["UID", str(mail.number)]):
                raise FetchFailed(
                    self._account, f"it lists mail {mail.number} but does not give it", "Look at it there."
                )
            return None

    def settle(self, mails: Sequence[Waiting]) -> None:
        """Mark, move or delete mails that are kept."""
        numbers = [mail.number for mail in mails if not mail.settled]
        with in_words(self._account):
            for some in _parts(numbers):
                self._settle(some)

    def _settle(self, numbers: Sequence[int]) -> None:
        if self._account.after == "seen":
            self._client.add_flags(numbers, [SEEN], silent=True)
        elif not self._access.move_to:
            self._delete(numbers)
        elif self._client.has_capability("MOVE"):
            self._client.move(numbers, self._access.move_to)
        else:
            self._client.copy(numbers, self._access.move_to)
            self._delete(numbers)

    def _delete(self, numbers: Sequence[int]) -> None:
        self._client.add_flags(numbers, [DELETED], silent=True)
        if self._client.has_capability("UIDPLUS"):
            self._client.uid_expunge(numbers)
        else:
            self._client.expunge()

    def wait(self, stop: threading.Event) -> bool:
        """Wait with IDLE; False at once when the server has none."""
        with in_words(self._account):
            if not self._can_idle:
                return False
            self._before = self._mark
            if not self._client.heard_of_mail():
                self._client.idle()
                self._listen(stop)
                self._client.idle_done()
            return True

    def _listen(self, stop: threading.Event) -> None:
        """Return when there is something to read, which may be the end of the connection."""
        sock = self._client.socket()
        until = self._clock.monotonic() + self._access.limits.idle_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            while not stop.is_set() and self._clock.monotonic() < until:
                # What TLS has read ahead does not make the socket readable.
                if (isinstance(sock, ssl.SSLSocket) and sock.pending()) or selector.select(_SLICE_SECONDS):
                    return

    def _hang_up(self) -> None:
        with suppress(Exception):
            self._client.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            with suppress(Exception):
                self._client.logout()
                return
        # After trouble nobody waits for the server's goodbye.
        self._hang_up()


def _connected(access: Access) -> _Client:
    security = access.account.security
    context = None if security is Security.NONE else access.tls()
    client = _Client(access, context if security is Security.TLS else None)
    if security is Security.STARTTLS:
        try:
            client.starttls(context)
        except BaseException:
            with suppress(Exception):
                client.shutdown()
            raise
    return client


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), TOGETHER):
        yield numbers[start : start + TOGETHER]
