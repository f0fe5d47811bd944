"""The version of the tables: what this program needs and what a database has."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ..contract.errors import DeskbellError

HEAD = "0004"
"""The newest of ``migrations/versions``, named here so that opening a database does not load alembic."""


class SchemaOutdated(DeskbellError, RuntimeError):
    """The tables are of another version than the program; `found` is theirs, '' when there are none.

    `missing` is the file that should hold them and is not there.
    """

    def __init__(self, found: str, *, missing: Path | None = None) -> None:
        self.found = found
        if missing is not None:
            reason = f"not there: {missing} is missing"
            remedy = "put it back from a backup, or correct database.url in deskbell.toml"
        elif found > HEAD:
            reason = f"at version {found}, newer than this deskbell, which knows {HEAD}"
            remedy = "install the deskbell that brought it there, or restore the backup from before"
        else:
            reason = (f"at version {found}" if found else "empty") + f", but this deskbell needs version {HEAD}"
            remedy = "run 'deskbell migrate'"
        super().__init__(f"The database is {reason}: {remedy}.")


def schema_version(connection: Connection) -> str:
    """The version that the tables have; '' when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")
