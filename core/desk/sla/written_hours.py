"""How business hours are written: weekdays, spans of a day, dates and time zones. The file and the store write them alike."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...contract.structuring import toml_value
from .open_hours import Span

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, as its keys."""

_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_SPAN = re.compile(rf"{_TIME}-(?:{_TIME}|24:00)")
_MIDNIGHT = timedelta(hours=24)


def spans_of(texts: Iterable[str], *, day: str) -> tuple[Span, ...]:
    """The spans of a day, written like ``09:00-17:30``; a day ends at ``24:00``.

    :param day: its name, for the reason.
    :raises ValueError: with the reason, for spans that are none, overlap or are not in order.
    """
    spans: list[Span] = []
    for text in texts:
        begin, end = _span(text, day)
        if end <= begin:
            raise ValueError(f"must not end {toml_value(text)} before it begins ({day}); a night is two days")
        if spans and begin < spans[-1][1]:
            raise ValueError(
                f"must have the hours of a day in order and without overlap, not {toml_value(text)} ({day})"
            )
        spans.append((begin, end))
    return tuple(spans)


def _span(text: str, day: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f'must have hours such as "09:00-17:30", not {toml_value(text)} ({day})')
    from_hours, from_minutes, until_hours, until_minutes = match.groups()
    begin = timedelta(hours=int(from_hours), minutes=int(from_minutes))
    if until_hours is None:
        return begin, _MIDNIGHT
    return begin, timedelta(hours=int(until_hours), minutes=int(until_minutes))


def date_of(text: str) -> date:
    """A date, written like ``2026-12-24``.

    :raises ValueError: with the reason.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        # There are further spellings in ISO 8601.
        if found.isoformat() == text:
            return found
    raise ValueError(f"must be dates such as 2026-12-24, not {toml_value(text)}")


def time_zone_of(name: str) -> ZoneInfo | None:
    """A time zone by its name, such as ``Europe/Berlin``; None for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
