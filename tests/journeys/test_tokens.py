"""A token tells who answers only as long as nobody else has seen it (tests M21, M23)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from deskbell.core.app import acting
from deskbell.core.app.acting import ReplyWish
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import MessagePosted
from deskbell.core.store.rows import EntryRow
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

ADA, CARL = "ada@customer.example", "carl@customer.example"


def answer(sender: str, to: ReceivedMail, *, number: int, whole_thread: bool = True) -> bytes:
    """An answer as mail programs write one: the id in In-Reply-To, and in References what the mail had and its id."""
    answered = to.message["Message-ID"]
    references = f"References: {to.message['References'] or ''} {answered}\n" if whole_thread else ""
    return (
        f"From: {sender}\nTo: support@example.com\nSubject: Re: something\nMessage-ID: <{number}@customer.example>\n"
        f"In-Reply-To: {answered}\n{references}\nMore.\n"
    ).encode()


def mail_to(sink: SmtpSink, address: str, *, after: int = 0) -> ReceivedMail:
    [mail] = [each for each in sink.mails[after:] if each.recipients == (address,)]
    return mail


def verified(desk: Desk, raw: bytes) -> bool:
    event = receive(desk, raw)[0]
    assert isinstance(event, MessagePosted)
    with desk.db.reading() as session:
        return bool(session.scalars(select(EntryRow.verified).where(EntryRow.id == event.entry.id)).one())


@pytest.fixture
def folder(tmp_path: Path, database_url: str, smtp_sink: SmtpSink) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)


def test_a_mail_to_several_verifies_each_by_an_id_of_the_own(
    folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(folder, clock=clock) as desk:
        receive(desk, MAIL)
        acting.add_collaborator(desk, "100001", by=None, address=CARL)
        work_off(desk)
        before = len(smtp_sink.mails)
        acting.reply(desk, "100001", ReplyWish(text="It is on its way."), by="admin@example.com")
        work_off(desk)
        to_ada, to_carl = (mail_to(smtp_sink, each, after=before) for each in (ADA, CARL))
        assert to_ada.message["Message-ID"] == to_carl.message["Message-ID"]
        assert to_ada.message["References"] != to_carl.message["References"]
        assert verified(desk, answer(ADA, to_ada, number=2))
        assert verified(desk, answer(CARL, to_carl, number=3))
        # Carl has seen the common id, and his own; neither makes him Ada.
        assert not verified(desk, answer(ADA, to_carl, number=4))
        assert not verified(desk, answer(ADA, to_carl, number=5, whole_thread=False))


def test_what_one_participant_answered_to_is_not_shown_to_the_others(
    folder: Path, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(folder, clock=clock) as desk:
        receive(desk, MAIL)
        acting.add_collaborator(desk, "100001", by=None, address=CARL)
        work_off(desk)
        token = str(mail_to(smtp_sink, ADA).message["Message-ID"])
        before = len(smtp_sink.mails)
        assert verified(desk, answer(ADA, mail_to(smtp_sink, ADA), number=2))
        work_off(desk)
        notice = mail_to(smtp_sink, CARL, after=before)
        assert token not in notice.data.decode()
        assert "<2@customer.example>" in notice.message["References"]
        assert not verified(desk, answer(ADA, notice, number=3))
