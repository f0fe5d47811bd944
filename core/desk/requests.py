"""Single requests by any door but mail: ask the plugins where they may be asked, then act in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypedDict

import attrs
from sqlalchemy.orm import Session

from ..contract.clock import Clock
from ..contract.drafts import MessageDraft, Refusal
from ..contract.errors import DeskbellError, InvalidValue
from ..contract.events import Event
from ..contract.faults import FaultReporter
from ..contract.people import Actor
from ..contract.tickets import Origin, Priority, Ticket, TicketStatus
from ..store import end_users, tickets
from ..store.database import Database
from ..store.directory import Directory
from ..store.end_users import Person
from .access import require_active
from .acknowledge import acknowledge_ticket
from .answers import message_answer, refusal_reason, ticket_answer
from .assign import assign_ticket, check_assignable
from .before import BeforeHooks
from .collaborators import add_collaborator, chosen_ids, remove_collaborator, set_collaborator_active
from .drafting import draft_continuing
from .merge import merge_tickets
from .message import Posting, closed_for_good, post_message, takes_part
from .note import post_note
from .open import open_ticket
from .opening import Opening
from .priority import change_priority
from .refuse import refuse_ticket
from .release import release_message
from .reply import Reply, post_reply
from .status import change_status
from .transfer import transfer_ticket
from .typed import check_line, check_text, with_plain_line_ends
from .unassign import unassign_ticket
from .watch import unwatch_ticket, watch_ticket
from .words import NO_MORE, Words


class RequestRefused(DeskbellError, PermissionError):
    """A plugin said no to a message; nothing was written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The message was refused: {reason}")


class _Acting(TypedDict):
    """What every act on one ticket takes, to be unpacked into it."""

    session: Session
    directory: Directory
    ticket_id: int
    actor: Actor
    now: datetime


class Requests:
    """What one person at a time asks of tickets, which are named by their numbers. May be used by several threads.

    Every act on a ticket answers its events, to be rung: none when nothing changes. Each raises `UnknownName` when there is
    no such ticket, agent, team, department or collaborator, `MayNotOpen` when the acting agent may not open the ticket, and
    `MergedAway` when the ticket was merged into another one.
    """

    def __init__(self, db: Database, *, hooks: BeforeHooks, faults: FaultReporter, clock: Clock) -> None:
        self._db = db
        self._hooks = hooks
        self._faults = faults
        self._clock = clock

    def directory(self) -> Directory:
        """The desk's configuration now, for drafting."""
        with self._db.reading() as session:
            return self._db.directory(session)

    def open(self, opening: Opening) -> tuple[Event, ...]:
        """Open a ticket from a draft that no plugin has seen yet.

        :returns: the events, to be rung; one `ticket_refused` when a plugin said no, or the end user has too many open tickets.
        :raises InvalidValue: when the draft holds what cannot be stored, or the chosen agent cannot get a ticket.
        :raises NotActive: when the account of the agent who opens it is switched off.
        :raises UnknownName: when the draft names what the desk does not know.
        """
        return self._open(self._typed(opening))

    def _open(self, opening: Opening) -> tuple[Event, ...]:
        """Open a ticket of which all that was typed is checked."""
        answer = self._hooks.before_ticket_created(opening.draft, directory=self.directory())
        with self._db.writing() as session:
            directory = self._db.directory(session)
            if isinstance(answer, Refusal):
                return refuse_ticket(
                    session,
                    directory,
                    draft=opening.draft,
                    owner=opening.owner,
                    reason=refusal_reason(answer),
                    now=self._clock.now(),
                )
            draft = ticket_answer(directory, offered=opening.draft, answered=answer, faults=self._faults)
            checked = attrs.evolve(opening, draft=draft)
            return open_ticket(session, directory, opening=checked, now=self._clock.now())

    def post(
        self, number: str, *, sender: Actor, origin: Origin, text: str, words: Words = NO_MORE
    ) -> tuple[Event, ...]:
        """Append an end user's message to a ticket, or open a new one where the ticket is closed for too long.

        Who takes no part in the ticket opens none: the message is held, as on an open ticket.

        :returns: the events, to be rung.
        :raises InvalidValue: when there is nothing in the message, or what cannot be stored.
        :raises UnknownName: when there is no such ticket.
        :raises RequestRefused: when a plugin said no to the message.
        """
        if not text.strip() and not words.attachments:
            raise InvalidValue("The message", "it has neither text nor attachment", "Write something.")
        text = with_plain_line_ends(text)
        check_text(text, "The text of the message")
        check_line(sender.name, "The name of the sender")
        with self._db.reading() as session:
            directory = self._db.directory(session)
            ticket = tickets.find_living(session, number)
            too_late = closed_for_good(directory, ticket, now=self._clock.now())
            too_late = too_late and _is_participant(session, ticket, sender)
        if too_late:
            draft = draft_continuing(directory, ticket=ticket, sender=sender, origin=origin, text=text)
            return self._open(Opening(draft=draft, words=words, continues=ticket.number))
        offered = MessageDraft(sender=sender, origin=origin, ticket=ticket.number, text=text)
        answer = self._hooks.before_message_accepted(offered, ticket=ticket, directory=directory)
        if isinstance(answer, Refusal):
            raise RequestRefused(refusal_reason(answer))
        draft_left = message_answer(offered=offered, answered=answer, faults=self._faults)
        posting = Posting(ticket_id=ticket.id, draft=draft_left, words=words)
        with self._db.writing() as session:
            return post_message(session, self._db.directory(session), posting=posting, now=self._clock.now())

    def reply(self, number: str, *, actor: Actor, reply: Reply, to: tuple[str, ...] | None = None) -> tuple[Event, ...]:
        """Append an agent's reply.

        :param to: the addresses of the collaborators whom it goes to besides the owner, instead of `reply.chosen`.
        :raises AgentsOnly: when the actor is no agent.
        """
        with self._acting(number, actor) as act:
            if to is not None:
                reply = attrs.evolve(reply, chosen=chosen_ids(act["session"], act["ticket_id"], to))
            return post_reply(**act, reply=reply)

    def note(self, number: str, *, actor: Actor, text: str, words: Words = NO_MORE) -> tuple[Event, ...]:
        """Append an agent's internal note.

        :raises AgentsOnly: when the actor is no agent.
        """
        with self._acting(number, actor) as act:
            return post_note(**act, text=text, words=words)

    def release(self, number: str, *, actor: Actor, entry_id: int) -> tuple[Event, ...]:
        """Let the participants see a message that is held or unverified."""
        with self._acting(number, actor) as act:
            return release_message(**act, entry_id=entry_id)

    def assign(
        self, number: str, *, actor: Actor, agent: str = "", team: str = "", comment: str = ""
    ) -> tuple[Event, ...]:
        """Assign a ticket to an agent by address, to a team by name, or to both."""
        with self._acting(number, actor) as act:
            directory = act["directory"]
            agent_id = directory.agent(agent).id if agent else None
            team_id = directory.team(team).id if team else None
            return assign_ticket(**act, agent_id=agent_id, team_id=team_id, comment=comment)

    def unassign(self, number: str, *, actor: Actor, agent: bool = True, team: bool = True) -> tuple[Event, ...]:
        """Take a ticket away from its agent, its team, or both."""
        with self._acting(number, actor) as act:
            return unassign_ticket(**act, agent=agent, team=team)

    def transfer(self, number: str, *, actor: Actor, department: str, comment: str = "") -> tuple[Event, ...]:
        """Move a ticket to another department by name."""
        with self._acting(number, actor) as act:
            department_id = act["directory"].department(department).id
            return transfer_ticket(**act, department_id=department_id, comment=comment)

    def change_status(self, number: str, *, actor: Actor, status: TicketStatus) -> tuple[Event, ...]:
        """Close or reopen a ticket, or let it wait for its end user."""
        with self._acting(number, actor) as act:
            return change_status(**act, status=status)

    def merge(self, number: str, *, into: str, actor: Actor) -> tuple[Event, ...]:
        """Fold a ticket into another one.

        :raises CannotMerge: when both are the same.
        """
        with self._db.writing() as session:
            return merge_tickets(
                session,
                self._db.directory(session),
                source_id=tickets.find_number(session, number).id,
                target_id=tickets.find_number(session, into).id,
                actor=actor,
                now=self._clock.now(),
            )

    def add_collaborator(self, number: str, *, actor: Actor, person: Person) -> tuple[Event, ...]:
        """Let another end user take part.

        :raises InvalidValue: when the address cannot be used.
        """
        with self._acting(number, actor) as act:
            return add_collaborator(**act, person=person)

    def set_collaborator_active(
        self, number: str, *, actor: Actor, address: str, active: bool
    ) -> tuple[tuple[Event, ...], bool]:
        """Let a collaborator receive mail or not; answer the events and whether it changed, for the one way rings none."""
        with self._acting(number, actor) as act:
            return set_collaborator_active(**act, address=address, active=active)

    def remove_collaborator(self, number: str, *, actor: Actor, address: str) -> None:
        """Let a collaborator take part no longer, which rings nothing."""
        with self._acting(number, actor) as act:
            remove_collaborator(**act, address=address)

    def watch(self, number: str, *, actor: Actor) -> bool:
        """Let the acting agent watch a ticket, which rings nothing; False when the agent does already.

        :raises AgentsOnly: when the actor is no agent.
        """
        with self._acting(number, actor) as act:
            return watch_ticket(**act)

    def unwatch(self, number: str, *, actor: Actor) -> bool:
        """Let the acting agent watch a ticket no longer, which rings nothing; False when the agent did not.

        :raises AgentsOnly: when the actor is no agent.
        """
        with self._acting(number, actor) as act:
            return unwatch_ticket(**act)

    def change_priority(self, number: str, *, actor: Actor, priority: Priority) -> tuple[Event, ...]:
        """Give a ticket another priority."""
        with self._acting(number, actor) as act:
            return change_priority(**act, priority=priority)

    def acknowledge(self, number: str, *, actor: Actor) -> tuple[Event, ...]:
        """Note that the acting agent takes care of a ticket.

        :raises AgentsOnly: when the actor is no agent.
        """
        with self._acting(number, actor) as act:
            return acknowledge_ticket(**act)

    def _typed(self, opening: Opening) -> Opening:
        """The opening with plain line ends, if somebody may open it and all of it can be stored."""
        draft = attrs.evolve(opening.draft, text=with_plain_line_ends(opening.draft.text))
        check_line(draft.subject, "The subject of the ticket")
        check_text(draft.text, "The text of the ticket")
        check_line(draft.sender.name, "The name of the sender")
        for person in (opening.person, *opening.collaborators):
            check_line(person.name, f"The name of {person.address}")
        directory = self.directory()
        require_active(directory, draft.sender)
        if opening.by_hand and draft.agent:
            check_assignable(directory.agent(draft.agent), "The ticket")
        return attrs.evolve(opening, draft=draft)

    @contextmanager
    def _acting(self, number: str, actor: Actor) -> Iterator[_Acting]:
        with self._db.writing() as session:
            yield {
                "session": session,
                "directory": self._db.directory(session),
                "ticket_id": tickets.find_number(session, number).id,
                "actor": actor,
                "now": self._clock.now(),
            }


def _is_participant(session: Session, ticket: Ticket, sender: Actor) -> bool:
    """Whether the person takes part in the ticket, under whatever address; whom nobody knows does not."""
    found = end_users.find(session, [sender.address]) if sender.address else {}
    return any(takes_part(ticket, user.id) for user in found.values())
