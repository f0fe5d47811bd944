"""The root of every error that the house raises on purpose, and the sentence it speaks."""

from collections.abc import Iterable
from difflib import get_close_matches


class DeskbellError(Exception):
    """A fault that a person can act on.

    Each subclass also inherits the builtin that fits (``LookupError``, ``ValueError`` ...), takes facts and makes its own
    sentence: the thing, the reason, the remedy. The command line prints that sentence and no traceback.
    """


class UnknownName(DeskbellError, LookupError):
    """A name that the desk does not know, with the nearest names that it does."""

    def __init__(self, kind: str, name: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.near = nearest(name, known)
        super().__init__(f"There is no {kind} named '{name}'.{suggestion(self.near)}")


class InvalidValue(DeskbellError, ValueError):
    """A value that cannot be used where it was found."""

    def __init__(self, where: str, reason: str, remedy: str = "") -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}." + (f" {remedy}" if remedy else ""))


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known name that a person may have meant; empty when none is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    return tuple(folded[match] for match in get_close_matches(name.casefold(), folded, n=1, cutoff=0.6))


def suggestion(near: tuple[str, ...]) -> str:
    """``" Did you mean 'x'?"``, or nothing when nothing is near."""
    if not near:
        return ""
    return " Did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
