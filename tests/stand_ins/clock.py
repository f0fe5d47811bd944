"""A clock that stands still until a test moves it."""

import threading
from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FrozenClock:
    """Follows `deskbell.core.contract.clock.Clock`; may be shared between threads."""

    def __init__(self, start: datetime = MONDAY_MORNING) -> None:
        if start.tzinfo is None:
            raise ValueError(f"FrozenClock starts at {start}: a time without a zone. Pass an aware datetime.")
        self._start = start.astimezone(UTC)
        self._passed = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The moment the test has set, aware, in UTC."""
        with self._lock:
            return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since the clock was made, in its own time."""
        with self._lock:
            return self._passed.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once; like the real one, it refuses to go back."""
        if seconds < 0:
            raise ValueError(f"sleep({seconds}): time does not run backwards.")
        self.advance(seconds=seconds)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move the clock and return the new moment; negative values set the wall clock back, as an operator may."""
        with self._lock:
            self._passed += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            return self._start + self._passed
