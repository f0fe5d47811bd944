"""What goes wrong with a database, in sentences: away and locked are told from refused, and no row data is quoted."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..contract.errors import DeskbellError
from ..contract.faults import Fault, FaultKind
from .scrub import without_secrets

# BUSY, LOCKED and PROTOCOL (sqlite.org/rescode.html; the low byte is the kind): somebody else holds the lock.
_SQLITE_BUSY = frozenset({5, 6, 15})
# READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB: the file itself is in trouble.
_SQLITE_AWAY = frozenset({8, 10, 11, 13, 14, 26})

# Rolled back for serialisation or deadlock; lock not had in time (PostgreSQL manual, appendix A).
_POSTGRESQL_BUSY = ("40001", "40P01", "55P03")
# Connection exceptions, insufficient resources, shutdowns; transaction idle for too long.
_POSTGRESQL_AWAY = ("08", "53", "57P", "25P03")

AWAY = "database:away"
"""The fingerprint of a database that cannot be used at all, whatever was asked of it."""
LONGEST_SHAPE = 200
CAUSES = 10
"""How far an error is followed to what caused it."""

# What a driver puts into quotes is a name of ours only after one of these words; all else may be somebody's data.
_NAMED = r"(?:constraint|relation|column|table|index|sequence|schema|function|type|database|server at|socket)"
_QUOTED = re.compile(rf"(?P<named>\b{_NAMED} )?(?P<quoted>\"(?:[^\"]|\"\")*(?:\"|$)|(?<!\w)'(?:[^']|'')*(?:'|$))")
_LITERALS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\w*\$.*?\$\w*\$|\b\d+(?:\.\d+)?\b", re.DOTALL)
_PLACE = r"(?:\?|:\w+|%\(\w+\)s(?:::\w+(?: WITH(?:OUT)? TIME ZONE)?(?:\[\])?)?|%s)"
_PLACES = re.compile(rf"{_PLACE}(?:\s*,\s*{_PLACE})+")
_ROWS = re.compile(r"\(\?\)(?:\s*,\s*\(\?\))+")

OnTrouble = Callable[[Fault], None]
"""Told about each error that nobody expected; must never raise."""


class DatabaseUnavailable(DeskbellError, ConnectionError):
    """The database is away, locked or full; what was asked did not happen and can be asked again.

    `reported` says that those who listen for trouble have heard of it; mere waiting for a lock is not worth it.
    """

    def __init__(self, detail: str, *, reported: bool = False) -> None:
        self.detail = detail
        self.reported = reported
        super().__init__(f"The database cannot be used now: {detail}. Try again when it is back.")


class DatabaseFailed(DeskbellError, RuntimeError):
    """The database refused a statement that nobody expected it to refuse; the transaction did not happen."""

    def __init__(self, detail: str, *, reported: bool = False) -> None:
        self.detail = detail
        self.reported = reported
        super().__init__(
            f"The database refused a statement: {detail}. This is a fault of the program; please report it."
        )


def was_reported(error: BaseException | None) -> bool:
    """Whether the store itself has reported this error already, so that who meets it next need not."""
    return isinstance(error, (DatabaseUnavailable, DatabaseFailed)) and error.reported


@contextmanager
def in_words(on_trouble: OnTrouble | None = None) -> Iterator[None]:
    """Let errors of the driver leave the block as `DatabaseUnavailable` or `DatabaseFailed`.

    :param on_trouble: hears of each that is not mere waiting for somebody else's lock.
    """
    try:
        yield
    except PoolTimeout as error:
        reported = _tell(on_trouble, _fault("all connections of this process are in use", "PoolTimeout", ""))
        raise DatabaseUnavailable("all connections of this process are in use", reported=reported) from error
    except DBAPIError as error:
        fault = database_fault(error)
        reported = fault is not None and _tell(on_trouble, fault)
        cls = DatabaseUnavailable if _passes(error) else DatabaseFailed
        raise cls(_words(error), reported=reported) from error
    except StatementError as error:
        # A value that no column takes: the programmer's, who needs the error as it is.
        if fault := database_fault(error):
            _tell(on_trouble, fault)
        raise


def unusable(words: str, on_trouble: OnTrouble | None) -> DatabaseUnavailable:
    """The error of a database that cannot be used for a reason that no driver tells; `on_trouble` hears of it."""
    return DatabaseUnavailable(words, reported=_tell(on_trouble, _fault(words, "", "", away=True)))


def database_fault(error: BaseException) -> Fault | None:
    """The fault behind `error` or one of its causes, if it is a database's; None for waiting in vain and all else.

    It is grouped by the class of the error and the shape of the statement; no parameter, literal or password is in it.
    """
    found = _cause(error)
    if found is None or _busy(found):
        return None
    name = type(found.orig).__name__ if found.orig is not None else type(found).__name__
    return _fault(_words(found), name, _shape(found.statement or ""), away=_away(found))


def plain_words(error: BaseException) -> str:
    """What a database's error says, without the statement's parameters; '' when `error` is no such error."""
    found = _cause(error)
    return "" if found is None else f"{type(error).__name__}: {_words(found)}"


def scrubbed(text: str) -> str:
    """`text` without what may be data or secret: quoted words that are no names of tables, and `without_secrets`."""
    return _QUOTED.sub(lambda found: found.group() if found["named"] else "'…'", without_secrets(text))


def _tell(on_trouble: OnTrouble | None, fault: Fault) -> bool:
    if on_trouble is None:
        return False
    on_trouble(fault)
    return True


def _fault(words: str, name: str, shape: str, *, away: bool = False) -> Fault:
    if away:
        return Fault(kind=FaultKind.DATABASE, fingerprint=AWAY, title="The database cannot be used", detail=words)
    mark = hashlib.sha256(shape.encode()).hexdigest()[:12] if shape else "none"
    return Fault(
        kind=FaultKind.DATABASE,
        fingerprint=f"database:{name}:{mark}",
        title=f"{name}: {words}",
        detail=f"The statement: {shape}" if shape else "",
    )


def _cause(error: BaseException) -> StatementError | None:
    """The database's error that `error` is or comes from."""
    each: BaseException | None = error
    for _ in range(CAUSES):
        if each is None or isinstance(each, StatementError):
            return each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return None


def _shape(statement: str) -> str:
    """A statement without what differs from call to call: white space, literals, the number of its parameters."""
    shape = _LITERALS.sub("?", " ".join(statement.split()))
    shape = _ROWS.sub("(?)", _PLACES.sub("?", shape))
    return shape[:LONGEST_SHAPE]


def _passes(error: DBAPIError) -> bool:
    """Whether the same may succeed later."""
    return _busy(error) or _away(error)


def _busy(error: StatementError) -> bool:
    """Whether it only waited for somebody else, in vain."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF in _SQLITE_BUSY
    return str(getattr(error.orig, "sqlstate", None)).startswith(_POSTGRESQL_BUSY)


def _away(error: StatementError) -> bool:
    """Whether the database as a whole cannot be used."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF in _SQLITE_AWAY
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRESQL_AWAY)
    # psycopg names no state where no server answered: refused, cut, timed out.
    cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return cut or type(error.orig).__name__ == "OperationalError"


def _words(error: StatementError) -> str:
    """The driver's words without the values that PostgreSQL adds on further lines, and without all that may be data."""
    if not isinstance(error, DBAPIError):
        return f"a value cannot be written ({type(error.orig).__name__})"
    primary = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    lines = str(primary or error.orig).strip().splitlines()
    return scrubbed(lines[0].rstrip(".")) if lines else type(error).__name__
