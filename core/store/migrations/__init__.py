"""Brings a database to this program's tables, in one transaction; alembic is loaded only when that is asked for."""

from pathlib import Path

from sqlalchemy import Connection, text

from ...contract.errors import DeskbellError
from ..engines import migrating_engine
from ..schema import HEAD, SchemaOutdated, schema_version
from ..trouble import in_words

SCRIPTS = Path(__file__).parent
WAIT_SECONDS = 300.0
"""How long to wait for another process that migrates the same database."""
ADVISORY_LOCK = 0x6465736B_6D696772


class BrokenMigration(DeskbellError, RuntimeError):
    """A migration that would leave rows behind whose parents are gone; nothing of it happened."""

    def __init__(self, child: str, parent: str) -> None:
        super().__init__(
            f"The migration would leave rows of '{child}' without their rows of '{parent}', so nothing was changed:"
            " restore a backup if the database was edited by hand, else report this."
        )


def migrate(url: str, *, scripts: Path = SCRIPTS) -> None:
    """Bring the database at `url` to the newest version; does nothing when it is there.

    All of it happens or nothing, also if the process is killed half way; several processes may try at once.

    :param url: of SQLite, whose file is made if there is none, or of PostgreSQL.
    :param scripts: a folder of alembic's, with ``env.py`` and ``versions/``.
    :raises SchemaOutdated: when the database is newer than this program.
    :raises DatabaseUnavailable: when it is away.
    :raises BrokenMigration: when the tables would not fit together afterwards.
    """
    engine = migrating_engine(url, wait_seconds=WAIT_SECONDS)
    try:
        with in_words(), engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            found = schema_version(connection)
            if found > HEAD:
                raise SchemaOutdated(found)
            _upgrade(connection, scripts)
            _check_foreign_keys(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, scripts: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A % would be taken for the beginning of a reference to another option.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_foreign_keys(connection: Connection) -> None:
    """What SQLite did not look at while its foreign keys were off."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise BrokenMigration(broken[0], broken[2])
