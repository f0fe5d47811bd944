"""Explain and simulate: the same lines for what was decided and for what would be."""

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.decisions import Outcome
from ..contract.errors import UnknownName
from ..contract.people import Actor, ActorKind
from ..desk.imagine import Scene, imagine
from ..notify import explain
from ..notify.explain import Line
from ..store import decisions, journal, raw_mails, tickets
from ..store.decisions import Recorded
from ..store.directory import Directory
from ..store.raw_mails import RawMail, RawState
from .opening import Desk


def recorded(
    desk: Desk, *, ticket: str | None, event_id: int | None, refused_id: int | None, person: str | None
) -> tuple[Line, ...]:
    """What was decided about a ticket, an event or a refused mail; for one person, also if never a candidate.

    :raises UnknownName: when there is no such ticket, event or mail.
    """
    with desk.db.reading() as session:
        found = _recorded(session, ticket=ticket, event_id=event_id, refused_id=refused_id)
        kept = () if refused_id is None else (_kept_mail(raw_mails.find(session, refused_id)),)
        if person is None:
            return (*kept, *explain.recorded_lines(found))
        return (*kept, *explain.about_person(session, desk.host, found, person))


def _kept_mail(mail: RawMail) -> Line:
    """Why a mail became no ticket, as the first line of the answer: no plugin was asked about it."""
    stored = mail.state is RawState.STORED
    because = "The mail was stored; 'deskbell mail list --state stored' names its ticket." if stored else mail.reason
    return Line(
        event_id=0,
        event=f"mail_{mail.state.value}",
        plugin="",
        person="",
        address=mail.envelope_from or "",
        roles=(),
        outcome=Outcome.NOTIFIED.value if stored else Outcome.REFUSED.value,
        reason=mail.state.value,
        because=because,
    )


def _recorded(
    session: Session, *, ticket: str | None, event_id: int | None, refused_id: int | None
) -> tuple[Recorded, ...]:
    if ticket is not None:
        return decisions.of_ticket(session, tickets.find_number(session, ticket).id)
    if refused_id is not None:
        mail = raw_mails.find(session, refused_id)
        return decisions.of_refused_mail(session, mail.id)
    if event_id is None or journal.find_event(session, event_id) is None:
        raise UnknownName("event", str(event_id))
    return decisions.of_event(session, event_id)


def simulated(desk: Desk, event: str, *, ticket: str, actor: str | None) -> tuple[Line, ...]:
    """What would be decided if the event happened to the ticket now; nothing is written.

    :raises UnknownName: when there is no such event, ticket or person.
    :raises CannotImagine: when the ticket lacks what the event speaks of.
    """
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        found = tickets.find_number(session, ticket)
        entries = tickets.entries(session, found.id)
        history = journal.history(session, found.id)
    opener = history[0].actor if history else Actor(ActorKind.SYSTEM)
    acting = _actor(directory, actor, opener)
    if actor is not None:
        # Who is named has done it: the newest words are that person's, and came by no mail.
        entries = tuple(attrs.evolve(entry, author=acting, verified=True) for entry in entries)
    scene = Scene(
        ticket=found,
        entries=entries,
        actor=acting,
        now=desk.clock.now(),
        incoming=getattr(history[0], "incoming", None) if history and actor is None else None,
    )
    considered = desk.rehearsal.consider([imagine(event, scene)], directory)
    return tuple(line for each in considered for line in explain.lines(event, each.decision))


def _actor(directory: Directory, address: str | None, opener: Actor) -> Actor:
    """The agent with this address, else an end user; without an address whoever opened the ticket."""
    if address is None:
        return opener
    agent = directory.agents_by_address.get(normalise(address))
    if agent is not None:
        return Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)
    return Actor(ActorKind.END_USER, None, "", address)
