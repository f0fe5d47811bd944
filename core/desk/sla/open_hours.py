"""The moments of a year at which a desk is open, by the local wall clock of its time zone.

A moment is open when the wall clock, at that moment, shows a time within a span of its day. So an hour that the clock
leaves out in spring is not there to be counted, and one that it shows twice in autumn counts twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

Span = tuple[timedelta, timedelta]
"""From and until, as time of day; until may be 24:00."""
Stretch = tuple[int, int]
"""From and until, in microseconds since `EPOCH`."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def as_number(moment: datetime) -> int:
    """Microseconds since the epoch."""
    return (moment - EPOCH) // MICROSECOND


def as_moment(number: int) -> datetime:
    """The moment so many microseconds after the epoch, in UTC."""
    return EPOCH + number * MICROSECOND


def stretches(
    year: int, *, zone: tzinfo, week: Mapping[int, Sequence[Span]], off: Callable[[date], bool]
) -> tuple[Stretch, ...]:
    """The open stretches of a year of UTC, in order, those that touch made one.

    :param week: the spans of each weekday, 0 for Monday, in order and without overlap.
    :param off: whether a local day is no business day.
    """
    joined: list[Stretch] = []
    for begin, end in _open(year, zone=zone, week=week, off=off):
        if joined and joined[-1][1] >= begin:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _open(
    year: int, *, zone: tzinfo, week: Mapping[int, Sequence[Span]], off: Callable[[date], bool]
) -> Iterator[Stretch]:
    """Between two changes of the clock local time is UTC moved by a constant: each day's spans are cut to fit there."""
    for begin, end, offset in _constant(year, zone):
        first, last = (begin + offset).date(), (end + offset - MICROSECOND).date()
        for number in range((last - first).days + 1):
            day = first + number * DAY
            spans = week.get(day.weekday(), ())
            if not spans or off(day):
                continue
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - offset
            for span_from, span_until in spans:
                opens, closes = max(begin, midnight + span_from), min(end, midnight + span_until)
                if opens < closes:
                    yield as_number(opens), as_number(closes)


def _constant(year: int, zone: tzinfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The parts of a year of UTC between the changes of the local clock, each with its distance from UTC."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    part, probe = begin, begin
    while probe < end:
        further = min(probe + DAY, end)
        if _offset(probe, zone) != _offset(further - MICROSECOND, zone):
            change = _change(probe, further, zone)
            yield part, change, _offset(part, zone)
            part = change
        probe = further
    yield part, end, _offset(part, zone)


def _change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second at which the local clock changes."""
    known = _offset(before, zone)
    while after - before > SECOND:
        middle = before + (after - before) // 2 // SECOND * SECOND
        if _offset(middle, zone) == known:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
