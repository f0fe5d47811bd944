"""Single requests by any door but mail: ask the plugins, then act in one transaction."""

import attrs

from ..contract.clock import Clock
from ..contract.drafts import MessageDraft, Refusal
from ..contract.errors import DeskbellError
from ..contract.events import Event
from ..contract.faults import FaultReporter
from ..contract.people import Actor
from ..contract.tickets import Origin
from ..store import tickets
from ..store.database import Database
from ..store.directory import Directory
from .answers import message_answer, refusal_reason, ticket_answer
from .assign import assign_ticket
from .before import BeforeHooks
from .drafting import draft_continuing
from .message import Posting, closed_for_good, post_message
from .open import open_ticket
from .opening import Opening
from .refuse import refuse_ticket
from .words import NO_MORE, Words


class RequestRefused(DeskbellError, PermissionError):
    """A plugin said no to a message; nothing was written."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The message was refused: {reason}")


class Requests:
    """Opens, answers and assigns tickets for one person at a time. May be used by several threads."""

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

        :returns: the events, to be rung; one `ticket_refused` when a plugin said no.
        :raises UnknownName: when the draft names what the desk does not know.
        """
        answer = self._hooks.before_ticket_created(opening.draft)
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

        :returns: the events, to be rung.
        :raises UnknownName: when there is no such ticket.
        :raises RequestRefused: when a plugin said no to the message.
        """
        with self._db.reading() as session:
            directory = self._db.directory(session)
            ticket = tickets.find_number(session, number)
            too_late = closed_for_good(session, [ticket.id], now=self._clock.now())
        if too_late:
            draft = draft_continuing(directory, ticket=ticket, sender=sender, origin=origin, text=text)
            return self.open(Opening(draft=draft, words=words, continues=ticket.number))
        offered = MessageDraft(sender=sender, origin=origin, ticket=number, text=text)
        answer = self._hooks.before_message_accepted(offered)
        if isinstance(answer, Refusal):
            raise RequestRefused(refusal_reason(answer))
        draft_left = message_answer(offered=offered, answered=answer, faults=self._faults)
        posting = Posting(ticket_id=ticket.id, draft=draft_left, words=words)
        with self._db.writing() as session:
            return post_message(session, self._db.directory(session), posting=posting, now=self._clock.now())

    def assign(
        self, number: str, *, actor: Actor, agent: str = "", team: str = "", comment: str = ""
    ) -> tuple[Event, ...]:
        """Assign a ticket to an agent by address, to a team by name, or to both.

        :returns: the event, to be rung; nothing when nothing changes.
        :raises UnknownName: when there is no such ticket, agent or team.
        :raises MayNotOpen: when the acting agent may not open the ticket.
        """
        with self._db.writing() as session:
            directory = self._db.directory(session)
            return assign_ticket(
                session,
                directory,
                ticket_id=tickets.find_number(session, number).id,
                actor=actor,
                agent_id=directory.agent(agent).id if agent else None,
                team_id=directory.team(team).id if team else None,
                comment=comment,
                now=self._clock.now(),
            )
