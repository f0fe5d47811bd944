"""Due dates by hand from the command line, and the job that watches them in a running desk."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deskbell.core.app import acting, due, service
from deskbell.core.app.acting import NewTicketWish
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.service import Service
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import DueDateChanged
from deskbell.core.contract.people import SYSTEM
from deskbell.core.desk.access import MayNotOpen
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import new_desk
from stand_ins.smtp_sink import SmtpSink

NUMBER = "100001"
TOML = """
[settings]
admin_address = ""

[agents."ann@example.com"]
name = "Ann Lee"

[agents."zoe@example.com"]
name = "Zoe Outside"

[sla_plans.Day]
grace = "1d"

[departments.Support]
manager = "ann@example.com"
sla_plan = "Day"

[switches.new-ticket-alert]
position = "off"

[switches.new-ticket-autoresponse]
position = "off"
"""
WISH = NewTicketWish(sender="ada@customer.example", subject="Toner", text="It is empty.", department="Support")


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Desk]:
    """A desk with one ticket, due on Tuesday, 3 March 2026, 9:00 UTC."""
    with open_desk(new_desk(tmp_path / "desk", database_url="", toml=TOML), clock=clock) as opened:
        acting.open_ticket(opened, WISH)
        yield opened


def test_a_due_date_is_set_and_rung(desk: Desk) -> None:
    [event] = due.set_due_date(desk, NUMBER, at=datetime(2026, 3, 2, 12, tzinfo=UTC), by="ann@example.com")
    assert isinstance(event, DueDateChanged)
    assert (event.before, event.after) == (
        datetime(2026, 3, 3, 9, tzinfo=UTC),
        datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    assert event.actor.name == "Ann Lee"
    assert due.due_at(desk, NUMBER) == event.after
    desk.clock.sleep(10)
    assert desk.ringer.sweep() == 0
    [cleared] = due.set_due_date(desk, NUMBER, at=None, by=None)
    assert cleared.actor == SYSTEM
    assert due.set_due_date(desk, NUMBER, at=None, by=None) == ()


def test_whose_name_is_unknown_and_who_may_not_open_it(desk: Desk) -> None:
    with pytest.raises(UnknownName):
        due.set_due_date(desk, "4711", at=None, by=None)
    with pytest.raises(UnknownName):
        due.set_due_date(desk, NUMBER, at=None, by="nobody@example.com")
    with pytest.raises(MayNotOpen):
        due.set_due_date(desk, NUMBER, at=None, by="zoe@example.com")


def test_a_running_desk_alerts_what_is_overdue(
    tmp_path: Path, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DUE_SECONDS", 0.05)
    folder = new_desk(tmp_path / "desk", database_url="", smtp_port=smtp_sink.port, toml=TOML)
    with open_desk(folder, clock=FrozenClock(datetime.now(UTC) - timedelta(days=2))) as past:
        acting.open_ticket(past, WISH)
    with open_desk(folder) as desk:
        running = Service(desk, listen=False)
        running.start()
        try:
            [mail] = smtp_sink.wait_for(1)
        finally:
            running.stop()
    assert mail.recipients == ("ann@example.com",)
    assert NUMBER in str(mail.message["Subject"])


def test_on_the_command_line(tmp_path: Path) -> None:
    cli = Cli(new_desk(tmp_path / "desk", database_url="", toml=TOML))
    cli(
        "ticket",
        "open",
        "--from",
        "ada@customer.example",
        "--subject",
        "Toner",
        "--text",
        "Empty.",
        "--department",
        "Support",
    )
    soon = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
    said = cli("ticket", "due", NUMBER, "--at", soon.isoformat(), "--by", "ann@example.com")
    assert said == f"Ticket {NUMBER} is due at {soon.isoformat()}.\n"
    assert cli.json("ticket", "show", NUMBER)["ticket"]["due_at"].startswith(f"{soon:%Y-%m-%dT%H:%M:%S}")
    late = soon + timedelta(days=3)
    assert cli("ticket", "due", NUMBER, "--at", late.isoformat()).startswith(f"Ticket {NUMBER} is due at ")
    assert cli("ticket", "due", NUMBER, "--clear").startswith(f"Ticket {NUMBER} is as before due at ")
    assert "Give --at TIME, or --clear." in cli("ticket", "due", NUMBER, code=2)
    assert "'tomorrow' is no moment. Write it with its zone" in cli("ticket", "due", NUMBER, "--at", "tomorrow", code=2)
    assert "has passed. Name a moment that is still to come." in cli(
        "ticket", "due", NUMBER, "--at", "2020-01-01T00:00Z", code=1
    )
