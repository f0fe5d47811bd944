"""When a delivery is tried again, and when it is given up; pure functions of numbers and times."""

import zlib
from datetime import datetime, timedelta

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40))
"""How long to wait after the first failed try, after the second and so on."""
LONGEST_WAIT = timedelta(seconds=4000)
"""How long to wait after all further tries; no wait of the plan is longer."""
JITTER = 0.2
"""By which share a wait differs either way, so that deliveries that failed together do not come back together."""
PATIENCE = timedelta(days=5)
"""After which time to give up: RFC 5321 section 4.5.4.1 asks for four to five days."""
SHORTEST_WISH = timedelta(seconds=1)
"""The least that a service's own wish is taken for: a service that says "at once" is not asked in a tight loop."""


def next_try(
    attempts: int, *, first_at: datetime, now: datetime, jitter: float, retry_after: float | None = None
) -> datetime | None:
    """When to try again after `attempts` tries, the last of which failed just now; None when it is time to give up.

    The last try is made when the patience ends, not at some point before.

    :param attempts: at least 1.
    :param first_at: when the plan began: the delivery was written, or a person asked for a fresh start.
    :param jitter: from -1 to 1: which share of `JITTER` to add to the wait.
    :param retry_after: seconds that the service itself asked for, instead of the plan's wait.
    """
    deadline = first_at + PATIENCE
    if now >= deadline:
        return None
    if retry_after is not None:
        return min(now + _wish(retry_after), deadline)
    wait = WAITS[attempts - 1] if attempts <= len(WAITS) else LONGEST_WAIT
    return min(now + min(wait * (1 + JITTER * jitter), LONGEST_WAIT), deadline)


def tries_in(age: timedelta) -> int:
    """How many tries the plan makes in the time `age`, the first one at its beginning.

    A channel in trouble counts no tries of its deliveries; how long the next wait is goes by this number instead.
    """
    tries, passed = 1, timedelta()
    for wait in WAITS:
        passed += wait
        if passed > age:
            break
        tries += 1
    return tries


def jitter_of(delivery_id: int, attempt: int) -> float:
    """From -1 to 1, spread as by chance but the same for the same try."""
    return zlib.crc32(f"{delivery_id}/{attempt}".encode()) / 2**31 - 1


def _wish(seconds: float) -> timedelta:
    # NaN fails every comparison and becomes the shortest wait; infinity becomes the longest.
    return timedelta(seconds=min(seconds, PATIENCE.total_seconds())) if seconds > 1 else SHORTEST_WISH
