"""What an attrs class says against a value that has the right type, as one sentence about the key."""

import re
from collections.abc import Collection, Mapping

from .entries import Entry
from .places import InvalidSetting, Place

_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_BOUND_MESSAGE = re.compile(r"must be (>=|<=|>|<) (.+): (.+)", re.DOTALL)


def refusal(
    error: Exception, *, draft: object, entries: Collection[Entry], values: Mapping[str, object], at: Place
) -> InvalidSetting:
    """The error to raise instead of what a converter, a validator or the class as a whole raised.

    :param draft: the half-made instance, which tells whose doing it was.
    :param values: what the instance was to be made of.
    :param at: the place of the instance.
    """
    message = str(error.args[0] if error.args else "no reason was given").removesuffix(".")
    culprit = _culprit(draft, entries=entries)
    name = culprit.name if culprit else ""
    place = at.key(name, secret=culprit.secret) if culprit else at
    if place.secret and (not culprit or _quotes(message, values.get(name))):
        message = "its value is secret and not shown"
    return place.refuse(_predicate(message.removeprefix(f"'{name}' ")))


def _quotes(message: str, value: object) -> bool:
    """Whether the message shows the value, as it is or as Python writes it."""
    return str(value) in message or repr(value)[1:-1] in message


def _culprit(draft: object, *, entries: Collection[Entry]) -> Entry | None:
    """The field whose converter or validator refused, or None if the class as a whole did."""
    unset = (entry for entry in entries if not hasattr(draft, entry.name))
    invalid = (entry for entry in entries if not _passes(draft, entry=entry))
    return next(unset, None) or next(invalid, None)


def _passes(draft: object, *, entry: Entry) -> bool:
    """Whether the field's validator has nothing against its value."""
    validator = entry.attribute.validator
    try:
        if validator is not None:
            validator(draft, entry.attribute, getattr(draft, entry.name))
    except (ValueError, TypeError):
        return False
    return True


def _predicate(message: str) -> str:
    """The message of a validator as the words after a key; attrs' own bounds become English."""
    bound = _BOUND_MESSAGE.fullmatch(message)
    if bound is not None:
        return f"must be {_BOUNDS[bound[1]]} {bound[2]}, not {bound[3]}"
    return message if message.startswith("must ") else f"is not accepted: {message}"
