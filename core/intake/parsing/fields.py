"""A block of header fields: where it ends, and its fields as name and unfolded text (RFC 5322 section 2.2)."""

import re

import attrs

from .charsets import decode
from .limits import MailLimits
from .mail import Fault

_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:")
_FIELD_END = re.compile(rb"\n(?![ \t])")
_BLANKS = b" \t\r\n"
_LOOKED_AHEAD = 3
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_BREAKS = re.compile("[\n\v\f\r\x1c-\x1f\x85]+")
_CONTROLS = re.compile("[\x00-\x08\n-\x1f\x7f-\x9f\ud800-\udfff]")
# A line that is no field in the middle of a header: what follows is still header when it begins with one of these.
_FAMILIAR = re.compile(
    rb"(?:received|return-path|from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|auto-submitted|list-[a-z-]+"
    rb"|x-[a-z-]+|reply-to|references|in-reply-to|delivered-to|dkim-signature|precedence)[ \t]*:",
    re.IGNORECASE,
)


@attrs.frozen
class Block:
    """The fields at the top of a mail or a part, still octets, and where its body begins in the whole.

    `overfull` tells that there were more fields than the limit allows and that reading stopped there.
    """

    fields: tuple[tuple[str, bytes], ...]
    body: int
    faults: frozenset[Fault] = frozenset()
    overfull: bool = False

    def first(self, name: str) -> bytes | None:
        """The octets of the first field of that name (given in lower case), None when there is none."""
        return next((value for known, value in self.fields if known.lower() == name), None)


def read_block(raw: bytes, *, start: int, end: int, limits: MailLimits) -> Block:
    """The field block that begins at `start`.

    It ends at the first empty line, at `end`, or at a line that is no field, which then begins the body. A line that
    begins like a boundary is never a field.
    """
    fields: list[tuple[str, bytes]] = []
    faults: set[Fault] = set()
    overfull = False
    at = start
    while at < end:
        blank = _blank_line(raw, at)
        if blank:
            at += blank
            break
        if raw.startswith(b"--", at):
            break
        line_end = _line_end(raw, at, end)
        match = _NAME.match(raw, at, line_end)
        if match is None:
            faults.add(Fault.ODD_HEADER_LINE)
            if not _goes_on(raw, line_end, end):
                break
            if fields and fields[-1][0].lower() == "subject":  # a long one that was broken without the blank
                name, value = fields[-1]
                fields[-1] = (name, value.rstrip(_BLANKS) + b" " + raw[at:line_end])
            at = line_end
            continue
        overfull = len(fields) == limits.header_fields
        if overfull:
            break
        at = _field_end(raw, at, end)
        fields.append((match[1].decode("ascii"), raw[match.end() : at]))
    if at - start > limits.header_octets:
        faults.add(Fault.LONG_HEADER)
    return Block(tuple(fields), at, frozenset(faults), overfull)


def begins_like_a_header(raw: bytes, at: int) -> bool:
    """Whether the line at `at` is a field that mails have."""
    return _FAMILIAR.match(raw, at) is not None


def value_text(value: bytes, *, limits: MailLimits, charset: str = "", for_control: str = "") -> str:
    """The value of a field as text: unfolded, stripped, without controls, encoded words left as they are.

    :param charset: the label to try for octets that are neither ASCII nor UTF-8 (RFC 6532).
    :param for_control: what stands in for a control character that is no line end.
    """
    text = decode(value[: limits.header_octets].strip(_BLANKS), label="", fallback=charset)[0]
    if not _CONTROLS.search(text):
        return text
    return _CONTROLS.sub(for_control, _BREAKS.sub(" ", _FOLD.sub("", text))).strip()


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Whether one of the next lines, before an empty one, is a field that mails have."""
    for _ in range(_LOOKED_AHEAD):
        if at >= end or _blank_line(raw, at):
            return False
        if _FAMILIAR.match(raw, at, end):
            return True
        at = _line_end(raw, at, end)
    return False


def _line_end(raw: bytes, at: int, end: int) -> int:
    return raw.find(b"\n", at, end) + 1 or end


def _field_end(raw: bytes, at: int, end: int) -> int:
    """Where the field at `at` ends, its folded lines included."""
    match = _FIELD_END.search(raw, at, end)
    return match.end() if match else end


def _blank_line(raw: bytes, at: int) -> int:
    """The length of the empty line at `at`, 0 when it is not empty."""
    if raw.startswith(b"\n", at):
        return 1
    return 2 if raw.startswith(b"\r\n", at) else 0
