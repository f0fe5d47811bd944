"""Random choices read off bytes: one draw of hypothesis makes a whole desk, and zeros, to which it shrinks, the plainest one."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Deck:
    """Deals choices; once the bytes are used up, always the first."""

    def __init__(self, data: bytes) -> None:
        self._bytes = iter(data)

    def number(self, below: int) -> int:
        """A number from 0."""
        return next(self._bytes, 0) % below

    def pick(self, options: Sequence[T]) -> T:
        """One of them."""
        return options[self.number(len(options))]

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.number(one_in) == one_in - 1

    def some(self, options: Iterable[T], *, one_in: int) -> tuple[T, ...]:
        """Those on whom the chance falls."""
        return tuple(each for each in options if self.chance(one_in))
