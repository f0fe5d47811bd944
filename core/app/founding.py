"""Founds a desk: its directory, settings, key, tables and first people."""

from pathlib import Path

import attrs

from ..contract.clock import Clock, SystemClock
from ..contract.errors import DeskbellError, InvalidValue
from ..desk import blueprint
from ..desk.blueprint.first_desk import first_desk
from ..host.admission import Host
from ..settings import DatabaseSettings, DeskPaths, Settings, load_settings, render_settings
from ..store.database import Database
from ..store.migrations import migrate
from ..store.schema import HEAD, SchemaOutdated, schema_version
from ..store.secrets import SecretBox
from ..store.sqlite_file import missing_file
from .changing import at_this_machine

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


class DeskExists(DeskbellError, FileExistsError):
    """A directory that holds a desk already."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"There is a desk in {directory} already; choose another directory, or use this one as it is.")


@attrs.frozen(kw_only=True)
class Beginning:
    """What a new desk begins with."""

    desk_name: str = "Helpdesk"
    department: str = "Support"
    mailbox: str = "support@example.com"
    admin: str = "admin@example.com"
    admin_name: str = "Administrator"
    smtp_host: str = ""
    database_url: str = ""


def found(directory: Path, beginning: Beginning, *, clock: Clock | None = None) -> None:
    """Make a desk in `directory`, which is made if need be.

    The settings file is written last: a desk that was founded half can be founded again.

    :raises DeskExists: when there is one already.
    :raises DeskbellError: when an address or the database cannot be used; no desk is there then.
    """
    paths = DeskPaths(directory)
    if paths.settings_file.exists():
        raise DeskExists(directory)
    settings = _settings(beginning)
    wanted = _first_desk(beginning)
    for folder in (directory, paths.attachments, paths.templates):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    secrets = SecretBox.create(paths.key_file)
    url = paths.database_url(settings)
    if not beginning.database_url:
        # SQLite gives its log and shared memory the mode of the database, whoever writes to it later.
        paths.database_file.touch(mode=PRIVATE_FILE)
    migrate(url)
    _furnish(url, wanted, secrets, clock or SystemClock())
    paths.settings_file.touch(mode=PRIVATE_FILE)
    paths.settings_file.write_text(render_settings(settings), encoding="utf-8")


def renew_key(directory: Path) -> bool:
    """Make a new key for a desk that has lost its own; False when it has one. What the old one sealed stays sealed."""
    paths = DeskPaths(directory)
    if not paths.settings_file.exists() or paths.key_file.exists():
        return False
    SecretBox.create(paths.key_file)
    return True


def _settings(beginning: Beginning) -> Settings:
    try:
        return Settings(database=DatabaseSettings(url=beginning.database_url))
    except ValueError as error:
        raise InvalidValue(
            "--database-url", str(error), "Name a postgresql:// URL, or leave it out for SQLite."
        ) from error


def _first_desk(beginning: Beginning) -> blueprint.Blueprint:
    host = Host(safe_mode=True)
    host.load()
    catalogue = blueprint.Catalogue(
        plugins={name: admitted.plugin for name, admitted in host.plugins.items()}, channels=host.channels
    )
    return first_desk(
        desk_name=beginning.desk_name,
        department=beginning.department,
        mailbox=beginning.mailbox,
        admin=beginning.admin,
        admin_name=beginning.admin_name,
        smtp_host=beginning.smtp_host,
        catalogue=catalogue,
    )


def _furnish(url: str, wanted: blueprint.Blueprint, secrets: SecretBox, clock: Clock) -> None:
    db = Database(url, clock=clock)
    try:
        with db.configuring() as session:
            plan = blueprint.plan(session, wanted, prune=False, secrets=secrets)
            blueprint.apply(session, plan, by=at_this_machine(), now=clock.now())
    finally:
        db.close()


def migrate_desk(directory: Path) -> tuple[str, str]:
    """Bring a desk's database to this version; answer the versions before and after.

    :raises DeskbellError: when its settings cannot be used, or the file of its database is not there.
    """
    url = DeskPaths(directory).database_url(load_settings(directory))
    if missing := missing_file(url):
        # A new and empty file would hide that the old one is gone.
        raise SchemaOutdated("", missing=missing)
    db = Database(url, clock=SystemClock())
    try:
        with db.reading() as session:
            before = schema_version(session.connection())
    finally:
        db.close()
    migrate(url)
    return before, HEAD
