"""What an examination finds, and how bad it is."""

from enum import StrEnum

import attrs


class State(StrEnum):
    """How something is: in order, worth a look, or in need of mending now."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@attrs.frozen
class Finding:
    """One thing that was looked at. `remedy` says in a sentence what to do; it is empty when all is well."""

    area: str
    state: State
    what: str
    remedy: str = ""


def fine(area: str, what: str) -> Finding:
    """Something that is in order."""
    return Finding(area, State.OK, what)


def warning(area: str, what: str, *, remedy: str) -> Finding:
    """Something that works and is worth a look."""
    return Finding(area, State.WARNING, what, remedy)


def fault(area: str, what: str, *, remedy: str) -> Finding:
    """Something that keeps the desk from doing its work, or endangers it."""
    return Finding(area, State.FAULT, what, remedy)
