"""The postman: what channels answer, raise or leave undone, and what the outbox holds afterwards."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from sqlalchemy import text

from deskbell.core.app import deliveries as hands
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.channel import (
    Channel,
    Delivery,
    DeliveryFailure,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from deskbell.core.contract.events import DeliveryFailed
from deskbell.core.delivery.leases import Leases
from deskbell.core.delivery.postman import Postman
from deskbell.core.store import delivery_log, journal, tickets
from deskbell.core.store.delivery_log import DeliveryRecord
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive

Answer = Receipt | DeliveryFailure
Behaviour = Callable[[Delivery], Answer]


@attrs.frozen
class NoOptions:
    note: str = ""


class Scripted(Channel):
    """A channel that does what a test tells it."""

    title = "Scripted"
    Options = NoOptions
    behave: ClassVar[Behaviour]
    seen: ClassVar[list[Delivery]]

    def __init__(self, options: object, *, send_limit: float) -> None:
        self.options = options

    def unready(self) -> str:
        return ""

    def deliver(self, deliveries: Sequence[Delivery]) -> Sequence[Answer]:
        self.seen.extend(deliveries)
        return [type(self).behave(delivery) for delivery in deliveries]


@pytest.fixture
def channel() -> type[Scripted]:
    """A fresh class for each test: it stands where the SMTP channel stands."""
    return type("Own", (Scripted,), {"behave": staticmethod(lambda delivery: Receipt()), "seen": []})


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url)


def records(desk: Desk) -> list[DeliveryRecord]:
    with desk.db.reading() as session:
        return sorted(delivery_log.list_deliveries(session, limit=100), key=lambda each: each.address)


def history(desk: Desk) -> list[str]:
    with desk.db.reading() as session:
        [ticket] = tickets.list_tickets(session, limit=10)
        return [event.name for event in journal.history(session, ticket.id)]


def with_channel(desk: Desk, channel: type[Channel]) -> Desk:
    desk.host.channels["smtp"] = channel
    receive(desk, MAIL)
    return desk


def test_a_message_id_is_the_same_on_every_try(folder: Path, channel: type[Scripted], clock: FrozenClock) -> None:
    channel.behave = staticmethod(lambda delivery: TemporaryFailure("busy", code="450"))
    with opened(folder, clock=clock) as desk:
        with_channel(desk, channel)
        for _ in range(3):
            work_off(desk)
            clock.advance(hours=2)
        assert [each.attempts for each in records(desk)] == [3, 3]
    for address in ("ada@customer.example", "admin@example.com"):
        own = [each for each in channel.seen if each.address == address]
        assert [each.attempt for each in own] == [1, 2, 3]
        assert len({(each.message_id, each.key, each.date) for each in own}) == 1


def test_a_permanent_failure_is_a_dead_letter_and_an_event(folder: Path, channel: type[Scripted]) -> None:
    def refuse(delivery: Delivery) -> Answer:
        return (
            Receipt() if delivery.address == "admin@example.com" else PermanentFailure("550 no such user", code="550")
        )

    channel.behave = staticmethod(refuse)
    with opened(folder) as desk:
        with_channel(desk, channel)
        work_off(desk)
        dead, *sent = records(desk)
        assert (dead.state, dead.detail) == ("dead", "550 no such user")
        # The manager hears of it, for nobody is assigned.
        told = sorted((each.plugin, each.address, each.state) for each in sent)
        assert told == [
            ("delivery-failed-alert", "admin@example.com", "sent"),
            ("new-ticket-alert", "admin@example.com", "sent"),
        ]
        assert history(desk) == ["ticket_created", "delivery_failed"]
        with desk.db.reading() as session:
            event = journal.history(session, dead.ticket_id or 0)[-1]
        assert isinstance(event, DeliveryFailed)
        assert (event.address, event.reason) == ("ada@customer.example", "550 no such user")

        channel.behave = staticmethod(lambda delivery: Receipt())
        assert hands.retry(desk, [], all_dead=True) == (dead.id,)
        work_off(desk)
        assert [each.state for each in records(desk)] == ["sent", "sent", "sent"]


def test_a_channel_that_breaks_loses_nothing(folder: Path, channel: type[Scripted], clock: FrozenClock) -> None:
    """P1: a raise in a send is the administrator's news, and the deliveries are tried again."""

    def explode(delivery: Delivery) -> Answer:
        raise ZeroDivisionError("a bug")

    channel.behave = staticmethod(explode)
    with opened(folder, clock=clock) as desk:
        with_channel(desk, channel)
        work_off(desk)
        assert {(each.state, each.detail) for each in records(desk)} == {
            ("queued", f"ZeroDivisionError in delivery/test_postman.py, line {explode.__code__.co_firstlineno + 1}")
        }
        channel.behave = staticmethod(lambda delivery: Receipt())
        clock.advance(hours=2)
        work_off(desk)
        assert {each.state for each in records(desk)} == {"sent"}


def test_a_channel_that_answers_too_little_loses_nothing(
    folder: Path, channel: type[Scripted], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "deliver", lambda self, deliveries: [])
    with opened(folder, clock=clock) as desk:
        with_channel(desk, channel)
        work_off(desk)
        assert {each.state for each in records(desk)} == {"queued"}


def test_a_zombie_marks_nothing(folder: Path, channel: type[Scripted], clock: FrozenClock) -> None:
    """O13: whoever was stopped past the lease finds that somebody else has sent it."""
    with opened(folder, clock=clock) as desk:
        with_channel(desk, channel)

        def sleep_past_the_lease(delivery: Delivery) -> Answer:
            channel.behave = staticmethod(lambda delivery: Receipt())
            clock.advance(minutes=5)
            assert desk.postman.deliver_due().sent == 2
            return PermanentFailure("too late to matter")

        channel.behave = staticmethod(sleep_past_the_lease)
        assert desk.postman.deliver_due().sent == 0
        assert {each.state for each in records(desk)} == {"sent"}
        assert history(desk) == ["ticket_created"]


def test_a_slow_channel_keeps_its_deliveries(folder: Path, channel: type[Scripted], clock: FrozenClock) -> None:
    """A lease is renewed while a peer is slow, whoever drives the postman: nobody else sends meanwhile."""
    with opened(folder, clock=clock) as desk:
        with_channel(desk, channel)
        slow = Leases(
            desk.db, clock=clock, longest=timedelta(minutes=1), faults=desk.watch, length=timedelta(milliseconds=300)
        )
        postman = Postman(
            desk.db,
            channels=desk.channels,
            leases=slow,
            signed=desk.signed,
            links=desk.links,
            files=desk.files,
            clock=clock,
            faults=desk.watch,
        )
        meanwhile: list[int] = []

        def dawdle(delivery: Delivery) -> Answer:
            for _ in range(3):
                clock.advance(seconds=0.2)
                time.sleep(0.25)
                meanwhile.append(desk.postman.deliver_due().claimed)
            return Receipt()

        channel.behave = staticmethod(dawdle)
        assert postman.deliver_due().sent == 2
        assert set(meanwhile) == {0}


def test_a_delivery_that_took_five_workers_along_is_buried(folder: Path, channel: type[Scripted]) -> None:
    """O15: marked before the attempt, and given up when it is the likely cause."""
    with opened(folder) as desk:
        with_channel(desk, channel)
        with desk.db.writing() as session:
            session.execute(text("UPDATE deliveries SET losses = 5 WHERE address = 'ada@customer.example'"))
        work_off(desk)
        assert [each.state for each in records(desk)] == ["dead", "sent", "sent"]
        assert "ada@customer.example" not in [each.address for each in channel.seen]


def test_a_held_channel_waits_and_a_released_one_goes_on(folder: Path, channel: type[Scripted]) -> None:
    with opened(folder) as desk:
        with_channel(desk, channel)
        hands.hold_channel(desk, "smtp", held=True)
        assert work_off(desk).waiting == {"smtp": "held back by an administrator"}
        assert channel.seen == []
        hands.hold_channel(desk, "smtp", held=False)
        assert work_off(desk).sent == 2


def test_held_and_buried_deliveries_stay(folder: Path, channel: type[Scripted]) -> None:
    with opened(folder) as desk:
        with_channel(desk, channel)
        first, second = records(desk)
        assert hands.hold(desk, [first.id]) == (first.id,)
        assert hands.bury(desk, [second.id], reason="not wanted") == (second.id,)
        assert work_off(desk).sent == 0
        assert {each.state for each in records(desk)} == {"held", "dead"}
        hands.release(desk, [first.id])
        assert work_off(desk).sent == 1
