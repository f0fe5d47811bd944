"""The limit of open tickets: who is refused, who is told, and what counts against what."""

import threading
from collections.abc import Mapping, Sequence

import attrs
import pytest

from deskbell.core.contract.events import Event, TicketLimitReached, TicketRefused
from deskbell.core.contract.people import ActorKind
from deskbell.core.contract.tickets import TicketStatus
from deskbell.core.desk.open import open_ticket, open_tickets
from deskbell.core.desk.opening import Opening
from deskbell.core.store import journal, records
from deskbell.core.store.database import Database
from deskbell.core.store.directory import DepartmentRecord, Directory
from deskbell.core.store.end_users import Person
from deskbell.core.store.records import EndUserRecord
from deskbell.core.store.rows import TicketRow
from stand_ins.small_desk import OWNER, SmallDesk, draft, names_of

CREATED = ["ticket_created"]
REACHED = ["ticket_created", "ticket_limit_reached"]
REFUSED = ["ticket_refused"]


def limited(directory: Directory, limit: int, departments: Mapping[int, int | None] | None = None) -> Directory:
    """The directory with the desk's limit, and those of some departments by their ids."""
    changed = {
        department_id: attrs.evolve(directory.departments[department_id], ticket_limit=own)
        for department_id, own in (departments or {}).items()
    }
    return attrs.evolve(
        directory,
        profile=attrs.evolve(directory.profile, ticket_limit=limit),
        departments={**directory.departments, **changed},
    )


def web(desk: SmallDesk, address: str = OWNER, department: str = "Support") -> Opening:
    """A ticket of somebody who is signed in."""
    return Opening(draft=draft(desk.user(address), department=department))


def mail(desk: SmallDesk, address: str = OWNER, department: str = "Support") -> Opening:
    """A ticket that nothing but a From header speaks for."""
    return Opening(draft=draft(desk.user(address, verified=False), department=department))


def by_agent(desk: SmallDesk, address: str = OWNER, department: str = "Support") -> Opening:
    """A ticket that an agent opens for somebody."""
    return Opening(draft=draft(desk.agent("Pia"), department=department), owner=Person("", address))


def opened(desk: SmallDesk, directory: Directory, openings: Sequence[Opening]) -> list[list[str]]:
    """The names of the events of each act; each ticket in a transaction of its own."""
    names = []
    for opening in openings:
        with desk.db.writing() as session:
            names.append(names_of(open_ticket(session, directory, opening=opening, now=desk.clock.now())))
    return names


def opened_at_once(desk: SmallDesk, directory: Directory, openings: Sequence[Opening]) -> list[list[str]]:
    """The same in one transaction."""
    with desk.db.writing() as session:
        return [names_of(act) for act in open_tickets(session, directory, openings=openings, now=desk.clock.now())]


@pytest.mark.parametrize(
    ("doors", "expected"),
    [
        ((web, web, web, web), [CREATED, CREATED, REACHED, REFUSED]),
        ((mail, mail, mail, mail), [CREATED, CREATED, REACHED, REFUSED]),
        ((by_agent,) * 5, [CREATED, CREATED, REACHED, REACHED, REACHED]),
        ((web, web, by_agent, web, by_agent), [CREATED, CREATED, REACHED, REFUSED, REACHED]),
        # Forged mail locks nobody out who is signed in, and everything counts against mail.
        ((mail, mail, mail, web, web, web, web), [CREATED, CREATED, REACHED, CREATED, CREATED, REACHED, REFUSED]),
        ((web, web, mail, mail, web), [CREATED, CREATED, REACHED, REFUSED, REACHED]),
        ((by_agent, by_agent, by_agent, mail), [CREATED, CREATED, REACHED, REFUSED]),
    ],
)
@pytest.mark.parametrize("way", [opened, opened_at_once])
def test_the_limit_is_three(desk: SmallDesk, doors: Sequence[object], expected: list[list[str]], way: object) -> None:
    directory = limited(desk.directory, 3)
    openings = [door(desk) for door in doors]  # type: ignore[operator]
    assert way(desk, directory, openings) == expected  # type: ignore[operator]
    created = sum(names[0] == "ticket_created" for names in expected)
    assert [ticket.number for ticket in desk.tickets()] == [str(100_001 + place) for place in range(created)]


@pytest.mark.parametrize("way", [opened, opened_at_once])
def test_without_a_limit_nobody_is_refused_or_told(desk: SmallDesk, way: object) -> None:
    assert way(desk, limited(desk.directory, 0), [web(desk)] * 25) == [CREATED] * 25  # type: ignore[operator]


def test_the_limit_is_twenty_by_default(desk: SmallDesk) -> None:
    expected = [CREATED] * 19 + [REACHED] + [REFUSED] * 10
    assert opened_at_once(desk, desk.directory, [mail(desk)] * 30) == expected


@pytest.mark.parametrize(
    ("desk_limit", "parent_limit", "own_limit", "allowed"),
    [
        (3, None, None, 3),
        (3, None, 2, 2),
        (3, 4, None, 4),
        (3, 4, 2, 2),
        (3, None, 0, 6),
        (3, 0, None, 6),
        (0, None, 1, 1),
        (0, 2, None, 2),
    ],
)
def test_departments_have_their_own_or_their_parents_limit(
    desk: SmallDesk, desk_limit: int, parent_limit: int | None, own_limit: int | None, allowed: int
) -> None:
    directory = limited(desk.directory, desk_limit, {desk.ids["Support"]: parent_limit})
    child = DepartmentRecord(id=desk.ids["Sales"], name="Sales", parent_id=desk.ids["Support"], ticket_limit=own_limit)
    directory = attrs.evolve(directory, departments={**directory.departments, child.id: child})
    refused = opened(desk, directory, [web(desk, department="Sales")] * 6).count(REFUSED)
    assert 6 - refused == allowed


def test_tickets_count_over_the_whole_desk_against_the_department_they_are_routed_to(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 5, {desk.ids["Sales"]: 2})
    openings = [web(desk), web(desk), web(desk, department="Sales"), web(desk), web(desk, department="Sales")]
    assert opened_at_once(desk, directory, openings) == [CREATED, CREATED, REFUSED, CREATED, REFUSED]


def test_tickets_where_nothing_is_limited_count_elsewhere(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 0, {desk.ids["Sales"]: 2})
    openings = [web(desk), web(desk), web(desk, department="Sales")]
    assert opened_at_once(desk, directory, openings) == [CREATED, CREATED, REFUSED]


def test_a_person_is_one_whatever_the_address(desk: SmallDesk) -> None:
    both = (OWNER, "owner.at.home@private.example")
    with desk.db.writing() as session:
        records.save_end_user(session, EndUserRecord(addresses=both), now=desk.clock.now())
    openings = [web(desk), web(desk, both[1]), web(desk, OWNER.upper()), web(desk, "other@customer.example")]
    assert opened(desk, limited(desk.directory, 2), openings) == [CREATED, REACHED, REFUSED, CREATED]


def test_all_mail_without_a_from_is_one_persons(desk: SmallDesk) -> None:
    openings = [mail(desk, ""), mail(desk, ""), mail(desk, ""), mail(desk)]
    assert opened_at_once(desk, limited(desk.directory, 2), openings) == [CREATED, REACHED, REFUSED, CREATED]


@pytest.mark.parametrize(("status", "then"), [("closed", CREATED), ("waiting", REFUSED), ("open", REFUSED)])
def test_closed_tickets_do_not_count_and_waiting_ones_do(desk: SmallDesk, status: str, then: list[str]) -> None:
    directory = limited(desk.directory, 2)
    opened(desk, directory, [mail(desk), web(desk)])
    with desk.db.writing() as session:
        row = session.get_one(TicketRow, desk.tickets()[0].id)
        row.status, row.closed_at = status, desk.clock.now()
    again = opened(desk, directory, [mail(desk)])
    assert again == [REACHED if then == CREATED else then]


def test_what_is_rung_when_the_limit_is_reached(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 1)
    with desk.db.writing() as session:
        opening = Opening(draft=draft(desk.user(OWNER), agent="pia@example.com"))
        events = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    assert names_of(events) == ["ticket_created", "ticket_assigned", "ticket_limit_reached"]
    assert len({event.act for event in events}) == 1
    reached = events[2]
    assert isinstance(reached, TicketLimitReached)
    assert (reached.limit, reached.open_tickets) == (1, 1)
    assert (reached.ticket.number, reached.actor) == ("100001", events[0].actor)
    with desk.db.reading() as session:
        assert journal.history(session, reached.ticket.id) == events


def test_the_count_goes_beyond_the_limit_when_agents_open_more(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 2)
    with desk.db.writing() as session:
        acts = open_tickets(session, directory, openings=[by_agent(desk)] * 4, now=desk.clock.now())
    counts = [event.open_tickets for act in acts for event in act if isinstance(event, TicketLimitReached)]
    assert counts == [2, 3, 4]
    assert {act[0].actor.kind for act in acts} == {ActorKind.AGENT}


def test_what_is_rung_when_a_ticket_is_refused(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 1)
    opened(desk, directory, [mail(desk)])
    with desk.db.writing() as session:
        opening = Opening(draft=draft(desk.user(OWNER, verified=False), department="Sales", subject="More"))
        [refused] = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    assert isinstance(refused, TicketRefused)
    assert (refused.reason, refused.subject, refused.department.name) == ("overlimit", "More", "Sales")
    assert (refused.end_user.address, refused.actor.id) == (OWNER, desk.tickets()[0].owner.id)
    assert not refused.actor.verified
    assert len(desk.tickets()) == 1
    with desk.db.reading() as session:
        assert journal.find_event(session, refused.id) == refused


def test_refused_attempts_in_between_leave_no_number_out(desk: SmallDesk) -> None:
    directory = limited(desk.directory, 1)
    openings = [mail(desk), mail(desk), mail(desk, "b@x.example"), mail(desk, "b@x.example"), mail(desk, "c@x.example")]
    assert opened_at_once(desk, directory, openings) == [REACHED, REFUSED, REACHED, REFUSED, REACHED]
    assert opened(desk, directory, [mail(desk, "d@x.example")]) == [REACHED]
    assert [(each.number, each.owner.address) for each in desk.tickets()] == [
        ("100001", OWNER),
        ("100002", "b@x.example"),
        ("100003", "c@x.example"),
        ("100004", "d@x.example"),
    ]


def test_two_at_once_do_not_exceed_the_limit(desk: SmallDesk) -> None:
    """Eight threads on connections of their own; on PostgreSQL all of them may count at the same time."""
    directory = limited(desk.directory, 3)
    opened(desk, directory, [web(desk)])
    begin = threading.Barrier(8)
    acts: list[tuple[Event, ...]] = []

    def attempt(db: Database) -> None:
        begin.wait()
        with db.writing() as session:
            acts.append(open_ticket(session, directory, opening=web(desk), now=desk.clock.now()))

    desks = [Database(desk.db.url, clock=desk.clock) for _ in range(8)]
    threads = [threading.Thread(target=attempt, args=(db,)) for db in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for db in desks:
        db.close()
    assert sorted(names_of(act) for act in acts) == [CREATED, REACHED, *[REFUSED] * 6]
    assert len(desk.tickets()) == 3
    assert all(ticket.status is TicketStatus.OPEN for ticket in desk.tickets())
