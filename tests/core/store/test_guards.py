"""The guards at hand are those of the database, also after a change of them that came to nothing."""

from contextlib import suppress

from deskbell.core.store.database import Database
from deskbell.core.store.guards import GuardBook, ban
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
