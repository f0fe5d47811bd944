"""What runs beside the desk as long as `deskbell serve` does, such as its pages; it is found like plugins and channels."""

from abc import ABC, abstractmethod
from typing import ClassVar


class Companion(ABC):
    """One thing that `deskbell serve` starts and stops.

    It is built with the open desk, of which those of the house know more than the contract does. Whatever is dear to import
    is imported by `start`: commands that serve nothing load this class as well.
    """

    title: ClassVar[str] = ""

    @abstractmethod
    def __init__(self, desk: object) -> None: ...

    @abstractmethod
    def wanted(self) -> bool:
        """Whether the settings of this machine ask for it."""

    @abstractmethod
    def start(self) -> str:
        """Start its own threads and return.

        :returns: where it can be reached, as a line for people.
        :raises DeskbellError: when it cannot start, in one sentence.
        """

    @abstractmethod
    def stop(self) -> None:
        """Finish what is in hand and end the threads; called once, after `start`, and also when that failed half-way."""
