"""The clock of the tests keeps the promise of the house's clocks."""

from datetime import UTC, datetime

import pytest

from deskbell.core.contract.clock import Clock
from stand_ins.clock import FrozenClock


def test_it_is_a_clock_and_stands_still(clock: FrozenClock) -> None:
    as_the_house_sees_it: Clock = clock
    assert as_the_house_sees_it.now() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert as_the_house_sees_it.now() == as_the_house_sees_it.now()


def test_it_moves_both_scales_alike(clock: FrozenClock) -> None:
    before = clock.monotonic()
    clock.sleep(1.5)
    assert clock.advance(days=1, minutes=10) == datetime(2026, 3, 3, 9, 10, 1, 500000, tzinfo=UTC)
    assert clock.monotonic() - before == 87001.5


def test_sleep_refuses_to_go_back(clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="does not run backwards"):
        clock.sleep(-1)


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        FrozenClock(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001 - that is the point
