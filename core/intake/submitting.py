"""Letters handed to the desk: tickets, messages, refusals and the state of their mails, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.drafts import MessageDraft, Refusal, TicketDraft
from ..contract.events import Event, MessagePosted, TicketCreated, TicketRefused
from ..contract.faults import FaultReporter
from ..desk.answers import message_answer, refusal_reason, ticket_answer
from ..desk.limits import refused_because
from ..desk.message import Posting, post_messages
from ..desk.open import open_tickets
from ..desk.opening import Opening
from ..desk.refuse import refuse_ticket
from ..store import end_users, merging, raw_mails
from ..store.directory import Directory
from ..store.end_users import Person
from ..store.raw_mails import COPY_OF, RawMail, RawState, Settled
from .letters import Letter
from .submission import Declined, NewMessage, NewTicket, Submission


def submit(
    session: Session, directory: Directory, *, submissions: Sequence[Submission], faults: FaultReporter, now: datetime
) -> tuple[Event, ...]:
    """Write what the submissions come to, events and the state of their mails, in the caller's transaction.

    A mail of somebody who has too many open tickets is kept as refused; only a person lets it be tried again. A mail that
    arrived before, with the same octets in the same mailbox, becomes no second entry.
    """
    originals = raw_mails.settled_originals(session, [each.letter.raw.digest for each in submissions])
    outcomes: list[Settled] = []
    fresh: list[Submission] = []
    for each in submissions:
        original = originals.get((each.letter.raw.digest, each.letter.route.mailbox.id))
        if original:
            outcomes.append(_copied(each.letter, original))
        else:
            fresh.append(each)
    opening = [each for each in fresh if isinstance(each, NewTicket)]
    posting = [each for each in fresh if isinstance(each, NewMessage)]
    if opening and posting:
        # People, then numbers, then tickets: whoever locks in this order waits for nobody who waits back.
        letters = [*(each.letter for each in opening), *(each.letter for each in posting)]
        end_users.ensure(session, [_person(letter) for letter in letters], now=now)
    work = _Work(session, directory, faults, now, outcomes=outcomes)
    work.open(opening)
    work.post(posting)
    outcomes += [
        _settled(each.letter, state=RawState.REFUSED, reason=each.reason)
        for each in fresh
        if isinstance(each, Declined)
    ]
    raw_mails.settle(session, outcomes)
    return tuple(work.events)


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
            self.outcomes.append(_settled(each.letter, reason=each.letter.route.note, ticket_id=ticket_id))

    def _landed(self, new: NewMessage, act: Sequence[Event]) -> int:
        """The ticket that a message is on: another one than it answers, if that was merged away meanwhile."""
        if act and isinstance(act[0], MessagePosted):
            return act[0].ticket.id
        return merging.standing(self.session, [new.ticket_id]).get(new.ticket_id, new.ticket_id)

    def _posting(self, new: NewMessage, answered: MessageDraft) -> Posting:
        draft = message_answer(offered=new.offered, answered=answered, faults=self.faults)
        return Posting(ticket_id=new.ticket_id, draft=draft, words=new.words, incoming=new.letter.incoming)


def _copied(letter: Letter, original: RawMail) -> Settled:
    reason = f"{COPY_OF}{original.id}"
    return _settled(letter, state=original.state, reason=reason, ticket_id=original.ticket_id)


def _settled(
    letter: Letter, *, state: RawState = RawState.STORED, reason: str = "", ticket_id: int | None = None
) -> Settled:
    return Settled(
        id=letter.raw.id, state=state, reason=reason, mailbox_id=letter.route.mailbox.id, ticket_id=ticket_id
    )
