"""Which parts of a mail are shown as its text, and which are kept as files."""

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

import attrs

from .charset_names import codec_for
from .charsets import decode
from .cleaning import body_text, one_line
from .fields import read_block, value_text
from .filenames import safe_file_name
from .flowed import unflow
from .html_text import html_to_text
from .limits import MailLimits
from .mail import Attachment, Fault
from .other_texts import calendar_to_text, enriched_to_text
from .structure import Flowed, Part
from .transfer import decode_transfer
from .words import decode_words

_CONTENT_REFERENCE = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta\s[^<>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([a-z0-9_:.-]{1,40})", re.IGNORECASE)
_META_OCTETS = 2_048
_RICH = frozenset({"text/enriched", "text/richtext"})
_SHOWABLE = frozenset({"text/plain", "text/html", "text/markdown", "text/x-markdown"}) | _RICH
_MAILS = frozenset({"message/rfc822", "message/global"})
_CALENDAR = 100_000
_LOCATIONS = 50
_SUBJECT_OCTETS = 2_000


@attrs.frozen
class Bodies:
    """The text to show, the HTML it may come from (decoded, not cleaned), all other parts, and what was odd."""

    text: str = ""
    untrusted_html: str = ""
    attachments: tuple[Attachment, ...] = ()
    faults: frozenset[Fault] = frozenset()


@attrs.frozen
class _Segment:
    """One stretch of what is shown: plain text, HTML, or both when they are alternatives of each other."""

    text: str = ""
    html: str = ""


def read_bodies(raw: bytes, *, top: Part, limits: MailLimits) -> Bodies:
    """Choose what is shown of the tree of parts; every part that is not shown becomes an attachment.

    Of alternatives the last plain one gives the text and the last HTML one the HTML (RFC 2046 section 5.1.4); of
    related parts the root is shown; of a signed mail or a report the first part; otherwise texts are shown one below
    the other.
    """
    reader = _Reader(raw, limits)
    segments = reader.shown(top, named_too=True) or reader.shown_for_want_of_others(top)
    text = reader.text_of(segments)
    markup = _html_of(segments)
    referred = {unquote(html.unescape(reference)) for reference in _CONTENT_REFERENCE.findall(markup)}
    referred_places = {place for place in list(reader.places.values())[:_LOCATIONS] if place in markup}
    attachments = tuple(
        attrs.evolve(attachment, inline=True)
        if attachment.content_id in referred or reader.places.get(number) in referred_places
        else attachment
        for number, attachment in enumerate(reader.attachments)
    )
    if not text and not markup:
        reader.faults.add(Fault.NO_BODY)
    return Bodies(text, markup, attachments, frozenset(reader.faults))


@attrs.define(eq=False)
class _Reader:
    """The walk over the tree, with what it has gathered so far."""

    raw: bytes
    limits: MailLimits
    attachments: list[Attachment] = attrs.field(factory=list)
    places: dict[int, str] = attrs.field(factory=dict)  # the Content-Location of attachments, by their place
    faults: set[Fault] = attrs.field(factory=set)
    bodies: int = 0

    def shown(self, part: Part, *, named_too: bool = False) -> list[_Segment]:
        """The segments of a part; what it does not show is added to the attachments.

        :param named_too: whether a text with a file name is a body all the same, unless it is marked as attachment.
        """
        if not part.children:
            return self._leaf(part, named_too=named_too)
        match part.content_type:
            case "multipart/alternative":
                return self._alternative(part)
            case "multipart/related":
                return self._related(part)
            case "multipart/signed" | "multipart/report":
                return self._one_of(part, part.children[0])
            case "multipart/encrypted":
                return self._one_of(part, None)
        return [segment for child in part.children for segment in self.shown(child)]

    def shown_for_want_of_others(self, top: Part) -> list[_Segment]:
        """What is shown when no part is a body: the only part, the first text with a name, an appointment.

        They are files all the same, and once.
        """
        kept = len(self.attachments)
        segments = self._second_choice(top)
        del self.attachments[kept:]
        return segments

    def _second_choice(self, top: Part) -> list[_Segment]:
        leaves = list(_leaves(top))
        texts = [leaf for leaf in leaves if leaf.content_type in _SHOWABLE]
        named = [leaf for leaf in texts if leaf.disposition != "attachment" or len(leaves) == 1]
        for leaf in named[:1]:
            return self._segments(leaf)
        for leaf in leaves:
            if leaf.content_type == "text/calendar" and (text := calendar_to_text(self._decoded(leaf, _CALENDAR))):
                return [_Segment(text)]
        # A kind of text that is not known is read as plain text (RFC 2046 section 4.1.4), unless it holds data.
        unknown = [leaf for leaf in leaves if leaf.content_type.startswith("text/x-") and not leaf.file_name]
        for leaf in unknown[:1]:
            return self._segments(leaf)
        return []

    def text_of(self, segments: list[_Segment]) -> str:
        """The plain text of the segments; HTML without a plain alternative is turned into text."""
        texts: list[str] = []
        left = self.limits.html_characters
        for segment in segments:
            text = segment.text
            if not text and segment.html:
                text, flattened = html_to_text(segment.html, limits=attrs.evolve(self.limits, html_characters=left))
                left = max(0, left - len(segment.html))
                if flattened:
                    self.faults.add(Fault.HTML_FLATTENED)
            texts.append(text.strip("\n"))
        return "\n\n".join(text for text in texts if text.strip())[: self.limits.text_characters]

    def _leaf(self, part: Part, *, named_too: bool) -> list[_Segment]:
        is_body = part.content_type in _SHOWABLE and part.disposition != "attachment"
        if not is_body or (part.file_name and not named_too) or self.bodies == self.limits.body_parts:
            self._attach(part)
            return []
        self.bodies += 1
        return self._segments(part)

    def _segments(self, part: Part) -> list[_Segment]:
        is_html = part.content_type == "text/html"
        text = self._decoded(part, self.limits.untrusted_html_characters if is_html else self.limits.text_characters)
        if part.content_type in _RICH:
            text = enriched_to_text(text)
        if not text.strip():
            return []
        return [_Segment(html=text) if is_html else _Segment(text=text)]

    def _decoded(self, part: Part, characters: int) -> str:
        """The text of a part, at most so many characters; a longer one is shown cut and kept whole as a file."""
        octets = self._octets(part)
        most_octets = 4 * characters  # no charset of a mail takes more for a character
        meta = _META_CHARSET.search(octets, 0, _META_OCTETS) if part.content_type == "text/html" else None
        fallback = meta[1].decode("ascii") if meta else ""
        text, repaired = decode(octets[:most_octets], label=part.charset, fallback=fallback, guess=True)
        if repaired:
            self.faults.add(Fault.CHARSET_REPAIRED)
        if codec_for(part.charset) == "utf-7":
            self.faults.add(Fault.UTF7)
        if len(text) > characters or len(octets) > most_octets:
            self.faults.add(Fault.TEXT_CUT)
            self._attach(part, octets)
        text = body_text(text[:characters])
        if part.flowed is Flowed.NO or part.content_type != "text/plain":
            return text
        return unflow(text, delete_space=part.flowed is Flowed.WITHOUT_SPACE)

    def _alternative(self, part: Part) -> list[_Segment]:
        choices = [self.shown(child, named_too=True) for child in part.children]
        plain = next((choice for choice in reversed(choices) if choice and not _html_of(choice)), [])
        rich = next((choice for choice in reversed(choices) if _html_of(choice)), [])
        for child, choice in zip(part.children, choices, strict=True):
            if choice and choice is not plain and choice is not rich:
                self._keep_texts(child)
        if plain and rich:
            return [_Segment(self.text_of(plain), _html_of(rich))]
        return plain or rich

    def _keep_texts(self, part: Part) -> None:
        """Keep the texts of an alternative that is not shown; its other parts were kept when it was looked through."""
        if not part.children and part.content_type in _SHOWABLE and part.disposition != "attachment":
            self._attach(part)
        for child in part.children:
            self._keep_texts(child)

    def _one_of(self, part: Part, chosen: Part | None) -> list[_Segment]:
        """Show one child and keep the others as files."""
        segments: list[_Segment] = []
        for child in part.children:
            if child is chosen:
                segments = self.shown(child, named_too=True)
            else:
                self._attach_all(child)
        return segments

    def _related(self, part: Part) -> list[_Segment]:
        """The root with its pictures; a plain text beside an HTML one is its alternative, though it should not stand there."""
        root = self._root_of(part)
        rich = next(
            (child for child in part.children if child.content_type == "text/html" and not child.file_name), None
        )
        if root.content_type != "text/plain" or rich is None or part.root:
            return self._one_of(part, root)
        for child in part.children:
            if child is not root and child is not rich:
                self._attach_all(child)
        return self._alternative(Part("multipart/alternative", children=[root, rich]))

    def _root_of(self, part: Part) -> Part:
        """The part of multipart/related that refers to the others (RFC 2387 section 3.2)."""
        return next((child for child in part.children if part.root and child.content_id == part.root), part.children[0])

    def _attach_all(self, part: Part) -> None:
        if not part.children:
            self._attach(part)
        for child in part.children:
            self._attach_all(child)

    def _attach(self, part: Part, octets: bytes | None = None) -> None:
        octets = self._octets(part) if octets is None else octets
        name = part.file_name or (_subject_of(octets, self.limits) if part.content_type in _MAILS else "")
        name = safe_file_name(name, content_type=part.content_type, number=len(self.attachments) + 1)
        if part.location:
            self.places[len(self.attachments)] = part.location
        content_id = one_line(part.content_id)
        self.attachments.append(Attachment(name, part.content_type, octets, content_id=content_id))

    def _octets(self, part: Part) -> bytes:
        octets, fault = decode_transfer(self.raw[part.start : part.end], encoding=part.encoding)
        if fault:
            self.faults.add(fault)
        return octets


def _leaves(part: Part) -> Iterator[Part]:
    """The parts without parts, in their order."""
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)


def _subject_of(octets: bytes, limits: MailLimits) -> str:
    """The subject of a mail inside the mail, fit to be a file name; `""` when it has none."""
    block = read_block(octets, start=0, end=len(octets), limits=limits)
    subject = value_text((block.first("subject") or b"")[:_SUBJECT_OCTETS], limits=limits)
    return one_line(decode_words(subject)).replace("/", "_").replace("\\", "_")


def _html_of(segments: list[_Segment]) -> str:
    """The HTML of the segments, plain ones among them as preformatted text; empty when all are plain."""
    if not any(segment.html for segment in segments):
        return ""
    return "\n".join(segment.html or f"<pre>{html.escape(segment.text)}</pre>" for segment in segments)
