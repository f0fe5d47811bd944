"""The settings of one machine: `deskbell.toml` as frozen values, and where the files of a desk lie."""

import os
import re
import textwrap
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, unquote

import attrs
from attrs.validators import and_, ge, gt, le

from .contract.structuring import Field, InvalidSetting, described, plain, schema, secret, structure, toml_value

SETTINGS_FILE = "deskbell.toml"
DATABASE_URL_VARIABLE = "DESKBELL_DATABASE_URL"

_URL_SHAPE = re.compile(r"sqlite:///(?!:memory:)[^?].*|postgresql(\+psycopg)?://.+")


class MailProtocol(StrEnum):
    """What the listener speaks."""

    SMTP = "smtp"
    LMTP = "lmtp"


class LogLevel(StrEnum):
    """The least weight that a line in the log needs."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """The shape of a line in the log."""

    TEXT = "text"
    JSON = "json"


def _check_url(_settings: object, _field: "attrs.Attribute[str]", url: str) -> None:
    if url and not _URL_SHAPE.fullmatch(url):
        raise ValueError("must begin with sqlite:/// and a file or with postgresql:// and a server, or be empty")


def _check_filled(_settings: object, _field: "attrs.Attribute[str]", text: str) -> None:
    if not text.strip():
        raise ValueError("must not be empty")


@attrs.frozen(kw_only=True)
class DatabaseSettings:
    """Where tickets, journal and outbox are kept."""

    url: str = secret(
        help="Empty for the file desk.sqlite3 beside this one, sqlite:///file for another file (counted from this "
        "folder), or postgresql://user:password@host/name. The environment variable "
        f"{DATABASE_URL_VARIABLE} goes before it.",
        validator=_check_url,
    )


@attrs.frozen(kw_only=True)
class ListenerSettings:
    """The door for mail that a mail server hands over directly."""

    enabled: bool = described(True, help="Whether `deskbell serve` opens the door at all.")
    protocol: MailProtocol = described(  # noqa: RUF009 - it makes a field
        MailProtocol.SMTP, help="lmtp answers for every recipient of a mail by itself; smtp once for all."
    )
    host: str = described("127.0.0.1", help="The address to listen on.", validator=_check_filled)
    port: int = described(
        2525, help="The port to listen on; 0 takes one that is free.", validator=and_(ge(0), le(65535))
    )
    max_mail_bytes: int = described(
        36 * 1024 * 1024,
        help="The largest mail taken, in bytes. Attachments grow by more than a third on their way: 37748736 has room "
        "for 25 MiB of them.",
        validator=ge(1024),
    )


@attrs.frozen(kw_only=True)
class WebSettings:
    """The few pages that links in mails lead to, and /health. Put a server that speaks https before them."""

    enabled: bool = described(False, help="Whether `deskbell serve` opens them.")
    host: str = described("127.0.0.1", help="The address to listen on.", validator=_check_filled)
    port: int = described(
        8025, help="The port to listen on; 0 takes one that is free.", validator=and_(ge(0), le(65535))
    )


@attrs.frozen(kw_only=True)
class WorkerSettings:
    """The threads that ring plugins and deliver."""

    threads: int = described(2, help="How many deliveries run at a time.", validator=and_(ge(1), le(64)))
    ring_limit_seconds: float = described(
        5.0,
        help="How long a plugin may take for one event before it counts as hanging.",
        validator=and_(gt(0), le(3600)),
    )
    send_limit_seconds: float = described(
        60.0,
        help="How long a channel may take for one delivery before it counts as failed.",
        validator=and_(gt(0), le(3600)),
    )


@attrs.frozen(kw_only=True)
class PluginSettings:
    """Which plugins this machine loads; what the desk does with a loaded one is set by its switches."""

    disabled: tuple[str, ...] = described((), help="Plugins that are not even loaded, by name.")
    safe_mode: bool = described(False, help="Load the built-in plugins only.")


@attrs.frozen(kw_only=True)
class LogSettings:
    """What the processes tell about themselves on standard error."""

    level: LogLevel = described(LogLevel.INFO, help="The least weight of a line.")  # noqa: RUF009 - it makes a field
    format: LogFormat = described(  # noqa: RUF009 - it makes a field
        LogFormat.TEXT, help="text is for people, json for a log collector."
    )


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that `deskbell.toml` can say."""

    database: DatabaseSettings = DatabaseSettings()
    listener: ListenerSettings = ListenerSettings()
    web: WebSettings = WebSettings()
    worker: WorkerSettings = WorkerSettings()
    plugins: PluginSettings = PluginSettings()
    log: LogSettings = LogSettings()


def _absolute(directory: Path) -> Path:
    return directory.absolute()


@attrs.frozen
class DeskPaths:
    """Where the files of the desk in `directory` lie; nothing here touches the disk."""

    directory: Path = attrs.field(converter=_absolute)

    @property
    def settings_file(self) -> Path:
        """What `load_settings` reads."""
        return self.directory / SETTINGS_FILE

    @property
    def database_file(self) -> Path:
        """The SQLite file used when the settings name no database."""
        return self.directory / "desk.sqlite3"

    @property
    def attachments(self) -> Path:
        """The folder of attachments, named by their content."""
        return self.directory / "attachments"

    @property
    def templates(self) -> Path:
        """The folder whose templates go before those of the plugins."""
        return self.directory / "templates"

    @property
    def key_file(self) -> Path:
        """The key that encrypts secrets at rest."""
        return self.directory / "secret.key"

    @property
    def scheduler_locks(self) -> Path:
        """The folder of the locks that give the right to run periodic jobs on SQLite."""
        return self.directory / "locks"

    @property
    def last_resort_snapshot(self) -> Path:
        """What is known of the desk while its database is gone."""
        return self.directory / "last-resort.json"

    @property
    def last_resort_ledger(self) -> Path:
        """What the administrator was told, and could not be told, while the database was gone."""
        return self.directory / "last-resort-told.json"

    def database_url(self, settings: Settings) -> str:
        """The database as SQLAlchemy names it: an absolute SQLite path, or PostgreSQL through psycopg 3."""
        scheme, _, rest = settings.database.url.partition("://")
        if scheme in ("postgresql", "postgresql+psycopg"):
            return f"postgresql+psycopg://{rest}"
        path, mark, query = rest.removeprefix("/").partition("?")
        file = self.directory / unquote(path) if path else self.database_file
        return f"sqlite:///{quote(str(file))}{mark}{query}"


def load_settings(directory: Path, *, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the desk in `directory`; all defaults if it has no `deskbell.toml`.

    :raises InvalidSetting: if the file cannot be read or holds what cannot be used, or the environment does.
    """
    file = DeskPaths(directory).settings_file
    settings = structure(read_toml(file, missing_ok=True), Settings, file=file.name)
    url = environment.get(DATABASE_URL_VARIABLE, "")
    if not url:
        return settings
    overriding = structure({"url": url}, DatabaseSettings, file=DATABASE_URL_VARIABLE, path="database")
    return attrs.evolve(settings, database=overriding)


def read_toml(file: Path, *, missing_ok: bool = False) -> dict[str, object]:
    """The plain data of a TOML file; none at all if there is no file and `missing_ok` says that there need not be.

    :raises InvalidSetting: one sentence with file, line and reason if it cannot be read, is not UTF-8 or not TOML.
    """
    try:
        # Editors on Windows may put a byte order mark first, which TOML does not know.
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        if missing_ok and isinstance(error, FileNotFoundError):
            return {}
        raise _unreadable(file, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _unreadable(file, f"is not UTF-8 text at line {line}") from error
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(file, _syntax_fault(str(error))) from error
    except (ValueError, RecursionError) as error:
        # tomllib lets Python's own limits through: numbers of thousands of digits, lists in lists in lists.
        raise _unreadable(file, "holds a number too long or lists too deep to read") from error


def render_settings(settings: Settings) -> str:
    """A commented `deskbell.toml` that `load_settings` reads back as equal; what is a default stays commented out."""
    lines = _comment(
        "The settings of this machine. Lines such as #name = value show defaults: take the # away to change one."
    )
    for attribute in attrs.fields(Settings):
        group = getattr(settings, attribute.name)
        lines += ["", *_comment(type(group).__doc__ or ""), f"[{attribute.name}]"]
        for field in schema(type(group)):
            value = getattr(group, field.name)
            line = f"{field.name} = {toml_value(plain(value))}"
            lines += [*_comment(_explained(field)), line if value != field.default else f"#{line}"]
    return "\n".join(lines) + "\n"


def _explained(field: Field) -> str:
    return field.help + (f" One of: {', '.join(field.choices)}." if field.choices else "")


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _syntax_fault(message: str) -> str:
    """tomllib's message, which ends in `(at line 3, column 5)` or `(at end of document)`, to follow a file name."""
    reason, _, position = message.rpartition(" (at ")
    place = position.removesuffix(")").partition(",")[0]
    return f"is not TOML at {place}: {reason[:1].lower()}{reason[1:]}"


def _unreadable(file: Path, reason: str) -> InvalidSetting:
    return InvalidSetting(file.name, path="", reason=reason)
