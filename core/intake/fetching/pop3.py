"""POP3: the whole maildrop is listed each time; what was fetched is known by UIDL, or by content (RFC 1939)."""

import base64
import poplib
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from types import TracebackType
from typing import BinaryIO, Self

from ...store.fetch_accounts import Auth, Security
from .access import Access
from .patience import Patience
from .source import Mark, Waiting
from .trouble import InUse, LoginRefused, in_words

_CRLF = b"\r\n"


class AnswerTooLarge(Exception):
    """The server sends more octets than anybody asked for."""


class _Bounded:
    """Reads lines of any length, as mails have them, but no more octets in one answer than asked for, and none that drip."""

    file: BinaryIO
    patience: Patience
    most_octets = 1024 * 1024
    read_octets = 0

    def _getline(self) -> tuple[bytes, int]:
        left = self.most_octets - self.read_octets
        assert isinstance(self.file, BufferedReader)
        line = self.patience.read_line(self.file, left + 1)
        self.read_octets += len(line)
        if len(line) > left:
            raise AnswerTooLarge(f"an answer of more than {self.most_octets} octets")
        if not line.endswith(b"\n"):
            raise poplib.error_proto("the connection ended in the middle of an answer")
        return line[:-2] if line.endswith(_CRLF) else line[:-1], len(line)

    def _putcmd(self, line: str) -> None:
        self.read_octets = 0
        self.patience.begin()
        super()._putcmd(line)  # type: ignore[misc]  # poplib's

    def authenticate(self, mechanism: str, response: str) -> None:
        """AUTH with one response (RFC 5034)."""
        self._say(f"AUTH {mechanism}")
        if not self._say(base64.b64encode(response.encode()).decode()).startswith(b"+OK"):
            # The server explains its refusal in a challenge and says -ERR only after an answer to that.
            self._say("")

    def _say(self, line: str) -> bytes:
        answer: bytes = self._shortcmd(line)  # type: ignore[attr-defined]  # poplib's
        return answer


class _Plain(_Bounded, poplib.POP3):
    """A connection without TLS, or with TLS after STLS."""

    def __init__(self, access: Access) -> None:
        account = access.account
        self.patience = Patience(access.limits.timeout_seconds)
        with _closed_on_trouble(self):
            super().__init__(account.host, account.port, timeout=access.limits.timeout_seconds)


class _Tls(_Bounded, poplib.POP3_SSL):
    """A connection with TLS from the first octet."""

    def __init__(self, access: Access) -> None:
        account, context = access.account, access.tls()
        self.patience = Patience(access.limits.timeout_seconds)
        with _closed_on_trouble(self):
            super().__init__(account.host, account.port, timeout=access.limits.timeout_seconds, context=context)


@contextmanager
def _closed_on_trouble(client: poplib.POP3) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # There may be no socket yet, or a failed handshake may have taken it away.
        with suppress(OSError, AttributeError):
            client.close()
        raise


class Pop3Source:
    """A maildrop, locked by the server while this is open; with ``seen`` the mails stay in it."""

    def __init__(self, access: Access) -> None:
        """Connect and log in.

        :raises InUse: when another client has the maildrop.
        :raises FetchFailed: when it cannot be done.
        """
        self._access = access
        self._account = access.account
        with in_words(self._account):
            self._client = _connected(access)
            self._client.most_octets = access.limits.largest_answer
            with _closed_on_trouble(self._client):
                self._log_in()

    @property
    def mark(self) -> Mark:
        """Nothing: POP3 has no numbers that grow."""
        return Mark()

    @property
    def description(self) -> str:
        """The maildrop, and a warning when nothing in it can be told apart without being read."""
        with in_words(self._account):
            named = bool(self._unique_ids()) or not self._client.stat()[0]
        if named or self._account.after == "delete":
            return "the maildrop is open, and new mail is looked for every minute"
        return "the maildrop is open, but without UIDL each look reads every mail: choose --after delete"

    def _log_in(self) -> None:
        account, client = self._account, self._client
        try:
            if account.auth is Auth.XOAUTH2:
                client.authenticate("XOAUTH2", f"user={account.username}\1auth=Bearer {self._access.secret}\1\1")
            else:
                client.user(account.username)
                client.pass_(self._access.secret)
        except poplib.error_proto as error:
            answer = error.args[0] if error.args else b""
            text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
            if "[IN-USE]" in text.upper():
                raise InUse(account) from error
            raise LoginRefused(account, text) from error

    def waiting(self) -> Sequence[Waiting]:
        """Every mail of the maildrop, in its order."""
        with in_words(self._account):
            sizes = _numbered(self._client.list()[1])
            ids = self._unique_ids()
        shared = Counter(ids.values())
        stem = f"pop3:{self._account.mailbox_id}:{self._access.place}"
        return [
            # A server may use a unique id again once its mail is deleted (RFC 1939 section 7), and some give one to many.
            Waiting(
                number=number,
                stem=f"{stem}:{ids[number]}" if number in ids else stem,
                by_content=self._account.after == "delete" or shared[ids.get(number, "")] != 1,
                size=int(size),
            )
            for number, size in sizes.items()
        ]

    def _unique_ids(self) -> Mapping[int, str]:
        """The unique ids by number; empty when the server has no UIDL."""
        try:
            return _numbered(self._client.uidl()[1])
        except poplib.error_proto as error:
            # The server's own words are octets; anything else is an end of the conversation.
            if error.args and isinstance(error.args[0], bytes):
                return {}
            raise

    def read(self, mail: Waiting) -> bytes | None:
        """The octets of a mail."""
        with in_words(self._account):
            return _CRLF.join([*self._client.retr(mail.number)[1], b""])

    def settle(self, mails: Sequence[Waiting]) -> None:
        """Delete mails that are kept, at the end of the connection; with ``seen`` they stay."""
        if self._account.after == "delete":
            with in_words(self._account):
                for mail in mails:
                    self._client.dele(mail.number)

    def wait(self, stop: threading.Event) -> bool:
        """A maildrop shows nothing new while it is open."""
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye, which is what deletes (RFC 1939 section 6); after trouble just go."""
        if kind is not None:
            self._client.close()
            return
        with in_words(self._account), _closed_on_trouble(self._client):
            self._client.quit()


def _connected(access: Access) -> _Plain | _Tls:
    if access.account.security is Security.TLS:
        return _Tls(access)
    client = _Plain(access)
    if access.account.security is Security.STARTTLS:
        with _closed_on_trouble(client):
            client.stls(context=access.tls())
    return client


def _numbered(lines: Sequence[bytes]) -> dict[int, str]:
    """Lines of a number and a word."""
    parted = (line.decode("ascii", "replace").split() for line in lines)
    return {int(words[0]): words[1] for words in parted if len(words) > 1}
