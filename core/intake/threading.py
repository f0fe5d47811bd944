"""Which ticket a mail belongs to: by our own Message-IDs, by other mails stored on tickets, then by the subject number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.tickets import Ticket
from ..desk.message import closed_for_good, takes_part
from ..store import end_users, tickets
from ..store.delivery_log import Sent, find_by_message_id
from ..store.directory import Directory
from .letters import Letter
from .markers import subject_numbers


@attrs.frozen(kw_only=True)
class Match:
    """The ticket that a mail belongs to.

    `verified` tells that the mail answers one of ours, by its unguessable Message-ID, and comes from the participant whom
    that one went to. `too_late` tells that the ticket is closed for too long to be reopened by the sender, who takes part
    in it: a stranger's mail is held there, as it is on an open ticket, and learns nothing of it.
    """

    ticket: Ticket
    verified: bool = False
    too_late: bool = False


def rounds(letters: Iterable[Letter]) -> Iterator[Sequence[Letter]]:
    """Split letters, in their order, so that none answers or repeats another one of its round: that must be stored first."""
    current: list[Letter] = []
    seen: set[str] = set()
    for letter in letters:
        if not seen.isdisjoint((letter.raw.digest, *_identifiers(letter))):
            yield current
            current, seen = [], set()
        current.append(letter)
        seen.update((letter.raw.digest, letter.mail.message_id))
        seen.discard("")
    if current:
        yield current


def match_letters(
    session: Session, directory: Directory, letters: Sequence[Letter], *, now: datetime
) -> tuple[Match | None, ...]:
    """The ticket of each letter; None where it belongs to none. What was merged into another ticket is that one."""
    named = [_identifiers(letter) for letter in letters]
    numbered = [subject_numbers(letter.mail.subject) for letter in letters]
    if not any(named) and not any(numbered):
        return (None,) * len(letters)
    known = _look_up(session, directory, letters, named, numbered, now=now)
    return tuple(
        known.match(letter, identifiers, numbers)
        for letter, identifiers, numbers in zip(letters, named, numbered, strict=True)
    )


def _identifiers(letter: Letter) -> tuple[str, ...]:
    """The Message-IDs that a mail answers, the nearest first; some programs change their case, ours are lower case."""
    listed = (*letter.mail.in_reply_to, *reversed(letter.mail.references))
    return tuple(dict.fromkeys(form for each in listed for form in (each, each.lower())))


def _look_up(
    session: Session,
    directory: Directory,
    letters: Sequence[Letter],
    named: Sequence[Sequence[str]],
    numbered: Sequence[Sequence[str]],
    *,
    now: datetime,
) -> "_Known":
    identifiers = frozenset(each for identifiers in named for each in identifiers)
    sent = find_by_message_id(session, identifiers) if identifiers else ()
    by_message_id = tickets.ids_by_message_id(session, identifiers) if identifiers else {}
    numbers = frozenset(each for numbers in numbered for each in numbers)
    by_number = tickets.ids_by_number(session, numbers) if numbers else {}
    ids = {*(each.ticket_id for each in sent), *by_message_id.values(), *by_number.values()}
    addresses = {*(each.address for each in sent), *(letter.sender.address for letter in letters)}
    found = tickets.lives_on(session, ids)
    return _Known(
        sent=_by_message_id(sent),
        by_message_id=by_message_id,
        by_number=by_number,
        tickets=found,
        too_late=frozenset(ticket.id for ticket in found.values() if closed_for_good(directory, ticket, now=now)),
        users={key: user.id for key, user in end_users.find(session, addresses - {""}).items()},
    )


def _by_message_id(sent: Iterable[Sent]) -> Mapping[str, tuple[Sent, ...]]:
    found: dict[str, tuple[Sent, ...]] = {}
    for each in sent:
        found[each.message_id] = (*found.get(each.message_id, ()), each)
    return found


@attrs.frozen(kw_only=True)
class _Known:
    """What the database knows about all that a batch of letters refers to; `tickets` by the ids that are referred to."""

    sent: Mapping[str, tuple[Sent, ...]]
    by_message_id: Mapping[str, int]
    by_number: Mapping[str, int]
    tickets: Mapping[int, Ticket]
    too_late: frozenset[int]
    users: Mapping[str, int]

    def match(self, letter: Letter, identifiers: Sequence[str], numbers: Sequence[str]) -> Match | None:
        """The ticket of a letter, or None."""
        found = (
            self._by_our_mail(letter, identifiers)
            or self._by_stored_mail(identifiers)
            or self._by_number(letter, numbers)
        )
        if found is None or not found.too_late:
            return found
        return attrs.evolve(found, too_late=self._takes_part(letter, found.ticket))

    def _by_our_mail(self, letter: Letter, identifiers: Sequence[str]) -> Match | None:
        answered = [each for identifier in identifiers for each in self.sent.get(identifier, ())]
        to_the_sender = [each for each in answered if self._went_to(each, letter)]
        for each in (*to_the_sender, *answered):
            match = self._match(each.ticket_id, verified=each in to_the_sender)
            if match:
                return match
        return None

    def _by_stored_mail(self, identifiers: Sequence[str]) -> Match | None:
        found = (self.by_message_id[identifier] for identifier in identifiers if identifier in self.by_message_id)
        return next(filter(None, map(self._match, found)), None)

    def _by_number(self, letter: Letter, numbers: Sequence[str]) -> Match | None:
        """A number can be guessed: it counts only in a mail that claims to be a participant's."""
        found = (self.by_number[number] for number in numbers if number in self.by_number)
        matches = filter(None, map(self._match, found))
        return next((match for match in matches if self._takes_part(letter, match.ticket)), None)

    def _match(self, ticket_id: int, *, verified: bool = False) -> Match | None:
        ticket = self.tickets.get(ticket_id)
        if ticket is None:
            return None
        return Match(ticket=ticket, verified=verified, too_late=ticket.id in self.too_late)

    def _went_to(self, sent: Sent, letter: Letter) -> bool:
        """Whether our mail went to one of the sender's addresses, and the sender takes part in its ticket.

        An id that others got to see as well, that of a mail to several people, tells nothing about who answers.
        """
        if not sent.private:
            return False
        user_id = self._user_of(letter.sender.address)
        ticket = self.tickets.get(sent.ticket_id)
        if user_id is None or ticket is None or not takes_part(ticket, user_id):
            return False
        return user_id == self._user_of(sent.address)

    def _takes_part(self, letter: Letter, ticket: Ticket) -> bool:
        user_id = self._user_of(letter.sender.address)
        return user_id is not None and takes_part(ticket, user_id)

    def _user_of(self, address: str) -> int | None:
        return self.users.get(normalise(address)) if address else None
