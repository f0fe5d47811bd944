"""Texts that are neither plain nor HTML made plain: appointments, and the rich text of RFC 1896 and RFC 1341."""

import re
from collections.abc import Iterator

_FOLD = re.compile(r"\n[ \t]")
_SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "ORGANIZER", "DESCRIPTION")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_PARAM = re.compile(r"<param>[^<]*+</param>", re.IGNORECASE)
_COMMAND = re.compile(r"</?[a-z0-9-]{1,60}>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\n(\n*)")
_NEW_LINE = re.compile(r"<nl>", re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")


def calendar_to_text(source: str) -> str:
    """What the appointments of a calendar are about, one property a line (RFC 5545); `""` when there is none."""
    return "\n".join(_calendar_lines(_FOLD.sub("", source)))


def enriched_to_text(source: str) -> str:
    """The text of text/enriched or text/richtext: without commands, a single line end is a blank, `<<` is a `<`."""
    joined = _LINE_ENDS.sub(lambda found: found[1] or " ", source)
    pieces = (_COMMAND.sub("", _NEW_LINE.sub("\n", _PARAM.sub("", piece))) for piece in joined.split("<<"))
    return "<".join(pieces)


def _calendar_lines(source: str) -> Iterator[str]:
    is_appointment = False
    for line in source.split("\n"):
        head, _, value = line.partition(":")
        name = head.partition(";")[0].strip().upper()
        if name in ("BEGIN", "END"):
            is_appointment = name == "BEGIN" and value.strip().upper() in ("VEVENT", "VTODO")
        elif is_appointment and name in _SHOWN:
            yield f"{name.capitalize()}: {_calendar_value(name, value)}"


def _calendar_value(name: str, value: str) -> str:
    time = _TIME.fullmatch(value.strip()) if name.startswith("DT") else None
    if time:
        clock = f" {time[4]}:{time[5]}{' UTC' if time[6] else ''}" if time[4] else ""
        return f"{time[1]}-{time[2]}-{time[3]}{clock}"
    if name == "ORGANIZER":
        return value.strip().lower().removeprefix("mailto:")
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()
