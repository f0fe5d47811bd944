"""What people type at any door but mail: line ends take one form, and what no text can hold is refused in a sentence."""

import re

from ..contract.errors import InvalidValue

MAX_TEXT = 1_000_000
"""The longest text of a message, in characters."""
MAX_LINE = 998
"""The longest subject, name or comment, in characters."""

# All C0 controls but tab and line feed, DEL, and what UTF-8 cannot hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def with_plain_line_ends(text: str) -> str:
    """The text with each CRLF and each lone CR as a line feed, whatever machine it was typed at."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def check_text(value: object, where: str, *, longest: int = MAX_TEXT, lines: bool = True) -> None:
    """Refuse what cannot be kept or sent as a text.

    :param where: what it is the text of, to begin the sentence with.
    :param lines: whether it may have more than one.
    :raises InvalidValue: with the reason.
    """
    if not isinstance(value, str):
        raise InvalidValue(where, f"it is of the type {type(value).__name__}")
    if len(value) > longest:
        raise InvalidValue(where, f"it has {len(value)} characters, {longest} are allowed", "Shorten it.")
    if not lines and ("\n" in value or "\r" in value):
        raise InvalidValue(where, "it has more than one line", "Write it in one.")
    unfit = UNWRITABLE.search(value)
    if unfit:
        raise InvalidValue(where, f"it holds the character {_named(unfit.group())}, which no text can", "Leave it out.")


def check_line(value: object, where: str) -> None:
    """Refuse what cannot be kept as one short line, such as a name; raises like `check_text`."""
    check_text(value, where, longest=MAX_LINE, lines=False)


def _named(character: str) -> str:
    code = ord(character)
    # What the terminal or a program handed over as octets that are no UTF-8.
    return f"of the octet 0x{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else f"U+{code:04X}"
