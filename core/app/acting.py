"""What people do to tickets by hand; each act is rung at once."""

from collections.abc import Sequence

import attrs

from ..contract.addresses import valid
from ..contract.errors import InvalidValue
from ..contract.events import Event
from ..contract.people import SYSTEM, Actor, ActorKind
from ..contract.tickets import Entry, Origin, Priority, Ticket, TicketStatus
from ..desk.drafting import draft_ticket
from ..desk.opening import Opening
from ..desk.requests import Requests
from ..store import end_users, journal, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from .opening import Desk


@attrs.frozen(kw_only=True)
class TicketView:
    """A ticket with its thread and its history, both oldest first."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    history: tuple[Event, ...]


@attrs.frozen(kw_only=True)
class NewTicketWish:
    """A ticket that somebody asks for by hand. `by` is the address of an agent who opens it for `sender`, or ''."""

    sender: str
    sender_name: str = ""
    subject: str
    text: str
    department: str = ""
    topic: str = ""
    priority: Priority | None = None
    by: str = ""
    send_notice: bool = True
    agent: str = ""
    team: str = ""


def listed(
    desk: Desk, *, status: TicketStatus | None, department: str | None, agent: str | None, limit: int
) -> tuple[Ticket, ...]:
    """Tickets, newest first.

    :raises UnknownName: when there is no such department or agent.
    """
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        return tickets.list_tickets(
            session,
            status=status,
            department_id=None if department is None else directory.department(department).id,
            agent_id=None if agent is None else directory.agent(agent).id,
            limit=limit,
        )


def viewed(desk: Desk, number: str) -> TicketView:
    """One ticket with all that happened to it.

    :raises UnknownName: when there is none of this number.
    """
    with desk.db.reading() as session:
        ticket = tickets.find_number(session, number)
        thread = tickets.entries(session, ticket.id)
        return TicketView(ticket=ticket, entries=thread, history=journal.history(session, ticket.id))


def open_ticket(desk: Desk, wish: NewTicketWish) -> Sequence[Event]:
    """Open a ticket and ring it; one `ticket_refused` is answered when a plugin said no.

    :raises DeskbellError: when an address or a name cannot be used.
    """
    _check_address(wish.sender)
    requests = _requests(desk)
    directory = requests.directory()
    owner = Person(wish.sender_name, wish.sender)
    opener = agent_actor(directory, wish.by) if wish.by else end_user_actor(wish.sender, wish.sender_name)
    draft = draft_ticket(
        directory,
        sender=opener,
        origin=Origin.AGENT if wish.by else Origin.API,
        subject=wish.subject,
        text=wish.text,
        topic=wish.topic,
        department=wish.department,
        priority=wish.priority,
        agent=wish.agent,
        team=wish.team,
    )
    opening = Opening(
        draft=draft,
        owner=owner if wish.by else None,
        by_hand=bool(wish.agent or wish.team),
        send_notice=wish.send_notice,
    )
    return _rung(desk, requests.open(opening))


def post_message(desk: Desk, number: str, *, sender: str, text: str) -> Sequence[Event]:
    """Append an end user's message and ring it.

    :raises DeskbellError: when the ticket is unknown, the address cannot be used, or a plugin said no.
    """
    _check_address(sender)
    actor = end_user_actor(sender, _known_name(desk, sender))
    return _rung(desk, _requests(desk).post(number, sender=actor, origin=Origin.API, text=text))


def assign(desk: Desk, number: str, *, by: str | None, agent: str, team: str, comment: str) -> Sequence[Event]:
    """Assign a ticket and ring it; nothing is answered when nothing changed.

    :param by: the address of the acting agent; None for the administrator at the keyboard.
    :raises DeskbellError: when a name is unknown, or the acting agent may not open the ticket.
    """
    requests = _requests(desk)
    actor = SYSTEM if by is None else agent_actor(requests.directory(), by)
    return _rung(desk, requests.assign(number, actor=actor, agent=agent, team=team, comment=comment))


def agent_actor(directory: Directory, address: str) -> Actor:
    """An agent as the cause of something.

    :raises UnknownName: when there is no such agent.
    """
    agent = directory.agent(address)
    return Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)


def end_user_actor(address: str, name: str = "") -> Actor:
    """An end user as the cause of something; who types at this machine has been let in to it."""
    return Actor(ActorKind.END_USER, None, name, address)


def _known_name(desk: Desk, address: str) -> str:
    with desk.db.reading() as session:
        found = end_users.find(session, [address])
    return next((user.name for user in found.values()), "")


def _requests(desk: Desk) -> Requests:
    return Requests(desk.db, hooks=desk.hooks, faults=desk.watch, clock=desk.clock)


def _rung(desk: Desk, events: Sequence[Event]) -> Sequence[Event]:
    desk.ring(events)
    return events


def _check_address(address: str) -> None:
    if not valid(address):
        raise InvalidValue(f"'{address}'", "this is no mail address", "Write it like ada@example.com.")
