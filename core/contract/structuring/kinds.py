"""The kinds of value that hold others, and what all kinds can do: be built from plain data and read from text."""

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum

import attrs

from ..errors import nearest, suggestion
from .places import Place
from .toml import toml_value


class Kind(ABC):
    """How values of one type come about. `word` is a noun, `choices` the only texts allowed, if there are such."""

    word: str
    choices: tuple[str, ...] = ()

    @abstractmethod
    def build(self, value: object, /, *, at: Place) -> object:
        """The value from plain data.

        :raises InvalidSetting: if the plain data does not fit.
        """

    def read(self, _text: str, /, *, at: Place) -> object:
        """The value from text on a command line.

        :raises InvalidSetting: if the text does not fit or no text could.
        """
        raise at.refuse(f"is a {self.word} and cannot be set as text", remedy=" Write it in a file.")


@attrs.frozen
class Choice(Kind):
    """One member of an Enum, written as its value."""

    members: Mapping[str, Enum]
    choices: tuple[str, ...]
    word: str = "choice"

    def build(self, value: object, /, *, at: Place) -> object:
        """The member; a near miss is told the nearest."""
        if isinstance(value, str) and value in self.members:
            return self.members[value]
        near = nearest(value, self.members) if isinstance(value, str) else ()
        raise at.wrong(value, wanted=" or ".join(map(toml_value, self.choices)), remedy=suggestion(near))

    def read(self, text: str, /, *, at: Place) -> object:
        """The member; space around its value does no harm."""
        return self.build(text.strip(), at=at)


@attrs.frozen
class Many(Kind):
    """A tuple or frozenset of one kind of item."""

    item: Kind
    container: type[tuple[object, ...]] | type[frozenset[object]]
    word: str

    def build(self, value: object, /, *, at: Place) -> object:
        """The container of all items of a list."""
        if not isinstance(value, list | tuple):
            raise at.wrong(value, wanted="a list")
        return self.container(self.item.build(item, at=at.item(number)) for number, item in enumerate(value))

    def read(self, text: str, /, *, at: Place) -> object:
        """The container of the items between commas, or of those of a list as TOML writes it, which may hold tables."""
        if text.lstrip().startswith("["):
            return self.build(_toml_list(text, at=at), at=at)
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        return self.container(self.item.read(part, at=at.item(number)) for number, part in enumerate(parts))


def _toml_list(text: str, *, at: Place) -> object:
    try:
        read = tomllib.loads(f"value = {text.strip()}")
    except tomllib.TOMLDecodeError as error:
        raise at.refuse(f"is no list as TOML writes it: {error}") from None
    if len(read) > 1:
        raise at.refuse("is no list as TOML writes it: something follows its end")
    return read["value"]


@attrs.frozen
class Named(Kind):
    """A table whose keys are names of a person's own choice."""

    item: Kind
    word: str = "table"

    def build(self, value: object, /, *, at: Place) -> object:
        """The dict of all entries of a table."""
        if not isinstance(value, Mapping):
            raise at.wrong(value, wanted="a table")
        return {name: self.item.build(item, at=at.key(name)) for name, item in value.items()}


@attrs.frozen
class Maybe(Kind):
    """A value that may be absent; None is absence and is never written."""

    inner: Kind
    word: str
    choices: tuple[str, ...]

    def build(self, value: object, /, *, at: Place) -> object:
        """The value, or None as it is."""
        return None if value is None else self.inner.build(value, at=at)

    def read(self, text: str, /, *, at: Place) -> object:
        """The value; an empty text is absence."""
        return self.inner.read(text, at=at) if text else None
