"""Plain data (parsed TOML or JSON, or `key=value` text) becomes an attrs class and back; each fault is one sentence.

A field may be `bool`, `int`, `float`, `str`, `timedelta`, `datetime`, an `Enum` of text, an attrs class,
`tuple[X, ...]`, `frozenset[X]`, `dict[str, X]` or `X | None`. Types are strict: `1` is not a flag and `"1"` is not a
number. A key is the name of its field. A duration is a number of seconds or text such as `1h30m`. A `datetime` is read
from a time with its offset or from a date, which is its midnight in UTC, and is aware UTC.
"""

from .fields import Field, described, field_is_secret, schema, secret
from .naming import Naming, namings
from .places import InvalidSetting
from .reading import parse_text, structure
from .toml import toml_key, toml_value
from .types import UnusableSetting
from .writing import plain, sparse, unstructure

__all__ = [
    "Field",
    "InvalidSetting",
    "Naming",
    "UnusableSetting",
    "described",
    "field_is_secret",
    "namings",
    "parse_text",
    "plain",
    "schema",
    "secret",
    "sparse",
    "structure",
    "toml_key",
    "toml_value",
    "unstructure",
]
