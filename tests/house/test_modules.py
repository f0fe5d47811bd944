"""Every module of the house can be imported by itself, and is loaded once, under one name."""

import importlib
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

# Alembic runs these files itself; imported by anybody else they have no migration to work on.
RUN_BY_ALEMBIC = ("core/store/migrations/env.py", "core/store/migrations/versions")


def test_every_module_is_loaded_once(root: Path, code_files: list[Path]) -> None:
    for file in code_files:
        if file.name != "__main__.py" and not file.as_posix().startswith(RUN_BY_ALEMBIC):
            importlib.import_module(_name(file))
    copies = defaultdict(set)
    for name, module in tuple(sys.modules.items()):
        file_name = getattr(module, "__file__", None)
        if file_name and Path(file_name).resolve().is_relative_to(root) and ".venv" not in file_name:
            copies[Path(file_name).resolve()].add(name)
    assert [sorted(names) for names in copies.values() if len(names) > 1] == []


def test_the_rooms_are_not_loaded_without_their_house() -> None:
    strangers = [name for name in sys.modules if name.split(".")[0] in ("core", "plugins", "channels")]
    assert strangers == []


def test_importing_deskbell_loads_nothing_heavy() -> None:
    heavy = ("sqlalchemy", "alembic", "jinja2", "apscheduler", "aiosmtpd", "rich")
    code = f"import sys, deskbell; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def _name(file: Path) -> str:
    parts = ("deskbell", *file.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
