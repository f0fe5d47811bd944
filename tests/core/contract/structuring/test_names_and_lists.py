"""Lists of tables as text, and the names of other objects that stand in settings."""

from collections.abc import Mapping

import attrs
import pytest

from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.structuring import Naming, described, namings, parse_text


@attrs.frozen
class Rule:
    word: str = ""
    team: str = described("", help="A team.", names="teams")
    places: tuple[str, ...] = described((), help="Departments.", names="departments")


@attrs.frozen
class Settings:
    rules: tuple[Rule, ...] = ()
    words: tuple[str, ...] = ()
    by_name: Mapping[str, Rule] = attrs.field(factory=dict)
    agent: str = described("", help="An agent.", names="agents")


def test_a_list_of_tables_is_read_from_text_as_toml_writes_it() -> None:
    text = ' [{ word = "a, b", places = ["X", "Y"] }, { team = "T" }] '
    assert parse_text(Settings, "rules", text) == (Rule("a, b", places=("X", "Y")), Rule(team="T"))
    assert parse_text(Settings, "rules", "[]") == parse_text(Settings, "rules", "") == ()


def test_a_list_of_texts_is_read_with_commas_or_as_toml_writes_it() -> None:
    assert parse_text(Settings, "words", "a, b") == ("a", "b")
    assert parse_text(Settings, "words", '["a, b", "c"]') == ("a, b", "c")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[{", "rules is no list as TOML writes it: "),
        ("[{ word = 1 }]", "rules[0].word must be text, not 1."),
        ("[{ wrod = 'a' }]", "rules[0].wrod is not known. Did you mean 'word'?"),
        ("a", "rules[0] is a table and cannot be set as text."),
        ("[]\nagent = 'x'", "rules is no list as TOML writes it: "),
    ],
)
def test_a_mistake_in_such_a_text_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DeskbellError) as error:
        parse_text(Settings, "rules", text)
    assert sentence in str(error.value)


def test_every_name_is_found_with_its_place() -> None:
    settings = Settings(
        rules=(Rule("w", team="Night"), Rule("w", places=("A", "B"))),
        words=("no name",),
        by_name={"k": Rule(team="Day")},
        agent="ann@example.com",
    )
    assert list(namings(settings, path="options.x")) == [
        Naming("teams", "Night", "options.x.rules[0].team"),
        Naming("departments", "A", "options.x.rules[1].places[0]"),
        Naming("departments", "B", "options.x.rules[1].places[1]"),
        Naming("teams", "Day", "options.x.by_name.k.team"),
        Naming("agents", "ann@example.com", "options.x.agent"),
    ]
    assert list(namings(Settings())) == []
