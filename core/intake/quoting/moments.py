"""Dates and times of day as mail programs write them, in any language."""

import re

_TIME = re.compile(r"(?<!\d)\d{1,2}\s?(?:[:.\u066b\uff1a]|h|時|时|点|點|시)\s?\d{2}(?!\d)")
_NUMERIC_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}\s?[./-]\s?\d{1,2}[./-]\s?\d{1,2})(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")


def has_time(text: str) -> bool:
    """Whether a text holds a time of day; the day and month of a date, such as those of "05.03.2024", are none."""
    return bool(_TIME.search(_NUMERIC_DATE.sub(" ", text)))


def has_date(text: str) -> bool:
    """Whether a text holds a date in figures, or a year and a day; the name of the month may be any word."""
    if _NUMERIC_DATE.search(text):
        return True
    return bool(_YEAR.search(text) and _DAY.search(_TIME.sub(" ", text)))
