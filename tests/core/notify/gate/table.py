"""The gate table as a whole: every message under every condition, and what is expected of the pair."""

from collections.abc import Iterator

from . import section_3, section_4, section_5
from .cells import Cell, Line
from .messages import SECTION_3, SECTION_4, SECTION_5
from .scene import Scene

Pair = tuple[str, str]
"""A message and a condition."""

SECTIONS: tuple[tuple[str, dict[str, Scene], dict[str, dict[tuple[str, ...], Cell]]], ...] = (
    ("Autoresponders and correspondence", SECTION_3, section_3.TABLE),
    ("Alerts", SECTION_4, section_4.TABLE),
    ("System alerts", SECTION_5, section_5.TABLE),
)


def written() -> Iterator[tuple[Pair, Cell]]:
    """Every pair as often as it is written down."""
    for _, _, table in SECTIONS:
        for condition, cells in table.items():
            yield from (((message, condition), cell) for messages, cell in cells.items() for message in messages)


CELLS: dict[Pair, Cell] = dict(written())


def plain(message: str) -> tuple[Line, ...]:
    """Who is told of a message, and who is not, when nothing is special."""
    return CELLS[message, "plain"].lines(())


def expected(message: str, condition: str) -> tuple[str, tuple[Line, ...]]:
    """The reason for the plugin as a whole or '', and every candidate."""
    cell = CELLS[message, condition]
    return (cell.whole, ()) if cell.whole else ("", cell.lines(plain(message)))
