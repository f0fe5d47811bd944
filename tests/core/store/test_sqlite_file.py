"""A database file that is moved or replaced while it is open: nothing may count as committed that nobody will find."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from deskbell.core.app.founding import migrate_desk
from deskbell.core.contract.faults import Fault
from deskbell.core.store.database import DatabaseUnavailable, SchemaOutdated, open_database
from deskbell.core.store.trouble import AWAY
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@sqlite_only
def test_a_replaced_file_takes_nothing_more(database_url: str, clock: FrozenClock) -> None:
    file, told = file_of(database_url), list[Fault]()
    with closing(open_database(database_url, clock=clock, on_trouble=told.append)) as db:
        copy = shutil.copy(file, file.with_name("backup"))
        with db.writing() as session:
            session.execute(text("INSERT INTO settings VALUES ('desk_name', '\"Before\"')"))
        file.unlink()
        Path(copy).rename(file)
        with pytest.raises(DatabaseUnavailable, match="was replaced while it was open; restart"), db.writing():
            pytest.fail("a transaction began")
        assert [fault.fingerprint for fault in told] == [AWAY]


@sqlite_only
def test_a_file_that_comes_back_is_used_again(database_url: str, clock: FrozenClock) -> None:
    file = file_of(database_url)
    with closing(open_database(database_url, clock=clock)) as db:
        away = file.rename(file.with_name("away"))
        with pytest.raises(DatabaseUnavailable, match="was taken away while it was open"), db.reading():
            pytest.fail("a transaction began")
        away.rename(file)
        clock.advance(seconds=1)
        with db.writing() as session:
            session.execute(text("INSERT INTO settings VALUES ('desk_name', '\"After\"')"))


@sqlite_only
def test_mail_is_not_acknowledged_into_a_file_that_is_gone(
    tmp_path: Path, database_url: str, clock: FrozenClock
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock) as desk:
        receive(desk, MAIL)
        file = folder / "desk.sqlite3"
        shutil.copy(file, file.with_name("backup"))
        file.unlink()
        file.with_name("backup").rename(file)
        with pytest.raises(DatabaseUnavailable):
            receive(desk, MAIL.replace(b"<one@", b"<two@"))


@sqlite_only
def test_migrate_makes_no_new_file_where_the_old_one_is_gone(tmp_path: Path, database_url: str) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    file = folder / "desk.sqlite3"
    file.unlink()
    with pytest.raises(SchemaOutdated, match=r"not there: .*desk\.sqlite3 is missing: put it back from a backup"):
        migrate_desk(folder)
    assert not file.exists()
