"""What every test may ask for: a clock, databases of both kinds, a mail server. A skip fails where none may be."""

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stand_ins.clock import FrozenClock
from stand_ins.postgresql import PostgresqlMissing, PostgresqlServer, running_server
from stand_ins.smtp_sink import SmtpSink

REQUIRE = "DESKBELL_REQUIRE"

DATABASE_KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at Monday, 2 March 2026, 09:00 UTC until the test moves it."""
    return FrozenClock()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server on the loopback that takes everything until it is told otherwise."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture(params=DATABASE_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`; for one of them: `parametrize("database_kind", ["sqlite"], indirect=True)`."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own, without a table."""
    if database_kind == "sqlite":
        yield _sqlite_url(tmp_path / "desk.sqlite3")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own with every table: the copy of one that was migrated once."""
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("migrated_sqlite_file")
        yield _sqlite_url(_copy_sqlite(template, target=tmp_path / "desk.sqlite3"))
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create(template=request.getfixturevalue("migrated_postgresql_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """The server of this test run; skips, with the line to install it, where there is none."""
    try:
        with running_server() as server:
            yield server
    except PostgresqlMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One SQLite file with every table, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "desk.sqlite3"
    _migrate(_sqlite_url(file))
    return file


@pytest.fixture(scope="session")
def migrated_postgresql_template(postgresql_server: PostgresqlServer) -> str:
    """The name of one PostgreSQL database with every table, to be copied."""
    name = postgresql_server.create()
    _migrate(postgresql_server.url(name))
    return name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be written anew."""
    parser.addoption("--golden", action="store_true", help="write the golden files of templates instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a misspelt demand: it would let tests skip that must not."""
    demand = os.environ.get(REQUIRE, "")
    if demand not in ("", "all"):
        raise pytest.UsageError(
            f"{REQUIRE}={demand} is unknown. Set it to 'all', so that no test may skip, or unset it."
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure where everything is required; an expected failure stays one."""
    report = yield
    if _nothing_may_skip() and report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole file into a failure where everything is required."""
    report = yield
    if _nothing_may_skip() and report.skipped:
        _fail(report)
    return report


def _nothing_may_skip() -> bool:
    return os.environ.get(REQUIRE) == "all"


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{REQUIRE}=all lets no test skip. {reason}"


def _sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def _copy_sqlite(template: Path, *, target: Path) -> Path:
    """Copy through SQLite itself, so that what still lies in a write-ahead log comes along."""
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _migrate(url: str) -> None:
    from deskbell.core.store.migrations import migrate

    migrate(url)
