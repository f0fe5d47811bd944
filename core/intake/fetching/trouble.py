"""What can go wrong with a mail server, each in one sentence with the remedy."""

import imaplib
import poplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from ...contract.errors import DeskbellError
from ...store.fetch_accounts import FetchAccount

_LONGEST = 300


class FetchFailed(DeskbellError, ConnectionError):
    """A mailbox could not be fetched."""

    def __init__(self, account: FetchAccount, reason: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(f"Mailbox '{account.mailbox}' on {account.host}:{account.port}: {reason}. {remedy}")


class LoginRefused(FetchFailed, PermissionError):
    """The server does not take the user name with the password or token."""

    def __init__(self, account: FetchAccount, answer: str) -> None:
        reason = f"the login of '{account.username}' was refused ({spoken(answer)})"
        super().__init__(account, reason, "Set user name and password anew with 'deskbell mailbox add --replace'.")


class InUse(FetchFailed):
    """Another client has the maildrop at this moment (RFC 2449 section 8.1.1)."""

    def __init__(self, account: FetchAccount) -> None:
        super().__init__(account, "another client is reading it", "Close it if that goes on; it is tried again later.")


def spoken(answer: object) -> str:
    """What a server said, in one line, not too long, and without the dot at its end."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line.rstrip(".") if len(line) <= _LONGEST else line[:_LONGEST] + "..."


@contextmanager
def in_words(account: FetchAccount) -> Iterator[None]:
    """Let whatever the conversation with a server raises become a `FetchFailed`."""
    try:
        yield
    except FetchFailed:
        raise
    except Exception as error:
        # What a server sends can break the reading libraries in any way.
        reason, remedy = _words(error)
        raise FetchFailed(account, reason, remedy) from error


def _words(error: Exception) -> tuple[str, str]:
    match error:
        case ssl.SSLCertVerificationError():
            reason = f"its certificate is refused: {spoken(error.verify_message)}"
            return reason, "Name its authority with --ca-file, or the host as the certificate does."
        case ssl.SSLError():
            reason = f"no TLS connection came about ({spoken(error.reason or error)})"
            return reason, "Check --port and --security: 993 and 995 are tls, 143 and 110 are starttls."
        case TimeoutError():
            return "it does not answer in time", "Check host, port and firewall; it is tried again later."
        case socket.gaierror():
            return f"the host is unknown ({spoken(error.strerror)})", "Check --host."
        case ConnectionRefusedError():
            return "nothing listens there", "Check --host and --port, and whether the server runs."
        case imaplib.IMAP4.error() | poplib.error_proto():
            return f"it answered: {spoken(error.args[0] if error.args else error)}", "It is tried again later."
        case OSError():
            return f"the connection failed ({spoken(error.strerror or error)})", "It is tried again later."
        case _:
            return f"it sends what makes no sense ({type(error).__name__}: {spoken(error)})", "It is tried again later."
