"""Which parts of a mail are shown as its text, and which are kept as files."""

import html
import re
from urllib.parse import unquote

import attrs

from .charsets import codec_for, decode
from .cleaning import body_text, one_line
from .filenames import safe_file_name
from .html_text import html_to_text
from .limits import MailLimits
from .mail import Attachment, Fault
from .structure import Part
from .transfer import decode_transfer

_CONTENT_REFERENCE = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta\s[^<>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([a-z0-9_:.-]{1,40})", re.IGNORECASE)
_META_OCTETS = 2_048
_SHOWABLE = frozenset({"text/plain", "text/html"})


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
    segments = reader.shown(top, named_too=True)
    text = reader.text_of(segments)
    markup = _html_of(segments)
    referred = {unquote(html.unescape(reference)) for reference in _CONTENT_REFERENCE.findall(markup)}
    attachments = tuple(
        attrs.evolve(attachment, inline=True) if attachment.content_id in referred else attachment
        for attachment in reader.attachments
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
                return self._one_of(part, self._root_of(part))
            case "multipart/signed" | "multipart/report":
                return self._one_of(part, part.children[0])
            case "multipart/encrypted":
                return self._one_of(part, None)
        return [segment for child in part.children for segment in self.shown(child)]

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
        is_html = part.content_type == "text/html"
        text = self._decoded(part, self.limits.untrusted_html_characters if is_html else self.limits.text_characters)
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
            self._attach(part)
        return body_text(text[:characters])

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

    def _root_of(self, part: Part) -> Part:
        """The part of multipart/related that refers to the others (RFC 2387 section 3.2)."""
        return next((child for child in part.children if part.root and child.content_id == part.root), part.children[0])

    def _attach_all(self, part: Part) -> None:
        if not part.children:
            self._attach(part)
        for child in part.children:
            self._attach_all(child)

    def _attach(self, part: Part) -> None:
        number = len(self.attachments) + 1
        name = safe_file_name(part.file_name, content_type=part.content_type, number=number)
        content_id = one_line(part.content_id)
        self.attachments.append(Attachment(name, part.content_type, self._octets(part), content_id=content_id))

    def _octets(self, part: Part) -> bytes:
        octets, fault = decode_transfer(self.raw[part.start : part.end], encoding=part.encoding)
        if fault:
            self.faults.add(fault)
        return octets


def _html_of(segments: list[_Segment]) -> str:
    """The HTML of the segments, plain ones among them as preformatted text; empty when all are plain."""
    if not any(segment.html for segment in segments):
        return ""
    return "\n".join(segment.html or f"<pre>{html.escape(segment.text)}</pre>" for segment in segments)
