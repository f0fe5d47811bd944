"""When a failing mailbox is tried again, and from when on it counts as not fetchable."""

from datetime import UTC, datetime, timedelta

import pytest

from deskbell.core.intake.fetching.backoff import not_fetchable, pause_after
from deskbell.core.store.fetch_accounts import FetchState

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_pauses_grow_to_ten_minutes() -> None:
    assert [pause_after(failures).total_seconds() / 60 for failures in range(1, 7)] == [1, 2, 5, 10, 10, 10]


@pytest.mark.parametrize(
    ("failures", "minutes", "expected"),
    [(0, None, False), (1, 0, False), (2, 14, False), (3, 0, True), (3, 3, True), (1, 15, True), (9, 60, True)],
)
def test_three_tries_or_a_quarter_of_an_hour(failures: int, minutes: int | None, expected: bool) -> None:
    since = None if minutes is None else NOW - timedelta(minutes=minutes)
    assert not_fetchable(FetchState(failures=failures, failing_since=since), now=NOW) is expected
