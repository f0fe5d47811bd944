"""The command by which an agent answers, and all that an answer brings with it: claim, status, end of the escalation."""

from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.errors import InvalidValue, UnknownName
from ..contract.events import Event, Incoming, ReplyPosted
from ..contract.people import Actor
from ..contract.tickets import EntryKind, Origin, Ticket, TicketStatus
from ..store import journal, ticket_changes, ticket_updates, tickets
from ..store.directory import Directory
from ..store.ticket_changes import NewEntry
from . import sla
from .acts import Act, agent_id_of, take_up
from .status import put_status, status_events
from .typed import check_text, with_plain_line_ends
from .words import NO_MORE, Words


@attrs.frozen(kw_only=True)
class Reply:
    """An answer that an agent wants to give.

    :param words: what comes with the text.
    :param status: what the ticket shall be after it; None leaves that to the department.
    :param chosen: the ids of the collaborators whom it goes to besides the owner, None for all active ones.
    :param send_notice: False when the agent ticked "do not send".
    :param incoming: the mail that it came by, if any.
    """

    text: str
    words: Words = NO_MORE
    status: TicketStatus | None = None
    chosen: frozenset[int] | None = None
    send_notice: bool = True
    origin: Origin = Origin.AGENT
    incoming: Incoming | None = None


def post_reply(
    session: Session, directory: Directory, *, ticket_id: int, actor: Actor, reply: Reply, now: datetime
) -> tuple[Event, ...]:
    """Append an agent's reply, which ends the escalation of the ticket.

    A ticket without an agent becomes the author's, silently, where the department has claim on reply. An open ticket waits
    for its end user from now on where the department pauses while waiting. A closed one stays closed, unless the reply says
    otherwise.

    :returns: `reply_posted`, then what the change of status rings.
    :raises AgentsOnly: when the actor is no agent.
    :raises InvalidValue: when the reply is empty, too long, or holds what no text does.
    :raises MayNotOpen: when the agent may not open the ticket.
    :raises MergedAway: when it was merged into another one.
    :raises UnknownName: when there is no such ticket, or somebody is chosen who is no collaborator.
    """
    agent_id = agent_id_of(actor)
    if not reply.text.strip() and not reply.words.attachments:
        raise InvalidValue("The reply", "it has neither text nor attachment", "Write something.")
    reply = attrs.evolve(reply, text=with_plain_line_ends(reply.text))
    check_text(reply.text, "The text of the reply")
    before = take_up(session, directory, ticket_id=ticket_id, actor=actor, now=now)
    _check_chosen(before, reply)
    references = tickets.message_ids(session, ticket_id)
    [entry] = ticket_changes.insert_entries(session, [_entry(ticket_id, actor, reply, now=now)])
    ticket_updates.set_last_respondent(session, ticket_id, agent_id, now=now)
    if before.agent is None and directory.policy(before.department.id).claim_on_reply:
        team_id = before.team.id if before.team else None
        ticket_changes.assign(session, ticket_id, agent_id=agent_id, team_id=team_id, now=now)
    status = _status(directory, before, reply)
    if status is not before.status:
        put_status(session, directory, before=before, status=status, now=now)
    sla.stop_escalation(session, [ticket_id])
    after = tickets.snapshot(session, ticket_id)
    act = Act(actor=actor, at=now)
    posted = ReplyPosted(
        **act.on(after),
        incoming=reply.incoming,
        entry=entry,
        chosen=reply.chosen,
        send_notice=reply.send_notice,
        references=references,
    )
    return journal.append(session, [posted, *status_events(act, before, after)])


def _check_chosen(ticket: Ticket, reply: Reply) -> None:
    strangers = (reply.chosen or frozenset()) - {each.user.id for each in ticket.collaborators}
    if strangers:
        raise UnknownName(f"collaborator of ticket {ticket.number} with the id", str(min(strangers)))


def _status(directory: Directory, before: Ticket, reply: Reply) -> TicketStatus:
    if reply.status is not None:
        return reply.status
    if before.status is TicketStatus.OPEN and directory.policy(before.department.id).pause_while_waiting:
        return TicketStatus.WAITING
    return before.status


def _entry(ticket_id: int, actor: Actor, reply: Reply, *, now: datetime) -> NewEntry:
    return NewEntry(
        ticket_id=ticket_id,
        kind=EntryKind.REPLY,
        origin=reply.origin,
        author=actor,
        text=reply.text,
        posted_at=now,
        verified=actor.verified,
        **reply.words.on_entry,
    )
