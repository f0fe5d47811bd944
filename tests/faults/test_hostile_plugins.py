"""Ten hostile plugins: each time the ticket exists and the mails of the other plugins go out (P1-P4)."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

import attrs
import pytest

from deskbell.core.app.rounds import work_off
from deskbell.core.contract.drafts import TicketDraft
from deskbell.core.contract.events import TicketCreated
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.contract.people import Role
from deskbell.core.notify import explain
from deskbell.core.store import decisions, tickets
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.killing import ring_with
from stand_ins.smtp_sink import SmtpSink

EXPECTED = {
    "admin@example.com": "[#100001] New ticket: The printer is out of toner",
    "ada@customer.example": "[#100001]",
}


class Hostile(AgentAlert):
    """Brings a template, so that it is admitted."""

    title = "Hostile"
    audience = {Role.ADMIN_ADDRESS: True}

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @hookimpl
    def template_folders(self) -> Path:
        return self.folder


class Raises(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        raise RuntimeError("boom")


class Hangs(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        time.sleep(20)
        return None


class Exits(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        sys.exit(3)


class Mutates(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        object.__setattr__(event.ticket, "subject", "hacked")
        object.__setattr__(event, "ticket", attrs.evolve(event.ticket, number="666"))
        return Notice("hostile", about=event)


class Recurses(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return self.ticket_created(event)


class WrongType(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> object:
        return {"to": "everybody"}


class TenThousandNotices(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> object:
        return [Notice("hostile", about=event)] * 10_000


class BadTemplate(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice("hostile", about=event, context={"x": 1})


class ThreadCrash(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        return None


REASONS = {
    Raises: "plugin_failed:raised",
    Hangs: "plugin_failed:timed_out",
    Exits: "plugin_failed:raised",
    Mutates: "plugin_failed:raised",
    Recurses: "plugin_failed:raised",
    WrongType: "plugin_failed:wrong_type",
    TenThousandNotices: "plugin_failed:wrong_type",
    ThreadCrash: "plugin_declined",
}


@pytest.fixture
def hostile_folder(tmp_path: Path) -> Path:
    """Templates of the hostile plugin; the words hold an error that shows when they are rendered."""
    folder = tmp_path / "words" / "hostile"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Hostile")
    (folder / "body.txt").write_text("{{ nobody.knows.this }}")
    return folder.parent


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(
        tmp_path / "desk",
        database_url=database_url,
        smtp_port=smtp_sink.port,
        toml='[settings]\nadmin_address = "admin@example.com"\n',
    )


def quick(folder: Path) -> Path:
    """Give hooks half a second instead of five, so that the hanging one does not hold the tests up."""
    file = folder / "deskbell.toml"
    text = file.read_text().replace("[worker]", "[worker]\nring_limit_seconds = 0.5", 1)
    assert "0.5" in text
    file.write_text(text)
    return folder


def received(sink: SmtpSink) -> dict[str, str]:
    """Whom the mails about tickets are for; what the desk says about itself is left out."""
    subjects = [(mail.recipients[0], str(mail.message["Subject"])) for mail in sink.mails]
    return {address: subject for address, subject in subjects if subject.startswith("[#")}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("kind", REASONS, ids=lambda kind: kind.__name__)
def test_the_ticket_exists_and_the_others_speak(
    kind: type[Hostile], desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    with opened(quick(desk_folder), plugins={"hostile": kind(hostile_folder)}) as desk:
        assert desk.host.set_aside == {}
        [event, *_] = receive(desk, MAIL)
        work_off(desk)
        with desk.db.reading() as session:
            recorded = decisions.of_event(session, event.id)
        lines = {line.plugin: line for line in explain.recorded_lines(recorded) if line.plugin == "hostile"}
    assert lines["hostile"].reason == REASONS[kind]
    subjects = received(smtp_sink)
    assert set(subjects) == set(EXPECTED)
    for address, subject in EXPECTED.items():
        assert subjects[address].startswith(subject)


def test_a_bad_template_is_replaced_by_plain_words(
    desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    with opened(desk_folder, plugins={"hostile": BadTemplate(hostile_folder)}) as desk:
        receive(desk, MAIL)
        work_off(desk)
    texts = [mail.data.decode() for mail in smtp_sink.mails if "ticket 100001" in str(mail.message["Subject"])]
    assert len(texts) == 1
    assert {"admin@example.com", "ada@customer.example"} <= set(received(smtp_sink))
    assert any("There is news on ticket 100001." in text for text in texts)


def test_a_hang_quarantines_at_once_and_a_retry_takes_it_back(desk_folder: Path, hostile_folder: Path) -> None:
    from deskbell.core.app import switching

    with opened(quick(desk_folder), plugins={"hostile": Hangs(hostile_folder)}) as desk:
        receive(desk, MAIL)
        with desk.db.reading() as session:
            assert set(desk.db.directory(session).quarantined) == {"hostile"}
        events = receive(desk, MAIL.replace(b"<one@", b"<two@"))
        # A second call would have left a second thread behind.
        assert desk.calls.left_behind == 1
        with desk.db.reading() as session:
            reasons = {each.decision.plugin: each.decision.reason for each in decisions.of_event(session, events[0].id)}
        assert reasons["hostile"] == "plugin_quarantined"
        switching.release(desk, "hostile")
        with desk.db.reading() as session:
            assert desk.db.directory(session).quarantined == {}


def test_a_hang_is_called_once_in_a_batch(desk_folder: Path, hostile_folder: Path) -> None:
    with opened(quick(desk_folder), plugins={"hostile": Hangs(hostile_folder)}) as desk:
        mails = [MAIL.replace(b"<one@", f"<{number}@".encode()) for number in range(5)]
        ids = [desk.intake.accept(mail, envelope_from=None, envelope_to=(), source="test") for mail in mails]
        desk.take_in(ids)
        assert desk.calls.left_behind == 1


class LeakyHooks(Hostile):
    """Hangs in the hooks around the event, not in the one about it."""

    calls: ClassVar[int] = 0

    @hookimpl
    def before_ticket_created(self, draft: TicketDraft) -> None:
        LeakyHooks.calls += 1
        time.sleep(20)

    @hookimpl
    def before_delivery(self, address: str) -> object:
        return "nonsense"


def test_before_hooks_count_and_quarantine_as_well(
    desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    LeakyHooks.calls = 0
    with opened(quick(desk_folder), plugins={"hostile": LeakyHooks(hostile_folder)}) as desk:
        for number in range(3):
            receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))
        assert LeakyHooks.calls == 1
        work_off(desk)
    assert len([mail for mail in smtp_sink.mails if str(mail.message["Subject"]).startswith("[#")]) == 6


class Surrogate(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        raise ValueError("half a pair \ud800 and NUL \x00")


class SlowWords:
    def __str__(self) -> str:
        time.sleep(20)
        return ""


class SlowContext(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice("hostile", about=event, context={"nobody": SlowWords()})


class NoSuchRole(Hostile):
    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice("hostile", about=event, roles=("owner", "no such role", "admin_address"))


@pytest.mark.parametrize("kind", [Surrogate, SlowContext, NoSuchRole], ids=lambda kind: kind.__name__)
def test_odd_answers_silence_nobody_else(
    kind: type[Hostile], desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    (hostile_folder / "hostile" / "body.txt").write_text("{{ nobody }}")
    with opened(quick(desk_folder), plugins={"hostile": kind(hostile_folder)}) as desk:
        receive(desk, MAIL)
        work_off(desk)
    assert set(EXPECTED) <= {mail.recipients[0] for mail in smtp_sink.mails}


class ReadsANumber(Hostile):
    """Takes the text of a message for a number: the error quotes it."""

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice | None:
        assert event.entry is not None
        int(event.entry.text)
        return None


def test_the_text_of_a_ticket_is_in_no_alert_and_no_quarantine(
    desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    with opened(desk_folder, plugins={"hostile": ReadsANumber(hostile_folder)}) as desk:
        for number in range(5):
            [event, *_] = receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))
        work_off(desk)
        with desk.db.reading() as session:
            reason = desk.db.directory(session).quarantined["hostile"]
            told = [each.decision.because for each in decisions.of_event(session, event.id)]
    mails = [mail.data.decode() for mail in smtp_sink.mails if "hostile" in str(mail.message["Subject"])]
    assert len(mails) == 2
    assert "ValueError in faults/test_hostile_plugins.py, line" in reason
    for words in (reason, *told, *mails):
        assert "second floor" not in words


def test_five_failures_quarantine(desk_folder: Path, hostile_folder: Path) -> None:
    with opened(desk_folder, plugins={"hostile": Raises(hostile_folder)}) as desk:
        for number in range(5):
            mail = MAIL.replace(b"<one@", f"<{number}@".encode())
            receive(desk, mail)
        with desk.db.reading() as session:
            assert "it failed 5 times within 10 minutes" in desk.db.directory(session).quarantined["hostile"]


def test_a_plugin_that_ends_the_process_is_left_out_after_two_tries(
    desk_folder: Path, hostile_folder: Path, smtp_sink: SmtpSink
) -> None:
    """P3: the act outlives the process, and is rung to the built-ins in the end."""
    plugins = {"hostile": hostile_folder}
    assert ring_with(desk_folder, plugins, raw=MAIL) == 9
    assert [ring_with(desk_folder, plugins, raw=None) for _ in range(3)] == [9, 9, 0]
    assert set(received(smtp_sink)) == set(EXPECTED)
    with opened(desk_folder) as desk, desk.db.reading() as session:
        [ticket] = tickets.list_tickets(session, limit=10)
        reasons = {each.decision.plugin: each.decision.reason for each in decisions.of_ticket(session, ticket.id)}
    assert reasons["hostile"] == "plugin_failed:crashed"


IMPORT_ERROR = """
import sys
from importlib.metadata import EntryPoint
from deskbell.core.host import admission

class Point(EntryPoint):
    def load(self):
        {failure}

def both(*, group):
    from importlib.metadata import entry_points
    return [*entry_points(group=group), Point(name="stranger", value="no.such:Thing", group=group)]

admission.entry_points = both
host = admission.Host()
host.load()
assert "new-ticket-alert" in host.plugins
print(host.set_aside["stranger"])
"""


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("raise ImportError('no module named lost')", "its import failed: ImportError: no module named lost"),
        ("sys.exit(1)", "its import failed: SystemExit: 1"),
    ],
)
def test_an_import_that_fails_sets_the_plugin_aside(failure: str, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ERROR.format(failure=failure)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == words
