"""Reads what was answered lately, once for all events of a ring: what the caps on answers are judged by."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.events import Event, Incoming, TicketCreated, TicketEvent
from ..store import answers
from ..store.answers import Span
from ..store.directory import Profile
from .audience.answers import DAY, FARTHEST, HOUR, LOOP, Lately, keys_of

ANSWERS_TO_AN_EVENT = 4
"""So many plugins may answer one mail without a doubt about the order in which they wait."""
MOST_LOOKED_BACK = 100_000


def lately(session: Session, events: Sequence[Event], profile: Profile, *, now: datetime) -> Lately:
    """What was answered to the people of these events, and by their mailboxes as far as it matters to as many answers more."""
    places = Counter[int]()
    tickets: set[int] = set()
    for event in events:
        incoming: Incoming | None = getattr(event, "incoming", None)
        if incoming is not None:
            places[incoming.mailbox.id] += ANSWERS_TO_AN_EVENT
            if isinstance(event, TicketEvent) and not isinstance(event, TicketCreated):
                tickets.add(event.ticket.id)
    return looked_up(session, keys_of(events), places, tickets, profile, now=now)


def looked_up(
    session: Session,
    keys: Collection[str],
    places: Counter[int],
    tickets: Collection[int],
    profile: Profile,
    *,
    now: datetime,
) -> Lately:
    """What was answered under these addresses, and by each mailbox as far as it matters to so many answers more.

    Of a mailbox that gave fewer answers than it may nothing is read; where people are not capped, only what went about one of
    these tickets.
    """
    until = now + FARTHEST
    window = DAY if profile.answers_per_day else HOUR if profile.answers_per_hour else None
    figure = profile.mailbox_answers_per_hour
    of_an_hour = Span(now - HOUR, until)
    return Lately(
        to_people=answers.about_tickets(session, keys, tickets, Span(now - LOOP, until))
        if window is None
        else answers.to_people(session, keys, Span(now - window, until)),
        of_mailboxes={
            mailbox_id: answers.of_mailbox(
                session, mailbox_id, of_an_hour, skipped=max(figure - more, 0), most=min(more, figure)
            )
            for mailbox_id, more in (places.items() if figure else ())
        },
    )


def lately_before(session: Session, events: Sequence[Event], first: datetime, last: datetime) -> Lately:
    """What was answered to the people and by the mailboxes of events that were judged between two moments of the past."""
    boxes = {incoming.mailbox.id for event in events if (incoming := getattr(event, "incoming", None)) is not None}
    hours = Span(first - HOUR, last)
    return Lately(
        to_people=answers.to_people(session, keys_of(events), Span(first - DAY, last)),
        of_mailboxes={box: answers.of_mailbox(session, box, hours, skipped=0, most=MOST_LOOKED_BACK) for box in boxes},
    )
