"""Plain data (parsed TOML or JSON, or `key=value` text) becomes an attrs class and back; each fault is one sentence.

A field may be `bool`, `int`, `float`, `str`, `timedelta`, an `Enum` of text, an attrs class, `tuple[X, ...]`,
`frozenset[X]`, `dict[str, X]` or `X | None`. Types are strict: `1` is not a flag and `"1"` is not a number. A key is
the name of its field. A duration is a number of seconds or text such as `1h30m`.
"""

import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from .errors import DeskbellError, nearest, suggestion

T = TypeVar("T")
Validator = Callable[[object, "attrs.Attribute[T]", T], object]
"""What attrs calls with the instance, the field and its value; it raises ValueError or TypeError to refuse."""

_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]+)?)s)?")
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_BOUND_MESSAGE = re.compile(r"must be (>=|<=|>|<) (.+): (.+)", re.DOTALL)
_LONGEST_QUOTE = 60


class InvalidSetting(DeskbellError, ValueError):
    """A key or value that cannot be used, with the file, the key path and the remedy."""

    def __init__(self, file: str, *, path: str, reason: str, remedy: str = "") -> None:
        self.file = file
        self.path = path
        self.reason = reason
        subject = ": ".join(part for part in (file, path) if part)
        super().__init__(f"{subject} {reason}.{remedy}".lstrip())


class UnusableSetting(DeskbellError, TypeError):
    """An attrs class whose field cannot be a setting; the author of the class has to change it."""

    def __init__(self, cls: type, field: str, reason: str) -> None:
        remedy = "The first lines of deskbell.core.contract.structuring say what a setting may be."
        super().__init__(f"The setting '{field}' of {cls.__qualname__} {reason}. {remedy}")


@attrs.frozen(kw_only=True)
class Field:
    """One setting as a person sees it; a setting of a nested class has a dotted name.

    `kind` is a noun (`whole number`), `choices` the only texts allowed, if it has such; `default` is None where
    `required`.
    """

    name: str
    kind: str
    default: object
    required: bool
    help: str
    secret: bool
    choices: tuple[str, ...]


def described(default: T, *, help: str, validator: "Validator[T] | None" = None) -> T:  # noqa: A002
    """A field with the help that command line, form and settings file show."""
    return attrs.field(default=default, validator=validator, metadata={"help": help})


def secret(default: str = "", *, help: str = "", validator: "Validator[str] | None" = None) -> str:  # noqa: A002
    """A field for a password or key: left out of `repr` and never quoted in an error."""
    return attrs.field(default=default, validator=validator, repr=False, metadata={"secret": True, "help": help})


def structure(data: Mapping[str, object], cls: type[T], *, file: str, path: str = "") -> T:
    """An instance of the attrs class `cls` from plain data.

    :param file: the name that errors begin with; may be empty.
    :param path: the key path of `data` inside that file.
    :raises InvalidSetting: for an unknown or missing key, a wrong type, or a value that the class itself refuses.
    :raises UnusableSetting: if a field of `cls` has a type that cannot be a setting.
    """
    return _built(data, cls, at=_Place(file=file, path=path))


def unstructure(value: attrs.AttrsInstance) -> dict[str, object]:
    """The plain data that `structure` reads back as an equal value; None is left out, secrets are included."""
    entries = {entry.name: getattr(value, entry.name) for entry in _entries(type(value))}
    return {name: plain(item) for name, item in entries.items() if item is not None}


def plain(value: object) -> object:
    """One value as TOML and JSON can hold it: durations as text, sets as sorted lists, attrs values as tables."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)  # type: ignore[type-var]  # _Many lets only one kind of scalar in
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return unstructure(value) if attrs.has(type(value)) else value  # type: ignore[arg-type]  # has() narrows the class only


def schema(cls: type) -> tuple[Field, ...]:
    """Every setting of the attrs class `cls` in order, nested classes flattened to dotted names.

    :raises UnusableSetting: if a field has a type that cannot be a setting.
    """
    return tuple(_flattened(cls, holder=None, prefix=""))


def field_is_secret(cls: type, field: str) -> bool:
    """Whether the setting, dotted if nested, must never be shown.

    :raises InvalidSetting: if `cls` has no such setting.
    """
    return _field_named(field, cls=cls).secret


def parse_text(cls: type, field: str, text: str) -> object:
    """The value of one setting written as text on a command line, judged as `structure` would judge it.

    Lists are separated by commas; an empty text unsets an optional setting. Rules that look at several settings
    together are left to `structure`.

    :raises InvalidSetting: if there is no such setting or the text does not fit it.
    """
    at = _Place(file="", path=field, secret=_field_named(field, cls=cls).secret)
    owner, entry = _owner_of(field, cls=cls)
    value = entry.kind.read(text, at=at)
    _judge_alone(owner, {entry.name: value}, at=at)
    return value


def toml_key(name: str) -> str:
    """The name as a TOML key, quoted where a bare key cannot hold it (TOML 1.0, Keys)."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: object) -> str:
    """Text, number, flag or list of these as TOML 1.0 writes it on one line."""
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    # JSON's escapes are TOML's, but for DEL, which TOML does not allow to stand for itself.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- where a value stands ---


@attrs.frozen(kw_only=True)
class _Place:
    """File and key path of the value at hand, and whether the value may be quoted."""

    file: str
    path: str
    secret: bool = False

    def key(self, name: str, *, secret: bool = False) -> "_Place":
        path = f"{self.path}.{toml_key(name)}" if self.path else toml_key(name)
        return attrs.evolve(self, path=path, secret=self.secret or secret)

    def item(self, number: int) -> "_Place":
        return attrs.evolve(self, path=f"{self.path}[{number}]")

    def refuse(self, reason: str, *, remedy: str = "") -> InvalidSetting:
        return InvalidSetting(self.file, path=self.path, reason=reason, remedy=remedy)

    def wrong(self, value: object, *, wanted: str, remedy: str = "") -> InvalidSetting:
        if self.secret:
            return self.refuse(f"must be {wanted}")
        return self.refuse(f"must be {wanted}, not {_shown(value)}", remedy=remedy)

    def unknown(self, name: str, *, known: Iterable[str]) -> InvalidSetting:
        names = sorted(known)
        every = f" Known here: {', '.join(names)}." if names else " There are no settings here."
        return self.refuse("is not known", remedy=suggestion(nearest(name, names)[:1]) or every)


def _shown(value: object) -> str:
    """The value as an error quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if not isinstance(value, bool | int | float | str):
        return str(value)
    text = toml_value(value)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"


# --- the kinds of value ---


class _Kind(ABC):
    """How values of one type are built from plain data and read from text."""

    word: str
    choices: tuple[str, ...] = ()

    @abstractmethod
    def build(self, value: object, /, *, at: _Place) -> object: ...

    def read(self, _text: str, /, *, at: _Place) -> object:
        raise at.refuse(f"is a {self.word} and cannot be set as text", remedy=" Write it in a file.")


@attrs.frozen
class _Scalar(_Kind):
    """A type whose two readers raise ValueError for what does not fit."""

    word: str
    wanted: str
    from_plain: Callable[[object], object]
    from_text: Callable[[str], object]

    def build(self, value: object, /, *, at: _Place) -> object:
        try:
            return self.from_plain(value)
        except ValueError:
            raise at.wrong(value, wanted=self.wanted) from None

    def read(self, text: str, /, *, at: _Place) -> object:
        try:
            return self.from_text(text)
        except ValueError:
            raise at.wrong(text, wanted=self.wanted) from None


@attrs.frozen
class _Choice(_Kind):
    """One member of an Enum, written as its value."""

    members: Mapping[str, Enum]
    choices: tuple[str, ...]
    word: str = "choice"

    def build(self, value: object, /, *, at: _Place) -> object:
        if isinstance(value, str) and value in self.members:
            return self.members[value]
        near = nearest(value, self.members)[:1] if isinstance(value, str) else ()
        raise at.wrong(value, wanted=" or ".join(map(toml_value, self.choices)), remedy=suggestion(near))

    def read(self, text: str, /, *, at: _Place) -> object:
        return self.build(text.strip(), at=at)


@attrs.frozen
class _Many(_Kind):
    """A tuple or frozenset of one kind of item."""

    item: _Kind
    container: type[tuple[object, ...]] | type[frozenset[object]]
    word: str

    def build(self, value: object, /, *, at: _Place) -> object:
        if not isinstance(value, list | tuple):
            raise at.wrong(value, wanted="a list")
        return self.container(self.item.build(item, at=at.item(number)) for number, item in enumerate(value))

    def read(self, text: str, /, *, at: _Place) -> object:
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        return self.container(self.item.read(part, at=at.item(number)) for number, part in enumerate(parts))


@attrs.frozen
class _Named(_Kind):
    """A table whose keys are names of a person's own choice."""

    item: _Kind
    word: str = "table"

    def build(self, value: object, /, *, at: _Place) -> object:
        if not isinstance(value, Mapping):
            raise at.wrong(value, wanted="a table")
        return {name: self.item.build(item, at=at.key(name)) for name, item in value.items()}


@attrs.frozen
class _Group(_Kind):
    """A nested attrs class."""

    cls: type
    word: str = "table"

    def build(self, value: object, /, *, at: _Place) -> object:
        return _built(value, self.cls, at=at)


@attrs.frozen
class _Maybe(_Kind):
    """A value that may be absent; None is absence and is never written."""

    inner: _Kind
    word: str
    choices: tuple[str, ...]

    def build(self, value: object, /, *, at: _Place) -> object:
        return None if value is None else self.inner.build(value, at=at)

    def read(self, text: str, /, *, at: _Place) -> object:
        return self.inner.read(text, at=at) if text else None


# --- readers of scalars: the value, or ValueError ---


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _flag_of(text: str) -> bool:
    flag = _FLAGS.get(text.strip().casefold())
    if flag is None:
        raise ValueError(text)
    return flag


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(value)


def _number(value: object) -> float:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _finite(value)
    raise ValueError(value)


def _finite(value: float | str) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(value) from error
    if math.isfinite(number):
        return number
    raise ValueError(value)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(value)


def _duration_of(text: str) -> timedelta:
    """From `1d2h30m15s`, any part of it, or a number of seconds."""
    compact = text.replace(" ", "")
    match = _DURATION.fullmatch(compact)
    if match is None or not compact:
        return _duration(float(compact))
    days, hours, minutes, seconds = (part or "0" for part in match.groups())
    try:
        return timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    except OverflowError as error:
        raise ValueError(text) from error


def _duration_text(value: timedelta) -> str:
    """What `_duration_of` reads, exact to the microsecond."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    parts = [(f"{value.days}", "d"), (f"{hours}", "h"), (f"{minutes}", "m"), (f"{seconds}{fraction}", "s")]
    return "".join(number + unit for number, unit in parts if number != "0") or "0s"


def _duration(value: object) -> timedelta:
    if isinstance(value, str):
        return _duration_of(value)
    seconds = _number(value)
    if seconds < 0:
        raise ValueError(value)
    try:
        return timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError(value) from error


_SCALARS: dict[object, _Kind] = {
    bool: _Scalar("true or false", "true or false", _flag, _flag_of),
    int: _Scalar("whole number", "a whole number", _whole, int),
    float: _Scalar("number", "a number", _number, _finite),
    str: _Scalar("text", "text", _text, str),
    timedelta: _Scalar("duration", 'a duration such as "15m"', _duration, _duration_of),
}


# --- from types to kinds ---


@attrs.frozen(kw_only=True)
class _Entry:
    """A field of an attrs class that can be set, and how."""

    name: str
    kind: _Kind
    attribute: "attrs.Attribute[object]"

    @property
    def required(self) -> bool:
        return self.attribute.default is attrs.NOTHING

    @property
    def secret(self) -> bool:
        return bool(self.attribute.metadata.get("secret", False))

    def default(self) -> object:
        """The value that the field takes by itself; None if it takes none."""
        default = self.attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class that its stub declares as a function
            return default.factory()  # type: ignore[attr-defined]
        return None if self.required else default


@cache
def _entries(cls: type) -> tuple[_Entry, ...]:
    hints = get_type_hints(cls)
    return tuple(_entry(field, cls=cls, hint=hints[field.name]) for field in attrs.fields(cls) if field.init)


def _entry(field: "attrs.Attribute[object]", *, cls: type, hint: object) -> _Entry:
    kind = _kind(hint)
    if kind is None:
        raise UnusableSetting(cls, field.name, f"has the type {getattr(hint, '__name__', hint)}")
    if field.alias != field.name:
        raise UnusableSetting(cls, field.name, f"would be written as '{field.alias}', which is not its name")
    entry = _Entry(name=field.name, kind=kind, attribute=field)
    if isinstance(kind, _Maybe) and entry.default() is not None:
        raise UnusableSetting(cls, field.name, "may be None, which cannot be written down, but has another default")
    return entry


def _kind(hint: object) -> _Kind | None:
    """The kind for a type, or None if it cannot be a setting."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        members = {member.value: member for member in hint}
        return _Choice(members, tuple(members)) if all(isinstance(value, str) for value in members) else None
    if isinstance(hint, type) and attrs.has(hint):
        return _Group(hint)
    return _compound(get_origin(hint), get_args(hint))


def _compound(origin: object, arguments: tuple[object, ...]) -> _Kind | None:
    """The kind for `X | None`, `tuple[X, ...]`, `frozenset[X]` or `dict[str, X]`; X itself is never optional."""
    if len(arguments) == 1 and origin is frozenset:
        item = _kind(arguments[0])
        return _Many(item, frozenset, f"list of {item.word}") if isinstance(item, _Scalar | _Choice) else None
    if len(arguments) != 2:
        return None
    first, second = arguments
    if origin in (Union, UnionType) and NoneType in arguments:
        inner = _kind(first if second is NoneType else second)
        return _Maybe(inner, inner.word, inner.choices) if inner else None
    item = _kind(second if origin in (dict, Mapping) else first)
    if item is None or isinstance(item, _Maybe):
        return None
    if origin is tuple and second is Ellipsis:
        return _Many(item, tuple, f"list of {item.word}")
    return _Named(item) if origin in (dict, Mapping) and first is str else None


# --- building and describing a class ---


def _built(value: object, cls: type[T], *, at: _Place) -> T:
    if not isinstance(value, Mapping):
        raise at.wrong(value, wanted="a table")
    settable: type = cls
    entries = {entry.name: entry for entry in _entries(settable)}
    for key in value:
        if key not in entries:
            raise at.key(key).unknown(key, known=entries)
    for entry in entries.values():
        if entry.required and entry.name not in value:
            raise at.key(entry.name).refuse("is missing")
    given = [entry for entry in entries.values() if entry.name in value]
    return _created(
        cls,
        {
            entry.name: entry.kind.build(value[entry.name], at=at.key(entry.name, secret=entry.secret))
            for entry in given
        },
        at=at,
    )


def _created(cls: type[T], values: Mapping[str, object], *, at: _Place) -> T:
    # Creation in two steps keeps the half-made value, which tells the refused field from the others.
    draft = cls.__new__(cls)
    try:
        cls.__init__(draft, **values)
    except (ValueError, TypeError) as error:
        raise _refusal(error, draft=draft, values=values, at=at) from None
    return draft


def _refusal(error: Exception, *, draft: object, values: Mapping[str, object], at: _Place) -> InvalidSetting:
    """What a converter, validator or the class as a whole said, as one sentence about the key."""
    message = str(error.args[0] if error.args else "no reason was given").removesuffix(".")
    culprit = _culprit(draft)
    name = culprit.name if culprit else ""
    place = at.key(name, secret=culprit.secret) if culprit else at
    if place.secret and (not culprit or _quotes(message, values.get(name))):
        message = "its value is secret and not shown"
    return place.refuse(_predicate(message.removeprefix(f"'{name}' ")))


def _quotes(message: str, value: object) -> bool:
    """Whether the message shows the value, as it is or as Python writes it."""
    return str(value) in message or repr(value)[1:-1] in message


def _culprit(draft: object) -> _Entry | None:
    """The field whose converter or validator refused, or None if the class as a whole did."""
    cls: type = type(draft)
    for entry in _entries(cls):
        if not hasattr(draft, entry.name):
            return entry
    for entry in _entries(cls):
        if entry.attribute.validator is not None:
            try:
                entry.attribute.validator(draft, entry.attribute, getattr(draft, entry.name))
            except (ValueError, TypeError):
                return entry
    return None


def _predicate(message: str) -> str:
    """The message of a validator as the words after a key; attrs' own bounds become English."""
    bound = _BOUND_MESSAGE.fullmatch(message)
    if bound is not None:
        return f"must be {_BOUNDS[bound[1]]} {bound[2]}, not {bound[3]}"
    return message if message.startswith("must ") else f"is not accepted: {message}"


def _judge_alone(cls: type, values: Mapping[str, object], *, at: _Place) -> None:
    """Let converter and validator of the one field in `values` judge it while all other fields keep their defaults."""
    if any(entry.required and entry.name not in values for entry in _entries(cls)):
        return
    try:
        _created(cls, values, at=attrs.evolve(at, path=at.path.rpartition(".")[0]))
    except InvalidSetting as refusal:
        if refusal.path == at.path:
            raise


def _flattened(cls: type, *, holder: object | None, prefix: str) -> Iterable[Field]:
    """The fields of `cls` with their defaults taken from the instance `holder`, or from the class if there is none."""
    for entry in _entries(cls):
        default = entry.default() if holder is None else getattr(holder, entry.name)
        if isinstance(entry.kind, _Group):
            yield from _flattened(entry.kind.cls, holder=default, prefix=f"{prefix}{entry.name}.")
        else:
            yield Field(
                name=prefix + entry.name,
                kind=entry.kind.word,
                default=default,
                required=holder is None and entry.required,
                help=str(entry.attribute.metadata.get("help", "")),
                secret=entry.secret,
                choices=entry.kind.choices,
            )


def _field_named(name: str, *, cls: type) -> Field:
    fields = {field.name: field for field in schema(cls)}
    if name not in fields:
        raise _Place(file="", path=name).unknown(name, known=fields)
    return fields[name]


def _owner_of(name: str, *, cls: type) -> tuple[type, _Entry]:
    """The class, `cls` or one nested in it, that has the dotted setting, and its entry there."""
    entries = {entry.name: entry for entry in _entries(cls)}
    first, _, rest = name.partition(".")
    kind = entries[first].kind
    return _owner_of(rest, cls=kind.cls) if isinstance(kind, _Group) else (cls, entries[first])
