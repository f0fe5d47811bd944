"""What alembic runs: one transaction, exclusive, with SQLite's foreign keys off while tables are rebuilt."""

from alembic import context
from sqlalchemy import Connection, Engine, event, text

from deskbell.core.store.database import make_engine
from deskbell.core.store.rows import Row

LOCK = 0x6D696772


def run() -> None:
    """Migrate the database whose URL the caller put into the configuration."""
    engine = make_engine(context.config.attributes["url"])
    try:
        _migrate(engine)
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        # Rebuilding a table drops it, and that deletes the rows of its children while foreign keys are on. The pragma does
        # nothing inside a transaction, so it is set as the connection opens.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        context.configure(connection=connection, target_metadata=Row.metadata, render_as_batch=True)
        context.run_migrations()
        _check_foreign_keys(connection)


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration would leave a row of '{broken[0]}' without its parent in '{broken[2]}'")


run()
