"""What a connection to a mailbox's server needs: the account with its secret opened, its limits, and its TLS."""

import hashlib
import ssl

import attrs

from ...store.fetch_accounts import FetchAccount
from ..pipe import LARGEST_MAIL
from .trouble import FetchFailed

MOVE = "move:"


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds of one connection.

    :param timeout_seconds: how long one answer of the server may take.
    :param idle_seconds: after so long a wait is renewed, which finds out whether the server is still there (RFC 2177
        asks for less than 29 minutes; routers forget connections sooner).
    :param largest_mail: in octets; what is larger stays on the server.
    """

    timeout_seconds: float = 30.0
    idle_seconds: float = 240.0
    largest_mail: int = LARGEST_MAIL

    @property
    def largest_answer(self) -> int:
        """What is read of one answer at most, in octets: a server may be wrong about the size of a mail, but not by much."""
        return self.largest_mail + self.largest_mail // 8


@attrs.frozen(kw_only=True)
class Access:
    """An account ready to be used; `secret` is the password or the token in plain text."""

    account: FetchAccount
    secret: str = attrs.field(repr=False)
    limits: Limits = Limits()

    @property
    def place(self) -> str:
        """A short name of the folder on its server, part of every source key: another server's numbers mean other mails."""
        account = self.account
        where = (account.protocol.value, account.host, str(account.port), account.username, account.folder)
        return hashlib.sha256("\n".join(where).encode()).hexdigest()[:12]

    @property
    def move_to(self) -> str:
        """The folder that fetched mails are moved to; '' when they are not."""
        return self.account.after.removeprefix(MOVE) if self.account.after.startswith(MOVE) else ""

    def tls(self) -> ssl.SSLContext:
        """A context that verifies the server's certificate and name.

        :raises FetchFailed: when the account's own file of authorities cannot be used.
        """
        try:
            return ssl.create_default_context(cafile=self.account.ca_file or None)
        except OSError as error:
            reason = f"the file of certificate authorities {self.account.ca_file} cannot be used ({error})"
            raise FetchFailed(self.account, reason, "Name a PEM file with --ca-file.") from error
