"""The journal once more through other settings: who would be told, who no more, and nothing written or sent."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from deskbell.core.app import acting, configuring, keeping
from deskbell.core.app.opening import Desk
from deskbell.core.app.replay import BATCH, Difference, Summary, replay
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import TicketClosed
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.contract.people import SYSTEM, Role
from deskbell.core.contract.structuring.places import InvalidSetting
from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.store import configuration, rung_acts
from stand_ins.clock import FrozenClock
from stand_ins.desks import opened, receive
from stand_ins.lively_desk import assign, every_row, lively_desk, mail, ticket

DAY = timedelta(days=1)
ANN, BOB, CLEO, ADA = "ann@example.com", "bob@example.com", "cleo@example.com", "ada@customer.example"


@pytest.fixture
def desk(tmp_path: Path, database_url: str, clock: FrozenClock) -> Iterator[Desk]:
    with lively_desk(tmp_path / "desk", database_url=database_url, clock=clock) as opened:
        yield opened


@attrs.define
class Seen:
    differences: list[Difference] = attrs.field(factory=list)
    progress: list[tuple[int, int]] = attrs.field(factory=list)

    @property
    def short(self) -> list[tuple[str, str, str, str, str]]:
        return [(each.change, each.event, each.plugin, each.address, each.reason) for each in self.differences]


def run(
    desk: Desk, *, last: timedelta = DAY, changes: Path | None = None, plugin: str | None = None
) -> tuple[Summary, Seen]:
    seen = Seen()
    summary = replay(
        desk,
        last=last,
        changes=changes,
        plugin=plugin,
        on_differences=seen.differences.extend,
        on_progress=lambda done, total: seen.progress.append((done, total)),
    )
    return summary, seen


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "changes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def busy_day(desk: Desk, clock: FrozenClock) -> str:
    """A little of everything."""
    number = ticket(desk)
    clock.advance(minutes=10)
    assign(desk, number, agent=BOB, by=ANN)
    clock.advance(minutes=10)
    acting.reply(desk, number, acting.ReplyWish(text="On its way."), by=BOB)
    acting.post_message(desk, number, sender=ADA, text="Thanks.")
    clock.advance(minutes=10)
    acting.note(desk, number, by=BOB, text="@cleo, please look.")
    acting.transfer(desk, number, by=BOB, department="Billing", comment="")
    for other in (2, 3, 4, 5):
        receive(desk, mail(other))
        clock.advance(minutes=10)
    acting.change_status(desk, number, by=BOB, status=TicketStatus.CLOSED)
    return number


def test_the_same_settings_give_the_same_answer_and_leave_no_trace(
    desk: Desk, clock: FrozenClock, tmp_path: Path
) -> None:
    busy_day(desk, clock)
    changes = file(tmp_path, f'[agents."{CLEO}"]\nactive = false\n[switches.new-ticket-alert]\nposition = "off"\n')
    before, files = every_row(desk), {path: path.stat().st_size for path in _files(desk)}
    summary, seen = run(desk)
    assert seen.short == []
    run(desk, changes=changes)
    assert every_row(desk) == before
    assert {path: path.stat().st_size for path in _files(desk)} == files
    assert desk.watch.pending == 0
    assert summary.events == len(before["journal"])
    told = {each.plugin: each.now for each in summary.tallies}
    assert told == {each.plugin: each.then for each in summary.tallies}
    assert sum(told.values()) == len(before["deliveries"])
    assert told["overlimit-notice"] == 2
    assert seen.progress[-1] == (summary.events, summary.events)
    with desk.db.reading() as session:
        assert desk.db.directory(session).agent(CLEO).active


def _files(desk: Desk) -> list[Path]:
    """Everything in the desk's directory but the database's own files, which the rows above stand for."""
    found = (path for path in desk.paths.directory.rglob("*") if path.is_file())
    return [path for path in found if ".sqlite3" not in path.name]


def test_a_file_is_taken_as_applied(desk: Desk, clock: FrozenClock, tmp_path: Path) -> None:
    ticket(desk)
    text = """
[options.new-ticket-alert]
audience.department_member = false

[departments.Support]
manager = "cleo@example.com"

[switches.new-ticket-autoresponse]
position = "off"
"""
    changes = file(tmp_path, text)
    summary, seen = run(desk, changes=changes)
    assert seen.short == [
        ("added", "ticket_created", "new-ticket-alert", CLEO, "not_a_candidate"),
        ("removed", "ticket_created", "new-ticket-alert", ANN, "role_not_selected"),
        ("removed", "ticket_created", "new-ticket-alert", BOB, "role_not_selected"),
        ("removed", "ticket_created", "new-ticket-autoresponse", ADA, "plugin_off:global"),
    ]
    tallies = {each.plugin: (each.then, each.now, each.added, each.removed) for each in summary.tallies}
    assert tallies["new-ticket-alert"] == (3, 2, 1, 2)
    assert tallies["new-ticket-autoresponse"] == (1, 0, 0, 1)
    assert all(each.because.endswith(".") for each in seen.differences)

    # Once it is applied in earnest, the present settings say the same.
    configuring.apply(desk, changes, prune=False)
    assert run(desk)[1].short == seen.short


def test_one_plugin_alone(desk: Desk, tmp_path: Path) -> None:
    ticket(desk)
    off = '[switches]\nnew-ticket-alert.position = "off"\nnew-ticket-autoresponse.position = "off"\n'
    summary, seen = run(desk, changes=file(tmp_path, off), plugin="new-ticket-autoresponse")
    assert seen.short == [("removed", "ticket_created", "new-ticket-autoresponse", ADA, "plugin_off:global")]
    assert [each.plugin for each in summary.tallies] == ["new-ticket-autoresponse"]
    with pytest.raises(UnknownName, match="new-ticket-alert"):
        run(desk, plugin="new-ticket-alarm")


def test_a_file_with_a_mistake_is_refused(desk: Desk, tmp_path: Path) -> None:
    ticket(desk)
    before = every_row(desk)
    with pytest.raises(InvalidSetting, match="maneger"):
        run(desk, changes=file(tmp_path, '[departments.Support]\nmaneger = ""\n'))
    assert every_row(desk) == before


def test_each_event_is_judged_at_its_own_moment(desk: Desk, clock: FrozenClock, tmp_path: Path) -> None:
    """Bob's leave begins between the two tickets."""
    ticket(desk, 1)
    clock.advance(hours=2)
    ticket(desk, 2)
    clock.advance(hours=2)
    leave = f'[agents."{BOB}"]\nleave_from = 2026-03-02T10:00:00Z\n'
    _, seen = run(desk, changes=file(tmp_path, leave))
    assert [(each.change, each.ticket, each.address, each.reason) for each in seen.differences] == [
        ("removed", "100002", BOB, "on_leave")
    ]


def test_windows_are_those_of_the_replayed_time(desk: Desk, clock: FrozenClock) -> None:
    """Said on the first and the third day, refused on the second; only the last time stands in the desk's book."""
    number = ticket(desk)
    acting.reply(desk, number, acting.ReplyWish(text="Well?"), by=BOB)

    def machine(subject: int) -> None:
        receive(desk, mail(subject, subject=f"[#{number}] away", Auto_Submitted="auto-replied"))

    machine(11)
    clock.advance(hours=20)
    machine(12)
    clock.advance(hours=20)
    machine(13)
    _, seen = run(desk, last=3 * DAY, plugin="new-message-alert")
    assert seen.short == []
    # From the second one on: what happened before the span counts as well.
    _, seen = run(desk, last=timedelta(hours=21), plugin="new-message-alert")
    assert seen.short == []


def test_only_what_happened_in_the_span(desk: Desk, clock: FrozenClock, tmp_path: Path) -> None:
    ticket(desk, 1)
    clock.advance(hours=30)
    ticket(desk, 2)
    off = file(tmp_path, '[switches]\nnew-ticket-autoresponse.position = "off"\n')
    assert [each.ticket for each in run(desk, changes=off)[1].differences] == ["100002"]
    assert [each.ticket for each in run(desk, last=2 * DAY, changes=off)[1].differences] == ["100001", "100002"]
    clock.advance(days=3)
    summary, seen = run(desk, changes=off)
    assert (summary.events, summary.tallies, seen.short) == (0, (), [])


def test_events_without_their_decisions_are_left_out(desk: Desk, clock: FrozenClock) -> None:
    ticket(desk, 1)
    clock.advance(days=3)
    ticket(desk, 2)
    with desk.db.writing() as session:
        configuration.set_setting(session, "keep_decisions_days", 2, by=SYSTEM, now=clock.now())
    keeping.purge_old_decisions(desk)
    summary, seen = run(desk, last=7 * DAY)
    assert (summary.events, summary.left_out, seen.short) == (1, 1, [])


def test_many_events_are_taken_in_batches_of_whole_acts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [ticket(desk, each, sender=f"a{each}@customer.example") for each in range(1, 8)]
    for number in numbers:
        assign(desk, number, agent=BOB)
    monkeypatch.setattr("deskbell.core.app.replay.BATCH", 3)
    monkeypatch.setattr(rung_acts, "LOOK_BACK", 4)
    summary, seen = run(desk)
    assert BATCH > 3
    assert (summary.events, seen.short) == (14, [])
    assert [done for done, _ in seen.progress] == [3, 6, 9, 12, 14]


class Stranger(AgentAlert):
    """A plugin from elsewhere that counts how often it is asked, and fails when it is told to."""

    audience = {Role.DEPARTMENT_MANAGER: True}

    def __init__(self, folder: Path) -> None:
        super().__init__()
        (folder / "stranger").mkdir(parents=True)
        (folder / "stranger" / "subject.txt").write_text("Closed")
        (folder / "stranger" / "body.txt").write_text("It is closed.")
        self.folder = folder
        self.fails = False
        self.asked = 0

    @hookimpl
    def template_folders(self) -> Path:
        return self.folder

    @hookimpl
    def ticket_closed(self, event: TicketClosed) -> Notice:
        self.asked += 1
        if self.fails:
            raise RuntimeError("no")
        return Notice("stranger", about=event)


def test_a_strangers_plugin_is_asked_as_in_a_rehearsal(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = tmp_path / "desk"
    with lively_desk(folder, database_url=database_url, clock=clock) as desk:
        number = ticket(desk)
        acting.change_status(desk, number, by=BOB, status=TicketStatus.CLOSED)
        before = every_row(desk)
    stranger = Stranger(tmp_path / "templates")
    with opened(folder, clock=clock, plugins={"stranger": stranger}) as desk:
        # Who was installed later was not asked then.
        assert run(desk)[1].short == [("added", "ticket_closed", "stranger", ANN, "no_plugin")]
        stranger.fails = True
        for _ in range(6):
            assert run(desk)[1].short == []
        assert stranger.asked == 6  # set aside after five failures, in the rehearsal alone
        assert every_row(desk) == before
        assert not desk.watch.pending
