"""What tickets come to, worked out by counting minutes: an oracle for due dates that knows nothing of the code under test.

All times are whole minutes after `ORIGIN`. A calendar is a list that says of each minute how many open minutes lie before
it; the wall clock is read in the middle of every single one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

ORIGIN = datetime(2026, 2, 20, tzinfo=UTC)
MINUTES = 70 * 24 * 60
MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def minute_of(moment: datetime) -> int:
    """The minute of a moment, which must be a whole one."""
    number, rest = divmod(moment - ORIGIN, MINUTE)
    assert rest == timedelta()
    return number


def moment_of(minute: int) -> datetime:
    return ORIGIN + minute * MINUTE


class Calendar:
    """Counts the minutes in which `is_open` says so."""

    def __init__(self, is_open: Callable[[int], bool]) -> None:
        self.before = [0]
        for minute in range(MINUTES):
            self.before.append(self.before[-1] + is_open(minute))

    def add(self, minute: int, time: int) -> int:
        """The earliest minute from `minute` on before which `time` open ones passed; the end of all minutes at most."""
        return minute if time <= 0 else bisect_left(self.before, self.before[minute] + time)

    def subtract(self, minute: int, time: int) -> int:
        return minute if time <= 0 else bisect_right(self.before, self.before[minute] - time) - 1

    def between(self, begin: int, end: int) -> int:
        return self.before[min(end, MINUTES)] - self.before[min(begin, MINUTES)]


def round_the_clock() -> Calendar:
    return Calendar(lambda minute: True)


def wall_clock(zone: str, week: Mapping[str, Sequence[str]], *, days_off: Sequence[str] = ()) -> Calendar:
    """Open where the wall clock of the zone shows a time within a span such as ``09:00-17:00``."""
    local = ZoneInfo(zone)

    def is_open(minute: int) -> bool:
        shown = (moment_of(minute) + MINUTE / 2).astimezone(local)
        if f"{shown:%Y-%m-%d}" in days_off:
            return False
        spans = (span.split("-") for span in week.get(DAYS[shown.weekday()], ()))
        return any(begin <= f"{shown:%H:%M}" < end for begin, end in spans)

    return Calendar(is_open)


@attrs.frozen(kw_only=True)
class Plan:
    """A plan in minutes."""

    calendar: Calendar
    grace: int
    soon: int
    repeat: int = 0
    cap: int = 0
    steps: Sequence[int] = ()


@attrs.frozen(kw_only=True)
class Place:
    """A department: its plan, and whether it pauses while waiting."""

    plan: Plan | None
    pause: bool = False


Rung = tuple[int, str, int, int]
"""The minute of the look; ``soon``, ``overdue`` or ``step``; the due date, or when the escalation began; the number."""


@attrs.define(kw_only=True)
class OracleTicket:
    """One ticket. Its acts are told in order; `until` is asked before each, and at the end."""

    place: Place
    opened: int
    looks: Sequence[int]
    """The minutes in which somebody looks, in order."""
    status: str = "open"
    manual: int | None = None
    used: int = 0
    """Open minutes up to `since`."""
    since: int | None = None
    """When the clock went on, None while it stands."""
    escalation: int | None = None
    told: int = 0
    """Up to where it has been worked out."""
    soon_rung: set[int] = attrs.field(factory=set)
    overdue_rung: dict[int, int] = attrs.field(factory=dict)
    steps_rung: set[tuple[int, int, int]] = attrs.field(factory=set)
    """When the escalation began, the plan, the number."""
    rung: list[Rung] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self._begin(self.opened)

    # -- acts --------------------------------------------------------------------------------------------------------------

    def wait(self, now: int) -> None:
        """From open, or from closed."""
        self._change(now, "waiting")

    def close(self, now: int) -> None:
        self.until(now)
        self.status = "closed"

    def open_again(self, now: int) -> None:
        """From waiting, or from closed."""
        self._change(now, "open")

    def acknowledge(self, now: int) -> None:
        self.until(now)
        self.escalation = None

    def reply(self, now: int) -> None:
        self.acknowledge(now)
        if self.place.pause:
            self.wait(now)

    def set_due(self, now: int, at: int | None) -> None:
        self.until(now)
        self.manual = at

    def move(self, now: int, place: Place) -> None:
        self.until(now)
        former, self.place = self.place.plan, place
        counting = former or place.plan
        if former is not place.plan and counting is not None and self.since is not None:
            self.used, self.since = self.used + counting.calendar.between(self.since, now), now
        self._pause(now)

    def _change(self, now: int, status: str) -> None:
        self.until(now)
        if self.status == "closed":
            if self.manual is not None and self.manual <= now:
                self.manual = None
            self._begin(now)
        self.status = status
        self._pause(now)

    def _begin(self, now: int) -> None:
        self.since = self.escalation = now
        self.used = 0

    def _pause(self, now: int) -> None:
        """Stop the clock or let it go on; what has run out is not stopped."""
        plan = self.place.plan
        used = self.used
        if plan is not None and self.since is not None:
            used += plan.calendar.between(self.since, now)
        stands = self.status == "waiting" and plan is not None and self.place.pause and used < plan.grace
        if stands and self.since is not None:
            self.used, self.since = used, None
        elif not stands and self.since is None:
            self.since = now

    # -- what comes of them ------------------------------------------------------------------------------------------------

    def until(self, now: int) -> None:
        """Ring what the looks from the last act on, and before `now`, see."""
        begin, self.told = self.told, now
        if self.status == "closed":
            return
        due = self._due()
        if due is not None:
            self._soon(due, begin, now)
            self._overdue(due, begin, now)
        self._steps(begin, now)

    def _due(self) -> int | None:
        dates = [] if self.manual is None else [self.manual]
        if self.place.plan is not None and self.since is not None:
            dates.append(self.place.plan.calendar.add(self.since, self.place.plan.grace - self.used))
        return min(dates, default=None)

    def _look(self, moment: int, begin: int, end: int) -> int | None:
        """The first look at or after `moment` that lies between two acts."""
        place = bisect_left(self.looks, max(moment, begin))
        return self.looks[place] if place < len(self.looks) and self.looks[place] < end else None

    def _soon(self, due: int, begin: int, end: int) -> None:
        plan = self.place.plan
        soon = due - 60 if plan is None else plan.calendar.subtract(due, plan.soon)
        look = self._look(soon, begin, end)
        if look is not None and look < due and due not in self.soon_rung and due not in self.overdue_rung:
            self.soon_rung.add(due)
            self.rung.append((look, "soon", due, 0))

    def _overdue(self, due: int, begin: int, end: int) -> None:
        look = self._look(due, begin, end)
        plan = self.place.plan
        if look is None:
            return
        if due not in self.overdue_rung:
            passed = min(plan.cap, plan.calendar.between(due, look) // plan.repeat) if plan and plan.repeat else 0
            self.overdue_rung[due] = passed
            self.rung.append((look, "overdue", due, 0))
        if plan is None or not plan.repeat:
            return
        newest: dict[int, int] = {}
        for number in range(self.overdue_rung[due] + 1, plan.cap + 1):
            look = self._look(plan.calendar.add(due, number * plan.repeat), begin, end)
            if look is not None:
                newest[look] = number
        for look, number in newest.items():
            self.overdue_rung[due] = number
            self.rung.append((look, "overdue", due, number))

    def _steps(self, begin: int, end: int) -> None:
        plan, basis = self.place.plan, self.escalation
        if plan is None or basis is None:
            return
        for number, after in enumerate(plan.steps, start=1):
            look = self._look(plan.calendar.add(basis, after), begin, end)
            if look is not None and (basis, id(plan), number) not in self.steps_rung:
                self.steps_rung.add((basis, id(plan), number))
                self.rung.append((look, "step", basis, number))
