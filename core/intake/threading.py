"""Which ticket a mail belongs to: by our own tokens, by other mails stored on tickets, then by the subject number."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.people import Actor
from ..contract.tickets import Alignment, Ticket
from ..desk.message import closed_for_good, takes_part
from ..outbox.signed_addresses import Purpose, SignedAddresses, claims_token
from ..store import delivery_log, end_users, reply_guesses, tickets
from ..store.delivery_log import Sent
from ..store.directory import Directory
from .answering_agents import answering_agent
from .guessing import counter_of, left_of
from .identity import plain_twin
from .letters import Letter
from .markers import domain_of_ours, subject_numbers
from .parsing.mail import Mailbox

MOST_TOKENS = 20
"""How many tokens of one mail are looked at, the nearest first: nobody tries a thousand with one mail."""
MOST_OTHERS = 20
"""How many people one mail can bring to a ticket."""
END_USER = "user:"
"""How deliveries to end users name their person."""


@attrs.frozen(kw_only=True)
class Match:
    """The ticket that a mail belongs to.

    `verified` tells that the mail answers one of ours, by its unguessable Message-ID or reply address, and comes from the
    participant whom that one went to; `by_address` that it was the address. `too_late` tells that the ticket is closed for
    too long to be reopened by the sender, who takes part in it: a stranger's mail is held there, as it is on an open ticket,
    and learns nothing of it. `others` are the people in Cc who take no part. `agent` is the agent who answers a mail to that
    very agent and may act on the ticket by mail; `answered` is that mail's delivery, and `told` what it said.
    """

    ticket: Ticket
    verified: bool = False
    by_address: bool = False
    too_late: bool = False
    others: tuple[Mailbox, ...] = ()
    agent: Actor | None = None
    answered: int | None = None
    told: str = ""


@attrs.frozen(kw_only=True)
class Place:
    """What is known of a letter before it is handed in.

    `guesses` is how many tokens it names that this desk never gave out. `imitates` tells that its foreign-looking sender is
    drawn after an end user whom we know.
    """

    match: Match | None = None
    guesses: int = 0
    imitates: bool = False


NOWHERE = Place()


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
    session: Session, directory: Directory, letters: Sequence[Letter], *, signed: SignedAddresses | None, now: datetime
) -> tuple[Place, ...]:
    """The place of each letter, without a match where it belongs to no ticket; what was merged away lives on in another.

    :param signed: reads reply addresses; None where there are none.
    """
    named = [_named(letter, signed) for letter in letters]
    if not any(named):
        return (NOWHERE,) * len(letters)
    known = _look_up(session, directory, letters, named, now=now)
    return _with_what_was_told(
        session, [known.place(letter, names) for letter, names in zip(letters, named, strict=True)]
    )


def _with_what_was_told(session: Session, places: Sequence[Place]) -> tuple[Place, ...]:
    """The places, with the words of the mails that agents answer."""
    answered = [each.match.answered for each in places if each.match and each.match.answered is not None]
    if not answered:
        return tuple(places)
    texts = delivery_log.texts(session, answered)
    return tuple(
        attrs.evolve(each, match=attrs.evolve(each.match, told=texts.get(each.match.answered, "")))
        if each.match and each.match.answered is not None
        else each
        for each in places
    )


@attrs.frozen(kw_only=True)
class _Named:
    """What a letter names that could lead to a ticket; False where it names nothing.

    `tokens` are the Message-IDs among `identifiers` that have the form of ours, `delivery_ids` come from reply addresses
    that we signed, and `forged` are the domains of those that only look so. `twin` is the plain address that the sender's is
    drawn after.
    """

    identifiers: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    delivery_ids: tuple[int, ...] = ()
    forged: tuple[str, ...] = ()
    twin: str = ""

    def __bool__(self) -> bool:
        return bool(self.identifiers or self.numbers or self.delivery_ids or self.forged or self.twin)

    @property
    def tries(self) -> bool:
        """Whether it names a token, good or not."""
        return bool(self.tokens or self.delivery_ids or self.forged)


_NOTHING = _Named()


def _named(letter: Letter, signed: SignedAddresses | None) -> _Named:
    identifiers, numbers = _identifiers(letter), subject_numbers(letter.mail.subject)
    delivery_ids, forged = _signed(letter, signed)
    twin = plain_twin(letter.sender.address) if letter.sender.address else ""
    if not (identifiers or numbers or delivery_ids or forged or twin):
        return _NOTHING
    tokens = tuple(each for each in identifiers if domain_of_ours(each))[:MOST_TOKENS]
    return _Named(
        identifiers=identifiers,
        tokens=tokens,
        numbers=numbers,
        delivery_ids=delivery_ids,
        forged=forged,
        twin=twin,
    )


def _identifiers(letter: Letter) -> tuple[str, ...]:
    """The Message-IDs that a mail answers, the nearest first; some programs change their case, ours are lower case."""
    listed = (*letter.mail.in_reply_to, *reversed(letter.mail.references))
    return tuple(dict.fromkeys(form for each in listed for form in (each, each.lower())))


def _signed(letter: Letter, signed: SignedAddresses | None) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The deliveries whose reply addresses the letter was sent to, and the domains of what only looks like such addresses."""
    if signed is None:
        return (), ()
    # The first look is the cheap one: it is taken of each recipient of each mail.
    claimed = [each for each in letter.recipients if "r." in each or "R." in each]
    if not claimed:
        return (), ()
    addresses = [each for each in dict.fromkeys(map(normalise, claimed)) if claims_token(each)][:MOST_TOKENS]
    read = [signed.read(each) for each in addresses]
    answered = tuple(each.delivery_id for each in read if each and each.purpose is Purpose.REPLY)
    forged = (each for each, known in zip(addresses, read, strict=True) if known is None)
    return answered, tuple(each.rpartition("@")[2] for each in forged)


def _look_up(
    session: Session, directory: Directory, letters: Sequence[Letter], named: Sequence[_Named], *, now: datetime
) -> "_Known":
    """All that the letters name, with one statement for each kind of it."""
    tokens = {each for names in named for each in names.tokens}
    identifiers = {each for names in named for each in names.identifiers}
    numbers = {each for names in named for each in names.numbers}
    delivery_ids = {each for names in named for each in names.delivery_ids}
    sent = delivery_log.find_by_message_id(session, tokens) if tokens else ()
    addressed = delivery_log.find_by_id(session, delivery_ids) if delivery_ids else ()
    by_message_id = tickets.ids_by_message_id(session, identifiers) if identifiers else {}
    by_number = tickets.ids_by_number(session, numbers) if numbers else {}
    ids = {*(each.ticket_id for each in (*sent, *addressed)), *by_message_id.values(), *by_number.values()}
    found = tickets.lives_on(session, ids)
    sent_by_id = _by_message_id(sent)
    # What we gave out about no ticket leads nowhere, and whoever answers it does not guess.
    unknown = tokens.difference(sent_by_id)
    guessing = [counter_of(letter) for letter, names in zip(letters, named, strict=True) if names.tries]
    return _Known(
        directory=directory,
        now=now,
        sent=sent_by_id,
        given_out=delivery_log.given_out(session, unknown) if unknown else frozenset(),
        addressed={each.delivery_id: each for each in addressed},
        by_message_id=by_message_id,
        by_number=by_number,
        tickets=found,
        too_late=frozenset(ticket.id for ticket in found.values() if closed_for_good(directory, ticket, now=now)),
        users=_users(session, letters, named, (*sent, *addressed)),
        guessed=Counter(reply_guesses.counts(session, guessing, since=now - reply_guesses.WINDOW) if guessing else {}),
    )


def _users(
    session: Session, letters: Sequence[Letter], named: Sequence[_Named], sent: Iterable[Sent]
) -> Mapping[str, int]:
    """The end users who have the addresses that matter, by their normalised address."""
    wanted = {each.address for each in sent}
    for letter, names in zip(letters, named, strict=True):
        wanted |= {letter.sender.address, names.twin}
        if names:
            wanted |= {each.address for each in letter.mail.cc[:MOST_OTHERS]}
    return {key: user.id for key, user in end_users.find(session, wanted - {""}).items()}


def _by_message_id(sent: Iterable[Sent]) -> Mapping[str, tuple[Sent, ...]]:
    found: dict[str, tuple[Sent, ...]] = {}
    for each in sent:
        found[each.message_id] = (*found.get(each.message_id, ()), each)
    return found


@attrs.frozen(kw_only=True)
class _Known:
    """What the database knows about all that a batch of letters refers to; `tickets` by the ids that are referred to.

    `given_out` are Message-IDs of ours that are not in `sent`. `guessed` counts the guesses of each sender, those of this
    batch as well.
    """

    directory: Directory
    now: datetime
    sent: Mapping[str, tuple[Sent, ...]]
    given_out: frozenset[str]
    addressed: Mapping[int, Sent]
    by_message_id: Mapping[str, int]
    by_number: Mapping[str, int]
    tickets: Mapping[int, Ticket]
    too_late: frozenset[int]
    users: Mapping[str, int]
    guessed: Counter[str]

    def place(self, letter: Letter, named: _Named) -> Place:
        """The place of a letter."""
        if not named:
            return NOWHERE
        left = MOST_TOKENS
        guesses = 0
        if named.tries:
            counter = counter_of(letter)
            left = left_of(self.guessed[counter])
            # Whoever has no tries left is not counted on: the hour ends, however much comes in it.
            guesses = min(left, self._forged(named.forged) + self._unknown(named.tokens))
            self.guessed[counter] += guesses
        match = self._match_of(letter, named, believed=left > 0)
        return Place(match=match, guesses=guesses, imitates=bool(named.twin) and named.twin in self.users)

    def _forged(self, domains: Collection[str]) -> int:
        """How many of these domains of forged addresses are ours; what another desk gave out is no guess."""
        if not domains:
            return 0
        ours = {each.rpartition("@")[2] for each in self.directory.system_addresses}
        ours.add(self.directory.profile.bounce_domain.lower())
        return sum(each in ours for each in domains)

    def _unknown(self, tokens: Collection[str]) -> int:
        """How many of these tokens we would have given out, by their domain, and never did."""
        domain = self.directory.profile.domain.lower()
        ours = {each.lower() for each in tokens if domain_of_ours(each) == domain}
        return len(ours.difference(map(str.lower, (*self.sent, *self.given_out)))) if ours else 0

    def _match_of(self, letter: Letter, named: _Named, *, believed: bool) -> Match | None:
        found = (
            self._by_our_mail(letter, named, believed=believed)
            or self._by_stored_mail(named.identifiers)
            or self._by_number(letter, named.numbers)
        )
        if found is None:
            return None
        others = self._others(letter, found.ticket)
        return attrs.evolve(
            found, too_late=found.too_late and self._takes_part(letter.sender.address, found.ticket), others=others
        )

    def _by_our_mail(self, letter: Letter, named: _Named, *, believed: bool) -> Match | None:
        """By what we sent, the reply address before the Message-IDs; what went to the sender before all else.

        :param believed: False finds the ticket and proves nothing: whoever guesses in somebody's name must not keep the real
            one's answers from their ticket.
        """
        addressed = [self.addressed[each] for each in named.delivery_ids if each in self.addressed]
        answered = [*addressed, *(each for token in named.tokens for each in self.sent.get(token, ()))]
        agent = self._agent(letter, answered) if believed else None
        if agent:
            return agent
        # What a trusted server found to be forged is nobody's answer, whatever token it got hold of.
        doubted = not believed or letter.proof.alignment is Alignment.FAIL
        to_the_sender = [] if doubted else [each for each in answered if self._went_to(each, letter)]
        for each in (*to_the_sender, *answered):
            match = self._match(each.ticket_id)
            if match:
                verified = each in to_the_sender
                return attrs.evolve(match, verified=verified, by_address=verified and each in addressed)
        return None

    def _agent(self, letter: Letter, answered: Sequence[Sent]) -> Match | None:
        """The ticket of a mail to the very agent who answers it now, if the agent may act by mail."""
        for each in answered:
            match = self._match(each.ticket_id) if each.private and each.person.startswith("agent:") else None
            if match is None:
                continue
            agent = answering_agent(self.directory, letter, match.ticket, person=each.person, now=self.now)
            if agent:
                return attrs.evolve(match, agent=agent, answered=each.delivery_id)
        return None

    def _by_stored_mail(self, identifiers: Sequence[str]) -> Match | None:
        found = (self.by_message_id[identifier] for identifier in identifiers if identifier in self.by_message_id)
        return next(filter(None, map(self._match, found)), None)

    def _by_number(self, letter: Letter, numbers: Sequence[str]) -> Match | None:
        """A number can be guessed: it counts only in a mail that claims to be a participant's."""
        found = (self.by_number[number] for number in numbers if number in self.by_number)
        matches = filter(None, map(self._match, found))
        return next((match for match in matches if self._takes_part(letter.sender.address, match.ticket)), None)

    def _match(self, ticket_id: int) -> Match | None:
        ticket = self.tickets.get(ticket_id)
        return None if ticket is None else Match(ticket=ticket, too_late=ticket.id in self.too_late)

    def _went_to(self, sent: Sent, letter: Letter) -> bool:
        """Whether our mail went to one of the sender's addresses, and the sender takes part in its ticket.

        An id that others got to see as well, that of a mail to several people, tells nothing about who answers. An alert
        went to an agent, or to the administrator: for an end user of the same address it proves nothing, because an answer
        to it repeats what end users must not read.
        """
        if not sent.private or not sent.person.startswith(END_USER):
            return False
        user_id = self._user_of(letter.sender.address)
        ticket = self.tickets.get(sent.ticket_id)
        if user_id is None or ticket is None or not takes_part(ticket, user_id):
            return False
        return user_id == self._user_of(sent.address)

    def _others(self, letter: Letter, ticket: Ticket) -> tuple[Mailbox, ...]:
        """The people in Cc who could take part and do not: no agents, and nobody of the desk itself."""
        found = {
            normalise(each.address): each
            for each in letter.mail.cc[:MOST_OTHERS]
            if not self.directory.is_system_address(each.address)
            and normalise(each.address) not in self.directory.agents_by_address
            and not self._takes_part(each.address, ticket)
        }
        return tuple(found.values())

    def _takes_part(self, address: str, ticket: Ticket) -> bool:
        user_id = self._user_of(address)
        return user_id is not None and takes_part(ticket, user_id)

    def _user_of(self, address: str) -> int | None:
        return self.users.get(normalise(address)) if address else None
