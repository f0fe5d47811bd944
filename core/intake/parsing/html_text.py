"""HTML to plain text: inscriptis for what is of ordinary size and depth, a flat walk for the rest."""

import re
from collections.abc import Iterator
from copy import copy

from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree, html

from .cleaning import body_text
from .limits import MIB, MailLimits

# A picture inside an attribute is most of such a mail and none of its text.
_DATA_URL = re.compile(r"data:[a-z0-9.+/-]*+[;,][^\"'<>\s]{200,}+", re.IGNORECASE)
_SEARCHED_FOR_DATA = 8 * MIB
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_UNSHOWN = frozenset({"head", "script", "style", "title", "template", "object", "iframe", "svg", "math"})
_BLOCK_NAMES = (
    "address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p"
    " pre section table td th tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_TAG = re.compile(r"<[^<>]*+>")
_BLANKS = re.compile(r"\s+")
_MANY_EMPTY = re.compile(r"\n{3,}")
_MAX_TABLE_CHARACTERS = 2_000_000
_QUOTE_BEGINS, _QUOTE_ENDS = "\ufdd0", "\ufdd1"  # noncharacters: nobody's text
_INDENTED_ONLY = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
_DEEPEST_QUOTE = 9


def html_to_text(source: str, *, limits: MailLimits) -> tuple[str, bool]:
    """The text that a reader of the HTML sees.

    Markup that is hidden, scripts and styles are left out. Quoted lines stand behind ``>``, as in plain mail. Very long,
    deep or full markup is walked flat, without lists and tables being laid out, so that time and memory stay in proportion.

    :param source: HTML of any kind, untrusted.
    :returns: the text, and whether it was cut or flattened.
    """
    if len(source) > limits.html_characters:
        source = _DATA_URL.sub("", source[:_SEARCHED_FOR_DATA])
    tree = _parsed(source[: limits.html_characters])
    if tree is None:
        return "", len(source) > limits.html_characters
    _mark_quotes(tree)
    _empty_unshown(tree)
    text, flat = _text_of(tree, limits)
    if flat and not text.strip():
        # The tree ends at the depth where libxml2 stops; what stands below is still in the source.
        text = _TAG.sub("\n", source[: limits.html_characters])
    text = _with_quote_signs(body_text(text))  # numeric references may have brought controls back
    lines = text.split("\n")
    text = "\n".join(line.rstrip(" \t\xa0") for line in lines)
    return _MANY_EMPTY.sub("\n\n", text).strip("\n"), flat or len(source) > limits.html_characters


def _parsed(source: str) -> html.HtmlElement | None:
    """The tree of the source; a parser without network, and None when nothing is left to see."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def _mark_quotes(tree: html.HtmlElement) -> None:
    """Put a mark where each quote begins and ends, which lasts through the layout; what is only indented is no quote."""
    for element in tree.iter("blockquote"):
        if element.get("type") != "cite" and _INDENTED_ONLY.search(element.get("style", "")):
            continue
        element.text = _QUOTE_BEGINS + (element.text or "")
        if len(element):
            element[-1].tail = (element[-1].tail or "") + _QUOTE_ENDS
        else:
            element.text += _QUOTE_ENDS


def _with_quote_signs(text: str) -> str:
    """The text with the lines between the marks behind signs, and without the marks and the lines that hold nothing else."""
    if _QUOTE_BEGINS not in text:
        return text
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        inside = depth + line.count(_QUOTE_BEGINS)
        bare = line.replace(_QUOTE_BEGINS, "").replace(_QUOTE_ENDS, "")
        if bare.strip() or bare == line:
            lines.append(f"{'>' * min(inside, _DEEPEST_QUOTE)} {bare}" if inside else bare)
        depth = max(inside - line.count(_QUOTE_ENDS), 0)
    return "\n".join(lines)


def _empty_unshown(tree: html.HtmlElement) -> None:
    """Empty what is not shown and drop every attribute: sizes in them could blow up the layout."""
    for element in list(tree.iter(etree.Element)):
        if element.tag in _UNSHOWN or _HIDDEN_STYLE.search(element.get("style", "")):
            element.clear(keep_tail=True)
        else:
            element.attrib.clear()


def _is_excessive(tree: html.HtmlElement, limits: MailLimits) -> bool:
    """Whether laying the tree out could take long: too many elements, too deep, or wide cells in many rows."""
    depth = deepest = count = rows = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        count += event == "start"
        rows += event == "start" and element.tag in ("tr", "br", "p", "div", "li")
    if deepest > limits.html_depth or count > limits.html_elements:
        return True
    has_table = tree.find(".//table") is not None
    return has_table and rows * sum(map(len, tree.itertext())) > _MAX_TABLE_CHARACTERS


def _text_of(tree: html.HtmlElement, limits: MailLimits) -> tuple[str, bool]:
    """The text of the tree, and whether it was walked flat."""
    if _is_excessive(tree, limits):
        return "".join(_flat_pieces(tree)), True
    try:
        return _laid_out(tree), False
    except Exception:  # noqa: BLE001 - a stranger's markup in another project's code: the flat text serves and is marked
        return "".join(_flat_pieces(tree)).replace("&amp;", "&"), True


def _laid_out(tree: html.HtmlElement) -> str:
    # inscriptis resolves references once more than the parser did: "&amp;lt;" would be shown as "<".
    for element in tree.iter(etree.Element):
        if element.text and "&" in element.text:
            element.text = _escaped(element.text)
        if element.tail and "&" in element.tail:
            element.tail = _escaped(element.tail)
    # inscriptis hangs its canvas on the profile's body element: with the shared profile two threads would write their
    # texts into each other's mail.
    profile = {**STRICT_CSS_PROFILE, "body": copy(STRICT_CSS_PROFILE["body"])}
    return str(Inscriptis(tree, ParserConfig(css=profile)).get_text())


def _escaped(text: str) -> str:
    return body_text(text).replace("&", "&amp;")


def _flat_pieces(tree: html.HtmlElement) -> Iterator[str]:
    """The text of the tree in document order, a line end around every block."""
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _BLOCKS:
            yield "\n"
        text = element.text if event == "start" else element.tail
        if text:
            yield _BLANKS.sub(" ", text)
