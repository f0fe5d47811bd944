"""The database: reached, of the right version, durable, and of one mind with the machine about the time."""

from collections.abc import Iterator

from ...contract.clock import Clock
from ...contract.errors import DeskbellError
from ...settings import DeskPaths, load_settings
from ...store import health
from ...store.database import DatabaseFailed, DatabaseUnavailable, SchemaOutdated, open_database
from ...store.schema import HEAD
from ...store.sqlite_file import missing_file
from ..opening import Desk
from .finding import Finding, fault, fine, warning

ODD_SECONDS = 5.0
WRONG_SECONDS = 60.0
"""How far the database's clock may be from the machine's; leases end by the machine's."""


def reachable(paths: DeskPaths, clock: Clock) -> Iterator[Finding]:
    """Whether the database answers, and whether its tables are of this version."""
    if not paths.settings_file.is_file():
        return
    try:
        url = paths.database_url(load_settings(paths.directory))
    except DeskbellError:
        # `machine.settings` has said it.
        return
    missing = missing_file(url)
    if missing is not None:
        yield fault(
            "database",
            f"The database file {missing} is not there.",
            remedy="Put it back from a backup, or correct database.url in deskbell.toml.",
        )
        return
    try:
        open_database(url, clock=clock).close()
    except SchemaOutdated as error:
        older = error.found <= HEAD
        remedy = "Make a backup, then run 'deskbell migrate'." if older else "Install the newer deskbell."
        yield fault("database", str(error), remedy=remedy)
    except (DatabaseUnavailable, DatabaseFailed) as error:
        yield fault("database", str(error), remedy="Start the database, or correct database.url in deskbell.toml.")
    else:
        yield fine("database", "The database answers and its tables are of this version.")


def durability(desk: Desk) -> Iterator[Finding]:
    """Whether a commit survives a cut of the power; PostgreSQL sees to it itself."""
    if not desk.db.is_sqlite:
        return
    with desk.db.reading() as session:
        faults = health.durability_faults(session)
    for name, value in faults.items():
        yield fault(
            "database",
            f"SQLite's {name} is '{value}': a cut of the power may lose tickets.",
            remedy="Move the desk to a local disk; SQLite cannot keep its promise on network file systems.",
        )
    if not faults:
        yield fine("database", "SQLite writes ahead and waits for the disk at every commit.")


def time_of_database(desk: Desk) -> Iterator[Finding]:
    """Whether database and machine agree on the time."""
    with desk.db.reading() as session:
        apart = abs((health.database_time(session) - desk.clock.now()).total_seconds())
    what = f"The clocks of database and machine are {apart:.0f} s apart."
    remedy = "Let both clocks be kept by NTP ('timedatectl set-ntp true')."
    if apart > WRONG_SECONDS:
        yield fault("clock", what, remedy=remedy)
    elif apart > ODD_SECONDS:
        yield warning("clock", what, remedy=remedy)
    else:
        yield fine("clock", "Database and machine agree on the time.")
