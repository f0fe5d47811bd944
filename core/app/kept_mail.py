"""Mails as they arrived: what became of each, and another try for those that were set aside."""

from collections.abc import Sequence

from ..contract.errors import InvalidValue
from ..contract.events import Event
from ..store import raw_mails
from ..store.raw_mails import RawMail, RawState
from .opening import Desk


def listed(desk: Desk, *, states: Sequence[RawState], limit: int) -> tuple[RawMail, ...]:
    """Kept mails, newest first; all, or those in some states."""
    with desk.db.reading() as session:
        return raw_mails.list_mails(session, states=states, limit=limit)


def found(desk: Desk, mail_id: int) -> RawMail:
    """One mail, without its content.

    :raises UnknownName: when there is none of this id.
    """
    with desk.db.reading() as session:
        return raw_mails.find(session, mail_id)


def content(desk: Desk, mail_id: int) -> bytes:
    """A mail, byte for byte.

    :raises UnknownName: when there is none of this id.
    """
    with desk.db.reading() as session:
        return raw_mails.content(session, mail_id)


def retry(desk: Desk, mail_id: int) -> Sequence[Event]:
    """Process a refused or quarantined mail once more and ring what it causes.

    :raises UnknownName: when there is none of this id.
    :raises InvalidValue: when it is in another state.
    """
    with desk.db.writing() as session:
        mail = raw_mails.find(session, mail_id)
        if not raw_mails.retry(session, mail_id):
            raise InvalidValue(
                f"mail {mail_id}", f"it is {mail.state.value}", "Only refused and quarantined mails are retried."
            )
    return desk.take_in([mail_id])


def delete(desk: Desk, mail_ids: Sequence[int]) -> Sequence[int]:
    """Delete mails that became no ticket, their octets included; answer which of them are gone.

    :raises UnknownName: when there is none of one id; then none is deleted.
    """
    with desk.db.writing() as session:
        for mail_id in mail_ids:
            raw_mails.find(session, mail_id)
        return [mail_id for mail_id in mail_ids if raw_mails.delete(session, mail_id)]
