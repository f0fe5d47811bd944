"""What no file of the project may hold."""

import re
from pathlib import Path

import pytest

# Written so that none of them matches its own line.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:work|root|home|Users)/"),
    "a word for unfinished work": re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"),
    "the host of a package registry": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org|proxy\.golang\.org|crates\.io", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str, root: Path, project_files: list[Path]) -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in project_files
        for number, line in enumerate((root / path).read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "open('~home~ann~desk')"),
        ("a word for unfinished work", "# T-ODO: later"),
        ("the host of a package registry", "https:~~files.python-hosted.org~x"),
    ],
)
def test_forbidden_things_are_recognised(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line.replace("~", "/").replace("-", ""))


def test_there_is_something_to_look_at(project_files: list[Path]) -> None:
    assert Path("pyproject.toml") in project_files
    assert Path("tests/house/test_files.py") in project_files


def test_tests_are_no_package(root: Path) -> None:
    assert list((root / "tests").rglob("__init__.py")) == []
