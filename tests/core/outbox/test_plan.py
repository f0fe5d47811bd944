"""The retry plan: 1, 2, 5, 10, 20, 40 minutes, then 4,000 seconds, 20 % either way, for five days (test 52)."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.outbox.plan import jitter_of, next_try, tries_in

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEADLINE = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)

ages = st.timedeltas(timedelta(0), timedelta(days=7))
jitters = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("attempts", "seconds", "earliest", "latest"),
    [
        (1, 60, 48, 72),
        (2, 120, 96, 144),
        (3, 300, 240, 360),
        (4, 600, 480, 720),
        (5, 1200, 960, 1440),
        (6, 2400, 1920, 2880),
        (7, 4000, 3200, 4000),
        (8, 4000, 3200, 4000),
        (100, 4000, 3200, 4000),
    ],
)
def test_waits_grow_as_planned(attempts: int, seconds: int, earliest: int, latest: int) -> None:
    def wait(jitter: float) -> float:
        due_at = next_try(attempts, first_at=FIRST, now=FIRST, jitter=jitter)
        assert due_at is not None
        return (due_at - FIRST).total_seconds()

    assert [wait(0), wait(-1), wait(1)] == [seconds, earliest, latest]


@pytest.mark.parametrize(
    ("age", "due_at"),
    [
        (timedelta(days=5, seconds=-1), DEADLINE),
        (timedelta(days=4, hours=23), DEADLINE),
        (timedelta(days=4, hours=22), FIRST + timedelta(days=4, hours=22, seconds=4000)),
        (timedelta(days=5), None),
        (timedelta(days=6), None),
    ],
)
def test_the_last_try_is_at_five_days_and_then_it_is_given_up(age: timedelta, due_at: datetime | None) -> None:
    assert next_try(50, first_at=FIRST, now=FIRST + age, jitter=0) == due_at


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [(30.0, 30), (1.5, 1.5), (0.0, 1), (-5.0, 1), (7200.0, 7200), (math.inf, 432_000), (math.nan, 1)],
)
def test_the_service_may_name_the_wait_itself(wish: float, seconds: float) -> None:
    due_at = next_try(1, first_at=FIRST, now=FIRST, jitter=1, retry_after=wish)
    assert due_at == FIRST + timedelta(seconds=seconds)


def test_a_wish_does_not_outlast_the_patience() -> None:
    now = FIRST + timedelta(days=4)
    assert next_try(9, first_at=FIRST, now=now, jitter=0, retry_after=10**9) == DEADLINE
    assert next_try(9, first_at=FIRST, now=DEADLINE, jitter=0, retry_after=30) is None


@given(attempts=st.integers(1, 10_000), age=ages, jitter=jitters)
def test_the_next_try_is_later_but_never_too_late(attempts: int, age: timedelta, jitter: float) -> None:
    now = FIRST + age
    due_at = next_try(attempts, first_at=FIRST, now=now, jitter=jitter)
    if age >= timedelta(days=5):
        assert due_at is None
    else:
        assert due_at is not None
        assert now < due_at <= min(DEADLINE, now + timedelta(seconds=4000))


@given(jitter=jitters)
def test_a_delivery_that_always_fails_ends_after_five_days_and_a_bounded_number_of_tries(jitter: float) -> None:
    now, tries = FIRST, 0
    while True:
        tries += 1
        assert tries < 200
        due_at = next_try(tries, first_at=FIRST, now=now, jitter=jitter)
        if due_at is None:
            break
        now = due_at
    assert now == DEADLINE
    # 7 growing steps in 73 minutes, then every 4,000 s until 120 hours are over.
    assert 110 <= tries <= 145


@pytest.mark.parametrize(
    ("minutes", "tries"),
    [(0, 1), (0.9, 1), (1, 2), (2.9, 2), (3, 3), (8, 4), (18, 5), (38, 6), (77.9, 6), (78, 7), (10_000, 7)],
)
def test_an_outage_goes_by_its_age(minutes: float, tries: int) -> None:
    assert tries_in(timedelta(minutes=minutes)) == tries


def test_jitter_spreads_over_the_whole_range_and_stays_for_one_try() -> None:
    values = [jitter_of(number, 1) for number in range(1, 1001)]
    assert all(-1 <= value <= 1 for value in values)
    by_tenth = [sum(low / 5 - 1 <= value < (low + 1) / 5 - 1 for value in values) for low in range(10)]
    assert min(by_tenth) > 60
    assert jitter_of(7, 3) == jitter_of(7, 3)
    assert jitter_of(7, 3) != jitter_of(7, 4)
