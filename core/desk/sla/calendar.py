"""Business time: how much of it lies between two moments, and when so much of it has passed.

Durations are real time, whatever the wall clock does meanwhile.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

import attrs

from ...contract.errors import InvalidValue
from ...store.directory import ScheduleRecord
from .open_hours import EPOCH, MICROSECOND, Span, Stretch, as_moment, as_number, stretches
from .public_holidays import public_holidays
from .written_hours import WEEKDAYS, date_of, spans_of, time_zone_of

FURTHEST_YEARS = 100
"""Nobody looks further: what takes longer than that never comes."""
FURTHEST = timedelta(days=365 * FURTHEST_YEARS)


class Calendar(Protocol):
    """Something that counts time."""

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How much time that counts lies between two moments; nothing when `end` is not after `begin`."""
        ...

    def add(self, begin: datetime, time: timedelta) -> datetime | None:
        """The earliest moment from `begin` on at which so much time that counts has passed; None beyond a century."""
        ...

    def subtract(self, end: datetime, time: timedelta) -> datetime | None:
        """The latest moment up to `end` from which on so much time that counts passes until `end`; None likewise."""
        ...


class RoundTheClock:
    """Every hour counts."""

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """See `Calendar.between`."""
        return max(end - begin, timedelta())

    def add(self, begin: datetime, time: timedelta) -> datetime | None:
        """See `Calendar.add`."""
        return begin + time if time < FURTHEST else None

    def subtract(self, end: datetime, time: timedelta) -> datetime | None:
        """See `Calendar.subtract`."""
        return end - time if time < FURTHEST else None


ROUND_THE_CLOCK = RoundTheClock()


@attrs.frozen(kw_only=True)
class Year:
    """The open stretches of a year of UTC; `passed` is the open time before each of them, with the whole at the end."""

    stretches: tuple[Stretch, ...]
    passed: tuple[int, ...]

    @property
    def total(self) -> int:
        """All open time of the year."""
        return self.passed[-1]

    def until(self, number: int) -> int:
        """The open time of the year before a moment."""
        place = bisect_right(self.stretches, (number, number)) - 1
        if place < 0:
            return 0
        begin, end = self.stretches[place]
        return self.passed[place] + min(number, end) - begin

    def reached(self, time: int) -> int:
        """The earliest moment of the year before which so much of its open time lies; `time` is above 0."""
        place = bisect_right(self.passed, time - 1) - 1
        return self.stretches[place][0] + time - self.passed[place]

    def left(self, time: int) -> int:
        """The latest moment of the year before which so much of its open time lies; `time` is below the total."""
        place = bisect_right(self.passed, time) - 1
        return self.stretches[place][0] + time - self.passed[place]


class BusinessHours:
    """Only the hours of a schedule count. May be used by several threads."""

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        week: Mapping[int, Sequence[Span]],
        country: str = "",
        subdivision: str = "",
        days_off: frozenset[date] = frozenset(),
    ) -> None:
        self._zone = zone
        self._week = week
        self._country = country
        self._subdivision = subdivision
        self._days_off = days_off
        self._years: dict[int, Year] = {}

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """See `Calendar.between`."""
        if end <= begin:
            return timedelta()
        first, last = begin.astimezone(UTC).year, end.astimezone(UTC).year
        whole = sum(self._year(year).total for year in range(first, last))
        time = whole + self._year(last).until(as_number(end)) - self._year(first).until(as_number(begin))
        return time * MICROSECOND

    def add(self, begin: datetime, time: timedelta) -> datetime | None:
        """See `Calendar.add`."""
        left, number = time // MICROSECOND, as_number(begin)
        if left <= 0:
            return begin
        first = begin.astimezone(UTC).year
        left += self._year(first).until(number)
        for year in range(first, first + FURTHEST_YEARS):
            total = self._year(year).total
            if left <= total:
                return as_moment(self._year(year).reached(left))
            left -= total
        return None

    def subtract(self, end: datetime, time: timedelta) -> datetime | None:
        """See `Calendar.subtract`."""
        left, number = time // MICROSECOND, as_number(end)
        if left <= 0:
            return end
        last = end.astimezone(UTC).year
        before = self._year(last).until(number)
        for year in range(last, last - FURTHEST_YEARS, -1):
            if left <= before:
                return as_moment(self._year(year).left(before - left))
            left -= before
            before = self._year(year - 1).total
        return None

    def _year(self, year: int) -> Year:
        known = self._years.get(year)
        if known is None:
            found = stretches(year, zone=self._zone, week=self._week, off=self._off)
            passed = tuple(accumulate((end - begin for begin, end in found), initial=0))
            known = self._years[year] = Year(stretches=found, passed=passed)
        return known

    def _off(self, day: date) -> bool:
        return day in self._days_off or day in public_holidays(self._country, self._subdivision, day.year)


def calendar_of(schedule: ScheduleRecord | None) -> BusinessHours | RoundTheClock:
    """How time is counted by a schedule; without one, every hour counts.

    :raises InvalidValue: when the schedule cannot be used, in words.
    """
    if schedule is None:
        return ROUND_THE_CLOCK
    week = tuple((day, tuple("-".join(span) for span in schedule.week.get(day, ()))) for day in WEEKDAYS)
    return _business_hours(
        schedule.name, schedule.time_zone, week, schedule.country, schedule.subdivision, tuple(schedule.days_off)
    )


@lru_cache(maxsize=128)
def _business_hours(
    name: str,
    time_zone: str,
    week: tuple[tuple[str, tuple[str, ...]], ...],
    country: str,
    subdivision: str,
    days_off: tuple[str, ...],
) -> BusinessHours:
    """Kept by its values, because a schedule's years take milliseconds to lay out."""
    where = f"schedule '{name}'"
    zone = time_zone_of(time_zone)
    if zone is None:
        raise InvalidValue(where, f"there is no time zone '{time_zone}'", "Write it like Europe/Berlin.")
    try:
        spans = {number: spans_of(each, day=day) for number, (day, each) in enumerate(week)}
    except ValueError as error:
        raise InvalidValue(where, f"its week {error}") from error
    try:
        off = frozenset(map(date_of, days_off))
    except ValueError as error:
        raise InvalidValue(where, f"its days off {error}") from error
    if not any(spans.values()):
        raise InvalidValue(where, "it has no open hour", "Give one of its weekdays a span such as ['09:00', '17:00'].")
    public_holidays(country, subdivision, EPOCH.year)
    return BusinessHours(
        zone=zone,
        week=spans,
        country=country,
        subdivision=subdivision,
        days_off=off,
    )
