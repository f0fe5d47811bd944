"""A month of thousands of tickets under several plans: exactly the events that counting minutes says.

The clock changes in New York (8 March), Berlin (29 March) and on Lord Howe (5 April 2026), Easter is in it, and the desk is
restarted on the way, twice after a downtime.
"""

import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from sqlalchemy.orm import Session

from deskbell.core.app.opening import Desk
from deskbell.core.contract.drafts import TicketDraft
from deskbell.core.contract.events import Event, TicketDueSoon, TicketEscalated, TicketOverdue
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.contract.tickets import Origin, TicketStatus
from deskbell.core.desk.acknowledge import acknowledge_ticket
from deskbell.core.desk.due_date import set_due_date
from deskbell.core.desk.open import open_tickets
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.sla.sweep import DueSweep
from deskbell.core.desk.status import change_status
from deskbell.core.desk.transfer import transfer_ticket
from deskbell.core.store.directory import Directory
from stand_ins.clock import FrozenClock
from stand_ins.desks import new_desk, opened
from stand_ins.minutes import OracleTicket, Place, Plan, Rung, minute_of, moment_of, round_the_clock, wall_clock

TOML = """
[settings]
ticket_limit = 0

[agents."ann@example.com"]
name = "Ann Lee"
admin = true

[schedules.Berlin]
time_zone = "Europe/Berlin"
country = "DE"
subdivision = "BE"
[schedules.Berlin.week]
mon = ["09:00-12:00", "13:00-17:30"]
tue = ["09:00-12:00", "13:00-17:30"]
wed = ["09:00-12:00", "13:00-17:30"]
thu = ["09:00-12:00", "13:00-17:30"]
fri = ["09:00-12:00", "13:00-15:00"]

[schedules."New York"]
time_zone = "America/New_York"
[schedules."New York".week]
mon = ["00:30-05:00", "22:00-24:00"]
tue = ["00:00-05:00", "22:00-24:00"]
wed = ["00:30-05:00"]
sun = ["00:30-05:00", "22:00-24:00"]

[schedules."Lord Howe"]
time_zone = "Australia/Lord_Howe"
days_off = ["2026-03-20"]
[schedules."Lord Howe".week]
mon = ["01:00-04:00"]
tue = ["01:00-04:00"]
wed = ["01:00-04:00"]
thu = ["01:00-04:00"]
fri = ["01:00-04:00"]
sat = ["01:00-04:00"]
sun = ["01:00-04:00"]

[sla_plans.Office]
schedule = "Berlin"
grace = "12h"
due_soon = "2h"
repeat = "4h"
repeat_cap = 3
steps = [{ after = "2h", roles = ["assigned_agent"] }, { after = "6h", roles = ["department_manager"] }]

[sla_plans.Night]
schedule = "New York"
grace = "9h"
due_soon = "1h"
repeat = "3h"
repeat_cap = 5
steps = [{ after = "1h", roles = ["department_manager"] }]

[sla_plans.Island]
schedule = "Lord Howe"
grace = "5h"
due_soon = "1h"

[sla_plans.Always]
grace = "30h"
due_soon = "90m"
repeat = "1d"
repeat_cap = 2
steps = [
    { after = "4h", roles = ["assigned_agent"] },
    { after = "8h", roles = ["department_manager"] },
    { after = "12h", roles = ["administrator"] },
]

[departments.Berlin]
sla_plan = "Office"
pause_while_waiting = true

[departments."New York"]
sla_plan = "Night"
pause_while_waiting = true

[departments."Lord Howe"]
sla_plan = "Island"
pause_while_waiting = false

[departments.Hotline]
sla_plan = "Always"
pause_while_waiting = true

[departments.Anything]
"""
HOUR = 60
DAY = 24 * HOUR
BEGIN = minute_of(datetime.fromisoformat("2026-03-05T00:00+00:00"))
END = BEGIN + 33 * DAY
LOOKS_EVERY = 10
DOWN = ((BEGIN + 8 * DAY + 20 * HOUR, BEGIN + 9 * DAY + 6 * HOUR), (BEGIN + 22 * DAY + 12 * HOUR, BEGIN + 24 * DAY))
RESTARTS = (BEGIN + 3 * DAY, DOWN[0][0], BEGIN + 15 * DAY, DOWN[1][0])
LOOKS = [minute for minute in range(BEGIN, END, LOOKS_EVERY) if not any(first <= minute < last for first, last in DOWN)]


def places() -> dict[str, Place]:
    """The departments of the file above once more, in minutes, with the holidays of Berlin looked up by hand."""
    whole, short = ("09:00-12:00", "13:00-17:30"), ("09:00-12:00", "13:00-15:00")
    berlin = wall_clock(
        "Europe/Berlin",
        {"mon": whole, "tue": whole, "wed": whole, "thu": whole, "fri": short},
        # Women's Day, Good Friday, Easter Monday.
        days_off=("2026-03-08", "2026-04-03", "2026-04-06"),
    )
    new_york = wall_clock(
        "America/New_York",
        {
            "mon": ("00:30-05:00", "22:00-24:00"),
            "tue": ("00:00-05:00", "22:00-24:00"),
            "wed": ("00:30-05:00",),
            "sun": ("00:30-05:00", "22:00-24:00"),
        },
    )
    every_day = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("01:00-04:00",))
    lord_howe = wall_clock("Australia/Lord_Howe", every_day, days_off=("2026-03-20",))
    return {
        "Berlin": Place(
            plan=Plan(
                calendar=berlin, grace=12 * HOUR, soon=2 * HOUR, repeat=4 * HOUR, cap=3, steps=(2 * HOUR, 6 * HOUR)
            ),
            pause=True,
        ),
        "New York": Place(
            plan=Plan(calendar=new_york, grace=9 * HOUR, soon=HOUR, repeat=3 * HOUR, cap=5, steps=(HOUR,)), pause=True
        ),
        "Lord Howe": Place(plan=Plan(calendar=lord_howe, grace=5 * HOUR, soon=HOUR)),
        "Hotline": Place(
            plan=Plan(
                calendar=round_the_clock(),
                grace=30 * HOUR,
                soon=90,
                repeat=DAY,
                cap=2,
                steps=(4 * HOUR, 8 * HOUR, 12 * HOUR),
            ),
            pause=True,
        ),
        "Anything": Place(plan=None),
    }


# -- what happens ----------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Happening:
    """Something that is done to a ticket in a minute; `at` is for a due date, `department` for a move."""

    minute: int
    act: str
    at: int | None = None
    department: str = ""


@attrs.frozen(kw_only=True)
class Story:
    """The life of one ticket."""

    opened: int
    department: str
    happenings: tuple[Happening, ...]


def stories(count: int, names: Sequence[str]) -> list[Story]:
    """Random lives, the same in each run."""
    dice = random.Random(20260305)
    return [_story(dice, names) for _ in range(count)]


def _story(dice: random.Random, names: Sequence[str]) -> Story:
    opened_at = _up(BEGIN + dice.randrange(28 * DAY // (3 * HOUR)) * 3 * HOUR)
    department = dice.choices(names, weights=(6, 5, 4, 4, 1))[0]
    happenings: list[Happening] = []
    status, minute, place = "open", opened_at, department
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 4))):
        minute = _up(minute + HOUR * dice.choice((1, 2, 5, 9, 20, 26, 50, 80)))
        if minute >= END:
            break
        act = dice.choice(_ACTS[status])
        at = minute + 37 + HOUR * dice.choice((0, 3, 10, 40)) if act == "due" and dice.random() < 0.8 else None
        place = dice.choice([name for name in names if name != place]) if act == "move" else place
        happenings.append(Happening(minute=minute, act=act, at=at, department=place))
        status = _THEN.get(act, status)
        if act == "reply":
            status = "waiting" if place in ("Berlin", "New York", "Hotline") else status
    return Story(opened=opened_at, department=department, happenings=tuple(happenings))


_ACTS = {
    "open": ("wait", "wait", "close", "acknowledge", "reply", "due", "move"),
    "waiting": ("open", "open", "open", "close", "due", "move"),
    "closed": ("open", "open", "wait", "move"),
}
_THEN = {"wait": "waiting", "close": "closed", "open": "open"}


def _up(minute: int) -> int:
    """The minute, or where the desk is down the first one after it."""
    return LOOKS[min(bisect_left(LOOKS, minute), len(LOOKS) - 1)]


# -- what must come of it --------------------------------------------------------------------------------------------------


def expected(story: Story, known: dict[str, Place], looks: Sequence[int]) -> list[Rung]:
    ticket = OracleTicket(place=known[story.department], opened=story.opened, told=story.opened, looks=looks)
    for each in story.happenings:
        match each.act:
            case "wait":
                ticket.wait(each.minute)
            case "close":
                ticket.close(each.minute)
            case "open":
                ticket.open_again(each.minute)
            case "acknowledge":
                ticket.acknowledge(each.minute)
            case "reply":
                ticket.reply(each.minute)
            case "due":
                ticket.set_due(each.minute, each.at)
            case "move":
                ticket.move(each.minute, known[each.department])
    ticket.until(END)
    return ticket.rung


# -- what the desk does ----------------------------------------------------------------------------------------------------


@attrs.define(kw_only=True)
class Month:
    """Plays the stories on a desk."""

    folder: Path
    clock: FrozenClock
    stories: Sequence[Story]
    looks: Sequence[int]
    ids: dict[int, int] = attrs.field(factory=dict)
    """Tickets by the number of their story."""
    rung: list[tuple[int, Rung]] = attrs.field(factory=list)
    """By ticket."""

    def play(self) -> None:
        calls = self._calls()
        bounds = [BEGIN, *RESTARTS, END]
        for first, last in pairwise(bounds):
            with opened(self.folder, clock=self.clock) as desk:
                for minute in self.looks[bisect_left(self.looks, first) : bisect_left(self.looks, last)]:
                    self._minute(desk, minute, calls.get(minute, []))

    def _calls(self) -> dict[int, list[tuple[int, Happening | None]]]:
        """What is to be done in each minute, by story; None opens the ticket."""
        calls: dict[int, list[tuple[int, Happening | None]]] = {}
        for number, story in enumerate(self.stories):
            calls.setdefault(story.opened, []).append((number, None))
            for each in story.happenings:
                calls.setdefault(each.minute, []).append((number, each))
        return calls

    def _minute(self, desk: Desk, minute: int, calls: Sequence[tuple[int, Happening | None]]) -> None:
        self.clock.advance(seconds=(moment_of(minute) - self.clock.now()).total_seconds())
        if calls:
            with desk.db.writing() as session:
                directory = desk.db.directory(session)
                self._open(session, directory, [number for number, each in calls if each is None])
                for number, each in calls:
                    if each is not None:
                        self._do(session, directory, self.ids[number], each)
        DueSweep(desk.db, clock=self.clock, faults=desk.watch).run(on_events=self._hear)

    def _open(self, session: Session, directory: Directory, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        openings = [
            Opening(
                draft=TicketDraft(
                    sender=Actor(ActorKind.END_USER, name="", address=f"user{number % 50}@customer.example"),
                    origin=Origin.API,
                    subject="Printer",
                    text="It smokes.",
                    department=self.stories[number].department,
                )
            )
            for number in numbers
        ]
        acts = open_tickets(session, directory, openings=openings, now=self.clock.now())
        self.ids.update({number: act[0].ticket.id for number, act in zip(numbers, acts, strict=True)})  # type: ignore[attr-defined]

    def _do(self, session: Session, directory: Directory, ticket_id: int, each: Happening) -> None:
        ann = directory.agent("ann@example.com")
        actor = Actor(ActorKind.AGENT, ann.id, ann.name, ann.address)
        now = self.clock.now()
        match each.act:
            case "wait" | "close" | "open":
                status = {"wait": TicketStatus.WAITING, "close": TicketStatus.CLOSED, "open": TicketStatus.OPEN}
                change_status(session, directory, ticket_id=ticket_id, actor=actor, status=status[each.act], now=now)
            case "acknowledge":
                acknowledge_ticket(session, directory, ticket_id=ticket_id, actor=actor, now=now)
            case "reply":
                post_reply(session, directory, ticket_id=ticket_id, actor=actor, reply=Reply(text="Hm."), now=now)
            case "due":
                at = None if each.at is None else moment_of(each.at)
                set_due_date(session, directory, ticket_id=ticket_id, at=at, actor=actor, now=now)
            case "move":
                target = directory.department(each.department).id
                transfer_ticket(session, directory, ticket_id=ticket_id, actor=actor, department_id=target, now=now)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            assert isinstance(event, TicketDueSoon | TicketOverdue | TicketEscalated)
            self.rung.append((event.ticket.id, self._words(event)))

    def _words(self, event: TicketDueSoon | TicketOverdue | TicketEscalated) -> Rung:
        look = minute_of(event.at)
        if isinstance(event, TicketDueSoon):
            return look, "soon", minute_of(event.due_at), 0
        if isinstance(event, TicketOverdue):
            return look, "overdue", minute_of(event.due_at), event.repeat
        return look, "step", -1, event.step


@pytest.fixture(scope="module")
def known() -> dict[str, Place]:
    return places()


@pytest.fixture
def month_folder(database_url: str, tmp_path: Path) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, toml=TOML)


def play_and_compare(folder: Path, known: dict[str, Place], *, count: int, looks: Sequence[int]) -> Counter[str]:
    """Compare each ticket's events; answer how many there were of each kind."""
    lives = stories(count, tuple(known))
    month = Month(folder=folder, clock=FrozenClock(moment_of(BEGIN)), stories=lives, looks=looks)
    month.play()
    got: dict[int, list[Rung]] = {ticket_id: [] for ticket_id in month.ids.values()}
    for ticket_id, rung in month.rung:
        got[ticket_id].append(rung)
    kinds: Counter[str] = Counter()
    for number, story in enumerate(lives):
        wanted = sorted(
            (look, kind, -1 if kind == "step" else basis, repeat)
            for look, kind, basis, repeat in expected(story, known, looks)
        )
        assert sorted(got[month.ids[number]]) == wanted, story
        kinds.update(f"{kind} {min(repeat, 1)}" if kind == "overdue" else kind for _, kind, _, repeat in wanted)
    return kinds


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_five_thousand_tickets(month_folder: Path, known: dict[str, Place]) -> None:
    kinds = play_and_compare(month_folder, known, count=5_000, looks=LOOKS)
    assert min(kinds[kind] for kind in ("soon", "overdue 0", "overdue 1", "step")) > 1_000, kinds


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_some_tickets_on_postgresql(month_folder: Path, known: dict[str, Place]) -> None:
    kinds = play_and_compare(month_folder, known, count=200, looks=LOOKS[::6])
    assert min(kinds[kind] for kind in ("soon", "overdue 0", "overdue 1", "step")) > 40, kinds
