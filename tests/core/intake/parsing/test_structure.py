"""The parts of a mail, held against the standard library's parser on mails that both must read alike."""

import email
from email.message import Message

from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell.core.intake.parsing.fields import read_block
from deskbell.core.intake.parsing.limits import DEFAULT_LIMITS
from deskbell.core.intake.parsing.structure import Part, read_structure

LINES = (b"text", b"", b"-- ", b"--", b"--unknown", b"Header: like", b" indented", b"--b0x", b"\xe4\xb8", b"a" * 80)
TYPES = (b"text/plain", b"text/html", b"application/pdf", b"image/png")

bodies = st.lists(st.sampled_from(LINES), max_size=4).map(b"\n".join)
leaves = st.tuples(st.sampled_from(TYPES), bodies)
trees = st.recursive(leaves, lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=8)
Tree = tuple[bytes, bytes] | list["Tree"]


def written(tree: Tree, *, closed: bool, extra: bytes, level: int = 0) -> bytes:
    """The tree as a part with its header; `extra` stands before the first and after the last boundary."""
    if isinstance(tree, tuple):
        return b"Content-Type: " + tree[0] + b"\n\n" + tree[1]
    delimiter = b"--b%d" % level
    children = [written(child, closed=closed, extra=extra, level=level + 1) for child in tree]
    head = b"Content-Type: multipart/mixed; boundary=b%d\n\n" % level
    parts = b"\n".join(delimiter + b"\n" + child for child in children)
    return head + extra + parts + (b"\n" + delimiter + b"--\n" + extra if closed else b"")


def ours(raw: bytes) -> list[tuple[str, bytes]]:
    """The types and bodies of the parts without children as we find them."""
    block = read_block(raw, start=0, end=len(raw), limits=DEFAULT_LIMITS)
    found: list[tuple[str, bytes]] = []

    def walk(part: Part) -> None:
        if not part.children:
            found.append((part.content_type, raw[part.start : part.end]))
        for child in part.children:
            walk(child)

    walk(read_structure(raw, block=block, limits=DEFAULT_LIMITS).top)
    return found


def theirs(message: Message) -> list[tuple[str, object]]:
    """The same as the standard library finds it."""
    return [
        (part.get_content_type(), part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()
    ]


@settings(max_examples=400, deadline=None, database=None, print_blob=True)
@given(trees, st.booleans(), st.sampled_from([b"", b"preamble\n", b"\n"]), st.booleans())
def test_parts_are_those_of_the_standard_library(tree: Tree, closed: bool, extra: bytes, crlf: bool) -> None:
    raw = b"Subject: x\n" + written(tree, closed=closed, extra=extra)
    raw += b"" if closed else b"\ntorn off"  # at a torn end the other parser drops a line end
    if crlf:
        raw = raw.replace(b"\n", b"\r\n")
    assert ours(raw) == theirs(email.message_from_bytes(raw))
