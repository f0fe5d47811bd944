"""One mail and what it must be read as."""

import attrs


@attrs.frozen(kw_only=True)
class Sample:
    """A raw mail and what reading it must give; what is None is not asked.

    :param files: name, type and size of each attachment in their order.
    :param inline: the Content-IDs of what is inline, in their order.
    """

    id: str
    raw: bytes = attrs.field(repr=False)
    subject: str | None = None
    name: str | None = None
    address: str | None = None
    text: str | None = None
    html: str | None = None
    files: tuple[tuple[str, str, int], ...] | None = None
    inline: tuple[str, ...] | None = None


def crlf(text: str | bytes) -> bytes:
    """The octets of a mail written with plain line feeds; one octet for one character below U+0100."""
    octets = text.encode("latin-1") if isinstance(text, str) else text
    return octets.replace(b"\n", b"\r\n")


def letter(
    body: bytes,
    *,
    kind: str = "",
    encoding: str = "",
    subject: bytes = b"Hello",
    sender: bytes = b"Ann Lee <ann@example.org>",
) -> bytes:
    """An ordinary mail round the body; the lines of body, type and fields end as they are given."""
    fields = [
        b"From: " + sender,
        b"To: support@example.com",
        b"Subject: " + subject,
        b"Date: Mon, 2 Jun 2025 10:00:00 +0200",
        b"Message-ID: <1@example.org>",
        b"MIME-Version: 1.0",
    ]
    if kind:
        fields.append(b"Content-Type: " + kind.encode())
    if encoding:
        fields.append(b"Content-Transfer-Encoding: " + encoding.encode())
    return b"\r\n".join(fields) + b"\r\n\r\n" + body
