"""Flags, numbers, text and times: the kinds of value that hold no others."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from .kinds import Kind
from .places import Place
from .times import duration, duration_of, moment, moment_of

_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@attrs.frozen
class Scalar(Kind):
    """A type whose two readers raise ValueError for what does not fit."""

    word: str
    wanted: str
    from_plain: Callable[[object], object]
    from_text: Callable[[str], object]

    def build(self, value: object, /, *, at: Place) -> object:
        """The value, judged by its type."""
        try:
            return self.from_plain(value)
        except ValueError:
            raise at.wrong(value, wanted=self.wanted) from None

    def read(self, text: str, /, *, at: Place) -> object:
        """The value that the text spells."""
        try:
            return self.from_text(text)
        except ValueError:
            raise at.wrong(text, wanted=self.wanted) from None


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _flag_of(text: str) -> bool:
    flag = _FLAGS.get(text.strip().casefold())
    if flag is None:
        raise ValueError(text)
    return flag


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(value)


def _number(value: object) -> float:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _finite(value)
    raise ValueError(value)


def _finite(value: float | str) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(value) from error
    if math.isfinite(number):
        return number
    raise ValueError(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(value)


SCALARS: dict[object, Scalar] = {
    bool: Scalar("true or false", "true or false", _flag, _flag_of),
    int: Scalar("whole number", "a whole number", _whole, int),
    float: Scalar("number", "a number", _number, _finite),
    str: Scalar("text", "text", _text, str),
    timedelta: Scalar("duration", 'a duration such as "15m"', duration, duration_of),
    datetime: Scalar(
        "date or time", "a date, or a time with its offset such as 2026-03-02T09:00:00Z", moment, moment_of
    ),
}
"""The kind of each type."""
