"""Plain data into attrs classes and back: what is accepted, and the sentence for what is not."""

import json
import math
import traceback
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum, StrEnum

import attrs
import pytest
from attrs.validators import and_, ge, in_, instance_of, le, matches_re, min_len
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.errors import DeskbellError
from deskbell.core.contract.structuring import (
    Field,
    InvalidSetting,
    UnusableSetting,
    described,
    field_is_secret,
    parse_text,
    plain,
    schema,
    secret,
    structure,
    toml_key,
    toml_value,
    unstructure,
)


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark-blue"


class Answer(Enum):
    YES = "yes"
    NO = "no"


@attrs.frozen
class Server:
    host: str = described("localhost", help="The name of the server.")
    port: int = described(25, help="Its port.", validator=and_(ge(1), le(65535)))
    password: str = secret(help="Never shown.")


@attrs.frozen(kw_only=True)
class Options:
    enabled: bool = True
    count: int = 3
    ratio: float = 0.5
    title: str = "hello"
    wait: timedelta = timedelta(minutes=15)
    colour: Colour = Colour.RED
    domains: frozenset[str] = frozenset({"example.org"})
    colours: tuple[Colour, ...] = ()
    nickname: str | None = None
    answer: Answer | None = None
    server: Server = Server()
    spare: Server | None = None
    servers: tuple[Server, ...] = ()
    named: dict[str, Server] = attrs.field(factory=dict)
    limits: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen
class Department:
    manager: str
    members: tuple[str, ...] = ()
    parts: "dict[str, Department]" = attrs.field(factory=dict)


@attrs.frozen
class Desk:
    departments: dict[str, Department] = attrs.field(factory=dict)


def sentence(data: Mapping[str, object], cls: type = Options, *, file: str = "desk.toml", path: str = "") -> str:
    with pytest.raises(InvalidSetting) as refused:
        structure(data, cls, file=file, path=path)
    return str(refused.value)


def text_sentence(cls: type, field: str, text: str) -> str:
    with pytest.raises(InvalidSetting) as refused:
        parse_text(cls, field, text)
    return str(refused.value)


# --- what fits ---


def test_nothing_gives_the_defaults() -> None:
    assert structure({}, Options, file="desk.toml") == Options()


def test_every_kind_is_built() -> None:
    data = {
        "enabled": False,
        "count": 7,
        "ratio": 2,
        "title": "",
        "wait": "1h30m",
        "colour": "dark-blue",
        "domains": ["b.example", "a.example", "b.example"],
        "colours": ["red", "red"],
        "nickname": "Bob",
        "answer": "no",
        "server": {"port": 26},
        "spare": {"host": "spare"},
        "servers": [{"port": 1}, {"port": 2}],
        "named": {"Tier 2": {"port": 3}},
        "limits": {"a": 1},
    }
    assert structure(data, Options, file="desk.toml") == Options(
        enabled=False,
        count=7,
        ratio=2.0,
        title="",
        wait=timedelta(hours=1, minutes=30),
        colour=Colour.DARK_BLUE,
        domains=frozenset({"a.example", "b.example"}),
        colours=(Colour.RED, Colour.RED),
        nickname="Bob",
        answer=Answer.NO,
        server=Server(port=26),
        spare=Server(host="spare"),
        servers=(Server(port=1), Server(port=2)),
        named={"Tier 2": Server(port=3)},
        limits={"a": 1},
    )


def test_a_whole_number_becomes_a_number() -> None:
    built = structure({"ratio": 2}, Options, file="").ratio
    assert isinstance(built, float)


def test_null_is_absence_only_where_absence_is_allowed() -> None:
    assert structure({"nickname": None}, Options, file="") == Options()
    assert sentence({"title": None}) == "desk.toml: title must be text, not nothing."


def test_a_class_may_hold_itself() -> None:
    desk = structure({"departments": {"a": {"manager": "x", "parts": {"b": {"manager": "y"}}}}}, Desk, file="")
    assert desk == Desk({"a": Department("x", parts={"b": Department("y")})})


# --- what does not fit ---


def test_an_unknown_key_names_file_path_and_nearest_name() -> None:
    data = {"departments": {"support": {"manager": "ann@example.com", "maneger": "ann@example.com"}}}
    expected = "desk.toml: departments.support.maneger is not known. Did you mean 'manager'?"
    assert sentence(data, Desk) == expected


def test_an_unknown_key_goes_before_a_missing_one() -> None:
    data = {"departments": {"support": {"maneger": "ann@example.com"}}}
    assert "maneger is not known" in sentence(data, Desk)


def test_an_unknown_key_with_nothing_near_lists_what_is_known() -> None:
    assert sentence({"server": {"zzz": 1}}) == "desk.toml: server.zzz is not known. Known here: host, password, port."


def test_a_class_without_settings_says_so() -> None:
    @attrs.frozen
    class Nothing:
        pass

    assert sentence({"a": 1}, Nothing) == "desk.toml: a is not known. There are no settings here."


def test_a_missing_key_is_named() -> None:
    assert sentence({"departments": {"support": {}}}, Desk) == "desk.toml: departments.support.manager is missing."


def test_keys_that_are_not_bare_are_quoted() -> None:
    data = {"departments": {"Tier 2.b": {"manager": 5}}}
    assert sentence(data, Desk) == 'desk.toml: departments."Tier 2.b".manager must be text, not 5.'


def test_path_and_file_lead_the_sentence() -> None:
    assert (
        sentence({"count": "x"}, path="options.vip") == 'desk.toml: options.vip.count must be a whole number, not "x".'
    )
    assert sentence({"count": "x"}, file="") == 'count must be a whole number, not "x".'


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"enabled": 1}, "enabled must be true or false, not 1."),
        ({"enabled": "true"}, 'enabled must be true or false, not "true".'),
        ({"count": "5"}, 'count must be a whole number, not "5".'),
        ({"count": True}, "count must be a whole number, not true."),
        ({"count": 5.0}, "count must be a whole number, not 5.0."),
        ({"count": date(2024, 2, 29)}, "count must be a whole number, not 2024-02-29."),
        ({"ratio": "0.5"}, 'ratio must be a number, not "0.5".'),
        ({"ratio": 10**400}, f"ratio must be a number, not 1{'0' * 59}…."),
        ({"ratio": False}, "ratio must be a number, not false."),
        ({"ratio": math.inf}, "ratio must be a number, not Infinity."),
        ({"ratio": math.nan}, "ratio must be a number, not NaN."),
        ({"title": 5}, "title must be text, not 5."),
        ({"title": ["a"]}, "title must be text, not a list."),
        ({"title": {"a": 1}}, "title must be text, not a table."),
        ({"wait": "soon"}, 'wait must be a duration such as "15m", not "soon".'),
        ({"wait": ""}, 'wait must be a duration such as "15m", not "".'),
        ({"wait": -1}, 'wait must be a duration such as "15m", not -1.'),
        ({"wait": True}, 'wait must be a duration such as "15m", not true.'),
        ({"wait": 1e300}, 'wait must be a duration such as "15m", not 1e+300.'),
        ({"colour": "green"}, 'colour must be "red" or "dark-blue", not "green".'),
        ({"colour": "dark_blue"}, 'colour must be "red" or "dark-blue", not "dark_blue". Did you mean \'dark-blue\'?'),
        ({"colour": 1}, 'colour must be "red" or "dark-blue", not 1.'),
        ({"colour": ["red"]}, 'colour must be "red" or "dark-blue", not a list.'),
        ({"domains": "example.org"}, 'domains must be a list, not "example.org".'),
        ({"domains": ["a", 5]}, "domains[1] must be text, not 5."),
        ({"domains": {"a": 1}}, "domains must be a list, not a table."),
        ({"colours": ["red", "white"]}, 'colours[1] must be "red" or "dark-blue", not "white".'),
        ({"nickname": 5}, "nickname must be text, not 5."),
        ({"server": 5}, "server must be a table, not 5."),
        ({"server": {"port": "abc"}}, 'server.port must be a whole number, not "abc".'),
        ({"spare": []}, "spare must be a table, not a list."),
        ({"servers": {"port": 1}}, "servers must be a list, not a table."),
        ({"servers": [{}, {"prot": 1}]}, "servers[1].prot is not known. Did you mean 'port'?"),
        ({"named": [1]}, "named must be a table, not a list."),
        ({"limits": {"a": "b"}}, 'limits.a must be a whole number, not "b".'),
    ],
)
def test_a_wrong_value_is_one_sentence(data: dict[str, object], expected: str) -> None:
    assert sentence(data) == f"desk.toml: {expected}"


def test_a_long_value_is_cut() -> None:
    assert sentence({"count": "x" * 5000}) == f'desk.toml: count must be a whole number, not "{"x" * 59}….'


def test_the_error_is_ours_and_a_value_error_with_its_facts() -> None:
    with pytest.raises(InvalidSetting) as refused:
        structure({"server": {"port": "abc"}}, Options, file="desk.toml")
    assert isinstance(refused.value, DeskbellError)
    assert isinstance(refused.value, ValueError)
    assert (refused.value.file, refused.value.path) == ("desk.toml", "server.port")
    assert refused.value.reason == 'must be a whole number, not "abc"'


# --- what the class itself refuses ---


def _even(_: object, field: "attrs.Attribute[int]", value: int) -> None:
    if value % 2:
        raise ValueError("must be even")


def _calm(_: object, field: "attrs.Attribute[str]", value: str) -> None:
    if value.isupper():
        raise TypeError("nobody likes shouting.")


def _one_to_three(value: int) -> int:
    if not 0 < value < 4:
        raise ValueError("nobody counts that far")
    return value


@attrs.frozen
class Strict:
    low: int = attrs.field(default=1, validator=ge(1))
    high: int = attrs.field(default=10, validator=le(100))
    even: int = attrs.field(default=2, validator=_even)
    calm: str = attrs.field(default="hush", validator=_calm)
    word: str = attrs.field(default="a", validator=matches_re("[a-z]+"))
    pick: str = attrs.field(default="x", validator=in_(["x", "y"]))
    name: str = attrs.field(default="n", validator=min_len(1))
    number: int = attrs.field(default=1, converter=_one_to_three)
    items: tuple[int, ...] = attrs.field(default=(1,), validator=instance_of(tuple))

    def __attrs_post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low must not be above high")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"low": 0}, "desk.toml: limits.low must be at least 1, not 0."),
        ({"high": 101}, "desk.toml: limits.high must be at most 100, not 101."),
        ({"even": 3}, "desk.toml: limits.even must be even."),
        ({"calm": "HEY"}, "desk.toml: limits.calm is not accepted: nobody likes shouting."),
        ({"word": "5"}, "desk.toml: limits.word must match regex '[a-z]+' ('5' doesn't)."),
        ({"pick": "z"}, "desk.toml: limits.pick must be in ['x', 'y'] (got 'z')."),
        ({"name": ""}, "desk.toml: limits.name is not accepted: Length of 'name' must be >= 1: 0."),
        ({"low": 20}, "desk.toml: limits is not accepted: low must not be above high."),
    ],
)
def test_a_refusal_by_the_class_names_the_key(data: dict[str, object], expected: str) -> None:
    assert sentence(data, Strict, path="limits") == expected


def test_a_refusal_by_a_converter_names_the_key() -> None:
    assert sentence({"number": -1}, Strict) == ("desk.toml: number is not accepted: nobody counts that far.")


def test_a_refusal_of_the_whole_file_needs_no_path() -> None:
    assert sentence({"low": 20}, Strict) == "desk.toml is not accepted: low must not be above high."


def test_the_second_of_two_refused_fields_is_not_blamed_for_the_first() -> None:
    assert sentence({"even": 3, "low": 0}, Strict) == "desk.toml: low must be at least 1, not 0."


# --- secrets ---


@attrs.frozen
class Login:
    user: str = "u"
    password: str = secret(help="The password.", validator=matches_re("[a-z]*"))
    pins: tuple[int, ...] = attrs.field(default=(), metadata={"secret": True})


def test_a_secret_is_never_quoted() -> None:
    assert sentence({"password": 12345}, Login) == "desk.toml: password must be text."
    assert sentence({"pins": ["hunter2"]}, Login) == "desk.toml: pins[0] must be a whole number."
    refused = "password is not accepted: its value is secret and not shown."
    assert sentence({"password": "HUNTER2"}, Login) == f"desk.toml: {refused}"
    assert sentence({"password": "it's\n\\"}, Login) == f"desk.toml: {refused}"
    assert text_sentence(Login, "password", "HUNTER2") == refused
    assert text_sentence(Login, "pins", "hunter2") == "pins[0] must be a whole number."


@attrs.frozen
class Vault:
    login: Strict = attrs.field(default=Strict(), metadata={"secret": True})


def test_all_below_a_secret_table_is_secret() -> None:
    hidden = "is not accepted: its value is secret and not shown."
    assert sentence({"login": {"low": "hunter2"}}, Vault) == "desk.toml: login.low must be a whole number."
    assert sentence({"login": {"word": "HUNTER2"}}, Vault) == f"desk.toml: login.word {hidden}"
    assert sentence({"login": {"low": 20}}, Vault) == f"desk.toml: login {hidden}"
    assert field_is_secret(Vault, "login.word")
    assert text_sentence(Vault, "login.low", "hunter2") == "login.low must be a whole number."
    assert text_sentence(Vault, "login.word", "HUNTER2") == f"login.word {hidden}"


def test_a_secret_is_not_in_the_chain_of_errors() -> None:
    password = "hunter2".upper()
    with pytest.raises(InvalidSetting) as refused:
        structure({"password": password}, Login, file="")
    assert password not in "".join(traceback.format_exception(refused.value))


def test_a_secret_is_not_in_repr_but_in_plain_data() -> None:
    login = Login(password="hunter")
    assert "hunter" not in repr(login)
    assert unstructure(login)["password"] == "hunter"


def test_a_field_knows_whether_it_is_secret() -> None:
    assert field_is_secret(Options, "server.password")
    assert not field_is_secret(Options, "server.host")
    with pytest.raises(InvalidSetting, match=r"Did you mean 'server\.host'"):
        field_is_secret(Options, "server.hots")


# --- back to plain data ---


def test_plain_data_leaves_out_none_and_sorts_sets() -> None:
    value = Options(domains=frozenset({"c", "a", "b"}), colours=(Colour.DARK_BLUE,), named={"x": Server("h", 1, "p")})
    assert unstructure(value) == {
        "enabled": True,
        "count": 3,
        "ratio": 0.5,
        "title": "hello",
        "wait": "15m",
        "colour": "red",
        "domains": ["a", "b", "c"],
        "colours": ["dark-blue"],
        "server": {"host": "localhost", "port": 25, "password": ""},
        "servers": [],
        "named": {"x": {"host": "h", "port": 1, "password": "p"}},
        "limits": {},
    }


def test_plain_choices_are_plain_text() -> None:
    assert type(plain(Colour.RED)) is str


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
durations = st.timedeltas(min_value=timedelta(0))
servers = st.builds(Server, host=texts, port=st.integers(1, 65535), password=texts)
options = st.builds(
    Options,
    enabled=st.booleans(),
    count=st.integers(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    title=texts,
    wait=durations,
    colour=st.sampled_from(Colour),
    domains=st.frozensets(texts, max_size=4),
    colours=st.lists(st.sampled_from(Colour), max_size=3).map(tuple),
    nickname=st.none() | texts,
    answer=st.none() | st.sampled_from(Answer),
    server=servers,
    spare=st.none() | servers,
    servers=st.lists(servers, max_size=2).map(tuple),
    named=st.dictionaries(texts, servers, max_size=2),
    limits=st.dictionaries(texts, st.integers(), max_size=2),
)


@given(options)
def test_a_value_survives_the_way_through_json(value: Options) -> None:
    assert structure(json.loads(json.dumps(unstructure(value))), Options, file="") == value


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.sampled_from(["host", "port"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([field.name for field in attrs.fields(Options)]), anything, max_size=4))
def test_any_data_is_accepted_or_refused_in_one_line(data: dict[str, object]) -> None:
    told = "desk.toml: nothing."
    try:
        structure(data, Options, file="desk.toml")
    except InvalidSetting as refused:
        told = str(refused)
    assert told.startswith("desk.toml: ")
    assert "\n" not in told


# --- durations ---


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("2d", 172800),
        ("0.5s", 0.5),
        ("90", 90),
        ("1.5", 1.5),
        ("0", 0),
        ("1d1h1m1s", 90061),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert structure({"wait": text}, Options, file="").wait == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "m", "15 minutes", "-5m", "-5", "1m1h", "nan", "inf", "9" * 30 + "d", "9" * 5000, "\u0661m"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    assert sentence({"wait": text}).startswith('desk.toml: wait must be a duration such as "15m", not ')


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(minutes=15), "15m"),
        (timedelta(days=1, hours=1, seconds=1), "1d1h1s"),
        (timedelta(milliseconds=500), "0.5s"),
        (timedelta(microseconds=1), "0.000001s"),
    ],
)
def test_a_duration_is_written(value: timedelta, text: str) -> None:
    assert plain(value) == text


@given(durations)
def test_a_written_duration_reads_back(value: timedelta) -> None:
    assert structure({"wait": plain(value)}, Options, file="").wait == value


# --- the schema ---


def test_the_schema_describes_every_setting_in_order() -> None:
    fields = {field.name: field for field in schema(Options)}
    assert list(fields) == [
        "enabled",
        "count",
        "ratio",
        "title",
        "wait",
        "colour",
        "domains",
        "colours",
        "nickname",
        "answer",
        "server.host",
        "server.port",
        "server.password",
        "spare",
        "servers",
        "named",
        "limits",
    ]
    assert [field.kind for field in fields.values()] == [
        "true or false",
        "whole number",
        "number",
        "text",
        "duration",
        "choice",
        "list of text",
        "list of choice",
        "text",
        "choice",
        "text",
        "whole number",
        "text",
        "table",
        "list of table",
        "table",
        "table",
    ]
    assert fields["colour"].choices == ("red", "dark-blue")
    assert fields["answer"].choices == ("yes", "no")
    assert fields["server.port"] == Field(
        name="server.port", kind="whole number", default=25, required=False, help="Its port.", secret=False, choices=()
    )
    assert fields["server.password"].secret
    assert fields["named"].default == {}


def test_a_required_setting_has_no_default() -> None:
    manager, members, _ = schema(Department)
    assert (manager.required, manager.default) == (True, None)
    assert (members.required, members.default) == (False, ())


def test_a_nested_default_is_that_of_the_outer_class() -> None:
    @attrs.frozen
    class Outer:
        server: Server = Server(port=587)

    assert [field.default for field in schema(Outer)] == ["localhost", 587, ""]


@attrs.frozen
class Foreign:
    when: complex = 0j


@attrs.frozen
class MaybeInside:
    names: tuple[str | None, ...] = ()


@attrs.frozen
class Pair:
    pair: tuple[int, int] = (1, 2)


@attrs.frozen
class Numbers:
    table: dict[int, str] = attrs.field(factory=dict)


@attrs.frozen
class Either:
    either: int | str = 1


@attrs.frozen
class SetOfTables:
    servers: frozenset[Server] = frozenset()


@attrs.frozen
class NotReallyOptional:
    port: int | None = 25


@attrs.frozen
class Hidden:
    _name: str = ""


@attrs.frozen
class TakenFromItself:
    host: str = "localhost"
    names: tuple[str, ...] = attrs.field()

    @names.default
    def _names(self) -> tuple[str, ...]:
        return (self.host,)


class Digit(Enum):
    ONE = 1


@attrs.frozen
class Digits:
    digit: Digit = Digit.ONE


@pytest.mark.parametrize(
    "cls",
    [Foreign, MaybeInside, Pair, Numbers, Either, SetOfTables, NotReallyOptional, Hidden, TakenFromItself, Digits],
)
def test_a_class_that_cannot_be_written_down_is_refused_by_name(cls: type) -> None:
    with pytest.raises(UnusableSetting, match=f"of {cls.__name__} ") as refused:
        schema(cls)
    assert isinstance(refused.value, TypeError)
    with pytest.raises(UnusableSetting):
        structure({}, cls, file="desk.toml")


# --- key=value ---


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("enabled", "yes", True),
        ("enabled", "False", False),
        ("enabled", " off ", False),
        ("count", "-7", -7),
        ("ratio", "1e3", 1000.0),
        ("title", " as it is ", " as it is "),
        ("title", "", ""),
        ("wait", "15m", timedelta(minutes=15)),
        ("wait", "90", timedelta(seconds=90)),
        ("colour", "dark-blue", Colour.DARK_BLUE),
        ("domains", "a.example, b.example", frozenset({"a.example", "b.example"})),
        ("domains", "", frozenset()),
        ("colours", "red,dark-blue", (Colour.RED, Colour.DARK_BLUE)),
        ("nickname", "Bob", "Bob"),
        ("nickname", "", None),
        ("answer", "no", Answer.NO),
        ("answer", "", None),
        ("server.port", "465", 465),
    ],
)
def test_text_is_read(field: str, text: str, value: object) -> None:
    assert parse_text(Options, field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("enabled", "maybe", 'enabled must be true or false, not "maybe".'),
        ("count", "many", 'count must be a whole number, not "many".'),
        ("count", "", 'count must be a whole number, not "".'),
        ("ratio", "nan", 'ratio must be a number, not "nan".'),
        ("wait", "soon", 'wait must be a duration such as "15m", not "soon".'),
        ("colour", "rde", 'colour must be "red" or "dark-blue", not "rde". Did you mean \'red\'?'),
        ("colours", "red,,", 'colours[1] must be "red" or "dark-blue", not "".'),
        ("server.port", "0", "server.port must be at least 1, not 0."),
        ("server.prot", "0", "server.prot is not known. Did you mean 'server.port'?"),
        ("colr", "red", "colr is not known. Did you mean 'colour'?"),
        ("server", "x", "server is not known. Did you mean 'servers'?"),
        ("title.x", "x", "title.x is not known. Did you mean 'title'?"),
        ("spare", "x", "spare is a table and cannot be set as text. Write it in a file."),
        ("named", "x", "named is a table and cannot be set as text. Write it in a file."),
        ("servers", "x", "servers[0] is a table and cannot be set as text. Write it in a file."),
    ],
)
def test_text_that_does_not_fit_is_one_sentence(field: str, text: str, expected: str) -> None:
    assert text_sentence(Options, field, text) == expected


def test_text_is_judged_by_the_field_and_not_by_rules_over_several() -> None:
    assert text_sentence(Strict, "low", "0") == "low must be at least 1, not 0."
    assert parse_text(Strict, "low", "20") == 20


def test_text_for_a_class_with_required_settings_is_read() -> None:
    assert parse_text(Department, "members", "ann,bob") == ("ann", "bob")


# --- TOML ---


def test_keys_and_values_are_written_as_toml() -> None:
    assert toml_key("new-ticket_alert2") == "new-ticket_alert2"
    assert toml_key("a.b") == '"a.b"'
    assert toml_key("") == '""'
    assert toml_value('say "hi"\n\x7f\\ü😀') == '"say \\"hi\\"\\n\\u007f\\\\ü😀"'
    assert toml_value([True, 1, 2.5, "a"]) == '[true, 1, 2.5, "a"]'
    assert toml_value([]) == "[]"
