"""The command is installed and says what it can do."""

import subprocess
import sys
from pathlib import Path

import pytest

INSTALLED = Path(sys.executable).with_name("deskbell")


@pytest.mark.parametrize("command", [[str(INSTALLED)], [sys.executable, "-m", "deskbell"]], ids=["script", "module"])
def test_help(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run([*command, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "mail" in done.stdout
    assert "serve" in done.stdout
