"""Desks whose mailboxes are fetched, and words about them that the tests share."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from deskbell.core.app import mailboxes
from deskbell.core.app.opening import Desk
from deskbell.core.intake.fetching.access import Limits
from deskbell.core.store import tickets
from deskbell.core.store.fetch_accounts import Auth, FetchProtocol, Security
from deskbell.core.store.rows import JournalRow
from stand_ins.desks import MAIL
from stand_ins.dovecot import PASSWORD, Dovecot

SALES = """
[departments.Sales]

[mailboxes.sales]
address = "sales@example.com"
department = "Sales"
"""
SHORT = Limits(timeout_seconds=1.0)
"""For servers that hang."""


def numbered(number: int) -> bytes:
    """A mail of its own, as it lies in a maildir."""
    return MAIL.replace(b"<one@", f"<{number}@".encode()).replace(b"of toner", f"of toner {number}".encode())


def subjects(desk: Desk) -> list[str]:
    """The subjects of all tickets, sorted; what numbered mails have in common is left out."""
    with desk.db.reading() as session:
        found = tickets.list_tickets(session, limit=1000)
    return sorted(ticket.subject.removeprefix("The printer is out of toner ") for ticket in found)


def account(
    port: int,
    *,
    mailbox: str = "support",
    protocol: str = "imap",
    user: str = "ada",
    after: str = "seen",
    host: str = "127.0.0.1",
    security: Security = Security.NONE,
    secret: str = "secret",
    ca_file: Path | None = None,
    auth: Auth = Auth.PASSWORD,
    folder: str = "INBOX",
) -> mailboxes.NewAccount:
    """An account at a server on the loopback."""
    return mailboxes.NewAccount(
        mailbox=mailbox,
        protocol=FetchProtocol(protocol),
        host=host,
        port=port,
        security=security,
        username=user,
        auth=auth,
        secret=secret,
        ca_file=str(ca_file) if ca_file else "",
        folder=folder,
        after=after,
    )


def real_account(
    dovecot: Dovecot, user: str, *, mailbox: str = "support", protocol: str = "imap", after: str = "seen"
) -> mailboxes.NewAccount:
    """An account at Dovecot, over TLS with its certificate verified."""
    port = dovecot.ports.imaps if protocol == "imap" else dovecot.ports.pop3s
    return account(
        port,
        mailbox=mailbox,
        protocol=protocol,
        user=user,
        after=after,
        security=Security.TLS,
        secret=PASSWORD,
        ca_file=dovecot.authority_file,
    )


def fetch(desk: Desk, *names: str, limits: Limits | None = None) -> Mapping[str, int | str]:
    """Fetch by hand; by mailbox how many mails were new, or what was wrong."""
    done = mailboxes.fetch(desk, names, on_progress=lambda _name: lambda _read, _of: None, limits=limits)
    return {each.mailbox: each.error or each.mails for each in done}


def events(desk: Desk, fingerprint: str) -> Sequence[str]:
    """The titles of the system events that were told with this fingerprint."""
    with desk.db.reading() as session:
        rows = session.scalars(select(JournalRow).order_by(JournalRow.id)).all()
    data = [row.data for row in rows]
    return [str(each["title"]) for each in data if each.get("fingerprint") == fingerprint]
