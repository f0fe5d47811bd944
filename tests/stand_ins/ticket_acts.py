"""Acts on tickets of the small desk: how tests do one, and what they look at afterwards."""

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from deskbell.core.contract.people import SYSTEM, Actor
from deskbell.core.contract.tickets import Ticket
from deskbell.core.desk.open import open_ticket
from deskbell.core.desk.opening import Opening
from deskbell.core.store import journal, records, tickets
from deskbell.core.store.rows import TicketRow

from .small_desk import OWNER, SmallDesk, draft

T = TypeVar("T")


def new_ticket(desk: SmallDesk, *, owner: str = OWNER, name: str = "Olga", **changes: object) -> Ticket:
    """A ticket of an end user in Support, but for the changes of the draft."""
    with desk.writing() as (session, directory):
        opening = Opening(draft=draft(desk.user(owner, name=name), **changes))  # type: ignore[arg-type]
        events = open_ticket(session, directory, opening=opening, now=desk.clock.now())
    return events[0].ticket  # type: ignore[attr-defined, no-any-return]


def act(desk: SmallDesk, command: Callable[..., T], ticket: Ticket, actor: Actor, **given: Any) -> T:
    """Run one command in a transaction of its own."""
    with desk.writing() as (session, directory):
        return command(session, directory, ticket_id=ticket.id, actor=actor, now=desk.clock.now(), **given)


def now_of(desk: SmallDesk, ticket: Ticket) -> Ticket:
    """The ticket as it stands."""
    with desk.db.reading() as session:
        return tickets.snapshot(session, ticket.id)


def row_of(desk: SmallDesk, ticket: Ticket) -> TicketRow:
    """The row, for what no snapshot shows."""
    with desk.db.reading() as session:
        return session.get_one(TicketRow, ticket.id)


def history_of(desk: SmallDesk, ticket: Ticket) -> list[str]:
    """The names of all that was rung on the ticket."""
    with desk.db.reading() as session:
        return [event.name for event in journal.history(session, ticket.id)]


def change_department(desk: SmallDesk, name: str, **ways: Any) -> None:
    """Let a department work otherwise."""
    with desk.writing() as (session, directory):
        changed = attrs.evolve(directory.department(name), **ways)
        records.save_department(session, changed, by=SYSTEM, now=desk.clock.now())
