"""What was worked out from a directory, kept as long as that directory is the newest in use."""

from collections.abc import Callable
from typing import Generic, TypeVar

from ..store.directory import Directory

T = TypeVar("T")


class PerDirectory(Generic[T]):
    """Makes one `T` for a directory and gives it again until another directory is asked for.

    All threads that work by one revision share one directory object, so that identity is enough and one place suffices.
    """

    def __init__(self, make: Callable[[Directory], T]) -> None:
        self._make = make
        self._newest: tuple[Directory, T] | None = None

    def of(self, directory: Directory) -> T:
        """What belongs to `directory`."""
        newest = self._newest
        if newest is None or newest[0] is not directory:
            # One assignment: a thread with another directory replaces the whole pair or nothing.
            newest = self._newest = (directory, self._make(directory))
        return newest[1]
