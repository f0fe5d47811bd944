"""Mails written by hand, a few lines each: a part is its fields and its body, a mail is fields above a part."""

import base64
import quopri

CRLF = b"\r\n"


def encoded(text: str | bytes, *, charset: str = "utf-8", transfer: str = "8bit") -> bytes:
    """The octets of a body in a charset and a Content-Transfer-Encoding."""
    octets = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode(charset, "replace")
    if transfer == "base64":
        return base64.encodebytes(octets).replace(b"\n", CRLF)
    return quopri.encodestring(octets) if transfer == "quoted-printable" else octets


def part(
    content_type: str, body: str | bytes, *, charset: str = "", codec: str = "", transfer: str = "8bit", more: str = ""
) -> bytes:
    """One part with its fields.

    :param charset: the label; empty for none.
    :param codec: what the body is really written in, where the label lies or Python has no such name.
    :param more: further field lines.
    """
    parameter = f"; charset={charset}" if charset else ""
    lines = [f"Content-Type: {content_type}{parameter}", f"Content-Transfer-Encoding: {transfer}", *more.splitlines()]
    octets = encoded(body, charset=codec or charset or "utf-8", transfer=transfer)
    return "\r\n".join([*lines, "", ""]).encode() + octets


def multipart(kind: str, *parts: bytes, boundary: str = "=_one", more: str = "") -> bytes:
    """Parts between boundaries; `kind` is `mixed`, `alternative` and so on, `more` further parameters."""
    mark = b"--" + boundary.encode()
    top = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n'.encode()
    return top + b"".join(mark + CRLF + each + CRLF for each in parts) + mark + b"--" + CRLF


def mail(
    content: bytes,
    *,
    sender: str | None = "Ann Lee <ann@customer.example>",
    to: str | None = "Support <support@example.com>",
    subject: str | None = "Printer",
    number: int | str = 1,
    more: str = "",
) -> bytes:
    """A whole mail: the fields that are not None, further field lines, then a part."""
    fields = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Message-ID": f"<{number}@customer.example>",
        "MIME-Version": "1.0",
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([*more.splitlines(), *lines, ""]).encode("utf-8", "surrogateescape") + content


def plain(text: str, *, charset: str = "utf-8", codec: str = "", transfer: str = "8bit", more: str = "") -> bytes:
    """A text part."""
    return part("text/plain", text, charset=charset, codec=codec, transfer=transfer, more=more)


def html(markup: str, *, charset: str = "utf-8", transfer: str = "quoted-printable") -> bytes:
    """An HTML part."""
    return part("text/html", markup, charset=charset, transfer=transfer)


def file(name: str, content_type: str, content: bytes, *, inline_id: str = "") -> bytes:
    """An attachment, or with `inline_id` a picture that the HTML shows."""
    shown = f"Content-Disposition: inline\nContent-ID: <{inline_id}>" if inline_id else ""
    kept = f'Content-Disposition: attachment; filename="{name}"'
    return part(content_type, content, transfer="base64", more=shown or kept)
