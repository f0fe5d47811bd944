"""The desks of the benchmarks: one department whose members all get the alert of a new ticket, mail to the sink."""

from pathlib import Path

from deskbell.core.app import configuring
from deskbell.core.app.founding import Beginning, found
from deskbell.core.app.opening import open_desk

PLANNED = """
[settings]
ticket_limit = 0
[agents."manager@staff.example.net"]
name = "Manager"
[sla_plans.Hour]
grace = "1h"
[departments.Support]
manager = "manager@staff.example.net"
sla_plan = "Hour"
[options.ticket-overdue-alert.audience]
admin_address = false
"""
SPEAKING = ("new-ticket-alert", "new-ticket-autoresponse")


def make_desk(folder: Path, *, members: int, sink_port: int, database_url: str = "") -> Path:
    """Found a desk with so many members, or with 0 one that says nothing by itself; answer its folder.

    :param database_url: empty for SQLite in `folder`.
    """
    found(folder, Beginning(database_url=database_url))
    configure(folder, members=members, sink_port=sink_port)
    return folder


def make_planned_desk(folder: Path, *, database_url: str = "") -> Path:
    """Found a desk whose tickets are due after an hour and alert their manager then; answer its folder."""
    found(folder, Beginning(database_url=database_url))
    _apply(folder, PLANNED)
    return folder


def configure(folder: Path, *, members: int, sink_port: int) -> None:
    """Set who is told, and where the mail goes."""
    _apply(folder, _blueprint(members=members, sink_port=sink_port))


def _apply(folder: Path, blueprint: str) -> None:
    file = folder / "benchmark.toml"
    file.write_text(blueprint, encoding="utf-8")
    with open_desk(folder) as desk:
        configuring.apply(desk, file, prune=False)


def _blueprint(*, members: int, sink_port: int) -> str:
    agents = [f"agent{number}@staff.example.net" for number in range(members)]
    position = "on" if members else "off"
    return "\n".join(
        [
            *(f'[agents."{agent}"]\nname = "Agent {number}"' for number, agent in enumerate(agents)),
            # All mails come from a few senders: the limit of open tickets is counted against, but never reached, and the caps
            # on automatic answers are lifted, for more go in a second than a desk may send in an hour.
            "[settings]\nticket_limit = 1000000",
            "answers_per_hour = 0\nanswers_per_day = 0\nmailbox_answers_per_hour = 0",
            "[departments.Support]",
            f"members = {agents}",
            "[options.new-ticket-alert.audience]",
            "admin_address = false\ndepartment_manager = false\ndepartment_member = true",
            *(f'[switches.{plugin}]\nposition = "{position}"' for plugin in SPEAKING),
            "[channels.smtp]",
            f'host = "127.0.0.1"\nport = {sink_port}\nsecurity = "none"',
            "",
        ]
    )
