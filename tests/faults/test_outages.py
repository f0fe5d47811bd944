"""What goes wrong around the desk: the mail server is down, a template is broken, a mail is rubbish. Nothing is lost."""

from pathlib import Path

import pytest
from sqlalchemy import text

from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import SystemErrorReported
from deskbell.core.store import delivery_log, journal, raw_mails, tickets
from deskbell.core.store.raw_mails import RawState
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import SmtpSink


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


def system_errors(desk: Desk) -> list[SystemErrorReported]:
    with desk.db.reading() as session:
        ids = session.scalars(text("SELECT id FROM journal WHERE event = 'system_error' ORDER BY id")).all()
        events = journal.load(session, ids)
    return [event for event in events if isinstance(event, SystemErrorReported)]


def states(desk: Desk) -> list[str]:
    with desk.db.reading() as session:
        return sorted(each.state for each in delivery_log.list_deliveries(session, limit=100))


def test_the_mail_server_is_down(desk_folder: Path, smtp_sink: SmtpSink, clock: FrozenClock) -> None:
    """The ticket stands, deliveries wait, one system event; when the server is back everything goes out."""
    smtp_sink.stop()
    with opened(desk_folder, clock=clock) as desk:
        receive(desk, MAIL)
        receive(desk, MAIL.replace(b"<one@", b"<two@"))
        for _ in range(5):
            work_off(desk)
            clock.advance(seconds=70)
        with desk.db.reading() as session:
            assert len(tickets.list_tickets(session, limit=10)) == 2
        assert set(states(desk)) == {"queued"}
        faults = [event for event in system_errors(desk) if event.fingerprint == "channel:smtp"]
        assert len(faults) == 1

        smtp_sink.start()
        clock.advance(hours=2)
        work_off(desk)
        assert set(states(desk)) == {"sent"}
    about_tickets = [mail for mail in smtp_sink.mails if str(mail.message["Subject"]).startswith("[#")]
    assert len(about_tickets) == 4
    assert len({mail.message["Message-ID"] for mail in about_tickets}) == 4


def test_a_broken_template_of_the_desk(desk_folder: Path, smtp_sink: SmtpSink) -> None:
    """C3: the built-in text goes out, and one system event tells of it however often it happens."""
    own = desk_folder / "templates" / "new-ticket-alert"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("Hello {{ nobody }}")
    with opened(desk_folder) as desk:
        for number in range(3):
            receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))
        work_off(desk)
        [event] = [event for event in system_errors(desk) if event.fingerprint == "template:new-ticket-alert"]
        assert "new-ticket-alert/body.txt" in event.detail
        assert "nobody" in event.detail
    to_admin = [mail for mail in smtp_sink.mails if mail.recipients == ("admin@example.com",)]
    [fault] = [mail for mail in to_admin if "Template 'new-ticket-alert' failed" in str(mail.message["Subject"])]
    alerts = [mail for mail in to_admin if mail is not fault]
    assert len(alerts) == 3
    assert all("New ticket 10000" in mail.message.get_body(("plain",)).get_content() for mail in alerts)  # type: ignore[union-attr]


ODD_MAILS = {
    "no From": b"To: support@example.com\nSubject: x\n\nhello\n",
    "no header at all": b"\n\njust text\n",
    "a lying charset": MAIL.replace(b"charset=utf-8", b"charset=klingon").replace(b"toner.\n", b"t\xf6ner \xff.\n"),
    "NUL and controls": MAIL.replace(b"The printer on", b"The \x00printer\x1b[2J on"),
    "two From lines": b"From: a@example.org\n" + MAIL,
    "a subject that injects": MAIL.replace(b"out of toner\n", b"out of toner\r\n\tBcc: victim@example.org\n", 1),
    "an endless multipart": b"From: ada@customer.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n",
}


@pytest.mark.parametrize("name", ODD_MAILS)
def test_an_odd_mail_is_a_ticket(desk_folder: Path, smtp_sink: SmtpSink, name: str) -> None:
    with opened(desk_folder) as desk:
        receive(desk, ODD_MAILS[name])
        with desk.db.reading() as session:
            assert len(tickets.list_tickets(session, limit=10)) == 1
            [kept] = raw_mails.list_mails(session, limit=10)
            assert kept.state is RawState.STORED
            assert raw_mails.content(session, kept.id) == ODD_MAILS[name]
        work_off(desk)
        assert set(states(desk)) == {"sent"}
    for mail in smtp_sink.mails:
        assert mail.recipients in (("admin@example.com",), ("ada@customer.example",))
        assert "Bcc" not in mail.message


def test_a_mail_over_the_limit_is_quarantined_and_shown(desk_folder: Path) -> None:
    bomb = b"From: ada@customer.example\n" + b"X-Line: y\n" * 5_000 + b"\nhello\n"
    with opened(desk_folder) as desk:
        receive(desk, bomb)
        with desk.db.reading() as session:
            [kept] = raw_mails.list_mails(session, states=[RawState.QUARANTINED], limit=10)
            assert kept.reason
            assert raw_mails.content(session, kept.id) == bomb
        # The next mail is served as if nothing had been.
        receive(desk, MAIL)
        with desk.db.reading() as session:
            assert len(tickets.list_tickets(session, limit=10)) == 1
