"""Raw mails: kept before they are acknowledged, taken up once, and marked with what became of them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import RowMapping, Select, bindparam, func, insert, select, text, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.orm import Session

from ..contract.errors import UnknownName
from .rows import RawMailRow
from .upsert import upserting

MOST_TRIES = 2
"""After so many starts that ended the process a mail is set aside."""

COPY_OF = "copy of mail "
"""How the reason of a mail begins that arrived before under another id, which follows."""

_INTAKE = 0x6D61696C


class RawState(StrEnum):
    """What became of a raw mail; `REFUSED` by a hook or a rule, `LOOP` when it is a mail of our own."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"
    LOOP = "loop"
    QUARANTINED = "quarantined"


@attrs.frozen(kw_only=True)
class NewRawMail:
    """A mail that is about to be kept. `source_key` makes a repeated fetch one mail."""

    source: str
    source_key: str | None = None
    mailbox_id: int | None = None
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    content: bytes = attrs.field(repr=lambda content: f"<{len(content)} octets>")


@attrs.frozen(kw_only=True)
class RawMail:
    """A kept mail without its content; `size` in octets, `digest` the SHA-256 of the content in hex."""

    id: int
    source: str
    source_key: str | None
    mailbox_id: int | None
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    size: int
    digest: str
    received_at: datetime
    state: RawState
    reason: str
    tries: int
    ticket_id: int | None


@attrs.frozen(kw_only=True)
class Settled:
    """What became of one raw mail; without `mailbox_id` it stays with the mailbox that it came by."""

    id: int
    state: RawState
    reason: str = ""
    mailbox_id: int | None = None
    ticket_id: int | None = None


# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_IDS = RawMailRow.id.in_(bindparam("ids", expanding=True))
_IS_WAITING = RawMailRow.state == RawState.WAITING.value
_MAILS = select(
    *(getattr(RawMailRow, field.name) for field in attrs.fields(RawMail) if field.name != "size"),
    func.length(RawMailRow.content).label("size"),
)
_WAITING = _MAILS.where(_IS_WAITING).order_by(RawMailRow.id)
_WAITING_AMONG = _WAITING.where(_IDS)
_WAITING_CONTENTS = select(RawMailRow.id, RawMailRow.content).where(_IDS, _IS_WAITING)
_ORIGINALS = _MAILS.where(
    RawMailRow.digest.in_(bindparam("digests", expanding=True)),
    ~_IS_WAITING,
    RawMailRow.reason.not_like(f"{COPY_OF}%"),
).order_by(RawMailRow.id.desc())
_INSERT = insert(RawMailRow).returning(RawMailRow.id, sort_by_parameter_order=True)
_TAKE = select(RawMailRow.id).where(_IDS, _IS_WAITING).with_for_update(skip_locked=True)
_SETTLE = update(RawMailRow).where(RawMailRow.id == bindparam("mail"), _IS_WAITING)
_LOCK = text(f"SELECT pg_advisory_xact_lock({_INTAKE})")


# --- in ---


def insert_new(session: Session, mails: Sequence[NewRawMail], *, now: datetime) -> tuple[int, ...]:
    """Keep mails; answer their ids in the same order. A mail whose source key is known is the one that is there."""
    keyless = [mail for mail in mails if mail.source_key is None]
    ids = iter(_insert(session, keyless, now=now))
    return tuple(next(ids) if mail.source_key is None else _insert_keyed(session, mail, now=now) for mail in mails)


def _insert(session: Session, mails: Sequence[NewRawMail], *, now: datetime) -> Sequence[int]:
    if not mails:
        return ()
    return session.connection().scalars(_INSERT, [_values(mail, now=now) for mail in mails]).all()


def _insert_keyed(session: Session, mail: NewRawMail, *, now: datetime) -> int:
    new = upserting(session, RawMailRow).on_conflict_do_nothing(index_elements=["source_key"])
    inserted = session.connection().scalar(new.values(**_values(mail, now=now)).returning(RawMailRow.id))
    if inserted is not None:
        return int(inserted)
    return session.connection().scalars(select(RawMailRow.id).where(RawMailRow.source_key == mail.source_key)).one()


def _values(mail: NewRawMail, *, now: datetime) -> dict[str, Any]:
    return {
        "source": mail.source,
        "source_key": mail.source_key,
        "mailbox_id": mail.mailbox_id,
        "envelope_from": mail.envelope_from,
        "envelope_to": "\n".join(mail.envelope_to),
        "content": mail.content,
        "digest": hashlib.sha256(mail.content).hexdigest(),
        "received_at": now,
        "state": RawState.WAITING.value,
        "reason": "",
        "tries": 0,
    }


# --- being processed ---


def waiting(session: Session, *, limit: int) -> tuple[RawMail, ...]:
    """Mails that wait, oldest first."""
    return _read(session, _WAITING.limit(limit))


def waiting_among(session: Session, ids: Collection[int]) -> tuple[RawMail, ...]:
    """Those of the mails that wait, oldest first."""
    return _read(session, _WAITING_AMONG, {"ids": list(ids)})


def begin_try(session: Session, ids: Collection[int], *, excused: Collection[int] = ()) -> tuple[int, ...]:
    """Note that processing these mails begins, for the case that it ends the process; answer those that still wait.

    :param excused: of those, the ones whose last try ended without ending the process: it does not count.
    """
    counted = update(RawMailRow).where(RawMailRow.state == "waiting").returning(RawMailRow.id)
    statements = (
        (counted.values(tries=RawMailRow.tries + 1), set(ids).difference(excused)),
        (counted.values(tries=1), set(ids).intersection(excused)),
    )
    begun = [
        number
        for statement, among in statements
        if among
        for number in session.connection().scalars(statement.where(RawMailRow.id.in_(among)))
    ]
    return tuple(sorted(begun))


def take_back_try(session: Session, ids: Collection[int]) -> None:
    """Note that the last try of these mails, as far as they wait, did not come to an end through any fault of theirs."""
    if not ids:
        return
    counted = RawMailRow.state == "waiting", RawMailRow.tries > 0
    session.connection().execute(
        update(RawMailRow).where(*counted, RawMailRow.id.in_(set(ids))).values(tries=RawMailRow.tries - 1)
    )


def take(session: Session, ids: Collection[int]) -> frozenset[int]:
    """The ids of those mails that still wait and that no other process settles now; they are the caller's to settle.

    On PostgreSQL one transaction at a time takes mails: two copies of one mail would not see each other otherwise.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK)
    return frozenset(session.connection().scalars(_TAKE, {"ids": list(ids)}))


def waiting_contents(session: Session, ids: Collection[int]) -> dict[int, bytes]:
    """The octets of those of the mails that wait, by id."""
    rows = session.connection().execute(_WAITING_CONTENTS, {"ids": list(ids)})
    return {number: bytes(octets) for number, octets in rows}


def settle(session: Session, outcomes: Sequence[Settled]) -> None:
    """Write down what became of mails; one that is settled already is left as it is."""
    placed = [outcome for outcome in outcomes if outcome.mailbox_id is not None]
    unplaced = [outcome for outcome in outcomes if outcome.mailbox_id is None]
    if placed:
        values = [{**_outcome(each), "mailbox_id": each.mailbox_id} for each in placed]
        session.connection().execute(_SETTLE, values)
    if unplaced:
        session.connection().execute(_SETTLE, [_outcome(each) for each in unplaced])


def _outcome(outcome: Settled) -> dict[str, Any]:
    return {
        "mail": outcome.id,
        "state": outcome.state.value,
        "reason": outcome.reason,
        "ticket_id": outcome.ticket_id,
    }


def settled_originals(session: Session, digests: Collection[str]) -> Mapping[tuple[str, int | None], RawMail]:
    """The first settled mail of each digest and mailbox that is not a copy itself."""
    found = _read(session, _ORIGINALS, {"digests": list(digests)})
    return {(mail.digest, mail.mailbox_id): mail for mail in found}


# --- looking, and by hand ---


def find(session: Session, mail_id: int) -> RawMail:
    """One mail.

    :raises UnknownName: when there is none with this id.
    """
    found = _read(session, _MAILS.where(RawMailRow.id == mail_id))
    if not found:
        raise UnknownName("mail", str(mail_id))
    return found[0]


def content(session: Session, mail_id: int) -> bytes:
    """The octets of one mail.

    :raises UnknownName: when there is none with this id.
    """
    octets = session.connection().scalar(select(RawMailRow.content).where(RawMailRow.id == mail_id))
    if octets is None:
        raise UnknownName("mail", str(mail_id))
    return bytes(octets)


def list_mails(
    session: Session, *, states: Collection[RawState] = (), limit: int, before_id: int | None = None
) -> tuple[RawMail, ...]:
    """Mails, newest first; all of them or those in one of `states`.

    :param before_id: go on below this id, which was the last of the page before.
    """
    wanted = _MAILS.order_by(RawMailRow.id.desc()).limit(limit)
    if states:
        wanted = wanted.where(RawMailRow.state.in_([state.value for state in states]))
    if before_id is not None:
        wanted = wanted.where(RawMailRow.id < before_id)
    return _read(session, wanted)


def retry(session: Session, mail_id: int) -> bool:
    """Let a mail wait again that was refused or quarantined; False when it is in another state."""
    again = (
        update(RawMailRow)
        .where(RawMailRow.id == mail_id, RawMailRow.state.in_(("refused", "quarantined")))
        .values(state="waiting", reason="", tries=0)
    )
    return session.connection().execute(again).rowcount == 1


def delete(session: Session, mail_id: int) -> bool:
    """Delete a mail that was refused, quarantined or dropped as a loop; False when it is in another state."""
    states = (RawState.REFUSED, RawState.QUARANTINED, RawState.LOOP)
    gone = sql_delete(RawMailRow).where(RawMailRow.id == mail_id, RawMailRow.state.in_([each.value for each in states]))
    return session.connection().execute(gone).rowcount == 1


def _read(
    session: Session, wanted: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> tuple[RawMail, ...]:
    return tuple(map(_mail, session.connection().execute(wanted, values).mappings()))


def _mail(row: RowMapping) -> RawMail:
    recipients = tuple(filter(None, row["envelope_to"].split("\n")))
    return RawMail(**{**row, "state": RawState(row["state"]), "envelope_to": recipients})
