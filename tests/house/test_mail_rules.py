"""docs/mail-rules.md holds every line once, names only tests that exist, and says why where there is none."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

WANTED = [*(f"RFC {number}" for number in range(1, 53)), *(f"M{number}" for number in range(1, 40))]

_ROW = re.compile(r"^\| ((?:RFC |M)\d+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+/(test_\w+)\.py)::(test_\w+)`")
_NONE = "none: "
_MARK = re.compile(r"^test((?:_(?:and_)?(?:rfc_\d+|m\d+))+)_")


@pytest.fixture(scope="module")
def rows(root: Path) -> dict[str, str]:
    """What the page says of each line, by its id."""
    page = (root / "docs" / "mail-rules.md").read_text(encoding="utf-8")
    return {found[1]: found[3] for found in _ROW.finditer(page)}


def test_every_line_is_there_once(root: Path) -> None:
    page = (root / "docs" / "mail-rules.md").read_text(encoding="utf-8")
    assert Counter(found[1] for found in _ROW.finditer(page)) == Counter(WANTED)


@pytest.mark.parametrize("line", WANTED)
def test_every_line_names_tests_that_exist_or_says_why_not(line: str, root: Path, rows: dict[str, str]) -> None:
    cell = rows[line]
    if cell.startswith(_NONE):
        assert len(cell.removeprefix(_NONE).split()) > 3, "a reason is a sentence"
        return
    for named in cell.split("<br>"):
        found = _TEST.fullmatch(named)
        assert found, f"{named!r} is not `tests/.../test_file.py::test_name`"
        assert found[3] in names_in(root / found[1]), f"{named} does not exist"


def test_a_test_that_carries_the_id_of_a_line_is_named_there(root: Path, rows: dict[str, str]) -> None:
    forgotten = [
        f"{line}: {name}"
        for file in sorted((root / "tests").rglob("test_*.py"))
        for name in sorted(names_in(file))
        for line in lines_of(name)
        if f"{file.relative_to(root).as_posix()}::{name}`" not in rows[line]
    ]
    assert forgotten == []


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("test_m17_utf_7_is_text", ["M17"]),
        ("test_rfc_26_and_m18_no_text", ["RFC 26", "M18"]),
        ("test_m13_and_m14_and_m15_huge", ["M13", "M14", "M15"]),
        ("test_a_plain_mail", []),
    ],
)
def test_a_name_tells_its_lines(name: str, lines: list[str]) -> None:
    assert lines_of(name) == lines


def lines_of(name: str) -> list[str]:
    """The lines that a test says it proves."""
    mark = _MARK.match(name)
    found = re.findall(r"(rfc_|m)(\d+)", mark[1]) if mark else []
    return [f"{'M' if kind == 'm' else 'RFC '}{number}" for kind, number in found]


@cache
def names_in(file: Path) -> frozenset[str]:
    """The names of the tests in a file, read and not run."""
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    functions = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))
