"""Templates: what they say, what they may not do, and what is said when they fail."""

from pathlib import Path

import pytest

from deskbell.core.contract.faults import Fault
from deskbell.core.host.admission import BUILT_IN_TEMPLATES
from deskbell.core.notify.context import Desk
from deskbell.core.notify.rendering import Renderer, one_line


class Faults:
    """Collects what is reported."""

    def __init__(self) -> None:
        self.seen: list[Fault] = []

    def report(self, fault: Fault) -> None:
        self.seen.append(fault)


CONTEXT = {"desk": Desk(name="Example Help", base_url="", signature=""), "ticket": None, "name": "<b>{{ 7*7 }}</b>"}


def write(folder: Path, **parts: str) -> Path:
    """A template named ``words`` in `folder`; parts are named subject, body, html, chat."""
    names = {"subject": "subject.txt", "body": "body.txt", "html": "body.html", "chat": "chat.txt"}
    (folder / "words").mkdir(parents=True, exist_ok=True)
    for part, text in {"subject": "A subject", "body": "A body", **parts}.items():
        (folder / "words" / names[part]).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def faults() -> Faults:
    return Faults()


def test_user_text_is_data_and_html_is_escaped(tmp_path: Path, faults: Faults) -> None:
    """C1: rendered once only, shown literally."""
    plugin = write(
        tmp_path / "plugin", subject="Hi {{ name }}", body="{{ name }}", html="<p>{{ name }}</p>", chat="{{ name }}"
    )
    words = Renderer(overrides=None, faults=faults).render("words", (plugin,), CONTEXT)
    assert words.subject == "Hi <b>{{ 7*7 }}</b>"
    assert words.text == "<b>{{ 7*7 }}</b>\n"
    assert words.html == "<p>&lt;b&gt;{{ 7*7 }}&lt;/b&gt;</p>"
    assert words.chat == "<b>{{ 7*7 }}</b>"
    assert faults.seen == []


def test_the_desks_own_words_come_first_part_by_part(tmp_path: Path, faults: Faults) -> None:
    plugin = write(tmp_path / "plugin", body="from the plugin", chat="chat of the plugin")
    (tmp_path / "own" / "words").mkdir(parents=True)
    (tmp_path / "own" / "words" / "body.txt").write_text("from the desk")
    words = Renderer(overrides=tmp_path / "own", faults=faults).render("words", (plugin,), CONTEXT)
    assert (words.subject, words.text, words.chat) == ("A subject", "from the desk\n", "chat of the plugin")


def test_changed_words_are_used_at_once(tmp_path: Path, faults: Faults) -> None:
    import os

    plugin = write(tmp_path, body="before")
    renderer = Renderer(overrides=None, faults=faults, recheck=0)
    assert renderer.render("words", (plugin,), CONTEXT).text == "before\n"
    write(tmp_path, body="after")
    os.utime(tmp_path / "words" / "body.txt", (1, 1))
    assert renderer.render("words", (plugin,), CONTEXT).text == "after\n"


BROKEN = {
    "syntax": "{% if %}",
    "undefined name": "{{ nobody }}",
    "missing attribute": "{{ desk.nothing }}",
    "private attribute": "{{ desk.__class__ }}",
    "private through a filter": "{{ desk | attr('__class__') }}",
    "a global": "{{ lipsum() }}",
    "a range": "{% for i in range(10) %}{% endfor %}",
    "division": "{{ 1 / 0 }}",
    "mutation": "{{ items.append(1) }}",
    "repetition": "{{ 'x' * 300000000 }}",
    "padding": "{{ '%300000000d' % 1 }}",
    "silent loops": "{% for a in big %}{% for b in big %}{% for c in big %}{% if false %}x{% endif %}{% endfor %}{% endfor %}{% endfor %}",
    "endless text": "{% for a in big %}{% for b in big %}{{ text }}{% endfor %}{% endfor %}",
    "slow": "{% for a in big %}{% for b in big %}{% for c in big %}{{ '' }}{% endfor %}{% endfor %}{% endfor %}",
    "not UTF-8": "",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_template_still_delivers_the_built_in_text(tmp_path: Path, faults: Faults, kind: str) -> None:
    """C2, C3: stopped or refused, and the words of the plugin go out; the administrator hears of it."""
    plugin = write(tmp_path / "plugin", body="built-in words")
    own = write(tmp_path / "own", body=BROKEN[kind])
    if kind == "not UTF-8":
        (own / "words" / "body.txt").write_bytes(b"\xff\xfe\xff")
    context = {**CONTEXT, "big": tuple(range(1000)), "items": [1], "text": "x" * 1000}
    words = Renderer(overrides=own, faults=faults).render("words", (plugin,), context)
    assert words.text == "built-in words\n"
    assert [fault.fingerprint for fault in faults.seen] == ["template:words"]


def test_c2_what_a_template_may_see_is_judged_for_each_type_of_value(tmp_path: Path, faults: Faults) -> None:
    """A name that is safe on one value is not on another, in whichever order they come, and stays so when asked again."""

    class Box:
        append = "mine"

    plugin = write(tmp_path / "plugin", body="{{ box.append }}{{ box.append }}")
    renderer = Renderer(overrides=None, faults=faults)
    seen = {**CONTEXT, "box": Box(), "items": [1]}
    assert renderer.render("words", (plugin,), seen).text == "minemine\n"
    evil = write(tmp_path / "evil", body="{{ box.append }}{{ items.append(2) }}")
    for _ in range(2):
        assert "mine" not in renderer.render("words", (evil, BUILT_IN_TEMPLATES), seen).text
    assert seen["items"] == [1]
    assert len(faults.seen) == 2


def test_when_the_plugins_own_words_fail_a_plain_text_goes_out(tmp_path: Path, faults: Faults) -> None:
    plugin = write(tmp_path / "plugin", body="{{ nobody }}")
    words = Renderer(overrides=None, faults=faults).render("words", (plugin, BUILT_IN_TEMPLATES), CONTEXT)
    assert words.subject == "Example Help"
    assert "There is news from Example Help." in words.text
    assert faults.seen


def test_an_override_that_is_added_later_is_used_at_once(tmp_path: Path, faults: Faults) -> None:
    plugin = write(tmp_path / "plugin", body="from the plugin")
    renderer = Renderer(overrides=tmp_path / "own", faults=faults, recheck=0)
    assert renderer.render("words", (plugin,), CONTEXT).text == "from the plugin\n"
    (tmp_path / "own" / "words").mkdir(parents=True)
    (tmp_path / "own" / "words" / "body.txt").write_text("from the desk")
    assert renderer.render("words", (plugin,), CONTEXT).text == "from the desk\n"


def test_a_plugin_cannot_break_the_last_resort(tmp_path: Path, faults: Faults) -> None:
    plugin = write(tmp_path / "plugin", body="{% extends '_base/body.txt' %}")
    (plugin / "_base").mkdir()
    (plugin / "_base" / "body.txt").write_text("{% broken %}")
    words = Renderer(overrides=None, faults=faults).render("words", (plugin, BUILT_IN_TEMPLATES), CONTEXT)
    assert "There is news from Example Help." in words.text


def test_words_are_personal_when_any_part_or_parent_names_the_recipient(tmp_path: Path, faults: Faults) -> None:
    renderer = Renderer(overrides=None, faults=faults)
    shared = write(tmp_path / "shared", body="Hello all")
    own = write(tmp_path / "own", body="Hello {{ recipient.name }}")
    child = write(tmp_path / "child", body="{% extends 'parent.txt' %}")
    (child / "parent.txt").write_text("Hello {{ recipient.name }}")
    assert [renderer.personal("words", (folder,)) for folder in (shared, own, child)] == [False, True, True]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("x\r\nBcc: victim@example.com", "x Bcc: victim@example.com"),
        ("a\u2028b\x0bc\x0cd\x00e\x85f", "a b c d e f"),
        ("tab\tand  spaces ", "tab and spaces"),
        ("Grüße 你好 😀", "Grüße 你好 😀"),
        ("y" * 500, "y" * 199 + "…"),
    ],
)
def test_a_subject_is_one_line(given: str, expected: str) -> None:
    """M19."""
    assert one_line(given) == expected
