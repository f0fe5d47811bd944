"""pyproject.toml and the tree say the same."""

from pathlib import Path
from typing import Any

import pytest

import deskbell


@pytest.fixture(scope="module")
def entry_points(pyproject: dict[str, Any]) -> dict[str, str]:
    """Name to `module:object` of every built-in."""
    return dict(pyproject["project"]["entry-points"]["deskbell"])


def test_packages_are_the_folders_with_code(pyproject: dict[str, Any], code_files: list[Path]) -> None:
    folders = {".".join(("deskbell", *file.parent.parts)) for file in code_files}
    assert sorted(pyproject["tool"]["setuptools"]["packages"]) == sorted(folders)


def test_version_is_said_alike(pyproject: dict[str, Any]) -> None:
    assert deskbell.__version__ == pyproject["project"]["version"]


def test_types_are_part_of_the_promise(root: Path) -> None:
    assert (root / "py.typed").is_file()


@pytest.mark.parametrize("folder", ["plugins", "channels"])
def test_each_built_in_has_one_entry_point_of_its_name(folder: str, root: Path, entry_points: dict[str, str]) -> None:
    files = [path for path in (root / folder).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    expected = {path.stem.replace("_", "-"): f"deskbell.{folder}.{path.stem}" for path in files if path.stem[0] != "_"}
    modules = {name: target.partition(":")[0] for name, target in entry_points.items()}
    assert {name: module for name, module in modules.items() if module.startswith(f"deskbell.{folder}.")} == expected


def test_entry_points_lead_to_plugins_channels_and_the_pages_only(entry_points: dict[str, str]) -> None:
    assert {target.partition(":")[0].split(".")[1] for target in entry_points.values()} == {
        "plugins",
        "channels",
        "web",
    }


def test_each_plugin_has_its_template_folder(root: Path, entry_points: dict[str, str]) -> None:
    plugins = {name for name, target in entry_points.items() if target.startswith("deskbell.plugins.")}
    folders = {path.name for path in (root / "templates").iterdir() if path.is_dir()}
    # The filters have no words of their own.
    assert folders - {"_base"} == plugins - {"ticket-filters"}


def test_template_folders_cannot_be_imported(root: Path) -> None:
    # A folder with the name of a module would be taken for a package by setuptools and by import tools.
    names = [path.name for path in (root / "templates").iterdir() if path.is_dir()]
    assert [name for name in names if "-" not in name and name != "_base"] == []
