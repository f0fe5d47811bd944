"""The pin file: every file by its hash, no address, and nothing missing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;]+)(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)")


@pytest.fixture(scope="module")
def pin_lines(root: Path) -> list[str]:
    joined = (root / "requirements.txt").read_text().replace("\\\n", " ")
    return [re.sub(r"\s+", " ", line).strip() for line in joined.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def pins(pin_lines: list[str]) -> dict[str, str]:
    matches = [match for line in pin_lines if (match := PIN.fullmatch(line))]
    return {canonicalize_name(match["name"]): match["version"] for match in matches}


def test_every_line_is_one_version_with_hashes(pin_lines: list[str]) -> None:
    assert [line[:60] for line in pin_lines if not PIN.fullmatch(line)] == []


def test_no_address(root: Path) -> None:
    text = "".join((root / name).read_text() for name in ("requirements.txt", "requirements.in"))
    assert re.findall(r".*(?:://|--index|--extra|--find-links|--trusted|@).*", text) == []


def test_everything_that_pyproject_asks_for_is_pinned(pyproject: dict[str, Any], pins: dict[str, str]) -> None:
    unmet = [
        str(requirement)
        for requirement in _asked_for(pyproject)
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert unmet == []


def test_build_tools_are_asked_for_once(root: Path, pyproject: dict[str, Any]) -> None:
    lines = (root / "requirements.in").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == pyproject["build-system"]["requires"]


def _asked_for(pyproject: dict[str, Any]) -> Iterator[Requirement]:
    project = pyproject["project"]
    for line in (
        *pyproject["build-system"]["requires"],
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ):
        yield Requirement(line)
