"""Options as they were written become options as they are kept: judged as a whole, secrets fetched and sealed."""

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from ...contract.structuring import plain, schema, structure
from ...contract.structuring.places import Place
from ...store.secrets import SecretBox, SecretUnreadable
from .dotted import Options, flat, nested
from .objects import DeskObject, Fields, Path, Ref, Sealed, Tables
from .parsed import Blueprint, OpenObject, OptionBlock


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
            fields |= {(*block.prefix, *name.split(".")): value for name, value in values.items()}
        return fields

    def _values(self, block: OptionBlock, *, wider: Options, now: Options) -> Options:
        """The options that the block names as they are to be kept."""
        at = Place(file=self.file, path=block.place)
        secret = {field.name: field.secret for field in schema(block.cls)}
        written = {
            name: self._plain_text(value, secret=secret.get(name, False), at=_place_of(name, at=at))
            for name, value in flat(block.values, leaves=secret).items()
        }
        known = {name: value for name, value in {**wider, **now}.items() if name in secret}
        whole: object = structure(
            nested(_merged(self._readable(known), written)), block.cls, file=at.file, path=at.path
        )
        shown = flat(_kept(whole, seal=str), leaves=secret)
        sealed = flat(_kept(whole, seal=self.secrets.seal), leaves=secret)
        return {name: self._value(shown.get(name), sealed.get(name), now=now.get(name)) for name in written}

    def _value(self, shown: object, sealed: object, *, now: object) -> object:
        """The value to keep: as it is now if that says the same."""
        if shown == sealed:
            return shown
        same = isinstance(now, Sealed) and self._readable({"": now}) == {"": shown}
        return now if same else Sealed(sealed)

    def _plain_text(self, value: object, *, secret: bool, at: Place) -> object:
        """The value as its class takes it: a secret from the environment fetched, one from an export opened."""
        if secret and isinstance(value, Mapping):
            value = self._variable(value, at=at)
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
    """The options that stand below `prefix`, by dotted name."""
    rests = {path[len(prefix) :]: value for path, value in fields.items() if path[: len(prefix)] == prefix}
    return {
        ".".join(map(str, rest)): value
        for rest, value in rests.items()
        if not any(isinstance(part, Ref) for part in rest)
    }


def _place_of(name: str, *, at: Place) -> Place:
    for part in name.split("."):
        at = at.key(part)
    return at


def _merged(base: Options, written: Options) -> Options:
    """`base` with what was written over it; what was not named inside a table stays."""
    merged = dict(base)
    for name, value in written.items():
        known = base.get(name)
        merged[name] = {**known, **value} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def _kept(value: object, *, seal: Callable[[str], str]) -> Options:
    """The options as JSON can hold them, with `seal` applied to each secret."""
    kept = {}
    for attribute in attrs.fields(type(value)):  # type: ignore[arg-type]  # options are attrs values
        item = getattr(value, attribute.name)
        if item is not None:
            secret = bool(attribute.metadata.get("secret", False))
            kept[attribute.name] = _kept_value(item, secret=secret, seal=seal)
    return kept


def _kept_value(value: object, *, secret: bool, seal: Callable[[str], str]) -> object:
    if attrs.has(type(value)):
        return _kept(value, seal=seal)
    if isinstance(value, Mapping):
        return {name: _kept_value(item, secret=secret, seal=seal) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_kept_value(item, secret=secret, seal=seal) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    # An empty secret is none; there is nothing to hide in it.
    return seal(str(value)) if secret and value else plain(value)
