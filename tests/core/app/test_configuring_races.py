"""Two administrators change the desk at once: each change sees the one before it, and the audit says who did what."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deskbell.core.app import changes, configuring, switching, undoing
from deskbell.core.app.opening import Desk
from deskbell.core.desk.blueprint import applying
from deskbell.core.store import changes as audit
from deskbell.core.store.changes import ChangeRecord
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened

ALERT = "new-ticket-alert"
ANN, BOB = "ann@example.com", "bob@example.com"
DESK = """
[agents."ann@example.com"]
name = "Ann"
admin = true
[agents."bob@example.com"]
name = "Bob"
admin = true
"""
WAIT_SECONDS = 30
POLLS = 100_000
BLOCKED = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

pytestmark = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.fixture
def desk(database_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    folder = new_desk(tmp_path / "desk", database_url=database_url, toml=DESK)
    with opened(folder, clock=clock) as open_desk:
        yield open_desk


def switch(desk: Desk, position: str, *, by: str) -> None:
    switching.switch(desk, ALERT, position, department=None, topic=None, mailbox=None, by=by)


def apply(desk: Desk, toml: str, *, by: str) -> None:
    file = desk.paths.directory / f"{by}.toml"
    file.write_text(toml, encoding="utf-8")
    configuring.apply(desk, file, prune=False, by=by)


def half_way(
    monkeypatch: pytest.MonkeyPatch,
    desk: Desk,
    where: tuple[object, str],
    *,
    first: Callable[[], Any],
    then: Callable[[], Any],
) -> None:
    """Do `first`, and when it has called `where` begin with `then`; go on when that waits for a lock or is done."""
    begun: list[Future[Any]] = []
    original = getattr(*where)

    def call(*args: Any, **kwargs: Any) -> Any:
        answer = original(*args, **kwargs)
        if not begun:
            begun.append(pool.submit(then))
            until_blocked_or_done(desk, begun[0])
        return answer

    monkeypatch.setattr(*where, call)
    with ThreadPoolExecutor(1) as pool:
        first()
        begun[0].result(timeout=WAIT_SECONDS)


def until_blocked_or_done(desk: Desk, other: "Future[Any]") -> None:
    for _ in range(POLLS):
        with desk.db.reading() as session:
            if other.done() or session.scalar(text(BLOCKED)):
                return
    raise TimeoutError


def said(desk: Desk, *, plugin: str = "", field: str = "") -> list[tuple[str, object, object]]:
    """Who, before, after of one value, oldest first."""
    with desk.db.reading() as session:
        found: tuple[ChangeRecord, ...] = audit.newest(session, plugin=plugin)
    return [(each.by.name, each.before, each.after) for each in reversed(found) if each.spot.field == field]


def position(desk: Desk) -> object:
    with desk.db.reading() as session:
        [switched] = [each for each in desk.db.directory(session).switches if each.plugin == ALERT]
    return switched.position


@pytest.mark.parametrize("bobs", ["opt-in", "on"])
def test_two_put_one_switch(desk: Desk, monkeypatch: pytest.MonkeyPatch, bobs: str) -> None:
    switch(desk, "on", by=ANN)
    half_way(
        monkeypatch,
        desk,
        (audit, "note"),
        first=lambda: switch(desk, "off", by=ANN),
        then=lambda: switch(desk, bobs, by=BOB),
    )
    assert said(desk, plugin=ALERT) == [("Ann", None, "on"), ("Ann", "on", "off"), ("Bob", "off", bobs)]
    assert position(desk) == bobs


def test_two_put_a_switch_that_nobody_has_set(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    half_way(
        monkeypatch,
        desk,
        (audit, "note"),
        first=lambda: switch(desk, "off", by=ANN),
        then=lambda: switch(desk, "opt-in", by=BOB),
    )
    assert said(desk, plugin=ALERT) == [("Ann", None, "off"), ("Bob", "off", "opt-in")]


def test_two_apply_a_file_to_one_department(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    half_way(
        monkeypatch,
        desk,
        (applying, "stand"),
        first=lambda: apply(desk, '[departments.Support]\nsignature = "Ann"', by=ANN),
        then=lambda: apply(desk, "[departments.Support]\nticket_limit = 5", by=BOB),
    )
    with desk.db.reading() as session:
        support = desk.db.directory(session).department("Support")
    assert (support.signature, support.ticket_limit) == ("Ann", 5)
    assert said(desk, field="ticket_limit") == [("Bob", None, 5)]


def test_an_undo_sees_what_is_changed_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(desk, "off", by=ANN)
    made = changes.listed(desk, limit=1)[0].id
    refused: list[str] = []

    def undo() -> None:
        with pytest.raises(undoing.CannotUndo) as found:
            undoing.undo(desk, made, by=BOB)
        refused.append(str(found.value))

    half_way(monkeypatch, desk, (audit, "note"), first=lambda: switch(desk, "opt-in", by=ANN), then=undo)
    assert "the same value was changed again since" in refused[0]
    assert position(desk) == "opt-in"


def test_an_option_is_taken_away_and_set_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tick = "audience.department_member"
    switching.set_value(desk, ALERT, tick, "true", department=None, by=ANN)
    half_way(
        monkeypatch,
        desk,
        (audit, "note"),
        first=lambda: switching.unset_value(desk, ALERT, tick, department=None, by=ANN),
        then=lambda: switching.set_value(desk, ALERT, tick, "true", department=None, by=BOB),
    )
    assert said(desk, plugin=ALERT, field=tick) == [("Ann", None, True), ("Ann", True, None), ("Bob", None, True)]
