"""The guards at hand are those of the database, also after a change of them that came to nothing."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from deskbell.core.store.database import Database
from deskbell.core.store.guards import (
    GuardBook,
    Suppression,
    ban,
    find_suppressions,
    list_suppressions,
    suppress_at_least,
)
from stand_ins.clock import MONDAY_MORNING

ADA, BEA = "ada@customer.example", "bea@customer.example"


class _Undone(Exception):
    pass


def _banned(db: Database, book: GuardBook) -> list[str]:
    with db.reading() as session:
        guards = book.of(session)
    return [each for each in (ADA, BEA) if guards.ban(each, MONDAY_MORNING)]


def test_a_ban_that_was_rolled_back_is_not_kept(db: Database) -> None:
    """The next ban is given the revision that the one before gave back."""
    book = GuardBook()
    with suppress(_Undone), db.writing() as session:
        ban(session, ADA, reason="abuse", now=MONDAY_MORNING)
        assert book.of(session).ban(ADA, MONDAY_MORNING) is not None
        raise _Undone
    with db.writing() as session:
        ban(session, BEA, reason="abuse", now=MONDAY_MORNING)
    assert _banned(db, book) == [BEA]


def test_what_is_unchanged_is_read_once(db: Database, statements: list[str]) -> None:
    book = GuardBook()
    with db.writing() as session:
        ban(session, ADA, reason="abuse", now=MONDAY_MORNING)
    for _ in range(3):
        assert _banned(db, book) == [ADA]
    assert len([each for each in statements if "FROM bans" in each]) == 1


def _suppressed(reason: str, days: int | None, *, since: datetime = MONDAY_MORNING) -> Suppression:
    until = None if days is None else since + timedelta(days=days)
    return Suppression(address_key=ADA, reason=reason, evidence="550", since=since, until=until)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("bounce: full", 7), ("bounce: gone", None), "bounce: gone"),
        (("bounce: gone", None), ("bounce: full", 7), "bounce: gone"),
        (("bounce: full", 7), ("bounce: policy", 30), "bounce: policy"),
        (("bounce: policy", 30), ("bounce: full", 7), "bounce: policy"),
        (("complaint: unwanted", None), ("bounce: full", 7), "bounce: full"),
        (("bounce: full", 7), ("complaint: unwanted", None), "bounce: full"),
        (("by hand: asked", None), ("bounce: gone", None), "by hand: asked"),
    ],
)
def test_rfc_38_the_stronger_suppression_stays(
    db: Database, first: tuple[str, int | None], second: tuple[str, int | None], kept: str
) -> None:
    with db.writing() as session:
        suppress_at_least(session, [_suppressed(*first)])
        suppress_at_least(session, [_suppressed(*second)])
        assert [each.reason for each in list_suppressions(session, limit=10)] == [kept]


def test_rfc_38_a_suppression_that_ended_is_none(db: Database) -> None:
    with db.writing() as session:
        suppress_at_least(session, [_suppressed("bounce: policy", 30)])
        later = MONDAY_MORNING + timedelta(days=31)
        suppress_at_least(session, [_suppressed("bounce: full", 7, since=later)])
        assert [each.reason for each in find_suppressions(session, [ADA.upper()])] == ["bounce: full"]


def test_rfc_38_suppressions_are_at_hand_at_once(db: Database) -> None:
    book = GuardBook()
    with db.reading() as session:
        assert book.of(session).suppression(ADA, MONDAY_MORNING) is None
    with db.writing() as session:
        suppress_at_least(session, [_suppressed("complaint: unwanted", None)])
    with db.reading() as session:
        guard = book.of(session).suppression(ADA.title(), MONDAY_MORNING)
    assert guard is not None
    assert guard.automatic_only
