"""A desk with a department that has everything the first two plugins speak to, and a command line to drive it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

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


@attrs.frozen
class Cli:
    """Runs `deskbell --dir <folder>` as a process of its own, as a person or an MTA would."""

    folder: Path

    def __call__(self, *arguments: str, stdin: bytes = b"", code: int = 0) -> str:
        environment = {**os.environ, "DESKBELL_DIR": str(self.folder), "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "deskbell", *arguments],
            input=stdin,
            capture_output=True,
            env=environment,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return (done.stdout or done.stderr).decode()

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def desk_folder(tmp_path: Path, smtp_sink: SmtpSink, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML)


@pytest.fixture
def cli(desk_folder: Path) -> Cli:
    return Cli(desk_folder)
