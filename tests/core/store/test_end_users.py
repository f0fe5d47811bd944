"""End users by address: found, created once, never renamed."""

import threading

from sqlalchemy import func, select

from deskbell.core.contract.people import Organization
from deskbell.core.store import end_users, records
from deskbell.core.store.database import Database
from deskbell.core.store.directory import OrganizationRecord
from deskbell.core.store.end_users import Person
from deskbell.core.store.records import EndUserRecord
from deskbell.core.store.rows import EndUserRow
from stand_ins.clock import MONDAY_MORNING


def count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(EndUserRow)) or 0


def test_new_people_are_written_once_however_they_spell_their_address(db: Database) -> None:
    people = [
        Person("Ann", "Ann@Example.COM"),
        Person("Bob", "bob@example.com"),
        Person("Annie", "ann@example.com"),
    ]
    with db.writing() as session:
        ann, bob, annie = end_users.ensure(session, people, now=MONDAY_MORNING)
    assert ann.id == annie.id != bob.id
    assert [(each.name, each.address) for each in (ann, bob, annie)] == [
        ("Ann", "Ann@Example.COM"),
        ("Bob", "bob@example.com"),
        ("Ann", "ann@example.com"),
    ]
    assert count(db) == 2


def test_a_known_end_user_keeps_name_and_organization(db: Database) -> None:
    with db.writing() as session:
        organization = records.save_organization(session, OrganizationRecord(id=0, name="Acme"))
        record = EndUserRecord(
            name="Ann", addresses=("ann@acme.example", "ann@home.example"), organization_id=organization
        )
        known = records.save_end_user(session, record, now=MONDAY_MORNING)
    with db.writing() as session:
        [found] = end_users.ensure(session, [Person("Mallory", "ANN@home.example")], now=MONDAY_MORNING)
    assert (found.id, found.name, found.address) == (known, "Ann", "ANN@home.example")
    assert found.organization == Organization(organization, "Acme")


def test_finding_answers_by_normalised_address(db: Database) -> None:
    with db.writing() as session:
        known = records.save_end_user(session, EndUserRecord(addresses=("Ann@Büro.example",)), now=MONDAY_MORNING)
    with db.reading() as session:
        found = end_users.find(session, ["ANN@xn--bro-hoa.example", "nobody@example.com", "not an address"])
        assert end_users.find(session, []) == {}
    assert {key: user.id for key, user in found.items()} == {"ann@xn--bro-hoa.example": known}


def test_the_unknown_sender_is_one_end_user_whom_no_mail_reaches(db: Database) -> None:
    with db.writing() as session:
        first, second = end_users.ensure(session, [Person("", ""), Person("Someone", "")], now=MONDAY_MORNING)
        [third] = end_users.ensure(session, [Person("x", "unknown@sender.invalid")], now=MONDAY_MORNING)
    assert first == second == third
    assert (first.name, first.address) == ("unknown", "")
    assert count(db) == 1


def test_two_transactions_that_meet_a_new_sender_write_one(db: Database) -> None:
    made: list[int] = []
    together = threading.Barrier(2, timeout=10)

    def meet() -> None:
        together.wait()
        with db.writing() as session:
            [user] = end_users.ensure(session, [Person("Ann", "ann@example.com")], now=MONDAY_MORNING)
        made.append(user.id)

    threads = [threading.Thread(target=meet) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
