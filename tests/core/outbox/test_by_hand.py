"""The outbox for people: try again, give up, hold back, let go."""

from datetime import timedelta

import pytest

from deskbell.core import outbox
from deskbell.core.contract.channel import PermanentFailure, Receipt, TemporaryFailure
from stand_ins.outbox_bench import OutboxBench


def _in_state(box: OutboxBench, state: str, address: str) -> int:
    (number,) = box.put(box.delivery(address))
    if state in ("dead", "sent", "leased"):
        (claimed,) = (each for each in box.claim() if each.delivery.id == number)
        if state != "leased":
            box.record((claimed, Receipt() if state == "sent" else PermanentFailure("no")))
    elif state == "held":
        with box.db.writing() as session:
            outbox.hold(session, [number])
    return number


STATES = ("queued", "held", "leased", "sent", "dead")


@pytest.fixture
def one_of_each(box: OutboxBench) -> dict[str, int]:
    # Those that are claimed on the way come first.
    order = ("leased", "sent", "dead", "held", "queued")
    return {state: _in_state(box, state, f"{state}@x.example") for state in order}


def test_retry_tries_all_but_what_is_sent_or_being_sent(box: OutboxBench, one_of_each: dict[str, int]) -> None:
    with box.db.writing() as session:
        changed = outbox.retry(session, one_of_each.values(), now=box.clock.now())
    assert set(changed) == {one_of_each[state] for state in ("queued", "held", "dead")}
    assert {state: box.states(number)[0] for state, number in one_of_each.items()} == {
        "queued": "queued",
        "held": "queued",
        "dead": "queued",
        "leased": "leased",
        "sent": "sent",
    }


def test_bury_gives_up_what_waits(box: OutboxBench, one_of_each: dict[str, int]) -> None:
    with box.db.writing() as session:
        changed = outbox.bury(session, one_of_each.values(), reason="spam\nwave")
    assert set(changed) == {one_of_each[state] for state in ("queued", "held")}
    assert box.shown(one_of_each["queued"]).delivery.detail == "spam wave"
    assert box.states(one_of_each["held"], one_of_each["leased"], one_of_each["sent"]) == ["dead", "leased", "sent"]


def test_hold_keeps_back_what_is_queued_and_release_lets_it_go(box: OutboxBench, one_of_each: dict[str, int]) -> None:
    with box.db.writing() as session:
        assert outbox.hold(session, one_of_each.values()) == (one_of_each["queued"],)
    assert box.claim() == ()
    with box.db.writing() as session:
        changed = outbox.release(session, one_of_each.values(), now=box.clock.now())
    assert set(changed) == {one_of_each["queued"], one_of_each["held"]}
    assert {each.delivery.id for each in box.claim()} == set(changed)


def test_a_retried_dead_letter_has_the_whole_plan_before_it(box: OutboxBench) -> None:
    number = _in_state(box, "dead", "a@x.example")
    box.clock.advance(days=30)
    with box.db.writing() as session:
        outbox.retry(session, [number], now=box.clock.now())
    (claimed,) = box.claim()
    assert box.record((claimed, TemporaryFailure("busy"))).postponed == 1
    shown = box.shown(number).delivery
    assert (shown.state, shown.attempts) == ("queued", 1)
    assert 48 <= (shown.due_at - box.clock.now()).total_seconds() <= 72


def test_a_released_delivery_has_the_whole_plan_before_it(box: OutboxBench) -> None:
    number = _in_state(box, "held", "a@x.example")
    box.clock.advance(days=30)
    with box.db.writing() as session:
        outbox.release(session, [number], now=box.clock.now())
    (claimed,) = box.claim()
    assert box.record((claimed, TemporaryFailure("busy"))).postponed == 1


def test_a_retry_does_not_wait_for_its_turn(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (claimed,) = box.claim()
    box.record((claimed, TemporaryFailure("busy")))
    assert box.claim() == ()
    with box.db.writing() as session:
        outbox.retry(session, [number], now=box.clock.now())
    assert len(box.claim()) == 1


def test_unknown_ids_change_nothing(box: OutboxBench) -> None:
    with box.db.writing() as session:
        assert outbox.retry(session, [4711], now=box.clock.now()) == ()
        assert outbox.bury(session, [], reason="") == ()


def test_hasten_lets_go_what_waits_for_a_next_try_and_not_what_was_to_go_later(box: OutboxBench) -> None:
    tried, held = box.put(
        box.delivery("tried@x.example"),
        box.delivery("held@x.example", due_at=box.clock.now() + timedelta(hours=1)),
    )
    [claimed] = box.claim()
    box.record((claimed, TemporaryFailure("busy")))
    box.clock.advance(seconds=1)
    assert box.claim() == ()
    with box.db.writing() as session:
        outbox.hasten(session, "smtp", now=box.clock.now())
    assert [each.delivery.id for each in box.claim()] == [tried]
    assert box.states(held) == ["queued"]
