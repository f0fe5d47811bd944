"""Opens the connection that an account asks for."""

from ...contract.clock import Clock
from ...store.fetch_accounts import FetchProtocol
from .access import Access
from .imap import ImapSource
from .pop3 import Pop3Source
from .source import Mark, Source


def open_source(access: Access, *, mark: Mark, clock: Clock) -> Source:
    """Connect and log in.

    :param mark: how far the folder was seen before.
    :raises FetchFailed: when it cannot be done, in one sentence with the remedy.
    """
    if access.account.protocol is FetchProtocol.IMAP:
        return ImapSource(access, mark=mark, clock=clock)
    return Pop3Source(access)
