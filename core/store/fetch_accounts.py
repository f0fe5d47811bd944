"""The accounts that mailboxes are fetched from, how far each was fetched, and how its last tries went."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import attrs
from sqlalchemy import select
from sqlalchemy.orm import Session

from .rows import FetchAccountRow, FetchStateRow, MailboxRow, RawMailRow

_MOST_KEYS = 500


class FetchProtocol(StrEnum):
    """What the server speaks."""

    IMAP = "imap"
    POP3 = "pop3"


class Security(StrEnum):
    """TLS from the first octet, TLS from STARTTLS or STLS on, or none."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Auth(StrEnum):
    """How the account logs in."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    XOAUTH2 = "xoauth2"


@attrs.frozen(kw_only=True)
class FetchAccount:
    """The account of one mailbox. `mailbox` is its name; `secret` is sealed.

    `token_command` prints a token, in place of a stored one. `ca_file` is '' for the machine's own authorities. `after`
    is ``seen``, ``delete`` or ``move:Folder``.
    """

    mailbox_id: int
    mailbox: str
    protocol: FetchProtocol
    host: str
    port: int
    security: Security = Security.TLS
    username: str
    auth: Auth = Auth.PASSWORD
    secret: str = attrs.field(default="", repr=False)
    token_command: str = ""
    ca_file: str = ""
    folder: str = "INBOX"
    after: str = "seen"


@attrs.frozen(kw_only=True)
class FetchState:
    """How far a mailbox was fetched, and how its last tries went; the default is that of one never tried.

    `uid_validity` and `last_uid` are IMAP's. `left_alone` holds the keys of mails that are too large. `told_at` is when
    the present trouble was reported.
    """

    uid_validity: int = 0
    last_uid: int = 0
    left_alone: frozenset[str] = frozenset()
    last_fetch_at: datetime | None = None
    fetched: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    last_error: str = ""
    told_at: datetime | None = None


def list_accounts(session: Session) -> tuple[FetchAccount, ...]:
    """All accounts, in the order of their mailboxes."""
    wanted = select(FetchAccountRow, MailboxRow.name).join(MailboxRow, MailboxRow.id == FetchAccountRow.mailbox_id)
    return tuple(_account(row, name) for row, name in session.execute(wanted.order_by(MailboxRow.id)))


def put_account(session: Session, account: FetchAccount) -> None:
    """Store the account of a mailbox in place of the one it has; how far that was fetched is forgotten with it."""
    remove_account(session, account.mailbox_id)
    session.flush()
    values = attrs.asdict(account, filter=attrs.filters.exclude("mailbox"), value_serializer=_text)
    session.add(FetchAccountRow(**values))


def remove_account(session: Session, mailbox_id: int) -> bool:
    """Fetch this mailbox no more; False when it was not fetched."""
    row = session.get(FetchAccountRow, mailbox_id)
    if row is None:
        return False
    session.delete(row)
    return True


def state_of(session: Session, mailbox_id: int) -> FetchState:
    """How the fetching of a mailbox goes."""
    row = session.get(FetchStateRow, mailbox_id)
    if row is None:
        return FetchState()
    values = {field.name: getattr(row, field.name) for field in attrs.fields(FetchState)}
    return FetchState(**{**values, "left_alone": frozenset(row.left_alone)})


def put_state(session: Session, mailbox_id: int, state: FetchState) -> None:
    """Write down how the fetching of a mailbox goes; nothing is written when it is fetched no more."""
    if session.get(FetchAccountRow, mailbox_id) is None:
        return
    row = session.get(FetchStateRow, mailbox_id) or FetchStateRow(mailbox_id=mailbox_id)
    for field in attrs.fields(FetchState):
        setattr(row, field.name, getattr(state, field.name))
    row.left_alone = sorted(state.left_alone)
    session.add(row)


def known_keys(session: Session, keys: Collection[str]) -> frozenset[str]:
    """Those of the source keys under which a mail is kept."""
    asked = sorted(keys)
    known: set[str] = set()
    for start in range(0, len(asked), _MOST_KEYS):
        some = asked[start : start + _MOST_KEYS]
        wanted = select(RawMailRow.source_key).where(RawMailRow.source_key.in_(some))
        known.update(filter(None, session.scalars(wanted)))
    return frozenset(known)


def _account(row: FetchAccountRow, mailbox: str) -> FetchAccount:
    return FetchAccount(
        mailbox_id=row.mailbox_id,
        mailbox=mailbox,
        protocol=FetchProtocol(row.protocol),
        host=row.host,
        port=row.port,
        security=Security(row.security),
        username=row.username,
        auth=Auth(row.auth),
        secret=row.secret,
        token_command=row.token_command,
        ca_file=row.ca_file,
        folder=row.folder,
        after=row.after,
    )


def _text(_instance: object, _field: object, value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value
