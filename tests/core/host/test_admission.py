"""Which plugins come in, and in which words the others are refused."""

from pathlib import Path

import attrs
import pytest

from deskbell.core.contract.events import TicketCreated
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.contract.notices import Notice
from deskbell.core.host.admission import Host, PluginRefused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of templates with one for the plugin ``good``."""
    for name in ("good", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "subject.txt").write_text("subject")
        (tmp_path / name / "body.txt").write_text("body")
    return tmp_path


def alert(folder: Path, **members: object) -> type[AgentAlert]:
    """A class of plugin that brings `folder`, with further members."""

    def template_folders(self: object) -> Path:
        return folder

    namespace = {"title": "Test", "template_folders": hookimpl(template_folders), **members}
    return attrs.define(eq=False)(type("Stranger", (AgentAlert,), namespace))


def silent(self: object, event: TicketCreated) -> Notice | None:
    return None


def test_a_sound_plugin_is_admitted_and_found_by_its_hook(folder: Path) -> None:
    host = Host()
    host.admit("good", alert(folder, ticket_created=hookimpl(silent)), origin="acme")
    [implementation] = host.implementations("ticket_created")
    assert implementation.admitted.name == "good"
    assert implementation.admitted.origin == "acme"
    assert not implementation.admitted.built_in
    assert implementation.arguments == ("event",)
    assert host.implementations("note_posted") == ()


def test_implementations_come_in_name_order(folder: Path) -> None:
    host = Host()
    host.admit("other", alert(folder, ticket_created=hookimpl(silent)))
    host.admit("good", alert(folder, ticket_created=hookimpl(silent)))
    assert [each.admitted.name for each in host.implementations("ticket_created")] == ["good", "other"]


def wrapper(self: object, event: TicketCreated):  # type: ignore[no-untyped-def]
    yield


async def asynchronous(self: object, event: TicketCreated) -> None:
    return None


def demanding(self: object, event: TicketCreated, session: object) -> None:
    return None


@attrs.frozen
class Demanding:
    limit: int


@attrs.frozen
class Odd:
    thing: complex = 0j


REFUSED = [
    ("an unknown hook", {"ticket_create": hookimpl(silent)}, "no hook 'ticket_create'. Did you mean 'ticket_created'?"),
    ("an unknown argument", {"ticket_created": hookimpl(demanding)}, "session"),
    ("a wrapper", {"ticket_created": hookimpl(wrapper=True)(wrapper)}, "its ticket_created is a wrapper"),
    ("async def", {"ticket_created": hookimpl(asynchronous)}, "its ticket_created is an 'async def'"),
    ("another API", {"ticket_created": hookimpl(silent), "api": 7}, "it is made for plugin API 7, this desk has 1"),
    ("odd options", {"ticket_created": hookimpl(silent), "Options": dict}, "its Options are no attrs class"),
    ("options without a default", {"ticket_created": hookimpl(silent), "Options": Demanding}, "its Options cannot be used"),
    ("options of an odd kind", {"ticket_created": hookimpl(silent), "Options": Odd}, "its Options cannot be used"),
    ("an audience of an odd kind", {"ticket_created": hookimpl(silent), "audience": ["owner"]}, "its audience is no mapping"),
    ("a default that is none", {"ticket_created": hookimpl(silent), "default": "on-ish"}, "its default is none of"),
    ("a folder that is none", {"ticket_created": hookimpl(silent), "template_folders": hookimpl(lambda self: 42)}, "its template_folders failed"),
    ("unhashable", {"ticket_created": hookimpl(silent), "__hash__": None}, "it is unhashable"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_plugin_that_breaks_the_api_is_refused_in_words(folder: Path, members: dict[str, object], words: str) -> None:
    host = Host()
    with pytest.raises(PluginRefused) as refusal:
        host.admit("good", alert(folder, **members))
    assert words in str(refusal.value)
    assert host.plugins == {}
    # Nothing of it stays behind: a sound plugin of the same name still comes in.
    host.admit("good", alert(folder, ticket_created=hookimpl(silent)))
    assert len(host.implementations("ticket_created")) == 1


def test_a_missing_template_is_refused(folder: Path) -> None:
    with pytest.raises(PluginRefused, match=r"there is no template 'lost/body\.txt'"):
        Host().admit("lost", alert(folder, ticket_created=hookimpl(silent)))


def test_a_taken_name_is_refused_and_the_first_stays(folder: Path) -> None:
    host = Host()
    host.admit("good", alert(folder, ticket_created=hookimpl(silent)), origin="first")
    host.offer("good", alert(folder, ticket_created=hookimpl(silent)), origin="second")
    assert host.plugins["good"].origin == "first"
    assert host.set_aside == {"good (second)": "the name is taken by another plugin"}


def test_a_constructor_that_fails_is_refused(folder: Path) -> None:
    def explode(self: object) -> None:
        raise RuntimeError("no licence")

    with pytest.raises(PluginRefused, match="it cannot be built: RuntimeError: no licence"):
        Host().admit("good", alert(folder, __attrs_post_init__=explode))


def test_what_is_no_plugin_is_refused() -> None:
    with pytest.raises(PluginRefused, match="neither a plugin kind nor a Channel"):
        Host().admit("thing", object())


def test_the_house_has_its_built_ins() -> None:
    host = Host()
    host.load()
    assert {"new-ticket-alert", "new-ticket-autoresponse"} <= set(host.plugins)
    assert "smtp" in host.channels
    assert host.set_aside == {}


def test_a_disabled_plugin_is_set_aside() -> None:
    host = Host(disabled=["new-ticket-alert"])
    host.load()
    assert host.set_aside == {"new-ticket-alert": "disabled in deskbell.toml"}
