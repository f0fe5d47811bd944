"""What tests of the store ask for: an open database of both kinds."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from deskbell.core.store.database import Database
from stand_ins.clock import FrozenClock


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    """A migrated database of the test's own."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that any engine of this process sends from now on."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
