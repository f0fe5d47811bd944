"""A desk with a department that has everything the first two plugins speak to, and a command line to drive it."""

from pathlib import Path

import pytest

from stand_ins.command_line import Cli
from stand_ins.desks import new_desk
from stand_ins.smtp_sink import SmtpSink

TOML = """
[agents."ann@example.com"]
name = "Ann Lee"

[agents."bob@example.com"]
name = "Bob Ray"

[agents."cleo@example.com"]
name = "Cleo Ortiz"

[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com", "bob@example.com"]
recipients_mode = "members_and_extended"

[departments.Support.extended."cleo@example.com"]
role = "reader"

[topics.Printers]
department = "Support"

[mailboxes.support]
topic = "Printers"

[options.new-ticket-alert]
audience.department_member = true
"""


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML)


@pytest.fixture
def cli(desk_folder: Path) -> Cli:
    return Cli(desk_folder)
