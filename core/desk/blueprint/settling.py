"""Options as they were written become options as they are kept: judged as a whole, secrets fetched and sealed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import attrs

from ...contract.structuring import plain, schema, structure
from ...contract.structuring.places import Place
from ...contract.structuring.types import group_of
from ...store.secrets import SecretBox, SecretUnreadable
from .objects import DeskObject, Fields, Path, Sealed, Tables
from .parsed import Blueprint, OpenObject, OptionBlock

Options = Mapping[str, object]
"""Options as their class takes them."""
Tokens = dict[tuple[str, str], str]
"""The tokens of secrets by dotted name and text."""
Seal = Callable[[str, str], str]
"""What makes a token of a secret's dotted name and text."""


@attrs.frozen(kw_only=True)
class Settler:
    """Settles the open tables of one file.

    :param secrets: the key of the desk that the file is for.
    :param environment: where ``{ env = "NAME" }`` is looked up.
    """

    file: str
    secrets: SecretBox
    environment: Mapping[str, str]

    def settled(self, open_object: OpenObject, *, now: Fields) -> Fields:
        """The fields that the object shall have, given those that it has `now`.

        A secret that is the same as now keeps its token, so that it is no change.

        :raises InvalidSetting: for a value that the class of the options refuses, a secret that this desk cannot read,
            or a variable that is not set.
        """
        fields = dict(open_object.fields)
        for block in open_object.blocks:
            # The first block is the global one; those of departments are judged on top of it.
            wider = _below((), {**now, **fields}) if block.prefix else {}
            values = self._values(block, wider=wider, now=_below(block.prefix, now))
            fields |= {(*block.prefix, name): value for name, value in values.items()}
        return fields

    def _values(self, block: OptionBlock, *, wider: Options, now: Options) -> Options:
        """The options that the block names as they are to be kept."""
        at = Place(file=self.file, path=block.place)
        tokens: Tokens = {}
        written = self._fetched(block, tokens=tokens, at=at)
        names = {field.name for field in attrs.fields(block.cls)}
        known = {name: value for name, value in {**wider, **now}.items() if name in names}
        data = {**self._readable(known), **_merged(self._readable(now), written)}
        whole: object = structure(data, block.cls, file=at.file, path=at.path)
        shown = _kept(whole, prefix="", seal=lambda _, text: text)
        sealed = _kept(whole, prefix="", seal=lambda name, text: tokens.get((name, text)) or self.secrets.seal(text))
        return {name: self._value(shown.get(name), sealed.get(name), now=now.get(name)) for name in written}

    def _value(self, shown: object, sealed: object, *, now: object) -> object:
        """The value to keep: as it is now if that says the same."""
        if shown == sealed:
            return shown
        same = isinstance(now, Sealed) and self._readable({"": now}) == {"": shown}
        return now if same else Sealed(sealed)

    def _fetched(self, block: OptionBlock, *, tokens: Tokens, at: Place) -> dict[str, object]:
        """The values as their class takes them: secrets fetched from the environment, those of an export opened.

        :param tokens: takes the token of each secret that came as one, so that it is kept by the same.
        """
        secret = frozenset(field.name for field in schema(block.cls) if field.secret)

        def fetch(values: Options, prefix: str, here: Place) -> dict[str, object]:
            return {name: fetch_one(value, prefix + name, here.key(name)) for name, value in values.items()}

        def fetch_one(value: object, name: str, here: Place) -> object:
            if isinstance(value, Mapping):
                return self._variable(value, at=here) if name in secret else fetch(value, f"{name}.", here)
            opened = self._opened(value, at=here)
            if isinstance(opened, str) and SecretBox.is_sealed(value):
                tokens[name, opened] = str(value)
            return opened

        return fetch(block.values, "", at)

    def _opened(self, value: object, *, at: Place) -> object:
        try:
            return self.secrets.opened({"": value})[""]
        except SecretUnreadable:
            remedy = ' Write the secret itself, or { env = "NAME" }.'
            raise at.refuse("was sealed with another key than this desk's", remedy=remedy) from None

    def _variable(self, form: Mapping[str, object], *, at: Place) -> str:
        name = form.get("env")
        if set(form) != {"env"} or not isinstance(name, str):
            raise at.refuse('must be text or { env = "NAME" }')
        if name not in self.environment:
            raise at.refuse(f"names the environment variable '{name}', which is not set")
        return self.environment[name]

    def _readable(self, options: Options) -> Options:
        """The options as their class takes them; what this desk's key no longer opens is left out."""
        readable = {}
        for name, value in options.items():
            try:
                readable[name] = self.secrets.opened({"": value.value})[""] if isinstance(value, Sealed) else value
            except SecretUnreadable:
                continue
        return readable


def settle(blueprint: Blueprint, *, desk: Tables, settler: Settler) -> Tables:
    """All tables of the file in the form of `desk`.

    :raises InvalidSetting: as `Settler.settled` does.
    """
    tables: dict[str, Mapping[str, DeskObject]] = dict(blueprint.tables)
    for table, open_objects in blueprint.open_tables.items():
        now = {key: known.fields for key, known in desk[table].items()}
        tables[table] = {
            key: DeskObject(key=key, fields=settler.settled(each, now=now.get(key, {})))
            for key, each in open_objects.items()
        }
    return tables


def _below(prefix: Path, fields: Fields) -> Options:
    """The options that stand right below `prefix`, by name."""
    depth = len(prefix) + 1
    return {str(path[-1]): value for path, value in fields.items() if len(path) == depth and path[:-1] == prefix}


def _merged(base: Options, written: Options) -> Options:
    """What was written, with what it did not name inside a table taken from `base`."""
    merged: dict[str, object] = {}
    for name, value in written.items():
        known = base.get(name)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[name] = {**known, **_merged(known, value)}
        else:
            merged[name] = value
    return merged


def _kept(value: object, *, prefix: str, seal: Seal, listed: bool = False) -> Options:
    """The options as JSON can hold them, with `seal` applied to each secret.

    :param listed: the value stands in a list, whose items are written one by one: what is as by default is left out of them.
    """
    kept = {}
    for name, entry in group_of(type(value)).entries().items():
        item = getattr(value, name)
        if item is not None and not (listed and item == entry.default()):
            kept[name] = _kept_value(item, name=prefix + name, secret=entry.secret, seal=seal, listed=listed)
    return kept


def _kept_value(value: object, *, name: str, secret: bool, seal: Seal, listed: bool = False) -> object:
    keep = partial(_kept_value, secret=secret, seal=seal)
    if attrs.has(type(value)):
        return _kept(value, prefix=f"{name}.", seal=seal, listed=listed)
    if isinstance(value, Mapping):
        return {key: keep(item, name=f"{name}.{key}", listed=listed) for key, item in value.items()}
    if isinstance(value, tuple):
        return [keep(item, name=name, listed=True) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    # An empty secret is none; there is nothing to hide in it.
    return seal(name, str(value)) if secret and value else plain(value)
