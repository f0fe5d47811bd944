"""The kinds of field that the tables of the file have, and the checks of their texts."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ...contract.addresses import ascii_domain, valid
from ...contract.structuring import toml_value
from ...contract.structuring.times import moment_of

REFERS = "refers"
"""In a field's metadata: the table that its texts, or the keys of its table, are names in."""
MOMENT = "moment"
"""In a field's metadata: its text is a time."""
WHOLE = "whole"
"""In a field's metadata: its list or table is compared as one value; what makes plain data of it."""

T = TypeVar("T")
Addresses = tuple[str, ...] | None


def text(check: Callable[[str], None], *, or_empty: bool = False) -> str | None:
    """A text that `check` has nothing against; absent by default."""
    return attrs.field(default=None, validator=_unless_absent(check, or_empty=or_empty))


def moment() -> str | None:
    """A time, or an empty text for none; absent by default."""
    validator = _unless_absent(check_moment, or_empty=True)
    return attrs.field(default=None, validator=validator, metadata={MOMENT: True})


def number(*, least: int = 0, most: int) -> int | None:
    """A whole number between two others; absent by default."""

    def validate(_table: object, _field: "attrs.Attribute[int | None]", value: int | None) -> None:
        if value is not None and not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {value}")

    return attrs.field(default=None, validator=validate)


def texts(check: Callable[[str], None]) -> Addresses:
    """Texts that `check` has nothing against; absent by default."""

    def validate(_table: object, _field: "attrs.Attribute[Addresses]", values: Addresses) -> None:
        for each in values or ():
            check(each)

    return attrs.field(default=None, validator=validate)


def whole(check: Callable[[Any], object], *, kept: Callable[[Any], object]) -> Any:
    """A list or table that is compared as one value; absent by default.

    :param check: raises ValueError for one that cannot be used.
    :param kept: makes plain data of it, in which what says the same is equal.
    """

    def validate(_table: object, _field: "attrs.Attribute[object]", value: object) -> None:
        if value is not None:
            check(value)

    return attrs.field(default=None, validator=validate, metadata={WHOLE: kept})


def addresses() -> Addresses:
    """Mail addresses; absent by default."""
    return texts(check_address)


def refers(table: str, *, absent: T) -> T:
    """A name in `table`, several names, or a table whose keys are such names."""
    return attrs.field(default=absent, metadata={REFERS: table})


def check_line(line: str) -> None:
    """Refuse text of more than one line.

    :raises ValueError: with the reason.
    """
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in line):
        raise ValueError(f"must be one line, not {toml_value(line)}")


def check_name(name: str) -> None:
    """Refuse what cannot be a name: nothing, or more than one line.

    :raises ValueError: with the reason.
    """
    check_line(name)
    if not name.strip():
        raise ValueError("must not be empty")


def check_address(address: str) -> None:
    """Refuse what mail cannot be sent to.

    :raises ValueError: with the reason.
    """
    if not valid(address):
        raise ValueError(f"must be a mail address, not {toml_value(address)}")


def check_domain(domain: str) -> None:
    """Refuse what mail addresses of our own cannot end in.

    :raises ValueError: with the reason.
    """
    if not ascii_domain(domain) or domain.startswith("["):
        raise ValueError(f"must be a mail domain such as example.com, not {toml_value(domain)}")


def check_folder(name: str) -> None:
    """Refuse what is no name of a folder right below another.

    :raises ValueError: with the reason.
    """
    check_name(name)
    if name in (".", "..") or "/" in name or "\\" in name or name != name.strip():
        raise ValueError(f"must be the name of one folder, not {toml_value(name)}")


def check_country(code: str) -> None:
    """Refuse what is no code of a country or of a part of one.

    :raises ValueError: with the reason.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .'-]*", code):
        raise ValueError(f"must be a code of ISO 3166 such as DE, not {toml_value(code)}")


def check_link(link: str) -> None:
    """Refuse what a browser does not open.

    :raises ValueError: with the reason.
    """
    if not re.fullmatch(r"https?://\S+", link):
        raise ValueError(f"must begin with https:// or http:// or be empty, not {toml_value(link)}")


def check_moment(iso: str) -> None:
    """Refuse what is neither a date nor a time that is the same everywhere.

    :raises ValueError: with the reason.
    """
    try:
        moment_of(iso)
    except ValueError:
        wanted = "a date, or a time with its offset such as 2026-08-01T08:00:00Z, or empty"
        raise ValueError(f"must be {wanted}, not {toml_value(iso)}") from None


def _unless_absent(
    check: Callable[[str], None], *, or_empty: bool
) -> Callable[[object, "attrs.Attribute[str | None]", str | None], None]:
    def validate(_table: object, _field: "attrs.Attribute[str | None]", value: str | None) -> None:
        if value is not None and (value or not or_empty):
            check(value)

    return validate
