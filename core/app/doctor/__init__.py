"""Examines a desk: everything that can be wrong with it is looked at, and each finding has a remedy."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ...contract.clock import Clock, SystemClock
from ...contract.errors import DeskbellError
from ...settings import DeskPaths
from ..opening import Desk, open_desk
from . import database, machine, options, returning, telling, traffic, ways
from .finding import Finding, State, fault

__all__ = ["Finding", "State", "examine"]

CLOSED: tuple[Callable[[DeskPaths, Clock], Iterable[Finding]], ...] = (
    machine.directory,
    machine.settings,
    machine.key,
    machine.disk,
    machine.clock,
    telling.alerts,
    database.reachable,
)
"""What is looked at before the desk is opened: it may be the reason why it cannot be."""

OPEN: tuple[tuple[str, Callable[[Desk], Iterable[Finding]]], ...] = (
    ("database", database.durability),
    ("clock", database.time_of_database),
    ("alerts", telling.undelivered),
    ("plugins", ways.plugins),
    ("options", options.names),
    ("channels", ways.channels),
    ("mailboxes", ways.mailboxes),
    ("mailboxes", returning.mailboxes),
    ("links", returning.links),
    ("signatures", returning.signatures),
    ("mail", traffic.raw),
    ("outbox", traffic.outbox),
    ("journal", traffic.unrung),
)

FIRST = "Mend this first, then run the doctor again: the rest could not be looked at."


def examine(directory: Path, *, safe_mode: bool = False, clock: Clock | None = None) -> tuple[Finding, ...]:
    """Look at everything, in the order in which it would have to be mended; changes nothing.

    :param safe_mode: open the desk with built-in plugins only.
    """
    clock = clock or SystemClock()
    paths = DeskPaths(directory)
    found = [finding for check in CLOSED for finding in check(paths, clock)]
    if not paths.settings_file.is_file() or any(each.area == "database" and each.remedy for each in found):
        return tuple(found)
    try:
        with open_desk(directory, safe_mode=safe_mode, clock=clock) as desk:
            found += _opened(desk)
    except DeskbellError as error:
        if str(error) not in {each.what for each in found}:
            found.append(fault("desk", str(error), remedy=FIRST))
    return tuple(found)


def _opened(desk: Desk) -> Iterator[Finding]:
    for area, check in OPEN:
        try:
            yield from check(desk)
        except DeskbellError as error:
            yield fault(area, f"It could not be looked at: {error}", remedy=FIRST)
