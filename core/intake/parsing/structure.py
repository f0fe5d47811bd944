"""The tree of parts of a mail: boundaries found in one pass over the octets, nothing decoded, nothing copied.

The standard library's parser tests every line against every open boundary: 95 nested parts above 2 MiB of short lines
take it seven seconds. Here only lines that begin like a boundary are looked at, each once; the tests hold the result
against that parser.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto

import attrs

from .charsets import fits
from .fields import Block, read_block, value_text
from .limits import MailLimits
from .mail import Fault, Quarantine
from .parameters import Parametered, read_parametered
from .raw_fields import charset_of_raw_octets

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")
_SHORT_TYPES = {"html": "text/html", "text": "text/plain", "plain": "text/plain", "plain/text": "text/plain"}
# The first boundary of a multipart that names none or another one: what fields of a part follow.
_UNDECLARED = re.compile(
    rb"^--([^\s][^\r\n]{0,198}?)[ \t]*\r?\n(?=content-[a-z-]{1,40}[ \t]*:)", re.IGNORECASE | re.MULTILINE
)
_SEARCHED = 65_536
_LONGEST_LINE = 1_000
_NOTHING = Parametered()


class Flowed(Enum):
    """Whether lines of a text are to be joined (RFC 3676)."""

    NO = auto()
    YES = auto()
    WITHOUT_SPACE = auto()  # DelSp=yes


@attrs.define(eq=False)
class Part:
    """One part: what its fields say, and where its body stands in the raw mail.

    `file_name`, `content_id` and `charset` are as the mail gives them, only decoded. A part with children is a
    multipart.
    """

    content_type: str
    charset: str = ""
    boundary: bytes = b""
    root: str = ""  # the Content-ID of the part to show, in multipart/related
    disposition: str = ""
    file_name: str = ""
    content_id: str = ""
    location: str = ""
    encoding: str = ""
    flowed: Flowed = Flowed.NO
    start: int = 0
    end: int = 0
    children: list["Part"] = attrs.field(factory=list)


@attrs.frozen
class Structure:
    """The part at the top, what was odd, and the limit that ended the reading, if one did."""

    top: Part
    faults: frozenset[Fault]
    quarantine: Quarantine = Quarantine.NONE


def read_structure(raw: bytes, *, block: Block, limits: MailLimits) -> Structure:
    """Find the parts of a mail whose field block is known.

    A multipart in which no boundary of its own is found becomes one text part, as RFC 2045 section 5.2 treats what it
    does not know. A mail inside the mail is one part and is not opened.
    """
    reader = _Reader(raw, block, limits)
    top = reader.describe(block, default_type="text/plain")
    top.start, top.end = block.body, len(raw)
    quarantine = reader.split(top)
    return Structure(top, frozenset(reader.faults), quarantine)


@attrs.define(eq=False)
class _Reader:
    """The state of one pass: the open multiparts from the outermost inwards and the part that is being read."""

    raw: bytes
    block: Block
    limits: MailLimits
    charset: str = ""  # of raw octets in fields, once there were any
    faults: set[Fault] = attrs.field(factory=set)
    open: list[Part] = attrs.field(factory=list)
    levels: dict[bytes, int] = attrs.field(factory=dict)
    current: Part | None = None
    parts: int = 1
    overfull: bool = False

    def split(self, top: Part) -> Quarantine:
        """Give each multipart its children; the limit that stopped it, if one did."""
        self._enter(top)
        at = top.start
        seen = 0
        while self.open and (line := self._next_line(at)) >= 0:
            seen += 1
            at = self._take(line, self.raw.find(b"\n", line) + 1 or len(self.raw))
            over = self._over_limit(seen)
            if over:
                return over
        self._close(0, self._end())
        return Quarantine.NONE

    def _end(self) -> int:
        """Where the mail ends, without the piece of a boundary line in which it was cut off."""
        line = self.raw.rfind(b"\n") + 1
        last = self.raw[line : line + _LONGEST_LINE]
        if not last.startswith(b"--") or not any(
            (b"--" + each.boundary + b"--").startswith(last) for each in self.open
        ):
            return len(self.raw)
        return self._before(line)

    def describe(self, block: Block, *, default_type: str) -> Part:
        """A part as its fields describe it, without its place."""
        fields: dict[str, bytes] = {}
        for name, value in block.fields:
            fields.setdefault(name.lower(), value)
        content = self._parametered(fields.get("content-type"))
        disposition = self._parametered(fields.get("content-disposition"))
        file_name = (
            disposition.parameters.get("filename")
            or content.parameters.get("name")
            or disposition.parameters.get("name", "")
        )
        boundary = content.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        return Part(
            self._type(content.value or default_type, is_file=bool(file_name)),
            charset=content.parameters.get("charset", ""),
            boundary=boundary,
            root=content.parameters.get("start", "").strip("<> "),
            disposition=disposition.value,
            file_name=file_name,
            content_id=self._text(fields.get("content-id")).strip("<> "),
            location="".join(self._text(fields.get("content-location")).split()),
            encoding=self._text(fields.get("content-transfer-encoding")),
            flowed=_flowed(content.parameters),
        )

    def _type(self, named: str, *, is_file: bool) -> str:
        """The content type to go by: what is no type is text or a file."""
        named = _SHORT_TYPES.get(named, "".join(named.split()))
        if not _TYPE.fullmatch(named):
            return "application/octet-stream" if is_file else "text/plain"
        return named

    def _next_line(self, at: int) -> int:
        """The first line from `at` on that begins like a boundary, -1 when there is none."""
        if self.raw.startswith(b"--", at):
            return at
        found = self.raw.find(b"\n--", at)
        return found + 1 if found >= 0 else -1

    def _take(self, line: int, line_end: int) -> int:
        """Look at one line that begins like a boundary; where to go on."""
        name = self.raw[line + 2 : line_end].rstrip()
        level = self.levels.get(name)
        closing = level is None and name.endswith(b"--")
        if closing:
            level = self.levels.get(name[:-2])
        if level is None:
            return line_end - 1
        self._close(level + (not closing), self._before(line))
        if closing:
            return line_end - 1
        parent = self.open[level]
        block = read_block(self.raw, start=line_end, end=len(self.raw), limits=self.limits)
        self.faults |= block.faults
        self.overfull |= block.overfull
        default_type = "message/rfc822" if parent.content_type == "multipart/digest" else "text/plain"
        part = self.describe(block, default_type=default_type)
        part.start = part.end = block.body
        parent.children.append(part)
        self.parts += 1
        self.current = part
        self._enter(part)
        return block.body

    def _enter(self, part: Part) -> None:
        """Open a multipart; one that repeats the boundary of an outer one has it until it is closed."""
        if not part.content_type.startswith("multipart/"):
            return
        if not self.open:
            self._mend_boundary(part)
        if not part.boundary:
            self.faults.add(Fault.BOUNDARY_MISSING)
            part.content_type = "text/plain"
            return
        self.current = None
        self.levels[part.boundary] = len(self.open)
        self.open.append(part)

    def _mend_boundary(self, top: Part) -> None:
        """Take the boundary that is used, when the one that is named is not."""
        if top.boundary and self.raw.find(b"--" + top.boundary, top.start) >= 0:
            return
        found = _UNDECLARED.search(self.raw, top.start, top.start + _SEARCHED)
        if found:
            self.faults.add(Fault.BOUNDARY_MISSING)
            top.boundary = found[1]

    def _close(self, level: int, end: int) -> None:
        """End the part being read and the multiparts from `level` inwards at `end`."""
        ended = self.open[level:]
        del self.open[level:]
        for part in ended:
            if self.levels.get(part.boundary, -1) >= level:
                del self.levels[part.boundary]
                self._give_back(part.boundary)
            if not part.children:
                self.faults.add(Fault.BOUNDARY_MISSING)
                part.content_type = "text/plain"
        for last in (*ended, self.current):
            if last is not None:
                last.end = max(last.start, end)
        self.current = None

    def _give_back(self, boundary: bytes) -> None:
        """Let a boundary belong to the innermost open part again that has it too."""
        for level in range(len(self.open) - 1, -1, -1):
            if self.open[level].boundary == boundary:
                self.levels[boundary] = level
                return

    def _before(self, line: int) -> int:
        """Where a body ends that a boundary line follows: the line end before the boundary belongs to the boundary."""
        end = max(line - 1, 0)
        return end - 1 if self.raw[end - 1 : end] == b"\r" else end

    def _over_limit(self, seen: int) -> Quarantine:
        if len(self.open) > self.limits.nesting:
            return Quarantine.NESTED_TOO_DEEP
        if self.parts > self.limits.parts or seen > self.limits.delimiter_lines:
            return Quarantine.TOO_MANY_PARTS
        return Quarantine.TOO_MANY_HEADERS if self.overfull else Quarantine.NONE

    def _parametered(self, value: bytes | None) -> Parametered:
        if value is None:
            return _NOTHING
        found = read_parametered(self._text(value), limits=self.limits)
        if found.cut:
            self.faults.add(Fault.PARAMETERS_CUT)
        return found

    def _text(self, value: bytes | None) -> str:
        if value is None:
            return ""
        if not value.isascii() and not self.charset and not fits(value, "utf-8"):
            self.charset = charset_of_raw_octets(self.raw, block=self.block, value=value)
        return value_text(value, limits=self.limits, charset=self.charset)


def _flowed(parameters: Mapping[str, str]) -> Flowed:
    if parameters.get("format", "").lower() != "flowed":
        return Flowed.NO
    return Flowed.WITHOUT_SPACE if parameters.get("delsp", "").lower() == "yes" else Flowed.YES
