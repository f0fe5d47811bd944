"""Writes a desk down as a file that makes the same desk of an empty one, and changes nothing on the desk itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from .catalogue import Catalogue
from .emit import table_lines
from .objects import TABLES, DeskObject, Fields, Ref, place
from .standing import stand

HEADER = """\
# The desk as code: change this file, look at what would change with `deskbell apply FILE --dry-run`, then apply it.
# What a file does not name is left alone; with --prune, what its tables do not name is removed.
"""

NOT_KNOWN = "no plugin or channel that is installed here knows it"


def export(session: Session, *, catalogue: Catalogue) -> str:
    """The desk as TOML.

    Secrets are tokens that only this desk's key opens. What is set for plugins and channels that are not installed is left
    out, and the file says so in a comment.

    :param catalogue: the plugins and channels of this machine.
    """
    tables = stand(session, end_users=None).tables
    lines: list[str] = [HEADER.rstrip()]
    for table in TABLES:
        lines += _table(table, tables[table], catalogue=catalogue)
    return "\n".join(lines) + "\n"


def _table(table: str, objects: Mapping[str, DeskObject], *, catalogue: Catalogue) -> list[str]:
    lines: list[str] = []
    for key in sorted(objects):
        item = objects[key]
        known = {path: value for path, value in item.fields.items() if catalogue.knows(table, item.key, path)}
        lines += _object(table, item, known) if known or not item.fields else []
        lines += [
            f"# {place(table, item.key, path)} is left out: {NOT_KNOWN}." for path in item.fields if path not in known
        ]
    # A table without rows is still a table: with --prune it stays empty.
    return lines if any(line.startswith("[") for line in lines) else [*table_lines((table,), {}), *lines]


def _object(table: str, item: DeskObject, fields: Fields) -> list[str]:
    return table_lines((table, item.key) if item.key else (table,), _nested(fields))


def _nested(fields: Fields) -> dict[str, object]:
    """Fields by their paths as tables in tables."""
    tables: dict[str, Any] = {}
    for path, value in fields.items():
        *parents, last = (part.key if isinstance(part, Ref) else part for part in path)
        table = tables
        for parent in parents:
            table = table.setdefault(parent, {})
        # The mark of a membership is an empty table, which its fields may have filled already.
        table[last] = {**value, **table.get(last, {})} if isinstance(value, Mapping) else value
    return tables
