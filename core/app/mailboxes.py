"""Mailboxes that are fetched, by hand: which there are, a new one, whether it works, and fetching it now."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from ..contract.errors import DeskbellError, InvalidValue
from ..intake.fetching.access import MOVE, Limits
from ..intake.fetching.backoff import not_fetchable
from ..intake.fetching.collector import Progress
from ..intake.fetching.opening import open_source
from ..intake.fetching.source import Mark
from ..store import fetch_accounts
from ..store.fetch_accounts import Auth, FetchAccount, FetchProtocol, FetchState, Security
from .fetching import access_of, accounts, fetcher_of
from .opening import Desk

NOT_FETCHED = "not fetched from anywhere"

PORTS = {
    (FetchProtocol.IMAP, Security.TLS): 993,
    (FetchProtocol.IMAP, Security.STARTTLS): 143,
    (FetchProtocol.IMAP, Security.NONE): 143,
    (FetchProtocol.POP3, Security.TLS): 995,
    (FetchProtocol.POP3, Security.STARTTLS): 110,
    (FetchProtocol.POP3, Security.NONE): 110,
}


class Fetching(StrEnum):
    """How the fetching of a mailbox goes."""

    ELSEWHERE = "not fetched"
    NEW = "new"
    WORKING = "working"
    RETRYING = "retrying"
    FAILING = "failing"


@attrs.frozen(kw_only=True)
class MailboxStatus:
    """A mailbox of the desk and how it is fetched; the account's fields are empty for one that is not."""

    name: str
    address: str
    department: str
    state: Fetching
    protocol: str = ""
    server: str = ""
    username: str = ""
    folder: str = ""
    after: str = ""
    fetched: int = 0
    last_fetch_at: datetime | None = None
    next_try_at: datetime | None = None
    last_error: str = ""


@attrs.frozen(kw_only=True)
class NewAccount:
    """What a person says about an account; `port` None is the usual one, `username` '' the mailbox's address."""

    mailbox: str
    protocol: FetchProtocol = FetchProtocol.IMAP
    host: str
    port: int | None = None
    security: Security = Security.TLS
    username: str = ""
    auth: Auth = Auth.PASSWORD
    secret: str = attrs.field(default="", repr=False)
    token_command: str = ""
    ca_file: str = ""
    folder: str = "INBOX"
    after: str = "seen"


@attrs.frozen(kw_only=True)
class Fetched:
    """What fetching one mailbox by hand came to; `error` is '' when it went well."""

    mailbox: str
    mails: int = 0
    error: str = ""


def listed(desk: Desk) -> tuple[MailboxStatus, ...]:
    """Every mailbox of the desk and how it is fetched."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        fetched = {each.mailbox_id: each for each in fetch_accounts.list_accounts(session)}
        states = {mailbox_id: fetch_accounts.state_of(session, mailbox_id) for mailbox_id in fetched}
    now = desk.clock.now()
    rows = []
    for box in directory.mailboxes.values():
        account = fetched.get(box.id)
        department = directory.departments[box.department_id].name
        row = MailboxStatus(name=box.name, address=box.address, department=department, state=Fetching.ELSEWHERE)
        rows.append(row if account is None else _with_account(row, account, states[box.id], now=now))
    return tuple(rows)


def _with_account(row: MailboxStatus, account: FetchAccount, state: FetchState, *, now: datetime) -> MailboxStatus:
    return attrs.evolve(
        row,
        state=_standing(state, now=now),
        protocol=account.protocol.value,
        server=f"{account.host}:{account.port}",
        username=account.username,
        folder=account.folder if account.protocol is FetchProtocol.IMAP else "",
        after=account.after,
        fetched=state.fetched,
        last_fetch_at=state.last_fetch_at,
        next_try_at=state.next_try_at,
        last_error=state.last_error,
    )


def _standing(state: FetchState, *, now: datetime) -> Fetching:
    if not_fetchable(state, now=now):
        return Fetching.FAILING
    if state.failures:
        return Fetching.RETRYING
    return Fetching.WORKING if state.last_fetch_at else Fetching.NEW


def add(desk: Desk, new: NewAccount, *, replace: bool) -> FetchAccount:
    """Let a mailbox be fetched.

    :param replace: set the account anew of one that is fetched already; how far it was fetched is forgotten with it.
    :raises UnknownName: when the desk has no such mailbox.
    :raises InvalidValue: when it is fetched already, or a value cannot be used.
    """
    _check(new)
    with desk.db.writing() as session:
        box = desk.db.directory(session).mailbox(new.mailbox)
        there = any(each.mailbox_id == box.id for each in fetch_accounts.list_accounts(session))
        if there and not replace:
            raise InvalidValue(f"mailbox '{box.name}'", "it is fetched already", "Add --replace to set it anew.")
        account = FetchAccount(
            mailbox_id=box.id,
            mailbox=box.name,
            protocol=new.protocol,
            host=new.host,
            port=new.port or PORTS[new.protocol, new.security],
            security=new.security,
            username=new.username or box.address,
            auth=new.auth,
            secret=desk.secrets.seal(new.secret) if new.secret else "",
            token_command=new.token_command,
            ca_file=new.ca_file,
            folder=new.folder,
            after=new.after,
        )
        fetch_accounts.put_account(session, account)
    return account


def _check(new: NewAccount) -> None:
    for name in ("host", "username", "folder", "after", "secret", "ca_file", "token_command"):
        if not all(char.isprintable() for char in getattr(new, name)):
            raise InvalidValue(name, "it has a character in it that cannot be printed", "Leave it out.")
    if not new.host.strip() or any(char.isspace() for char in new.host):
        raise InvalidValue("host", f"'{new.host}' is no host name", "Give one such as imap.example.com.")
    if new.port is not None and not 0 < new.port < 65536:
        raise InvalidValue("port", f"{new.port} is not between 1 and 65535", "Leave it out for the usual one.")
    moves = new.after.startswith(MOVE) and len(new.after) > len(MOVE)
    if new.after not in ("seen", "delete") and not moves:
        raise InvalidValue("after", f"'{new.after}' is unknown", "Choose seen, delete or move:Folder.")
    if moves and new.protocol is FetchProtocol.POP3:
        raise InvalidValue("after", "POP3 has no folders to move to", "Choose seen or delete, or use imap.")
    if moves and new.after.removeprefix(MOVE) == new.folder:
        raise InvalidValue("after", "mails would be moved to where they are", "Name another folder.")
    if not new.secret and not new.token_command:
        raise InvalidValue("password", "it is empty", "Give one, or a --token-command.")


def remove(desk: Desk, name: str) -> None:
    """Fetch a mailbox no more; the mailbox and its tickets stay.

    :raises UnknownName: when the desk has no such mailbox.
    :raises InvalidValue: when it is not fetched.
    """
    account = _named(desk, [name])[0]
    with desk.db.writing() as session:
        fetch_accounts.remove_account(session, account.mailbox_id)


def tried(desk: Desk, name: str, *, limits: Limits | None = None) -> str:
    """Connect to the server of a mailbox and say in one sentence what was found; nothing is fetched or marked.

    :raises UnknownName: when the desk has no such mailbox.
    :raises InvalidValue: when it is not fetched.
    :raises FetchFailed: when it does not work, in one sentence with the remedy.
    """
    account = _named(desk, [name])[0]
    access = access_of(desk, account, limits or Limits())
    with desk.db.reading() as session:
        state = fetch_accounts.state_of(session, account.mailbox_id)
    mark = Mark(uid_validity=state.uid_validity, last_uid=state.last_uid)
    with open_source(access, mark=mark, clock=desk.clock) as source:
        stems = {mail.stem for mail in source.waiting() if not mail.by_content}
        by_content = sum(mail.by_content for mail in source.waiting())
        described = source.description
    with desk.db.reading() as session:
        waiting = len(stems - fetch_accounts.known_keys(session, stems)) + by_content
    plain = "" if account.security is not Security.NONE else " The connection is not encrypted: choose --security tls."
    return f"It works: {described}; to be fetched now: {waiting}.{plain}"


def fetch(
    desk: Desk,
    names: Sequence[str],
    *,
    on_progress: Callable[[str], Progress],
    limits: Limits | None = None,
) -> Iterator[Fetched]:
    """Fetch mailboxes now, one after the other; one that fails keeps no other from being fetched.

    :param names: none for all that are fetched.
    :param on_progress: gives, for the name of a mailbox, whom to tell how far it is.
    :raises UnknownName: when the desk has no such mailbox.
    :raises InvalidValue: when it is not fetched.
    """
    for account in _named(desk, names):
        fetcher = fetcher_of(desk, account, follow_up=desk.take_in, limits=limits or Limits())
        try:
            mails = fetcher.look(stop=threading.Event(), on_progress=on_progress(account.mailbox))
        except DeskbellError as error:
            yield Fetched(mailbox=account.mailbox, error=str(error))
        else:
            yield Fetched(mailbox=account.mailbox, mails=mails)


def _named(desk: Desk, names: Sequence[str]) -> tuple[FetchAccount, ...]:
    fetched = accounts(desk)
    if not names:
        return fetched
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    by_id = {account.mailbox_id: account for account in fetched}
    boxes = [directory.mailbox(name) for name in names]
    for box in boxes:
        if box.id not in by_id:
            raise InvalidValue(f"mailbox '{box.name}'", NOT_FETCHED, "Use 'deskbell mailbox add' first.")
    return tuple(by_id[box.id] for box in boxes)
