"""A statement that the database refuses is told to the administrator: once, with a count, without anybody's data."""

from pathlib import Path

import pytest
import sqlalchemy

from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.app.service import Service
from deskbell.core.contract.events import TicketCreated
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.store.database import DatabaseFailed
from stand_ins.alerts import alerts, body, execute
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import SmtpSink

CANARY = "canary-5f3a91"
BREAK = "ALTER TABLE raw_mails RENAME TO lost_mails"
MEND = "ALTER TABLE lost_mails RENAME TO raw_mails"


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


@pytest.fixture
def url(desk_folder: Path, database_url: str) -> str:
    own_file = f"sqlite:///{desk_folder / 'desk.sqlite3'}"
    return own_file if database_url.startswith("sqlite") else database_url


def test_a_statement_that_fails_in_the_worker_is_mailed(desk_folder: Path, url: str, smtp_sink: SmtpSink) -> None:
    """The worker as it runs for months: its threads meet the error, and its threads deliver the alert."""
    with opened(desk_folder) as desk:
        execute(url, BREAK)
        service = Service(desk, listen=False)
        service.start()
        try:
            [mail] = smtp_sink.wait_for(1, timeout=30.0)
        finally:
            service.stop()
        execute(url, MEND)
    assert mail.recipients == ("admin@example.com",)
    assert "database error" in str(mail.message["Subject"])
    assert "raw_mails" in body(mail)
    assert len(smtp_sink.mails) == 1


def test_a_statement_that_fails_in_a_command_is_mailed(desk_folder: Path, url: str, smtp_sink: SmtpSink) -> None:
    cli = Cli(desk_folder)
    execute(url, BREAK)
    said = cli("mail", "list", code=1)
    assert "The database refused a statement" in said
    execute(url, MEND)
    cli("work", "--once")
    [alert] = alerts(smtp_sink, "database error")
    assert "raw_mails" in body(alert)


class Reckless(AgentAlert):
    """A plugin with a database of its own, which it uses wrongly."""

    audience = {}

    def __init__(self, folder: Path, url: str, statement: str) -> None:
        self.folder = folder
        self.engine = sqlalchemy.create_engine(url)
        self._statement = statement

    @hookimpl
    def template_folders(self) -> Path:
        return self.folder

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        with self.engine.connect() as connection:
            connection.execute(sqlalchemy.text(self._statement), {"secret": CANARY})
        return None


def test_a_database_error_in_a_plugin_is_both_faults(
    tmp_path: Path, desk_folder: Path, url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """It counts against the plugin as any failure does, and is a database error as well."""
    wrong = f"SELECT * FROM no_such_table WHERE note = '{CANARY}' AND name = :secret"
    words = tmp_path / "words"
    (words / "reckless").mkdir(parents=True)
    for part in ("subject.txt", "body.txt"):
        (words / "reckless" / part).write_text("words")
    reckless = Reckless(words, url, wrong)
    with opened(desk_folder, clock=clock, plugins={"reckless": reckless}) as desk:
        for number in range(5):
            receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))
        work_off(desk)
        with desk.db.reading() as session:
            assert set(desk.db.directory(session).quarantined) == {"reckless"}
    reckless.engine.dispose()
    [alert] = alerts(smtp_sink, "database error")
    assert "no_such_table" in body(alert)
    assert alerts(smtp_sink, "plugin reckless is quarantined")
    for mail in smtp_sink.mails:
        assert CANARY.encode() not in mail.data


def boom(desk: Desk, statement: str, **values: object) -> None:
    """A statement of the desk's own that the database refuses."""
    with pytest.raises(DatabaseFailed), desk.db.writing() as session:
        session.execute(sqlalchemy.text(statement), values)


def test_a_thousand_errors_are_one_mail_and_the_next_has_the_count(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """O23."""
    with opened(desk_folder, clock=clock) as desk:
        for number in range(1000):
            boom(desk, "SELECT * FROM nowhere WHERE id = :id", id=number)
            if number % 100 == 0:
                desk.ring(())
        work_off(desk)
        assert len(alerts(smtp_sink, "database error")) == 1

        clock.advance(minutes=9, seconds=59)
        work_off(desk)
        assert len(alerts(smtp_sink, "database error")) == 1

        clock.advance(seconds=1)
        work_off(desk)
        first, second = alerts(smtp_sink, "database error")
        assert "Times:    1\n" in body(first)
        assert "Times:    999\n" in body(second)

        clock.advance(minutes=20)
        work_off(desk)
        assert len(alerts(smtp_sink, "database error")) == 2


def test_two_statements_are_two_alerts_and_their_values_none(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(desk_folder, clock=clock) as desk:
        boom(desk, "SELECT * FROM nowhere WHERE id IN (:a, :b)", a=1, b=2)
        boom(desk, "SELECT * FROM nowhere WHERE id IN (:a, :b, :c)", a=1, b=2, c=3)
        boom(desk, "SELECT * FROM elsewhere")
        work_off(desk)
    assert len(alerts(smtp_sink, "database error")) == 2


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT * FROM nowhere WHERE note = '{CANARY}'",
        f"INSERT INTO settings (name, value) VALUES ('{CANARY}', '{CANARY}'), ('{CANARY}', '1')",
        f'SELECT "{CANARY} x" FROM nowhere',
        f"SELECT CAST('{CANARY}' AS integer) FROM nowhere",
    ],
)
def test_no_row_data_is_in_the_text(desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock, statement: str) -> None:
    with opened(desk_folder, clock=clock) as desk:
        boom(desk, statement)
        work_off(desk)
    [alert] = alerts(smtp_sink, "database error")
    assert CANARY.encode() not in alert.data


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_postgresql_quotes_from_a_row_is_not_in_the_text(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """It quotes the value itself in the first line of its words."""
    with opened(desk_folder, clock=clock) as desk:
        boom(desk, "SELECT CAST(:value AS text)::integer", value=CANARY)
        work_off(desk)
    [alert] = alerts(smtp_sink, "database error")
    assert "invalid input syntax for type integer" in body(alert)
    assert CANARY.encode() not in alert.data


def test_an_error_while_faults_are_written_down_raises_no_other(
    desk_folder: Path, url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """The table of faults itself is broken: the last resort tells what happened, and that is all."""
    with opened(desk_folder, clock=clock) as desk:
        execute(url, "ALTER TABLE faults RENAME TO lost_faults")
        boom(desk, "SELECT * FROM nowhere")
        for _ in range(3):
            desk.ring(())
        assert not desk.watch.pending
        execute(url, "ALTER TABLE lost_faults RENAME TO faults")
    [mail] = smtp_sink.mails
    assert "nowhere" in body(mail)


def test_an_error_that_the_desk_handles_itself_is_no_alert(
    desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    """A savepoint that meets a row that is there already."""
    insert = sqlalchemy.text("INSERT INTO settings (name, value) VALUES ('twice', '1')")
    with opened(desk_folder, clock=clock) as desk:
        with desk.db.writing() as session:
            session.execute(insert)
            with pytest.raises(sqlalchemy.exc.IntegrityError), desk.db.savepoint(session):
                session.execute(insert)
        work_off(desk)
    assert smtp_sink.mails == ()
