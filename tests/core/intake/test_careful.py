"""Mails that end, stall or fill the process that reads them: two tries, then quarantine, and nobody waits (test M38)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import attrs
import pytest

from deskbell.core.contract.events import Event
from deskbell.core.intake.careful import Care, CarefulReader, NoChild, PutOff, Readers, ReadingFailed
from deskbell.core.intake.parsing import MailLimits, read_mail
from deskbell.core.intake.receive import Arrival, Intake
from deskbell.core.store import raw_mails
from deskbell.core.store.files import AttachmentStore, FilesUnavailable, Stored
from stand_ins import deadly_reader
from stand_ins.letters import raw_mail
from stand_ins.small_desk import SmallDesk, names_of

MIB = 1024 * 1024
DEADLY = (sys.executable, "-P", deadly_reader.__file__)
CARE = Care(octets=4_000, seconds=1, lost_seconds=8, memory=256 * MIB, command=DEADLY)
LIMITS = MailLimits()
SUSPECT = "x" * 70 + "\r\n"


def suspect(subject: str) -> bytes:
    """A mail that the checks send to a child."""
    return raw_mail(subject=subject, message_id=f"<{subject.replace(' ', '.')}@x>", text=SUSPECT * 60)


@pytest.fixture
def intake(desk: SmallDesk) -> Intake:
    """The intake of the small desk, whose child dies when a mail tells it to."""
    return intake_of(desk)


def intake_of(desk: SmallDesk, *, care: Care = CARE) -> Intake:
    return Intake(
        desk.db,
        files=AttachmentStore(desk.folder / "attachments"),
        hooks=desk.hooks,
        faults=desk.faults,
        clock=desk.clock,
        care=care,
    )


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


def children() -> set[int]:
    """The Python processes whose parent this one is, zombies among them."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        if "(python" in name and int(rest.split()[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


# --- which mails ---


@pytest.mark.parametrize(
    "raw",
    [
        b"a: b\n\n" + b"x" * (10 * MIB),
        b"a: " + b"b" * 103_000 + b"\n\n",
        b"a: " + b"b" * 103_000 + b"\r\n\r\n",
        b"a: b\n" * 30_000,
        b"a: b\n\n" + b"--b\n" * 1_001,
        b"a: " + b"=?" * 501 + b"\n\n",
        b"To: " + b"x@y," * 2_001 + b"\n\n",
    ],
    ids=["large", "long header", "long header CRLF", "no end of header", "boundaries", "encoded words", "addresses"],
)
def test_m38_what_the_cheap_checks_suspect(raw: bytes) -> None:
    assert Care().suspects(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        raw_mail(),
        raw_mail(text="--\r\n" * 900 + "=?" * 1_000 + "x@y," * 5_000),
        raw_mail(more="Content-Type: application/zip", text="A" * (9 * MIB)),
    ],
)
def test_m38_what_they_do_not_suspect(raw: bytes) -> None:
    assert not Care().suspects(raw)


def test_m38_the_ordinary_mail_needs_no_child() -> None:
    with Readers(limits=LIMITS, care=Care(command=("/no/such/program",))).opened() as readers:
        assert readers.read(raw_mail(), suspect=False) == read_mail(raw_mail())
        assert readers.read(raw_mail(), suspect=True) == PutOff(
            "a process for reading mail cannot be started: [Errno 2] No such file or directory: '/no/such/program'",
            blamed=False,
        )


# --- the child ---


def test_m38_the_real_child_gives_the_same_mail() -> None:
    html = raw_mail(more='Content-Type: text/html; charset="utf-8"', text="<p>Grüße <img src='cid:x'></p>")
    with CarefulReader(limits=LIMITS, care=Care()) as reader:
        for raw in (raw_mail(), html, b"", os.urandom(5_000), b"\n" * MIB):
            assert reader.read(raw) == read_mail(raw)


def test_m38_the_real_child_knows_the_limits() -> None:
    with CarefulReader(limits=MailLimits(raw_octets=10), care=Care()) as reader:
        assert reader.read(raw_mail()).quarantine == "too_large"


@pytest.mark.parametrize(
    ("subject", "how"),
    [
        ("exit", "ended with code 3"),
        ("exit without a word", "ended with code 0"),
        ("segfault", "was ended by signal 11"),
        ("memory", "ran out of memory"),
        ("sleep", "took longer than 1 seconds"),
        ("spin", "took longer than 1 seconds"),
    ],
)
def test_m38_a_child_that_comes_to_grief(subject: str, how: str) -> None:
    begun = time.monotonic()
    with CarefulReader(limits=LIMITS, care=CARE) as reader:
        with pytest.raises(ReadingFailed) as failed:
            reader.read(raw_mail(subject=subject))
        assert str(failed.value) == how
        assert reader.read(raw_mail()) == read_mail(raw_mail()), "the next mail has another child"
    assert time.monotonic() - begun < 5


def test_m38_a_large_mail_fits_into_the_child() -> None:
    line = "QUJD" * 19 + "\r\n"
    raw = raw_mail(more="Content-Type: application/zip\nContent-Transfer-Encoding: base64", text=line * 440_000)
    assert len(raw) > 32 * MIB
    with CarefulReader(limits=MailLimits(raw_octets=35 * MIB), care=Care(seconds=10)) as reader:
        assert len(reader.read(raw).attachments[0].content) == 440_000 * 57


def test_m38_children_of_several_threads() -> None:
    readers = Readers(limits=LIMITS, care=CARE)
    read: list[str] = []

    def work(number: int) -> None:
        with readers.opened() as reader:
            for turn in range(5):
                mail = reader.read(suspect(f"{number} {turn}"), suspect=False)
                read.append("" if isinstance(mail, PutOff) else mail.subject)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read) == [f"{number} {turn}" for number in range(4) for turn in range(5)]


def test_m38_a_child_that_does_not_start_is_no_mails_fault() -> None:
    for program in ("raise SystemExit", "import time; time.sleep(60)", "print('hello')"):
        care = Care(command=(sys.executable, "-c", program), start_seconds=0.5)
        with CarefulReader(limits=LIMITS, care=care) as reader, pytest.raises(NoChild):
            reader.read(raw_mail())


PARENT = """
import sys
from deskbell.core.intake.careful import Care, CarefulReader
from deskbell.core.intake.parsing import MailLimits
with CarefulReader(limits=MailLimits(), care=Care(seconds=1, command={command!r})) as reader:
    reader.read(b"Subject: quick\\n\\n")
    print(reader._child._process.pid, flush=True)
    reader.read(b"Subject: {subject}\\n\\n" if {subject!r} else sys.stdin.buffer.read())
"""


@pytest.mark.parametrize("subject", ["spin", "sleep", ""])
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_m38_a_child_does_not_outlive_its_parent(subject: str, kind: signal.Signals) -> None:
    program = PARENT.format(command=DEADLY, subject=subject)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(kind)
        parent.wait()
    deadline = time.monotonic() + 4
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_m38_what_stops_the_service_is_not_blamed_on_a_mail(kind: signal.Signals) -> None:
    with CarefulReader(limits=LIMITS, care=CARE) as reader:
        reader.read(raw_mail())
        assert reader._child is not None
        os.kill(reader._child._process.pid, kind)
        assert reader.read(raw_mail()).subject == "Printer"


# --- the intake ---


@pytest.mark.parametrize(
    ("subject", "how"),
    [
        ("exit", "ended with code 3"),
        ("segfault", "was ended by signal 11"),
        ("memory", "ran out of memory"),
        ("sleep", "took longer than 1 seconds"),
    ],
)
def test_m38_poison_is_quarantined_after_two_tries(desk: SmallDesk, intake: Intake, subject: str, how: str) -> None:
    begun = time.monotonic()
    contents = [raw_mail(subject="before", message_id="<1@x>"), suspect(subject), raw_mail(message_id="<2@x>")]
    ids = intake.accept_many([Arrival(content=content, source="test") for content in contents])
    assert names_of(intake.process(ids)) == ["ticket_created", "ticket_created"]
    assert time.monotonic() - begun < 5, "the others do not wait for it"
    before, poison, after = desk.raw_rows()
    assert (before.state, after.state) == ("stored", "stored")
    assert (poison.state, poison.tries) == ("waiting", 1)
    assert poison.reason == f"the process that read it {how}; it is tried once more"
    rung: list[Event] = []
    assert intake.sweep(on_events=rung.extend) == 1
    assert rung == []
    poison = desk.raw_rows()[1]
    assert (poison.state, poison.tries) == ("quarantined", 2)
    assert poison.reason == f"the process that read it {how}, and it had 2 tries"
    assert poison.content == contents[1]
    assert [fault.fingerprint for fault in desk.faults.reported] == [
        "intake:put off",
        f"intake:quarantine:{poison.reason}",
    ]
    assert intake.sweep(on_events=rung.extend) == 0


def test_m38_what_was_waiting_when_the_process_ended_is_read_in_a_child(desk: SmallDesk, intake: Intake) -> None:
    for subject in ("exit", "harmless"):
        intake.accept(
            raw_mail(subject=subject, message_id=f"<{subject}@x>"), envelope_from=None, envelope_to=(), source="test"
        )
    rung: list[Event] = []
    assert intake.sweep(on_events=rung.extend) == 2
    assert [(row.state, row.tries) for row in desk.raw_rows()] == [("waiting", 1), ("stored", 1)]
    assert intake.sweep(on_events=rung.extend) == 1
    assert [row.state for row in desk.raw_rows()] == ["quarantined", "stored"]
    assert names_of(tuple(rung)) == ["ticket_created"]


def test_m38_several_poisons_delay_a_batch_once(desk: SmallDesk) -> None:
    intake = intake_of(desk, care=attrs.evolve(CARE, lost_seconds=1.2))
    arrivals = [Arrival(content=suspect(subject), source="test") for subject in ("sleep", "spin", "large")]
    arrivals.append(Arrival(content=raw_mail(), source="test"))
    begun = time.monotonic()
    ids = intake.accept_many(arrivals)
    assert len(intake.process(ids)) == 1
    assert time.monotonic() - begun < 3
    rows = desk.raw_rows()
    assert [(row.state, row.tries) for row in rows] == [("waiting", 1), ("waiting", 0), ("waiting", 0), ("stored", 0)]
    assert rows[1].reason == "another mail that came with it could not be read; it is read later"
    rung: list[Event] = []
    for _ in range(4):
        intake.sweep(on_events=rung.extend)
    assert [row.state for row in desk.raw_rows()] == ["quarantined", "quarantined", "stored", "stored"]


def test_m38_without_a_child_a_suspect_waits_and_loses_no_try(desk: SmallDesk) -> None:
    broken = intake_of(desk, care=Care(octets=4_000, command=("/no/such/program",)))
    broken.process(broken.accept_many([Arrival(content=suspect("large"), source="test")]))
    rung: list[Event] = []
    for _ in range(4):
        broken.sweep(on_events=rung.extend)
    [row] = desk.raw_rows()
    assert (row.state, row.tries) == ("waiting", 0)
    assert "cannot be started" in row.reason
    mended = intake_of(desk)
    mended.sweep(on_events=rung.extend)
    assert [row.state for row in desk.raw_rows()] == ["stored"]


def test_m38_a_second_try_put_off_without_blame_is_not_held_against_it_after_a_restart(
    desk: SmallDesk, intake: Intake
) -> None:
    intake.accept(suspect("large"), envelope_from=None, envelope_to=(), source="test")
    with desk.db.writing() as session:
        raw_mails.begin_try(session, [desk.raw_rows()[0].id])  # the process ended over it once
    rung: list[Event] = []
    for _ in range(3):  # each time a new process, in which no child can be started
        broken = intake_of(desk, care=Care(octets=4_000, command=("/no/such/program",)))
        assert broken.sweep(on_events=rung.extend) == 1
    [row] = desk.raw_rows()
    assert (row.state, row.tries) == ("waiting", 1)
    intake_of(desk).sweep(on_events=rung.extend)
    assert [row.state for row in desk.raw_rows()] == ["stored"]


def test_m38_a_full_disk_is_not_held_against_a_mail_after_a_restart(desk: SmallDesk, intake: Intake) -> None:
    raw = raw_mail(more="Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment", text="x")
    intake.accept(raw, envelope_from=None, envelope_to=(), source="test")
    rung: list[Event] = []
    for _ in range(3):
        with pytest.raises(FilesUnavailable):
            Intake(
                desk.db,
                files=FullDisk(desk.folder / "attachments"),
                hooks=desk.hooks,
                faults=desk.faults,
                clock=desk.clock,
            ).sweep(on_events=rung.extend)
        [row] = desk.raw_rows()
        assert (row.state, row.tries) == ("waiting", 0)
    intake_of(desk).sweep(on_events=rung.extend)
    assert [row.state for row in desk.raw_rows()] == ["stored"]


class FullDisk(AttachmentStore):
    """A store that keeps nothing."""

    def put(self, content: bytes | BinaryIO) -> Stored:
        raise FilesUnavailable(Path("attachments"), "no space left")


def test_m38_mails_that_end_the_child_at_once_put_off_no_other(desk: SmallDesk, intake: Intake) -> None:
    subjects = ["exit", "one", "segfault", "two", *(f"good {number}" for number in range(60))]
    ids = intake.accept_many([Arrival(content=suspect(subject), source="test") for subject in subjects])
    begun = time.monotonic()
    intake.process(ids)
    assert time.monotonic() - begun < 8
    assert [(row.id, row.tries) for row in desk.raw_rows() if row.state == "waiting"] == [(ids[0], 1), (ids[2], 1)]


def test_m38_one_mail_that_hangs_puts_off_no_other(desk: SmallDesk, intake: Intake) -> None:
    subjects = ["sleep", *(f"good {number}" for number in range(63))]
    ids = intake.accept_many([Arrival(content=suspect(subject), source="test") for subject in subjects])
    intake.process(ids)
    assert [(row.id, row.tries) for row in desk.raw_rows() if row.state == "waiting"] == [(ids[0], 1)]


@pytest.mark.parametrize("kind", [signal.SIGSTOP, signal.SIGKILL])
def test_m38_a_child_that_is_stopped_or_killed_leaves_nothing(kind: signal.Signals) -> None:
    begun = time.monotonic()
    with CarefulReader(limits=LIMITS, care=CARE) as reader:
        reader.read(raw_mail())
        assert reader._child is not None
        os.kill(reader._child._process.pid, kind)
        with pytest.raises(ReadingFailed):
            reader.read(raw_mail())
        assert reader.read(raw_mail()) == read_mail(raw_mail())
    assert time.monotonic() - begun < 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a stopped process with its parent")
def test_m38_a_stopped_child_does_not_outlive_its_parent() -> None:
    program = PARENT.format(command=DEADLY, subject="")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGSTOP)
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 4
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    running = is_running(child)
    if running:
        os.kill(child, signal.SIGKILL)
    assert not running


def test_m38_a_machine_without_another_thread_is_no_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", start)
    with CarefulReader(limits=LIMITS, care=CARE) as reader, pytest.raises(NoChild):
        reader.read(raw_mail())
