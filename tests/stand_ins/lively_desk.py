"""A desk on which everything can happen: every built-in plugin on, people in every role, an SLA plan with an escalation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deskbell.core.app import acting
from deskbell.core.app.opening import Desk
from deskbell.core.contract.events import Event
from deskbell.core.store.rows import Row

from .clock import FrozenClock
from .desks import new_desk, opened, receive

TOML = """
[settings]
admin_address = "boss@example.com"
sla_plan = "Quick"
ticket_limit = 3

[agents."ann@example.com"]
name = "Ann Lee"

[agents."bob@example.com"]
name = "Bob Ray"

[agents."cleo@example.com"]
name = "Cleo Ortiz"

[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com", "bob@example.com"]

[departments.Billing]
manager = "cleo@example.com"
members = ["bob@example.com"]

[teams.Night]
lead = "bob@example.com"
members = ["bob@example.com", "cleo@example.com"]

[sla_plans.Quick]
grace = "4h"
due_soon = "1h"
steps = [{ after = "2h", roles = ["assignee", "department_manager"] }]

[switches]
new-message-autoresponse.position = "on"
ticket-due-soon-alert.position = "on"
escalation-alert.position = "on"

[options]
new-ticket-alert.audience.department_member = true
ticket-assignment-alert.audience.assigned_team_member = true
"""


@contextmanager
def lively_desk(
    folder: Path, *, database_url: str, clock: FrozenClock, plugins: dict[str, object] | None = None
) -> Iterator[Desk]:
    """The desk, open, without a ticket."""
    new_desk(folder, database_url=database_url, toml=TOML)
    with opened(folder, clock=clock, plugins=plugins) as desk:
        yield desk


def mail(
    number: int, *, sender: str = "Ada Moss <ada@customer.example>", subject: str = "No toner", **more: str
) -> bytes:
    """A mail from a person to the first mailbox."""
    lines = {
        "From": sender,
        "To": "support@example.com",
        "Subject": subject,
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Message-ID": f"<mail{number}@customer.example>",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode() + b"\nPlease help.\n"


def ticket(desk: Desk, number: int = 1, **more: str) -> str:
    """A ticket that Ada's mail opened; answers its number."""
    [created, *_] = receive(desk, mail(number, **more))
    return str(created.ticket.number)  # type: ignore[attr-defined]


def assign(desk: Desk, number: str, *, agent: str = "", team: str = "", by: str | None = None) -> tuple[Event, ...]:
    """Assign and ring."""
    return tuple(acting.assign(desk, number, by=by, agent=agent, team=team, comment=""))


def every_row(desk: Desk) -> Mapping[str, list[tuple[Any, ...]]]:
    """The whole database."""
    with desk.db.reading() as session:
        return {
            name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for name, table in Row.metadata.tables.items()
        }


def how_many(desk: Desk, table: type[Row], *conditions: Any) -> int:
    """Rows of a table."""
    with desk.db.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
