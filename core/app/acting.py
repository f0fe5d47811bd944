"""What people do to tickets by hand; each act is rung at once."""

from collections.abc import Sequence
from pathlib import Path

import attrs

from ..contract.addresses import valid
from ..contract.errors import DeskbellError, InvalidValue
from ..contract.events import Event, TicketRefused
from ..contract.people import SYSTEM, Actor, ActorKind
from ..contract.tickets import Entry, Origin, Priority, Ticket, TicketStatus
from ..desk.access import require_active
from ..desk.collaborators import check_joining
from ..desk.drafting import draft_ticket
from ..desk.limits import OVERLIMIT, refused_because
from ..desk.opening import Opening
from ..desk.reply import Reply
from ..desk.requests import Requests
from ..desk.words import Words
from ..store import end_users, journal, tickets
from ..store.directory import Directory
from ..store.end_users import Person
from .attaching import attached
from .opening import Desk


class NotOpened(DeskbellError, PermissionError):
    """A plugin or the limit of open tickets said no to a ticket; the attempt is written down and rung."""

    def __init__(self, refused: TicketRefused, because: str, remedy: str) -> None:
        self.refused = refused
        reason = because if because.endswith((".", "!", "?")) else f"{because}."
        super().__init__(f"No ticket was opened for {refused.end_user.address}: {reason} {remedy}")


@attrs.frozen(kw_only=True)
class TicketView:
    """A ticket with its thread and its history, both oldest first."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    history: tuple[Event, ...]


@attrs.frozen(kw_only=True)
class NewTicketWish:
    """A ticket that somebody asks for by hand.

    `by` is the address of an agent who opens it for `sender`, or ''. `cc` holds the addresses of the collaborators.
    """

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
    cc: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class ReplyWish:
    """A reply that an agent gives by hand; fields as in `Reply`, `to` holds the addresses of the chosen collaborators.

    `files` are files of this machine that are kept with it and go along.
    """

    text: str
    files: tuple[Path, ...] = ()
    status: TicketStatus | None = None
    to: tuple[str, ...] | None = None
    send_notice: bool = True


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
    """Open a ticket and ring it; one `ticket_refused` is answered when a plugin or the limit of open tickets said no.

    :raises DeskbellError: when an address or a name cannot be used.
    """
    _check_address(wish.sender)
    requests = _requests(desk)
    directory = requests.directory()
    for address in wish.cc:
        check_joining(directory, address)
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
        collaborators=tuple(Person("", address) for address in wish.cc),
    )
    return _rung(desk, requests.open(opening))


def require_opened(desk: Desk, events: Sequence[Event]) -> None:
    """Make sure that what was rung is no refusal.

    :raises NotOpened: when it is one, with the reason and what can be done.
    """
    refused = next((event for event in events if isinstance(event, TicketRefused)), None)
    if refused is None:
        return
    if refused.reason != OVERLIMIT:
        raise NotOpened(refused, refused.reason, "A plugin decided so: change what it objects to, or switch it off.")
    with desk.db.reading() as session:
        because = refused_because(desk.db.directory(session), refused)
    raise NotOpened(refused, because, "Close one of them, let an agent open it (--by), or raise 'ticket_limit'.")


def post_message(desk: Desk, number: str, *, sender: str, text: str) -> Sequence[Event]:
    """Append an end user's message and ring it.

    :raises DeskbellError: when the ticket is unknown, the address cannot be used, or a plugin said no.
    """
    _check_address(sender)
    actor = end_user_actor(sender, _known_name(desk, sender))
    return _rung(desk, _requests(desk).post(number, sender=actor, origin=Origin.API, text=text))


def reply(desk: Desk, number: str, wish: ReplyWish, *, by: str) -> Sequence[Event]:
    """Answer on a ticket as an agent and ring it.

    :param by: the address of the acting agent.
    :raises DeskbellError: when a name is unknown, the reply is empty, a file cannot be taken, or the agent may not open
        the ticket.
    """
    requests = _requests(desk)
    actor = agent_actor(requests.directory(), by)
    words = Words(attachments=attached(desk, wish.files))
    answer = Reply(text=wish.text, words=words, status=wish.status, send_notice=wish.send_notice)
    return _rung(desk, requests.reply(number, actor=actor, reply=answer, to=wish.to))


def note(desk: Desk, number: str, *, by: str, text: str) -> Sequence[Event]:
    """Leave an internal note as an agent and ring it; raises like `reply`."""
    requests = _requests(desk)
    return _rung(desk, requests.note(number, actor=agent_actor(requests.directory(), by), text=text))


def release(desk: Desk, number: str, entry_id: int, *, by: str | None) -> Sequence[Event]:
    """Vouch for a message that is held or unverified, and ring it; nothing is answered when nothing kept it.

    :raises DeskbellError: when ticket, message or agent is unknown, or the agent may not open the ticket.
    """
    requests = _requests(desk)
    return _rung(desk, requests.release(number, actor=_actor(requests, by), entry_id=entry_id))


def assign(desk: Desk, number: str, *, by: str | None, agent: str, team: str, comment: str) -> Sequence[Event]:
    """Assign a ticket and ring it; nothing is answered when nothing changed.

    :param by: the address of the acting agent; None for the administrator at the keyboard.
    :raises DeskbellError: when a name is unknown, or the acting agent may not open the ticket.
    """
    requests = _requests(desk)
    return _rung(desk, requests.assign(number, actor=_actor(requests, by), agent=agent, team=team, comment=comment))


def unassign(desk: Desk, number: str, *, by: str | None, agent: bool, team: bool) -> Sequence[Event]:
    """Take a ticket from its agent, its team, or both, and ring it; answers and raises like `assign`."""
    requests = _requests(desk)
    return _rung(desk, requests.unassign(number, actor=_actor(requests, by), agent=agent, team=team))


def transfer(desk: Desk, number: str, *, by: str | None, department: str, comment: str) -> Sequence[Event]:
    """Move a ticket to another department and ring it; answers and raises like `assign`."""
    requests = _requests(desk)
    actor = _actor(requests, by)
    return _rung(desk, requests.transfer(number, actor=actor, department=department, comment=comment))


def change_status(desk: Desk, number: str, *, by: str | None, status: TicketStatus) -> Sequence[Event]:
    """Close or reopen a ticket, or let it wait, and ring it; answers and raises like `assign`."""
    requests = _requests(desk)
    return _rung(desk, requests.change_status(number, actor=_actor(requests, by), status=status))


def merge(desk: Desk, number: str, *, by: str | None, into: str) -> Sequence[Event]:
    """Fold a ticket into another one and ring it; raises like `assign`, and when it cannot be merged."""
    requests = _requests(desk)
    return _rung(desk, requests.merge(number, into=into, actor=_actor(requests, by)))


def add_collaborator(desk: Desk, number: str, *, by: str | None, address: str, name: str = "") -> Sequence[Event]:
    """Let another end user take part and ring it; answers and raises like `assign`, and when the address is unfit."""
    requests = _requests(desk)
    person = Person(name, address)
    return _rung(desk, requests.add_collaborator(number, actor=_actor(requests, by), person=person))


def set_collaborator_active(
    desk: Desk, number: str, *, by: str | None, address: str, active: bool
) -> tuple[Sequence[Event], bool]:
    """Let a collaborator receive mail or not, and ring what there is to ring; answer that, and whether it changed.

    :raises DeskbellError: as with `assign`.
    """
    requests = _requests(desk)
    actor = _actor(requests, by)
    events, changed = requests.set_collaborator_active(number, actor=actor, address=address, active=active)
    return _rung(desk, events), changed


def remove_collaborator(desk: Desk, number: str, *, by: str | None, address: str) -> None:
    """Let a collaborator take part no longer; nothing is rung. Raises like `assign`."""
    requests = _requests(desk)
    requests.remove_collaborator(number, actor=_actor(requests, by), address=address)


def watch(desk: Desk, number: str, *, by: str, watching: bool) -> bool:
    """Let an agent watch a ticket or stop it; nothing is rung, and False answered when nothing changed.

    :raises DeskbellError: when a name is unknown, or the agent may not open the ticket.
    """
    requests = _requests(desk)
    actor = agent_actor(requests.directory(), by)
    return requests.watch(number, actor=actor) if watching else requests.unwatch(number, actor=actor)


def change_priority(desk: Desk, number: str, *, by: str | None, priority: Priority) -> Sequence[Event]:
    """Give a ticket another priority and ring it; answers and raises like `assign`."""
    requests = _requests(desk)
    return _rung(desk, requests.change_priority(number, actor=_actor(requests, by), priority=priority))


def acknowledge(desk: Desk, number: str, *, by: str) -> Sequence[Event]:
    """Say as an agent that the ticket is taken care of, and ring it; nothing is answered when somebody did before.

    :raises DeskbellError: when a name is unknown, or the agent may not open the ticket.
    """
    requests = _requests(desk)
    return _rung(desk, requests.acknowledge(number, actor=agent_actor(requests.directory(), by)))


def agent_actor(directory: Directory, address: str) -> Actor:
    """An agent as the cause of something.

    :raises NotActive: when the agent's account is switched off.
    :raises UnknownName: when there is no such agent.
    """
    agent = directory.agent(address)
    actor = Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)
    require_active(directory, actor)
    return actor


def end_user_actor(address: str, name: str = "") -> Actor:
    """An end user as the cause of something; who types at this machine has been let in to it."""
    return Actor(ActorKind.END_USER, None, name, address)


def _known_name(desk: Desk, address: str) -> str:
    with desk.db.reading() as session:
        found = end_users.find(session, [address])
    return next((user.name for user in found.values()), "")


def _actor(requests: Requests, by: str | None) -> Actor:
    return SYSTEM if by is None else agent_actor(requests.directory(), by)


def _requests(desk: Desk) -> Requests:
    return Requests(desk.db, hooks=desk.hooks, faults=desk.watch, clock=desk.clock)


def _rung(desk: Desk, events: Sequence[Event]) -> Sequence[Event]:
    desk.ring(events)
    return events


def _check_address(address: str) -> None:
    if not valid(address):
        raise InvalidValue(f"'{address}'", "this is no mail address", "Write it like ada@example.com.")
