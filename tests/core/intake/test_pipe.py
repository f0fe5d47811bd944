"""One mail on standard input: kept, or an exit code that a mail server understands."""

import io
from pathlib import Path

import pytest

from deskbell.core.intake.pipe import ExitCode, envelope_sender, receive_pipe
from deskbell.core.intake.receive import Intake
from deskbell.core.store.database import Database
from deskbell.core.store.files import AttachmentStore
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class Stream(io.RawIOBase):
    """A pipe that gives `octets` octets in small pieces and counts how many were taken."""

    def __init__(self, octets: int) -> None:
        super().__init__()
        self.left = octets
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = b"x" * min(size, self.left, 65_536)
        self.left -= len(piece)
        self.taken += len(piece)
        return piece


def test_a_mail_is_kept_and_not_yet_processed(desk: SmallDesk, intake: Intake) -> None:
    received = receive_pipe(
        intake, io.BytesIO(raw_mail()), envelope_from="<a@b.example>", envelope_to=("support@example.com",)
    )
    [row] = desk.raw_rows()
    assert received.code is ExitCode.OK
    assert received.mail_id == row.id
    assert (row.source, row.envelope_from, row.envelope_to, row.content) == (
        "pipe",
        "a@b.example",
        "support@example.com",
        raw_mail(),
    )
    assert row.state == "waiting"
    assert desk.tickets() == ()


def test_codes_are_those_of_sysexits(database_kind: str) -> None:
    assert [int(code) for code in ExitCode] == [0, 65, 67, 75]


def test_the_mailbox_is_named(desk: SmallDesk, intake: Intake) -> None:
    assert receive_pipe(intake, io.BytesIO(raw_mail()), mailbox="sales").code is ExitCode.OK
    assert desk.raw_rows()[0].mailbox_id == desk.ids["sales mailbox"]


def test_an_unknown_mailbox_is_nobody(desk: SmallDesk, intake: Intake) -> None:
    received = receive_pipe(intake, io.BytesIO(raw_mail()), mailbox="suport")
    assert received.code is ExitCode.NO_USER
    assert "Did you mean 'support'" in received.sentence
    assert desk.raw_rows() == []


@pytest.mark.parametrize("raw", [b"", b"\r\n \n"])
def test_no_mail_is_said(desk: SmallDesk, intake: Intake, raw: bytes) -> None:
    received = receive_pipe(intake, io.BytesIO(raw))
    assert received.code is ExitCode.DATA_ERROR
    assert "no mail on standard input" in received.sentence
    assert desk.raw_rows() == []


def test_a_mail_that_is_too_large_is_refused_before_it_is_in_memory(desk: SmallDesk, intake: Intake) -> None:
    stream = Stream(200 * 1024 * 1024)
    received = receive_pipe(intake, stream, largest=1024 * 1024)  # type: ignore[arg-type]
    assert received.code is ExitCode.DATA_ERROR
    assert received.sentence == "The mail is larger than 1 MiB and was not taken."
    assert stream.taken == 1024 * 1024 + 1
    assert desk.raw_rows() == []


def test_the_largest_mail_is_taken(desk: SmallDesk, intake: Intake) -> None:
    assert receive_pipe(intake, Stream(100_000), largest=100_000).code is ExitCode.OK  # type: ignore[arg-type]
    assert len(desk.raw_rows()[0].content) == 100_000


def test_a_database_that_is_away_means_try_again(desk: SmallDesk, tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/no/such/folder/desk.sqlite3", clock=desk.clock)
    intake = Intake(
        db,
        files=AttachmentStore(tmp_path / "attachments"),
        hooks=desk.hooks,
        faults=desk.faults,
        clock=desk.clock,
    )
    received = receive_pipe(intake, io.BytesIO(raw_mail()))
    assert received.code is ExitCode.TEMPORARY_FAILURE
    assert "Try again" in received.sentence
    db.close()


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (raw_mail(), None),
        (raw_mail(more=f"Return-Path: <{OWNER}>"), OWNER),
        (raw_mail(more="return-path: <>"), ""),
        (raw_mail(more=f"Return-Path: {OWNER} "), OWNER),
        (raw_mail(text="Return-Path: <body@x.example>"), None),
        (raw_mail(more="X-Return-Path: <x@x.example>"), None),
        (b"From olga@x.example Mon Mar  2 09:00:00 2026\nSubject: s\n\nx", "olga@x.example"),
        (b">From olga@x.example Mon Mar  2 09:00:00 2026\nSubject: s\n\nx", "olga@x.example"),
        (b"From MAILER-DAEMON Mon Mar  2 09:00:00 2026\nSubject: s\n\nx", ""),
        (b"From MAILER-DAEMON Mon\nReturn-Path: <later@x.example>\n\nx", ""),
        (b"Return-Path: <one@x.example>\nReturn-Path: <two@x.example>\n\nx", "one@x.example"),
        (b"Return-Path: <\xff@x.example>\n\nx", "\ufffd@x.example"),
        (b"", None),
    ],
)
def test_the_envelope_sender_is_read_from_above_the_mail(raw: bytes, sender: str | None, database_kind: str) -> None:
    assert envelope_sender(raw) == sender


def test_what_the_mail_server_wrote_counts_when_nothing_is_given(desk: SmallDesk, intake: Intake) -> None:
    receive_pipe(intake, io.BytesIO(raw_mail(more="Return-Path: <>")))
    receive_pipe(intake, io.BytesIO(raw_mail(more="Return-Path: <>")), envelope_from="x@y.example")
    receive_pipe(intake, io.BytesIO(raw_mail(more="Return-Path: <a@b.example>")), envelope_from="")
    assert [row.envelope_from for row in desk.raw_rows()] == ["", "x@y.example", ""]
