"""Explain and simulate: the same lines for what was decided and for what would be."""

from collections.abc import Sequence

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.decisions import Outcome
from ..contract.errors import InvalidValue, UnknownName
from ..contract.events import Event, Incoming
from ..contract.people import SYSTEM, Actor, ActorKind, Agent, Team
from ..contract.tickets import Department, Mailbox, Ticket
from ..desk.imagine import NO_STEPS, Scene, imagine
from ..desk.message import takes_part
from ..desk.sla.plans import plan_of_place
from ..notify import explain
from ..notify.explain import Advice, Keeping, Line
from ..store import decisions, journal, raw_mails, retention, tickets
from ..store.decisions import Recorded, Undecided
from ..store.directory import Directory, EscalationStep
from ..store.raw_mails import RawMail, RawState
from .opening import Desk

# --- what was decided ---


def recorded(
    desk: Desk, *, ticket: str | None, event_id: int | None, refused_id: int | None, person: str | None
) -> tuple[Line, ...]:
    """What was decided about a ticket, an event or a refused mail; for one person, also if never a candidate.

    Events about which nothing was decided have a line that says why.

    :raises UnknownName: when there is no such ticket, event or mail.
    """
    with desk.db.reading() as session:
        found, undecided = _found(session, ticket=ticket, event_id=event_id, refused_id=refused_id)
        kept = () if refused_id is None else (_kept_mail(raw_mails.find(session, refused_id)),)
        advice = _advice(desk, session, found, undecided)
        if person is None:
            decided = explain.recorded_lines(found, changes=advice)
        else:
            decided = explain.about_person(session, desk.host, found, person, changes=advice)
        silent = _silent(desk, session, undecided, advice)
        applied = () if person is not None else _applied(session, ticket, event_id)
    return (*kept, *sorted((*applied, *decided, *silent), key=lambda line: line.event_id))


def _applied(session: Session, ticket: str | None, event_id: int | None) -> tuple[Line, ...]:
    """What the filters did to the ticket, which stands before what was decided about it."""
    if ticket is not None:
        events = journal.history(session, tickets.find_number(session, ticket).id)
    else:
        events = journal.load(session, [event_id] if event_id is not None else [])
    return tuple(line for event in events for line in explain.filtered_lines(event))


def _advice(desk: Desk, session: Session, found: Sequence[Recorded], undecided: Sequence[Undecided]) -> Advice:
    ids = {each.decision.event_id for each in found} | {each.event_id for each in undecided}
    events = {event.id: event for event in journal.load(session, ids)}
    return Advice(events=events, directory=desk.db.directory(session), host=desk.host)


def _silent(desk: Desk, session: Session, undecided: Sequence[Undecided], advice: Advice) -> list[Line]:
    days = advice.directory.profile.keep_decisions_days
    keeping = Keeping(days=days, purged_before=retention.purged_before(session))
    lines = []
    for each in undecided:
        event = advice.events[each.event_id]
        reason, because = explain.unheard(event, desk.host, rung_at=each.rung_at, keeping=keeping)
        lines.append(explain.unheard_line(event, reason, because, advice.unheard(event, reason)))
    return lines


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
        change="" if stored else f"When its cause is gone, process it again: deskbell mail retry {mail.id}",
    )


def _found(
    session: Session, *, ticket: str | None, event_id: int | None, refused_id: int | None
) -> tuple[tuple[Recorded, ...], tuple[Undecided, ...]]:
    if ticket is not None:
        ticket_id = tickets.find_number(session, ticket).id
        return decisions.of_ticket(session, ticket_id), decisions.undecided_of_ticket(session, ticket_id)
    if refused_id is not None:
        mail_id = raw_mails.find(session, refused_id).id
        return decisions.of_refused_mail(session, mail_id), decisions.undecided_of_refused_mail(session, mail_id)
    if event_id is None or journal.find_event(session, event_id) is None:
        raise UnknownName("event", str(event_id))
    return decisions.of_event(session, event_id), decisions.undecided_of_event(session, event_id)


# --- what would be decided ---


@attrs.frozen(kw_only=True)
class Wish:
    """How an imagined event shall be; people are named by their address, everything else by its name.

    :param actor: who causes it; None for whoever most likely would.
    :param sender: the end user whose message it is.
    :param agent: who is mentioned, or gets the ticket; `team`: which team gets it.
    :param to: the department that the ticket is moved to.
    :param department: the department that the ticket is taken to be in.
    :param mailbox: the mailbox that the message comes in by.
    :param check: the automatic-mail check that the message fails; `automatic`: whether a machine wrote it.
    :param verified: whether it is known for sure who wrote it.
    :param step: which step of the escalation passes, from 1.
    """

    actor: str | None = None
    sender: str | None = None
    agent: str | None = None
    team: str | None = None
    to: str | None = None
    department: str | None = None
    mailbox: str | None = None
    check: str = ""
    automatic: bool = False
    verified: bool = True
    step: int = 1


NO_WISH = Wish()


def simulated(desk: Desk, event: str, *, ticket: str, wish: Wish = NO_WISH) -> tuple[Line, ...]:
    """What would be decided if the event happened to the ticket now; nothing is written.

    :raises UnknownName: when there is no such event, ticket, person or thing that `wish` names.
    :raises InvalidValue: when two wishes do not go together.
    :raises CannotImagine: when the ticket lacks what the event speaks of.
    """
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        found = tickets.find_number(session, ticket)
        entries = tickets.entries(session, found.id)
        history = journal.history(session, found.id)
    if wish.department is not None:
        found = attrs.evolve(found, department=_department(directory, wish.department))
    scene = _with_people(
        Scene(
            ticket=found,
            entries=entries,
            opener=history[0].actor if history else SYSTEM,
            now=desk.clock.now(),
            incoming=_incoming(directory, found, history, wish),
            automatic=wish.automatic,
            claims=directory.policy(found.department.id).claim_on_reply,
            limit=directory.policy(found.department.id).ticket_limit,
            steps=_steps(directory, found),
            step=wish.step,
        ),
        directory,
        wish,
    )
    act = imagine(event, scene)
    considered = desk.rehearsal.consider(act, directory)
    advice = Advice(events={0: act[0]}, directory=directory, host=desk.host)
    own = [each.decision for each in considered if each.event is act[0]]
    return tuple(line for decision in own for line in explain.lines(event, decision, changes=advice))


def _with_people(scene: Scene, directory: Directory, wish: Wish) -> Scene:
    """The scene with everybody and everything that the wish names."""
    if wish.actor is not None and wish.sender is not None:
        raise InvalidValue("The simulation", "it has both an actor and a sender", "Name one of them.")
    agent = None if wish.agent is None else directory.agent(wish.agent)
    team = None if wish.team is None else directory.team(wish.team)
    actor = _actor(directory, scene.ticket, wish)
    return attrs.evolve(
        scene,
        actor=actor,
        held=wish.sender is not None and (actor is None or actor.id is None or not takes_part(scene.ticket, actor.id)),
        agent=None if agent is None else Agent(agent.id, agent.name, agent.address),
        team=None if team is None else Team(team.id, team.name),
        to=None if wish.to is None else _department(directory, wish.to),
    )


def _department(directory: Directory, name: str) -> Department:
    found = directory.department(name)
    return Department(found.id, found.name)


def _actor(directory: Directory, ticket: Ticket, wish: Wish) -> Actor | None:
    """The agent with this address, else the participant, else a stranger."""
    address = wish.actor if wish.actor is not None else wish.sender
    if address is None:
        return None
    agent = directory.agents_by_address.get(normalise(address)) if wish.actor is not None else None
    if agent is not None:
        return Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)
    for user in (ticket.owner, *(each.user for each in ticket.collaborators)):
        if normalise(user.address) == normalise(address):
            return Actor(ActorKind.END_USER, user.id, user.name, user.address, verified=wish.verified)
    return Actor(ActorKind.END_USER, None, "", address, verified=wish.verified)


def _incoming(directory: Directory, ticket: Ticket, history: Sequence[Event], wish: Wish) -> Incoming | None:
    """The mail that the message is: as the ticket's first one came, unless it is wished otherwise.

    :raises InvalidValue: when a mail is wished for and no mailbox is known that it could come by.
    """
    came: Incoming | None = getattr(history[0], "incoming", None) if history else None
    by_mail = wish.sender is not None or wish.mailbox is not None or bool(wish.check) or wish.automatic
    if not by_mail:
        return came if wish.actor is None else None
    mailbox = came.mailbox if came is not None else None
    if wish.mailbox is not None:
        named = directory.mailbox(wish.mailbox)
        mailbox = Mailbox(named.id, named.name, named.address)
    if mailbox is None:
        known = [each for each in directory.mailboxes.values() if each.department_id == ticket.department.id]
        mailbox = Mailbox(known[0].id, known[0].name, known[0].address) if known else None
    if mailbox is None:
        raise InvalidValue("The simulation", "no mailbox is known that the mail came in by", "Name one with --mailbox.")
    addressed = frozenset({normalise(mailbox.address)})
    return Incoming(mailbox, check=wish.check, automatic=wish.automatic, addressed=addressed)


def _steps(directory: Directory, ticket: Ticket) -> tuple[EscalationStep, ...]:
    topic_id = ticket.topic.id if ticket.topic is not None else None
    plan = plan_of_place(directory, department_id=ticket.department.id, topic_id=topic_id)
    return plan.steps if plan is not None and plan.steps else NO_STEPS
