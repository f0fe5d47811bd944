"""The commands about other end users who take part in a ticket."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.addresses import normalise, valid
from ..contract.errors import InvalidValue, UnknownName
from ..contract.events import CollaboratorAdded, Event
from ..contract.people import Actor
from ..contract.tickets import Collaborator, Ticket
from ..store import end_users, journal, participants, ticket_changes, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from .acts import Act, take_up
from .typed import check_line


def add_collaborator(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, person: Person, now: datetime
) -> tuple[Event, ...]:
    """Let another end user take part; one who did and was made inactive takes part again.

    :param person: written down as an end user when nobody has the address.
    :returns: `collaborator_added`, or nothing when the person is an active collaborator already.
    :raises InvalidValue: when the address is none, is the desk's own, or is the owner's; or the name is no line of text.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket.
    """
    check_joining(directory, person.address)
    check_line(person.name, "The name of the collaborator")
    # People before tickets, here and everywhere: two transactions that lock in different orders wait for each other.
    [user] = end_users.ensure(session, [person], now=now)
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    if user.id == before.owner.id:
        raise InvalidValue(person.address, f"this is the owner of ticket {before.number}", "Add somebody else.")
    known = next((each for each in before.collaborators if each.user.id == user.id), None)
    if known is not None:
        return () if known.active else _activated(session, before, known, act=Act(actor=actor, at=now))
    participants.add_collaborator(session, ticket_id, user, now=now)
    return _joined(session, ticket_id, user.id, act=Act(actor=actor, at=now))


def set_collaborator_active(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, address: str, active: bool, now: datetime
) -> tuple[tuple[Event, ...], bool]:
    """Let a collaborator receive mail or not.

    :returns: `collaborator_added` when the person takes part again, nothing for the other way; and whether it changed.
    :raises UnknownName: when there is no such ticket, or nobody of that address takes part in it.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    known = _collaborator(session, before, address)
    if known.active is active:
        return (), False
    if active:
        return _activated(session, before, known, act=Act(actor=actor, at=now)), True
    participants.set_collaborator_active(session, ticket_id, known.user.id, active=False)
    ticket_changes.touch(session, [ticket_id], now=now)
    return (), True


def remove_collaborator(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, address: str, now: datetime
) -> None:
    """Let a collaborator take part no longer; what the person wrote stays. No event tells of it.

    :raises UnknownName: when there is no such ticket, or nobody of that address takes part in it.
    :raises MayNotOpen: when the acting agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    """
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    participants.remove_collaborator(session, ticket_id, _collaborator(session, before, address).user.id)
    ticket_changes.touch(session, [ticket_id], now=now)


def chosen_ids(session: Session, ticket_id: int, addresses: Collection[str]) -> frozenset[int]:
    """The ids of the collaborators who have these addresses.

    :raises UnknownName: when there is no such ticket, or one of them is nobody's who takes part in it.
    """
    ticket = tickets.snapshot(session, ticket_id)
    return frozenset(_collaborator(session, ticket, address).user.id for address in addresses)


def check_joining(directory: Directory, address: str) -> None:
    """Make sure that somebody can take part under this address.

    :raises InvalidValue: when it is no address, or the desk's own.
    """
    if not valid(address):
        raise InvalidValue(f"'{address}'", "this is no mail address", "Write it like ada@example.com.")
    if directory.is_system_address(address):
        raise InvalidValue(address, "this is an address of the desk itself", "It would answer itself: add a person.")


def _collaborator(session: Session, ticket: Ticket, address: str) -> Collaborator:
    """The collaborator who has this address, the one in use on the ticket or another one."""
    user = end_users.find(session, [address]).get(normalise(address)) if valid(address) else None
    for each in ticket.collaborators:
        if user is not None and each.user.id == user.id:
            return each
    raise UnknownName(
        f"collaborator of ticket {ticket.number}", address, (each.user.address for each in ticket.collaborators)
    )


def _activated(session: Session, before: Ticket, known: Collaborator, *, act: Act) -> tuple[Event, ...]:
    participants.set_collaborator_active(session, before.id, known.user.id, active=True)
    return _joined(session, before.id, known.user.id, act=act)


def _joined(session: Session, ticket_id: int, user_id: int, *, act: Act) -> tuple[Event, ...]:
    ticket_changes.touch(session, [ticket_id], now=act.at)
    after = tickets.snapshot(session, ticket_id)
    [joined] = [each for each in after.collaborators if each.user.id == user_id]
    return journal.append(session, [CollaboratorAdded(**act.on(after), collaborator=joined)])
