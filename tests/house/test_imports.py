"""Who imports whom, where the import contracts cannot look: forgotten rooms, single names, the form of an import."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def contracts(pyproject: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {contract["id"]: contract for contract in pyproject["tool"]["importlinter"]["contracts"]}


@pytest.fixture(scope="module")
def rooms(root: Path) -> set[str]:
    """The rooms of the core: its folders with code and its single files."""
    core = root / "core"
    folders = {path.parent.name for path in core.glob("*/__init__.py")}
    return folders | {path.stem for path in core.glob("*.py") if path.stem != "__init__"}


def test_the_layers_are_the_rooms(contracts: dict[str, dict[str, Any]], rooms: set[str]) -> None:
    named = [name.strip(" ()") for layer in contracts["rooms"]["layers"] for name in layer.split("|")]
    assert sorted(named) == sorted(rooms)


def test_guests_may_enter_no_room_but_contract(contracts: dict[str, dict[str, Any]], rooms: set[str]) -> None:
    forbidden = {name.removeprefix("deskbell.core.") for name in contracts["guests"]["forbidden_modules"]}
    assert forbidden == (rooms - {"contract"}) | {"deskbell.web"}


def test_guests_import_only_the_contract_and_themselves(root: Path, code_files: list[Path]) -> None:
    strays = [
        f"{file}:{node.lineno}: {target}"
        for file in code_files
        if file.parts[0] in ("plugins", "channels")
        for node, target in _imports(root, file)
        if target.split(".")[0] == "deskbell"
        and not f"{target}.".startswith(("deskbell.core.contract.", f"deskbell.{'.'.join(file.parts[:2])}."))
    ]
    assert strays == []


def test_imports_between_the_folders_are_relative(root: Path, code_files: list[Path]) -> None:
    absolute = [
        f"{file}:{node.lineno}: {target}"
        for file in code_files
        if file.name != "__init__.py" or len(file.parts) > 1
        for node, target in _imports(root, file)
        if target.split(".")[0] in ("deskbell", "core", "plugins", "channels") and not getattr(node, "level", 0)
    ]
    assert absolute == []


def test_outside_the_store_sqlalchemy_is_only_the_type_session(root: Path, code_files: list[Path]) -> None:
    strays = [
        f"{file}:{node.lineno}: {ast.unparse(node)}"
        for file in code_files
        if file.parts[:2] != ("core", "store")
        for node, target in _imports(root, file)
        if target.split(".")[0] in ("sqlalchemy", "alembic")
        and ast.unparse(node) != "from sqlalchemy.orm import Session"
    ]
    assert strays == []


def _imports(root: Path, file: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Each import statement of a file with the full name of a module that it reaches into."""
    package = ("deskbell", *file.parent.parts)
    for node in ast.walk(ast.parse((root / file).read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*parents, *filter(None, [node.module])))
            for alias in node.names:
                yield node, f"{module}.{alias.name}"
