"""The tree itself, as the house tests look at it."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

CODE_FOLDERS = ("core", "plugins", "channels", "web")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def pyproject(root: Path) -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def code_files(root: Path) -> list[Path]:
    """Every Python file that is installed, relative to the root."""
    nested = (file for folder in CODE_FOLDERS for file in (root / folder).rglob("*.py"))
    return sorted(file.relative_to(root) for file in (*root.glob("*.py"), *nested))


@pytest.fixture(scope="session")
def project_files(root: Path) -> list[Path]:
    """Every file that is committed or would be, relative to the root; links are left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("This tree is no git checkout, or git is missing. Install it with: apt-get install git")
    paths = [Path(name) for name in listed.split("\0") if name]
    return [path for path in paths if (root / path).is_file() and not (root / path).is_symlink()]
