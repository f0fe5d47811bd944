"""How results are shown: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import attrs
import click

F = TypeVar("F", bound=Callable[..., Any])

WIDE = 200
NARROW = 120
"""A terminal of fewer columns shows tables of more than `FEW` columns as blocks."""
FEW = 5


def json_option(command: F) -> F:
    """The option ``--json`` of every reading command."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


def show(rows: Sequence[object], *, columns: Sequence[str], as_json: bool, empty: str) -> None:
    """Print attrs values: those columns as a table, or everything as JSON; `empty` says what to do when there is none."""
    if as_json:
        print_json([plain(row) for row in rows])
    elif not rows:
        click.echo(empty)
    else:
        table(columns, ([getattr(row, column) for column in columns] for row in rows))


def print_json(value: object) -> None:
    """Print a plain value as JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """An attrs value, a time, a set as what JSON knows."""
    if attrs.has(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    return value


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; text of users is never read as markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    screen = console()
    if screen.width < NARROW and len(columns) > FEW:
        _blocks(columns, rows)
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        grid.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell(value)) for value in row))
    screen.print(grid)


def _blocks(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """What would be a table of broken words: one block a row, one line a value, empty ones left out."""
    wide = max(map(len, columns))
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            if text := cell(value):
                click.echo(f"{column.replace('_', ' '):<{wide}}  {text}")
        click.echo()


def cell(value: object) -> str:
    """A value as text in a table; times to the minute in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (tuple, list, frozenset)):
        return ", ".join(cell(each) for each in value)
    name = getattr(value, "name", None) if attrs.has(type(value)) else None
    text = str(name if name is not None else value)
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)


def console() -> Any:
    """A rich console: as wide as the terminal, or wide enough for a pipe."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=WIDE)
