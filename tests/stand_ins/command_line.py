"""The command line as a person or an MTA uses it: a process of its own, on a desk of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs


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
