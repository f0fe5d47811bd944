"""Brings a database to this program's tables; alembic is loaded only when this runs."""

from pathlib import Path

from .head import HEAD

__all__ = ["HEAD", "migrate"]

HERE = Path(__file__).parent


def migrate(url: str) -> None:
    """Bring the database at `url` to `HEAD`; does nothing when it is there. Several processes may try at once.

    :param url: a SQLAlchemy URL of SQLite or PostgreSQL.
    :raises sqlalchemy.exc.DBAPIError: when the database refuses; the transaction of the migration is rolled back.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
