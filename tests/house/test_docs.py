"""The reference pages say what the code says, and every hook, event and command is in them."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from deskbell.core.cli import cli
from deskbell.core.cli.lazy import LazyGroup
from deskbell.core.contract.events import EVENTS
from deskbell.core.host.admission import HOOKS

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
BEFORE = {"before_ticket_created", "before_message_accepted", "before_delivery"}
GATHERING = {"template_folders", "register_roles"}


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["hooks.md", "plugins.md", "fault-points.md"])
def test_the_pages_made_from_code_are_fresh(build: ModuleType, page: str) -> None:
    assert set(build.PAGES) == {"hooks.md", "plugins.md", "fault-points.md"}
    assert (DOCS / page).read_text(encoding="utf-8") == build.PAGES[page](), "run `make docs`"


def test_every_event_has_one_hook_of_its_name_and_there_is_no_other() -> None:
    assert set(HOOKS) == set(EVENTS) | BEFORE | GATHERING
    assert len(EVENTS) == 27


def test_every_hook_is_documented_with_its_arguments_and_its_answer() -> None:
    text = (DOCS / "hooks.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL))
    assert set(sections) == set(HOOKS)
    for name, spec in HOOKS.items():
        arguments = spec.__code__.co_varnames[: spec.__code__.co_argcount]  # type: ignore[attr-defined]
        for argument in (*arguments, "returns"):
            assert f"- **{argument}**: " in sections[name], f"{name} does not tell about {argument}"


def test_every_fault_point_is_hit_somewhere_in_the_code() -> None:
    from deskbell.core.contract.faults import POINTS

    code = "".join(
        file.read_text(encoding="utf-8") for folder in ("core", "channels") for file in (ROOT / folder).rglob("*.py")
    )
    assert [point for point in POINTS if f'hit("{point}")' not in code] == []


def test_the_readme_names_the_commands_that_exist() -> None:
    assert isinstance(cli, LazyGroup)
    used = set(re.findall(r"deskbell(?: --dir \S+)? ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    known = set(cli.list_commands(None))  # type: ignore[arg-type]
    words = {"is", "listens", "answers", "works"}
    assert used - words <= known


def test_links_between_pages_lead_somewhere() -> None:
    for page in (*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+\.\w+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
