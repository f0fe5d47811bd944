"""Mails that end together share a commit; nobody's answer waits for what comes after, and nobody is left without one."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

import attrs
import pytest

from deskbell.core.intake.group_commit import MOST_MAILS, GroupCommit, Stopping
from deskbell.core.intake.receive import Arrival
from deskbell.core.store.database import DatabaseUnavailable
from stand_ins.small_desk import Faults

PATIENCE = 5.0


def arrival(text: str = "x") -> Arrival:
    return Arrival(content=text.encode(), source="test")


@attrs.define
class Desk:
    """Keeps and follows up as a test says; both can be held at a gate."""

    groups: list[list[str]] = attrs.field(factory=list)
    followed: list[int] = attrs.field(factory=list)
    keeping: threading.Event = attrs.field(factory=threading.Event)
    may_keep: threading.Event = attrs.field(factory=threading.Event)
    may_follow: threading.Event = attrs.field(factory=threading.Event)
    faults: Faults = attrs.field(factory=Faults)
    error: Exception | None = None

    def keep(self, arrivals: Sequence[Arrival]) -> list[int]:
        self.keeping.set()
        assert self.may_keep.wait(PATIENCE)
        texts = [each.content.decode() for each in arrivals]
        self.groups.append(texts)
        if self.error or "bad" in texts:
            raise self.error or ZeroDivisionError
        first = sum(map(len, self.groups)) - len(texts)
        return list(range(first, first + len(texts)))

    def follow_up(self, ids: Sequence[int]) -> None:
        assert self.may_follow.wait(PATIENCE)
        self.followed += ids


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.may_keep.set()
    desk.may_follow.set()
    return desk


@pytest.fixture
def commits(desk: Desk) -> Iterator[GroupCommit]:
    commits = GroupCommit(keep=desk.keep, follow_up=desk.follow_up, faults=desk.faults)
    commits.start()
    yield commits
    desk.may_keep.set()
    desk.may_follow.set()
    commits.stop()


def held(desk: Desk, commits: GroupCommit) -> "Future[Sequence[int]]":
    """A first request that is being kept until the gate opens, so that others gather behind it."""
    desk.may_keep.clear()
    future = commits.submit([arrival("first")])
    assert desk.keeping.wait(PATIENCE)
    return future


def test_what_gathers_is_kept_together_and_each_gets_its_own_ids(desk: Desk, commits: GroupCommit) -> None:
    first = held(desk, commits)
    two = commits.submit([arrival("a"), arrival("b")])
    one = commits.submit([arrival("c")])
    desk.may_keep.set()
    assert [list(each.result(PATIENCE)) for each in (first, two, one)] == [[0], [1, 2], [3]]
    assert desk.groups == [["first"], ["a", "b", "c"]]


def test_a_group_has_a_limit(desk: Desk, commits: GroupCommit) -> None:
    held(desk, commits)
    futures = [commits.submit([arrival(str(number))]) for number in range(MOST_MAILS + 1)]
    desk.may_keep.set()
    assert futures[-1].result(PATIENCE)
    assert [len(group) for group in desk.groups] == [1, MOST_MAILS, 1]


def test_an_answer_does_not_wait_for_the_follow_up(desk: Desk, commits: GroupCommit) -> None:
    desk.may_follow.clear()
    for number in range(3):
        assert list(commits.submit([arrival()]).result(PATIENCE)) == [number]
    assert desk.followed == []


def test_a_bad_request_spoils_no_other(desk: Desk, commits: GroupCommit) -> None:
    held(desk, commits)
    good, bad, last = (commits.submit([arrival(text)]) for text in ("good", "bad", "last"))
    desk.may_keep.set()
    assert good.result(PATIENCE)
    assert last.result(PATIENCE)
    assert isinstance(bad.exception(PATIENCE), ZeroDivisionError)
    assert [fault.fingerprint for fault in desk.faults.reported] == ["intake:ZeroDivisionError"]


def test_a_database_that_is_away_is_asked_once_for_all(desk: Desk, commits: GroupCommit) -> None:
    held(desk, commits)
    futures = [commits.submit([arrival()]) for _ in range(3)]
    desk.error = DatabaseUnavailable("away")
    desk.may_keep.set()
    assert all(isinstance(future.exception(PATIENCE), DatabaseUnavailable) for future in futures)
    assert len(desk.groups) == 2
    desk.error = None
    assert commits.submit([arrival()]).result(PATIENCE)


def test_a_request_whose_peer_hung_up_is_not_kept(desk: Desk, commits: GroupCommit) -> None:
    held(desk, commits)
    gone, there = commits.submit([arrival("gone")]), commits.submit([arrival("there")])
    assert gone.cancel()
    desk.may_keep.set()
    assert there.result(PATIENCE)
    assert desk.groups == [["first"], ["there"]]


def test_a_request_that_is_being_kept_cannot_be_cancelled(desk: Desk, commits: GroupCommit) -> None:
    first = held(desk, commits)
    assert not first.cancel()
    desk.may_keep.set()
    assert list(first.result(PATIENCE)) == [0]


def test_a_failing_follow_up_is_reported_and_the_next_one_runs(desk: Desk) -> None:
    seen: list[Sequence[int]] = []
    second = threading.Event()

    def fail_once(ids: Sequence[int]) -> None:
        seen.append(ids)
        if len(seen) == 1:
            raise DatabaseUnavailable("away")
        second.set()

    commits = GroupCommit(keep=desk.keep, follow_up=fail_once, faults=desk.faults)
    commits.start()
    commits.submit([arrival()]).result(PATIENCE)
    while not seen:
        pass
    commits.submit([arrival()]).result(PATIENCE)
    assert second.wait(PATIENCE)
    commits.stop()
    assert [fault.title for fault in desk.faults.reported] == ["Mail is kept but could not be processed now"]


def test_stopping_finishes_what_was_submitted_and_takes_no_more(desk: Desk) -> None:
    commits = GroupCommit(keep=desk.keep, follow_up=desk.follow_up, faults=desk.faults)
    commits.start()
    futures = [commits.submit([arrival()]) for _ in range(20)]
    commits.stop()
    assert all(future.done() for future in futures)
    assert sorted(desk.followed) == list(range(20))
    assert isinstance(commits.submit([arrival()]).exception(PATIENCE), Stopping)
