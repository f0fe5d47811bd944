"""When a failing mailbox is tried again, and from when on it counts as not fetchable."""

from datetime import datetime, timedelta

from ...store.fetch_accounts import FetchState

STEPS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10))
MOST_FAILURES = 3
LONGEST = timedelta(minutes=15)


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failed tries in a row: 1, 2, 5, then always 10 minutes."""
    return STEPS[min(failures, len(STEPS)) - 1]


def not_fetchable(state: FetchState, *, now: datetime) -> bool:
    """Whether the administrator must know: 3 failed tries in a row, or 15 minutes of them."""
    if state.failing_since is None:
        return False
    return state.failures >= MOST_FAILURES or now - state.failing_since >= LONGEST
