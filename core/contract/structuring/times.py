"""Durations and times from plain data and text, and a duration as text; ValueError for what does not fit."""

import re
from datetime import UTC, date, datetime, time, timedelta

_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]+)?)s)?")


def duration(value: object) -> timedelta:
    """From text, or from a number of seconds that is not negative."""
    if isinstance(value, str):
        return duration_of(value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _elapsed(seconds=value)
    raise ValueError(value)


def duration_of(text: str) -> timedelta:
    """From `1d2h30m15s`, any part of it, or a number of seconds."""
    compact = text.replace(" ", "")
    match = _DURATION.fullmatch(compact)
    if match is None or not compact:
        return _elapsed(seconds=float(compact))
    days, hours, minutes, seconds = (part or "0" for part in match.groups())
    return _elapsed(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def _elapsed(*, seconds: float, days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    if seconds < 0:
        raise ValueError(seconds)
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise ValueError(seconds) from error


def duration_text(value: timedelta) -> str:
    """What `duration_of` reads, exact to the microsecond."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    parts = [(f"{value.days}", "d"), (f"{hours}", "h"), (f"{minutes}", "m"), (f"{seconds}{fraction}", "s")]
    return "".join(number + unit for number, unit in parts if number != "0") or "0s"


def moment(value: object) -> datetime:
    """The aware UTC time of a date-time with an offset, of a date (its midnight in UTC) or of either as ISO 8601 text.

    A date-time without an offset is refused: nobody can say whose clock it was read from.
    """
    if isinstance(value, str):
        return moment_of(value)
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time(tzinfo=UTC))
    raise ValueError(value)


def moment_of(text: str) -> datetime:
    """From `2026-03-02T09:00:00+01:00`, or from `2026-03-02`."""
    iso = text.strip()
    try:
        return moment(date.fromisoformat(iso))
    except ValueError:
        return _in_utc(datetime.fromisoformat(iso))


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(value)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(value) from error
