"""Where a value stands, and the sentence for one that cannot be used there."""

from collections.abc import Iterable, Mapping

import attrs

from ..errors import DeskbellError, nearest, suggestion
from .toml import toml_key, toml_value

_LONGEST_QUOTE = 60


class InvalidSetting(DeskbellError, ValueError):
    """A key or value that cannot be used, with the file, the key path and the remedy."""

    def __init__(self, file: str, *, path: str, reason: str, remedy: str = "") -> None:
        self.file = file
        self.path = path
        self.reason = reason
        subject = ": ".join(part for part in (file, path) if part)
        super().__init__(f"{subject} {reason}.{remedy}".lstrip())


@attrs.frozen(kw_only=True)
class Place:
    """File and key path of the value at hand, and whether the value is secret and must not be quoted."""

    file: str
    path: str
    secret: bool = False

    def key(self, name: str, *, secret: bool = False) -> "Place":
        """The place of an entry in the table here; all below a secret is secret."""
        path = f"{self.path}.{toml_key(name)}" if self.path else toml_key(name)
        return attrs.evolve(self, path=path, secret=self.secret or secret)

    def item(self, number: int) -> "Place":
        """The place of an item in the list here, counted from 0."""
        return attrs.evolve(self, path=f"{self.path}[{number}]")

    def refuse(self, reason: str, *, remedy: str = "") -> InvalidSetting:
        """The error to raise; `reason` follows the key, `remedy` is a sentence with a space before it."""
        return InvalidSetting(self.file, path=self.path, reason=reason, remedy=remedy)

    def wrong(self, value: object, *, wanted: str, remedy: str = "") -> InvalidSetting:
        """The error to raise for a value that is not what is wanted."""
        if self.secret:
            return self.refuse(f"must be {wanted}")
        return self.refuse(f"must be {wanted}, not {_shown(value)}", remedy=remedy)

    def unknown(self, name: str, *, known: Iterable[str]) -> InvalidSetting:
        """The error to raise for a key that is none of the known."""
        names = sorted(known)
        every = f" Known here: {', '.join(names)}." if names else " There are no settings here."
        return self.refuse("is not known", remedy=suggestion(nearest(name, names)) or every)


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
