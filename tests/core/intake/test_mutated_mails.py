"""20,000 damaged mails: each is read, judged and understood or put aside, in time, without a trace in memory.

A failure names the seed: `mutated(seed)` gives the same mail again, and the mail lies in the folder of the test.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskbell.core.contract.tickets import Ticket
from deskbell.core.intake.receive import Arrival, Intake
from stand_ins.mails.hostile import HUGE, hostile_mails
from stand_ins.mails.mutations import mutated
from stand_ins.mails.ordinary import ordinary_mails
from stand_ins.mails.robots import robots_mails
from stand_ins.mails.whole_path import faults_of
from stand_ins.memory import MIB, resident
from stand_ins.small_desk import SmallDesk
from stand_ins.stopwatch import at_most

MAILS = 20_000
CHUNK = 1_000
SECONDS_A_MAIL = 2
MOST_GROWTH = 50 * MIB
ON_A_DESK = 500
AT_ONCE = 50

GOOD = (
    b"From: Gina <good@customer.example>\r\nTo: support@example.com\r\nSubject: Still here?\r\n"
    b"Message-ID: <good@customer.example>\r\n\r\nHello\r\n"
)
SOUND = {**ordinary_mails(), **robots_mails(), **hostile_mails()}


@pytest.fixture(scope="module")
def held_before() -> int:
    """The memory that is held once everything has been used."""
    for seed in range(MAILS, MAILS + CHUNK):
        faults_of(mutated(seed))
    return resident()


@pytest.mark.parametrize("first", range(0, MAILS, CHUNK))
def test_damaged_mails_are_read_in_time_and_hold_no_memory(first: int, held_before: int, tmp_path: Path) -> None:
    for seed in range(first, first + CHUNK):
        raw = mutated(seed)
        with kept_on_failure(raw, tmp_path / f"{seed}.eml"), at_most(SECONDS_A_MAIL):
            assert faults_of(raw) == [], f"seed {seed}"
    assert resident() - held_before < MOST_GROWTH


@pytest.mark.parametrize("name", SOUND)
def test_what_is_damaged_was_read_before(name: str) -> None:
    assert faults_of(SOUND[name]) == []


@pytest.mark.parametrize("name", HUGE)
def test_m13_and_m14_and_m15_huge_mails_are_read_or_put_aside_in_time(name: str) -> None:
    raw = HUGE[name]()
    with at_most(SECONDS_A_MAIL):
        assert faults_of(raw) == []


def test_the_same_seed_gives_the_same_mail_and_another_one_another() -> None:
    assert [mutated(seed) for seed in range(50)] == [mutated(seed) for seed in range(50)]
    assert len({mutated(seed) for seed in range(1_000)}) > 950


def test_every_damaged_mail_ends_somewhere_and_the_next_good_one_is_a_ticket(desk: SmallDesk, intake: Intake) -> None:
    ends: Counter[str] = Counter()
    for first in range(0, ON_A_DESK, AT_ONCE):
        intake.process(intake.accept_many([arrival(seed) for seed in range(first, first + AT_ONCE)]))
    ends.update(row.state for row in desk.raw_rows())
    assert ends.total() == ON_A_DESK
    assert set(ends) <= {"stored", "refused", "loop", "quarantined"}
    assert ends["stored"] > ON_A_DESK // 2
    assert [row.reason for row in desk.raw_rows() if "failed twice" in row.reason] == []
    assert [len(row.content) for row in desk.raw_rows()] == [len(arrival(seed).content) for seed in range(ON_A_DESK)]
    good = intake.accept(GOOD, envelope_from=None, envelope_to=(), source="test")
    intake.process([good])
    assert newest_ticket(desk).subject == "Still here?"


def arrival(seed: int) -> Arrival:
    """A damaged mail of a person of its own, so that no limit of one person keeps most of them out."""
    raw = mutated(seed).replace(b"ann@", b"ann%d@" % seed)
    return Arrival(content=raw, envelope_from="ann@customer.example" if seed % 2 else None, source="test")


def newest_ticket(desk: SmallDesk) -> Ticket:
    return desk.tickets()[-1]


@contextmanager
def kept_on_failure(raw: bytes, file: Path) -> Iterator[None]:
    """Write the mail down when the block fails, so that it can be looked at."""
    try:
        yield
    except BaseException:
        file.write_bytes(raw)
        raise
