"""The desks of the benchmarks: one department whose members all get the alert of a new ticket, mail to the sink."""

from pathlib import Path

from deskbell.core.app import configuring
from deskbell.core.app.founding import Beginning, found
from deskbell.core.app.opening import open_desk

SPEAKING = ("new-ticket-alert", "new-ticket-autoresponse")


def make_desk(folder: Path, *, members: int, sink_port: int, database_url: str = "") -> Path:
    """Found a desk with so many members, or with 0 one that says nothing by itself; answer its folder.

    :param database_url: empty for SQLite in `folder`.
    """
    found(folder, Beginning(database_url=database_url))
    configure(folder, members=members, sink_port=sink_port)
    return folder


def configure(folder: Path, *, members: int, sink_port: int) -> None:
    """Set who is told, and where the mail goes."""
    file = folder / "benchmark.toml"
    file.write_text(_blueprint(members=members, sink_port=sink_port), encoding="utf-8")
    with open_desk(folder) as desk:
        configuring.apply(desk, file, prune=False)


def _blueprint(*, members: int, sink_port: int) -> str:
    agents = [f"agent{number}@staff.example.net" for number in range(members)]
    position = "on" if members else "off"
    return "\n".join(
        [
            *(f'[agents."{agent}"]\nname = "Agent {number}"' for number, agent in enumerate(agents)),
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
