"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket there, gone at the end."""

import getpass
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString

import attrs

if TYPE_CHECKING:
    import psycopg

INSTALL = "apt-get install postgresql"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
SUPERUSER = "deskbell"

# Nothing here outlives the tests, so durability is not paid for. The odd time zone finds code that trusts the server's.
SERVER_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "Asia/Kolkata",
}


class PostgresqlMissing(LookupError):
    """This machine has no PostgreSQL server program."""

    def __init__(self) -> None:
        super().__init__(f"PostgreSQL's server programs are not installed. Install them with: {INSTALL}")


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`, the newest version first; raises `PostgresqlMissing`."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if not versions:
        raise PostgresqlMissing
    return max(versions, key=lambda folder: float(folder.parent.name))


@attrs.define(eq=False)
class PostgresqlServer:
    """A running server, where each test gets a database of its own."""

    folder: Path
    _numbers: "itertools.count[int]" = attrs.field(factory=lambda: itertools.count(1), init=False)

    def url(self, database: str) -> str:
        """The SQLAlchemy address of one database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create(self, *, template: str = "template0") -> str:
        """Make a database, a copy of `template`, and return its name."""
        name = f"desk{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Remove a database; connections that a test left open are cut."""
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: LiteralString) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self, database: str = "postgres") -> "psycopg.Connection":
        """A raw connection that commits each statement, for looking behind the house's back."""
        import psycopg

        return psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname=database, autocommit=True)


@contextmanager
def running_server() -> Iterator[PostgresqlServer]:
    """Start a server, give it out, stop it by its process id; raises `PostgresqlMissing`."""
    binaries = find_binaries()
    # Short, because the path of a socket has room for 107 bytes; pytest's folders can be longer.
    folder = Path(tempfile.mkdtemp(prefix="deskbell-pg-"))
    account = _account()
    try:
        shutil.chown(folder, account)
        _initialise(binaries, folder, account=account)
        process = _start(binaries, folder, account=account)
        try:
            yield _ready(PostgresqlServer(folder), process)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder)


def _account() -> str:
    """Who runs the server: PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def _as(account: str) -> list[str]:
    """The words that start a command as `account` and end it with this process, even when that is killed."""
    words = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        words += ["--reuid", account, "--regid", account, "--init-groups"]
    return words


def _initialise(binaries: Path, folder: Path, *, account: str) -> None:
    command = [str(binaries / "initdb"), "--pgdata", str(folder / "data"), "--username", SUPERUSER, "--auth", "trust"]
    command += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    done = subprocess.run([*_as(account), *command], cwd="/", capture_output=True, text=True, timeout=START_SECONDS)
    if done.returncode:
        raise RuntimeError(f"initdb ended with {done.returncode}: {done.stderr.strip()}")


def _start(binaries: Path, folder: Path, *, account: str) -> "subprocess.Popen[bytes]":
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)]
    for name, value in SERVER_SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([*_as(account), *command], cwd="/", stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _ready(server: PostgresqlServer, process: "subprocess.Popen[bytes]") -> PostgresqlServer:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (server.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"The PostgreSQL server of the tests did not start. Its log: {log}") from error
            time.sleep(0.05)
        else:
            return server


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(STOP_SECONDS)
