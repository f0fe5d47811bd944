"""Letters handed to the desk: tickets, messages, refusals and the state of their mails, in one transaction."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.errors import InvalidValue, UnknownName
from ..contract.events import Event, MessagePosted, TicketCreated, TicketRefused
from ..contract.faults import FaultReporter
from ..contract.tickets import Origin
from ..desk.access import MayNotOpen, NotActive
from ..desk.acts import AgentsOnly, MergedAway
from ..desk.answers import message_answer, refusal_reason, ticket_answer
from ..desk.collaborators import add_collaborator
from ..desk.limits import refused_because
from ..desk.message import Posting, post_messages
from ..desk.note import post_note
from ..desk.open import open_tickets
from ..desk.opening import Opening
from ..desk.refuse import refuse_ticket
from ..desk.reply import Reply, post_reply
from ..store import end_users, logins, merging, raw_mails, reply_guesses, ticket_changes
from ..store.directory import AgentMail, Directory
from ..store.end_users import Person
from ..store.raw_mails import COPY_OF, RawMail, RawState, Settled
from .guessing import note_guesses
from .letters import Letter
from .submission import AgentAnswer, Declined, NewMessage, NewTicket, Submission

_log = logging.getLogger(__name__)

_MAY_NOT = (AgentsOnly, InvalidValue, MayNotOpen, MergedAway, NotActive, UnknownName)
"""Why the desk says no to an agent's act; each is said before anything is written."""


def submit(
    session: Session, directory: Directory, *, submissions: Sequence[Submission], faults: FaultReporter, now: datetime
) -> tuple[Event, ...]:
    """Write what the submissions come to, events and the state of their mails, in the caller's transaction.

    A mail of somebody who has too many open tickets is kept as refused; only a person lets it be tried again. A mail that
    arrived before, with the same octets in the same mailbox, becomes no second entry.
    """
    # Before all else: counters are locked before people, by everybody.
    note_guesses(session, [(each.letter, each.guesses) for each in submissions], faults=faults, now=now)
    fresh, outcomes = _without_copies(session, submissions)
    opening = [each for each in fresh if isinstance(each, NewTicket)]
    posting = [each for each in fresh if isinstance(each, NewMessage)]
    answering = [each for each in fresh if isinstance(each, AgentAnswer)]
    joining = [person for each in posting for person in each.joining]
    if (opening and posting) or joining or answering:
        # People, then numbers, then tickets: whoever locks in this order waits for nobody who waits back.
        letters = (
            [each.letter for each in opening] + [each.letter for each in posting] + [each.letter for each in answering]
        )
        end_users.ensure(session, [*map(_person, letters), *joining], now=now)
    work = _Work(session, directory, faults, now, outcomes=outcomes)
    work.open(opening)
    if answering:
        # All tickets at once, in the order of their ids, for the same reason.
        ticket_changes.lock(session, {*(each.ticket_id for each in posting), *(each.ticket_id for each in answering)})
    work.post([*posting, *work.answer(answering)])
    outcomes += [
        _settled(each.letter, state=RawState.REFUSED, reason=each.reason)
        for each in fresh
        if isinstance(each, Declined)
    ]
    raw_mails.settle(session, outcomes)
    if any(each.guesses for each in submissions):
        logins.purge(session, before=now - reply_guesses.WINDOW, guesses=True)
    return tuple(work.events)


def _without_copies(session: Session, submissions: Sequence[Submission]) -> tuple[list[Submission], list[Settled]]:
    """What did not arrive before, and what becomes of the mails that did."""
    originals = raw_mails.settled_originals(session, [each.letter.raw.digest for each in submissions])
    outcomes: list[Settled] = []
    fresh: list[Submission] = []
    for each in submissions:
        original = originals.get((each.letter.raw.digest, each.letter.route.mailbox.id))
        if original:
            outcomes.append(_copied(each.letter, original))
        else:
            fresh.append(each)
    return fresh, outcomes


def _person(letter: Letter) -> Person:
    return Person(letter.sender.name, letter.sender.address)


@attrs.define(eq=False)
class _Work:
    """One transaction's work, with the events and outcomes that it has come to so far."""

    session: Session
    directory: Directory
    faults: FaultReporter
    now: datetime
    outcomes: list[Settled] = attrs.field(kw_only=True)
    events: list[Event] = attrs.field(factory=list, kw_only=True)

    def open(self, submissions: Sequence[NewTicket]) -> None:
        """Open new tickets, and ring those that were refused."""
        new: list[tuple[NewTicket, Opening]] = []
        for each in submissions:
            if isinstance(each.answered, Refusal):
                self._refuse(each, refusal_reason(each.answered))
            else:
                new.append((each, self._opening(each, each.answered)))
        if not new:
            return
        acts = open_tickets(self.session, self.directory, openings=[opening for _, opening in new], now=self.now)
        for (each, _), act in zip(new, acts, strict=True):
            self.events += act
            self.outcomes.append(self._opened(each.letter, act[0]))

    def _opened(self, letter: Letter, first: Event) -> Settled:
        """What became of a letter, by the first event of its act."""
        if isinstance(first, TicketRefused):
            reason = refused_because(self.directory, first)
            return _settled(letter, state=RawState.REFUSED, reason=reason)
        ticket_id = first.ticket.id if isinstance(first, TicketCreated) else None
        return _settled(letter, reason=letter.route.note, ticket_id=ticket_id)

    def _opening(self, new: NewTicket, answered: TicketDraft) -> Opening:
        draft = ticket_answer(self.directory, offered=new.offered, answered=answered, faults=self.faults)
        return Opening(draft=draft, words=new.words, incoming=new.letter.incoming, continues=new.continues)

    def _refuse(self, new: NewTicket, reason: str) -> None:
        self.events += refuse_ticket(
            self.session,
            self.directory,
            draft=new.offered,
            reason=reason,
            raw_mail_id=new.letter.raw.id,
            incoming=new.letter.incoming,
            now=self.now,
        )
        self.outcomes.append(_settled(new.letter, state=RawState.REFUSED, reason=reason))

    def post(self, submissions: Sequence[NewMessage]) -> None:
        """Append messages that were not refused."""
        new: list[tuple[NewMessage, Posting]] = []
        for each in submissions:
            if isinstance(each.answered, Refusal):
                reason = refusal_reason(each.answered)
                outcome = _settled(each.letter, state=RawState.REFUSED, reason=reason, ticket_id=each.ticket_id)
                self.outcomes.append(outcome)
            else:
                new.append((each, self._posting(each, each.answered)))
        if not new:
            return
        acts = post_messages(self.session, self.directory, postings=[posting for _, posting in new], now=self.now)
        for (each, _), act in zip(new, acts, strict=True):
            self.events += act
            ticket_id = self._landed(each, act)
            self._join(each, act)
            self.outcomes.append(_settled(each.letter, reason=each.letter.route.note, ticket_id=ticket_id))

    def _join(self, new: NewMessage, act: Sequence[Event]) -> None:
        """Let the people take part whom a participant brought along; who cannot is left out.

        Whoever takes part no longer by the time that the ticket is locked brings nobody: that message is held.
        """
        if not act or not isinstance(act[0], MessagePosted) or act[0].entry.held:
            return
        for person in new.joining:
            # What cannot take part is told before anything is written.
            with suppress(InvalidValue):
                self.events += add_collaborator(
                    self.session,
                    self.directory,
                    ticket_id=act[0].ticket.id,
                    actor=act[0].actor,
                    person=person,
                    now=self.now,
                )

    def answer(self, submissions: Sequence[AgentAnswer]) -> list[NewMessage]:
        """Post agents' answers as notes or replies; answer those that are but messages, since the agent may not act."""
        messages: list[NewMessage] = []
        for each in submissions:
            try:
                act = self._answered(each)
            except _MAY_NOT as error:
                _log.info("The mail %d of %s is no answer: %s", each.letter.raw.id, each.agent.address, error)
                messages.append(each.otherwise)
                continue
            self.events += act
            self.outcomes.append(_settled(each.letter, reason=each.letter.route.note, ticket_id=each.ticket_id))
        return messages

    def _answered(self, answer: AgentAnswer) -> tuple[Event, ...]:
        incoming = answer.letter.incoming
        if answer.becomes is AgentMail.NOTE:
            return post_note(
                self.session,
                self.directory,
                ticket_id=answer.ticket_id,
                actor=answer.agent,
                text=answer.text,
                words=answer.words,
                origin=Origin.MAIL,
                incoming=incoming,
                now=self.now,
            )
        reply = Reply(text=answer.text, words=answer.words, origin=Origin.MAIL, incoming=incoming)
        return post_reply(
            self.session, self.directory, ticket_id=answer.ticket_id, actor=answer.agent, reply=reply, now=self.now
        )

    def _landed(self, new: NewMessage, act: Sequence[Event]) -> int:
        """The ticket that a message is on: another one than it answers, if that was merged away meanwhile."""
        if act and isinstance(act[0], MessagePosted):
            return act[0].ticket.id
        return merging.standing(self.session, [new.ticket_id]).get(new.ticket_id, new.ticket_id)

    def _posting(self, new: NewMessage, answered: MessageDraft) -> Posting:
        draft = message_answer(offered=new.offered, answered=answered, faults=self.faults)
        return Posting(
            ticket_id=new.ticket_id, draft=draft, words=new.words, incoming=new.letter.incoming, held=new.held
        )


def _copied(letter: Letter, original: RawMail) -> Settled:
    reason = f"{COPY_OF}{original.id}"
    return _settled(letter, state=original.state, reason=reason, ticket_id=original.ticket_id)


def _settled(
    letter: Letter, *, state: RawState = RawState.STORED, reason: str = "", ticket_id: int | None = None
) -> Settled:
    return Settled(
        id=letter.raw.id, state=state, reason=reason, mailbox_id=letter.route.mailbox.id, ticket_id=ticket_id
    )
