"""The files of an agent's words: which of them go along with the mail, and what the mail says of the others.

Everything that the agent attached goes, of whatever type, for it is the agent's to judge; only the size is limited. Files of
end users' messages are not passed on: they stay with the ticket.
"""

from collections.abc import Mapping, Sequence
from html import escape

import attrs

from ..contract.events import Event
from ..contract.kinds import Correspondence, Plugin
from ..contract.tickets import Attachment, Entry, EntryKind
from .rendering import Words

_SIGNATURE = "\n-- \n"


@attrs.frozen
class Carried:
    """Which files go along, in the order of the entry, and which are too large for that."""

    files: tuple[Attachment, ...] = ()
    left_out: tuple[Attachment, ...] = ()


def carried(event: Event, manner: type[Plugin], *, largest_kib: int) -> Carried:
    """The files of the reply that a notice carries; none for every other notice.

    The small ones go first: if not all of them fit into `largest_kib`, the largest are left out.
    """
    entry: Entry | None = getattr(event, "entry", None)
    if entry is None or entry.kind is not EntryKind.REPLY or not issubclass(manner, Correspondence):
        return Carried()
    left, going = largest_kib * 1024, set()
    files = _each_once(entry.attachments)
    for place, file in sorted(enumerate(files), key=lambda pair: pair[1].size):
        if file.size <= left:
            left -= file.size
            going.add(place)
    return Carried(
        tuple(file for place, file in enumerate(files) if place in going),
        tuple(file for place, file in enumerate(files) if place not in going),
    )


def telling_of(words: Words, left_out: Sequence[Attachment], *, links: Mapping[str, str]) -> Words:
    """The words of the mail, in text and HTML also those about the files that did not go along.

    They are added to the rendered words, so that no template of a desk can leave them out.

    :param links: where a file can be fetched, by its digest.
    """
    if not left_out:
        return words
    lines = [(f"Too large to be mailed: {_shown(file)}", links.get(file.digest, "")) for file in left_out]
    text = "\n".join(f"{line}\n{link}" if link else line for line, link in lines)
    html = "".join(f"<p>{escape(line)}{_anchor(link)}</p>\n" for line, link in lines)
    return attrs.evolve(words, text=_into_text(words.text, text), html=_into_html(words.html, html))


def _each_once(files: Sequence[Attachment]) -> list[Attachment]:
    """The files without repetitions: a picture that the HTML names twice travels once."""
    return list(dict.fromkeys(files))


def _shown(file: Attachment) -> str:
    name = "".join(each if each.isprintable() else "_" for each in file.file_name)
    return f"{name} ({_size(file.size)})"


def _size(octets: int) -> str:
    """The size as people say it, in units of a thousand."""
    if octets < 1_000_000:
        return f"{max(octets // 1000, 1)} kB"
    megabytes = octets / 1_000_000
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"


def _anchor(link: str) -> str:
    return f'<br><a href="{escape(link)}">{escape(link)}</a>' if link else ""


def _into_text(text: str, more: str) -> str:
    body, mark, signature = text.rpartition(_SIGNATURE)
    if not mark:
        body, signature = text, ""
    return f"{body.rstrip()}\n\n{more}\n{mark}{signature}"


def _into_html(html: str, more: str) -> str:
    if not html:
        return html
    end = html.lower().rfind("</body>")
    return f"{html}\n{more}" if end < 0 else f"{html[:end]}{more}{html[end:]}"
