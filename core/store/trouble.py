"""What goes wrong with a database, in sentences: away and locked are told from refused, and no row data is quoted."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..contract.errors import DeskbellError

# SQLITE_BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN and PROTOCOL (sqlite.org/rescode.html); the low byte is the kind.
_SQLITE_PASSING = frozenset({5, 6, 8, 10, 13, 14, 15})

# Connection exceptions, insufficient resources, shutdowns; rolled back for serialisation or deadlock; lock not had in
# time; transaction idle for too long (PostgreSQL manual, appendix A).
_POSTGRESQL_PASSING = ("08", "53", "57P", "40001", "40P01", "55P03", "25P03")


class DatabaseUnavailable(DeskbellError, ConnectionError):
    """The database is away, locked or full; what was asked did not happen and can be asked again."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"The database cannot be used now: {detail}. Try again when it is back.")


class DatabaseFailed(DeskbellError, RuntimeError):
    """The database refused a statement that nobody expected it to refuse; the transaction did not happen."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"The database refused a statement: {detail}. This is a fault of the program; please report it."
        )


@contextmanager
def in_words() -> Iterator[None]:
    """Let errors of the driver leave the block as `DatabaseUnavailable` or `DatabaseFailed`."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("all connections of this process are in use") from error
    except DBAPIError as error:
        detail = _detail(error)
        raise (DatabaseUnavailable(detail) if _passes(error) else DatabaseFailed(detail)) from error


def _passes(error: DBAPIError) -> bool:
    """Whether the same may succeed later."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF in _SQLITE_PASSING
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRESQL_PASSING)
    # psycopg names no state where no server answered: refused, cut, timed out.
    return error.connection_invalidated or type(error.orig).__name__ == "OperationalError"


def _detail(error: DBAPIError) -> str:
    """The driver's words without the values that PostgreSQL adds on further lines."""
    primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    lines = str(primary or error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
