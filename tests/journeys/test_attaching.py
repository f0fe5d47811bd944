"""Files that an agent attaches on the command line."""

from pathlib import Path

import pytest

from deskbell.core.app.attaching import LARGEST_OCTETS
from stand_ins.command_line import Cli

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

REPLY = ("ticket", "reply", "100001", "--by", "ann@example.com")


def test_files_come_with_a_reply(cli: Cli, tmp_path: Path) -> None:
    cli("ticket", "open", "--from", "ada@customer.example", "--subject", "Toner", "--text", "It is empty.")
    (tmp_path / "manual.pdf").write_bytes(b"%PDF")
    (tmp_path / "run.exe").write_bytes(b"MZ")
    cli(*REPLY, "--text", "", "--attach", str(tmp_path / "manual.pdf"), "--attach", str(tmp_path / "run.exe"))
    attachments = cli.json("ticket", "show", "100001")["entries"][-1]["attachments"]
    assert [(each["file_name"], each["content_type"], each["size"]) for each in attachments] == [
        ("manual.pdf", "application/pdf", 4),
        # What an agent attaches is the agent's to judge.
        ("run.exe", "application/octet-stream", 2),
    ]


def test_too_much_is_refused_before_it_is_kept(cli: Cli, tmp_path: Path) -> None:
    cli("ticket", "open", "--from", "ada@customer.example", "--subject", "Toner", "--text", "It is empty.")
    for name in ("a.bin", "b.bin"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(LARGEST_OCTETS // 2 + 1)
    said = cli(*REPLY, "--text", "x", "--attach", str(tmp_path / "a.bin"), "--attach", str(tmp_path / "b.bin"), code=1)
    assert "The attachments: they have 26 MiB in all. At most 25 MiB may come with a reply." in said
    assert len(cli.json("ticket", "show", "100001")["entries"]) == 1
    assert "does not exist" in cli(*REPLY, "--text", "x", "--attach", str(tmp_path / "none"), code=2)
