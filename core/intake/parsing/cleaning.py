"""Text that a database, a log and a screen can hold: no control characters, no lone surrogates, known line ends."""

import re

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# TAB and LF stay. PostgreSQL refuses NUL, UTF-8 refuses surrogates, XML refuses U+FFFE and U+FFFF; the C1 controls say
# nothing on a screen.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Embeddings, overrides and isolates turn a line around; the plain marks U+200E and U+200F are harmless and stay. What
# has no width makes two names look the same; the joiners are letters of Persian and glue of emoji, but nothing in ASCII.
_LINE_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\ud800-\udfff\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]|(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])"
)
_BLANKS = re.compile(r"[\s\x85\u2028\u2029]+")


def body_text(text: str) -> str:
    """The text with LF as its only line end and without controls; everything else stays as it is."""
    return _DROPPED.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str, *, characters: int | None = None) -> str:
    """The text as a single line: blanks and line ends become one space, controls and direction overrides go.

    :param characters: the longest result; the rest is cut.
    """
    return _LINE_DROPPED.sub("", _BLANKS.sub(" ", text)).strip()[:characters]
