"""Hostile and damaged mails at a whole desk that answers: nothing they hold becomes a header or a recipient of ours."""

from pathlib import Path

import pytest

from deskbell.core.app.rounds import work_off
from deskbell.core.contract.addresses import valid
from deskbell.core.intake.receive import Arrival
from deskbell.core.store import raw_mails
from deskbell.core.store.raw_mails import RawState
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.mails.hostile import hostile_mails
from stand_ins.mails.mutations import mutated
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

HOSTILE = [raw.replace(b"ann@", b"ann%d@" % number) for number, raw in enumerate(hostile_mails().values())]
DAMAGED = [mutated(seed).replace(b"ann@", b"ann%d@" % seed) for seed in range(1_000_000, 1_000_060)]
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
VICTIM = "victim@customer.example"
"""Nobody writes as this one: it stands only where a header or a second recipient would begin."""


@pytest.mark.parametrize("mails", [HOSTILE, DAMAGED], ids=["hostile", "damaged"])
def test_m19_and_m20_what_a_stranger_wrote_stays_inside_what_we_send(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock, mails: list[bytes]
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)
    with opened(folder, clock=clock) as desk:
        ids = desk.intake.accept_many(
            [
                Arrival(content=raw, envelope_from=None, envelope_to=("support@example.com",), source="test")
                for raw in mails
            ]
        )
        desk.take_in(ids)
        with desk.db.reading() as session:
            waiting = raw_mails.list_mails(session, states=[RawState.WAITING], limit=len(mails))
        assert waiting == ()
        receive(desk, MAIL)
        work_off(desk)
    assert len(smtp_sink.mails) > len(mails) // 2
    for sent in smtp_sink.mails:
        assert injected(sent) == []
    assert ("ada@customer.example",) in {sent.recipients for sent in smtp_sink.mails}


def injected(sent: ReceivedMail) -> list[str]:
    """What does not belong into a mail of ours."""
    message = sent.message
    found = [name for name in ONCE if len(message.get_all(name, [])) != 1]
    found += [name for name in ("Bcc", "Cc") if name in message]
    found += [recipient for recipient in sent.recipients if not valid(recipient) or recipient == VICTIM]
    found += ["recipients"] if len(sent.recipients) != 1 else []
    found += ["lines of the subject"] if len(str(message["Subject"]).splitlines()) != 1 else []
    return found
