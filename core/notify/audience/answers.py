"""Answers that count: who is given one by which mailbox, and the figures that say how many more may go (RFC 3834 section 2).

A `Tally` holds what was answered lately, as the store knows it, and what the same ring has answered so far.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from ...contract.addresses import folded
from ...contract.events import Event, Incoming, TicketCreated
from ...contract.kinds import Autoresponder, Plugin
from ...contract.people import Actor
from ...contract.tickets import Entry, Ticket
from ...store.answers import Answer, Newest
from ...store.directory import Directory, Profile
from ..manner import manner_of

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
LOOP = timedelta(minutes=10)
MOST_IN_A_LOOP = 3
"""So many answers to one person about one ticket within `LOOP`; one more would feed a circle of two machines."""
FARTHEST = timedelta(days=7)
"""Answers that are held for longer were counted by a clock that ran ahead, and do not count."""


@attrs.frozen(kw_only=True)
class Asked:
    """An answer that somebody is about to get.

    `keys` are the folded addresses that it counts under: the one that it goes to, then the one that the reader is known by,
    where that differs. A ticket that was just `opened` is one about which nothing was said before. `newcomer` is the id of an
    end user whom nothing but a From vouches for, unless a ticket of theirs is older than `before`; None where it needs no such
    look.
    """

    mailbox_id: int
    keys: tuple[str, ...]
    ticket_id: int | None
    opened: bool
    newcomer: int | None
    before: datetime


def counts(plugin: Plugin, event: Event) -> bool:
    """Whether what the plugin says about the event counts as an answer; what no mail caused is not capped."""
    return (
        isinstance(plugin, Autoresponder)
        and plugin.counts_as_answer
        and getattr(event, "incoming", None) is not None
        and issubclass(manner_of(plugin, event), Autoresponder)
    )


def asked_by(event: Event, address: str, directory: Directory) -> Asked | None:
    """The answer to the mail behind an event that goes to `address`; None without such a mail, or without its mailbox."""
    incoming: Incoming | None = getattr(event, "incoming", None)
    if incoming is None or incoming.mailbox.id not in directory.mailboxes:
        return None
    author = author_of(event)
    ticket: Ticket | None = getattr(event, "ticket", None)
    opened = isinstance(event, TicketCreated)
    return Asked(
        mailbox_id=incoming.mailbox.id,
        keys=tuple(dict.fromkeys(folded(each) for each in (address, author.address) if each.strip())),
        ticket_id=None if ticket is None else ticket.id,
        opened=opened,
        newcomer=ticket.owner.id if opened and not event.verified and ticket is not None else None,
        before=event.at if ticket is None else ticket.created_at,
    )


def keys_of(events: Iterable[Event]) -> frozenset[str]:
    """The folded addresses under which answers to these events can count."""
    addresses: list[str] = []
    for event in events:
        incoming: Incoming | None = getattr(event, "incoming", None)
        if incoming is not None:
            ticket: Ticket | None = getattr(event, "ticket", None)
            addresses += [author_of(event).address, incoming.envelope_from or ""]
            addresses += [] if ticket is None else [ticket.owner.address]
    return frozenset(folded(each) for each in addresses if each.strip())


def author_of(event: Event) -> Actor:
    """Who wrote what the event is about."""
    entry: Entry | None = getattr(event, "entry", None)
    return event.actor if entry is None else entry.author


@attrs.frozen(kw_only=True)
class Lately:
    """What the store knows: the answers to the people of a ring, and the newest ones of each of its mailboxes."""

    to_people: tuple[Answer, ...] = ()
    of_mailboxes: Mapping[int, Newest] = attrs.field(factory=dict)


class Tally:
    """Counts answers. Used by one ring on one thread.

    :param lately: reads what was answered; asked once, at the first answer that counts.
    :param first_tickets: reads when the first tickets of the newcomers were opened; asked once, when a mailbox is full.
    :param looking_back: judge moments of the past: what went at the moment itself or later says nothing about it, and
        nothing is added, for the store knows it already.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        lately: Callable[[], Lately],
        first_tickets: Callable[[], Mapping[int, datetime]],
        looking_back: bool = False,
    ) -> None:
        self._profile = profile
        self._lately = lately
        self._first_tickets = first_tickets
        self._looking_back = looking_back
        self._known: Lately | None = None
        self._to_people: dict[str, list[Answer]] = {}
        self._first: Mapping[int, datetime] | None = None
        self._taken: dict[int, list[datetime]] = {}

    def full_for_a_person(self, asked: Asked, *, moment: datetime) -> tuple[int, timedelta, datetime] | None:
        """The cap on answers to one person that is reached: its figure, its window, and when there is room again."""
        self._load()
        for figure, window in ((self._profile.answers_per_hour, HOUR), (self._profile.answers_per_day, DAY)):
            for key in asked.keys if figure else ():
                times = sorted(self._times(key, asked.mailbox_id, moment, window), reverse=True)
                if len(times) >= figure:
                    return figure, window, times[figure - 1] + window
        return None

    def looping(self, asked: Asked, *, moment: datetime) -> bool:
        """Whether so many answers about the ticket went to the person lately that two machines must be at it."""
        if asked.opened:
            return False
        self._load()
        return asked.ticket_id is not None and any(
            sum(
                answer.ticket_id == asked.ticket_id and self._counts(answer.at, moment, LOOP)
                for answer in self._to_people.get(key, ())
            )
            >= MOST_IN_A_LOOP
            for key in asked.keys
        )

    def free_at(self, asked: Asked, *, moment: datetime) -> datetime:
        """When the mailbox may give one more answer: `moment`, or later where it has given as many as it may.

        The answers of a mailbox take their places in order, each an hour or more behind the one that is as many places ahead
        as the cap says: so no hour has more.
        """
        figure = self._profile.mailbox_answers_per_hour
        ahead = self._ahead(asked.mailbox_id, figure, moment) if figure else None
        return moment if ahead is None else max(moment, ahead + HOUR)

    def is_newcomer(self, asked: Asked) -> bool:
        """Whether nothing but a From vouches for the reader, who had no ticket before this one."""
        if asked.newcomer is None:
            return False
        if self._first is None:
            self._first = self._first_tickets()
        first = self._first.get(asked.newcomer)
        return first is None or first >= asked.before

    def take(self, asked: Asked, *, at: datetime) -> tuple[Answer, ...]:
        """Count an answer that may go at `at`; answer what has to be written down for it."""
        if self._looking_back:
            return ()
        self._load()
        counted = tuple(
            Answer(None if number else asked.mailbox_id, key, asked.ticket_id, at)
            for number, key in enumerate(asked.keys)
        )
        for answer in counted:
            self._to_people.setdefault(answer.address_key, []).append(answer)
        self._taken.setdefault(asked.mailbox_id, []).append(at)
        return counted

    def _load(self) -> Lately:
        if self._known is None:
            self._known = self._lately()
            for answer in self._known.to_people:
                self._to_people.setdefault(answer.address_key, []).append(answer)
        return self._known

    def _times(self, key: str, mailbox_id: int, moment: datetime, window: timedelta) -> Iterable[datetime]:
        return (
            answer.at
            for answer in self._to_people.get(key, ())
            if answer.mailbox_id in (None, mailbox_id) and self._counts(answer.at, moment, window)
        )

    def _counts(self, at: datetime, moment: datetime, window: timedelta) -> bool:
        return moment - window < at and (at < moment or not self._looking_back)

    def _ahead(self, mailbox_id: int, figure: int, moment: datetime) -> datetime | None:
        """When the answer goes that is `figure` places ahead of the next one; None where it does not matter."""
        taken = self._taken.get(mailbox_id, [])
        if len(taken) >= figure:
            return taken[-figure]
        newest = self._load().of_mailboxes.get(mailbox_id, Newest())
        times = [at for at in newest.times if self._counts(at, moment, HOUR)]
        place = figure - len(taken) - 1 - newest.skipped
        if place < 0:
            return moment  # more answers than anybody foresaw: whether there is room was not read
        return times[place] if place < len(times) else None
