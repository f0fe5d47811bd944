"""Mails that want to crash, stall or fool a desk, by the threat they stand for (M10 to M20, M27, M31, M32, M35).

`hostile_mails` are small, for many rounds; `huge_mails` are as large as the threat says, each made when it is asked for.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping

from .mime import file, html, mail, multipart, part, plain

MIB = 1024 * 1024


def hostile_mails() -> Mapping[str, bytes]:
    """Every small hostile mail by its name; the same octets at every call."""
    groups = (_senders(), _subjects(), _boundaries(), _charsets(), _file_names(), _bodies(), _bare(), _bombs())
    return {name: raw for group in groups for name, raw in group.items()}


def nested(depth: int) -> bytes:
    """Multiparts in each other."""
    opening = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth))
    closing = b"".join(b"--b%d--\r\n" % i for i in reversed(range(depth)))
    return mail(opening + b"\r\ndeep\r\n" + closing)


def many_addresses(count: int) -> bytes:
    """A mail to very many."""
    return mail(plain("Hello"), to=",\r\n ".join(f"a{number}@customer.example" for number in range(count)))


def many_words(count: int) -> bytes:
    """A subject of very many encoded words."""
    return mail(plain("Hello"), subject="\r\n ".join(["=?utf-8?Q?=C3=A4?="] * count))


def many_pieces(count: int) -> bytes:
    """A file name in very many pieces of RFC 2231, the last first."""
    pieces = ";\n ".join(f"filename*{number}={number % 10}" for number in reversed(range(count)))
    return mail(
        part("application/pdf", b"%PDF", transfer="base64", more=f"Content-Disposition: attachment;\n {pieces}")
    )


def many_fields(count: int) -> bytes:
    """Very many header fields."""
    return mail(plain("Hello"), more="\n".join(["X-Nothing: y"] * count))


def many_parts(count: int) -> bytes:
    """Very many empty parts."""
    return mail(b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * count + b"--b--\r\n")


HUGE: Mapping[str, Callable[[], bytes]] = {
    "nested-101": lambda: nested(101),
    "nested-1000": lambda: nested(1_000),
    "nested-100000": lambda: nested(100_000),
    "mails-in-mails-1000": lambda: mail(b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"deep"),
    "header-line-of-1-mb": lambda: mail(plain("Hello"), subject="x" * 1_000_000),
    "fields-100000": lambda: many_fields(100_000),
    "addresses-100000": lambda: many_addresses(100_000),
    "words-16000": lambda: many_words(16_000),
    "pieces-16000": lambda: many_pieces(16_000),
    "parts-100000": lambda: many_parts(100_000),
    "from-of-brackets": lambda: mail(plain("Hello"), sender="(" * 20_000),
    "from-of-comments": lambda: mail(plain("Hello"), sender="(" * 20_000 + ")" * 20_000 + " ann@customer.example"),
    "from-of-quotes": lambda: mail(plain("Hello"), sender='"' + "a" * 20_000 + " <ann@customer.example>"),
    "attachment-of-18-mib": lambda: mail(file("big.bin", "application/octet-stream", bytes(18 * MIB))),
    "attachment-of-26-mib": lambda: mail(file("big.bin", "application/octet-stream", bytes(26 * MIB))),
    "text-of-20-mib": lambda: mail(plain("It smokes.\n" * (20 * MIB // 12))),
    "html-of-20-mib": lambda: mail(html("<div><p>x" * (20 * MIB // 9))),
    "quotes-of-8-mib": lambda: mail(plain("> quoted\n" * (8 * MIB // 10))),
    "quotes-in-quotes": lambda: mail(plain("\n".join(">" * depth + " x" for depth in range(2_000)))),
    "zeros": lambda: b"\0" * (20 * MIB),
    "carriage-returns": lambda: mail(plain("x")) + b"\r" * (20 * MIB),
}
"""How to make each mail that is as large as its threat says."""


def _senders() -> dict[str, bytes]:
    """M15 and M20: From fields that name nobody, somebody else, or two people."""
    values = {
        "open-brackets": "(" * 500,
        "deep-comments": "(" * 200 + ")" * 200 + " ann@customer.example",
        "open-quote": '"ann <ann@customer.example>',
        "comment-inside": "alice@trusted.example)bob@evil.example",
        "two-readings": "a@trusted.example<b@evil.example>",
        "two-mailboxes": "a@customer.example, b@customer.example",
        "group": "Friends: a@customer.example, b@customer.example;",
        "empty-group": "undisclosed-recipients:;",
        "route": "<@relay.example,@other.example:ann@customer.example>",
        "nul": "a@trusted.example\0.evil.example",
        "empty": "",
        "angle": "<>",
        "long-local": "a" * 65 + "@customer.example",
        "long-domain": "a@" + "b." * 130 + "example",
        "name-is-an-address": '"victim@customer.example" <b@evil.example>',
        "name-with-line-end": "=?utf-8?Q?x=0D=0ABcc:_victim@customer.example?= <b@evil.example>",
        "name-with-second-address": "=?utf-8?Q?a=40b.example,?= <c@evil.example>",
        "name-turned-around": "gpj.\u202eexe <ann@customer.example>",
        "homograph": "ann@customer.ex\u0430mple",
        "own-mailbox": "support@example.com",
    }
    found = {f"from-{name}": mail(plain("Hello"), sender=value) for name, value in values.items()}
    found["from-twice"] = mail(plain("Hello"), more="From: other@customer.example")
    return found


def _subjects() -> dict[str, bytes]:
    """M19 and M27: subjects that hold header lines, line ends and direction marks."""
    values = {
        "line-end-in-a-word": "=?utf-8?Q?x=0D=0ABcc:_victim@customer.example?=",
        "bare-cr": "x\rBcc: victim@customer.example",
        "line-separator": "x\u2028Bcc: victim@customer.example",
        "vertical-tab": "x\x0bBcc:\x0cvictim@customer.example",
        "turned-around": "invoice \u202egpj.exe",
        "zero-width": "in\u200bvo\u200bice",
        "surrogate": "=?utf-8?Q?=ED=A0=80?=",
        "unknown-charset": "=?no-such?B?AAAA?= =?utf-8?B?!!!?= =?utf-8?X?a?=",
        "half-characters": "=?utf-8?Q?=C3?= =?utf-8?Q?=A4?= =?utf-8?Q?=C3?=",
        "template": "{{ 7*7 }} ${7*7} {% for x in y %}",
        "tags": "Re: " * 50 + "[#100001] [#999999] Printer",
        "nul": "a\0b",
    }
    found = {f"subject-{name}": mail(plain("Hello"), subject=value) for name, value in values.items()}
    found["subject-twice"] = mail(plain("Hello"), more="Subject: Another")
    return found


def _boundaries() -> dict[str, bytes]:
    """M16: boundaries that are missing, doubled, prefixes of each other, empty or very long."""
    body = b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"
    kinds = {
        "missing": b"Content-Type: multipart/mixed\r\n\r\n" + body,
        "empty": b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----\r\n',
        "never-seen": b"Content-Type: multipart/mixed; boundary=c\r\n\r\n" + body,
        "never-closed": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body[:-7],
        "twice": b"Content-Type: multipart/mixed; boundary=b; boundary=c\r\n\r\n" + body,
        "same-inside": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body,
        "prefix": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\none\r\n--bb--\r\n--b--\r\n",
        "of-10-kb": b"Content-Type: multipart/mixed; boundary="
        + b"l" * 10_240
        + b"\r\n\r\n--"
        + b"l" * 10_240
        + b"\r\n\r\nx",
    }
    return {f"boundary-{name}": mail(content) for name, content in kinds.items()}


def _charsets() -> dict[str, bytes]:
    """M17 and M18: charsets that are unknown or lie, and octets that are none."""
    labels = {
        "unknown": ("no-such-charset", "Grüße".encode()),
        "empty": ('""', "Grüße".encode("cp1252")),
        "lying": ("us-ascii", "Grüße".encode()),
        "broken-utf-8": ("utf-8", b"Gr\xc3\x28\xff\xfe\xed\xa0\x80e"),
        "utf-7": ("utf-7", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
        "utf-16-without-mark": ("utf-16", "Hallo".encode("utf-16-be")),
        "utf-16-odd": ("utf-16le", b"H\0a\0\0\xd8l"),
        "open-escape": ("iso-2022-jp", b"\x1b$B%W%j\x1b"),
        "no-charset": ("zip", b"text"),
        "controls": ("utf-8", bytes(range(32)) + b"\x7f" + "\x80\x9f\ufffe\uffff".encode()),
    }
    found = {
        f"charset-{name}": mail(part("text/plain", octets, charset=label)) for name, (label, octets) in labels.items()
    }
    found["charset-utf-7-html"] = mail(part("text/html", labels["utf-7"][1], charset="utf-7"))
    return found


def _file_names() -> dict[str, bytes]:
    """M31 and M32: names of files that lead elsewhere, mean devices, hide what they are."""
    names = {
        "up": "../../../etc/passwd",
        "drive": "C:\\Windows\\x.exe",
        "device": "CON.txt",
        "dots": "....",
        "long": "x" * 4_000 + ".pdf",
        "emoji": "\U0001f4a9.pdf",
        "empty": "",
        "turned-around": "invoice\u202egpj.exe",
        "nul": "a\0.pdf",
        "double": "invoice.pdf.exe",
        "shortcut": "a.url",
        "quotes": 'a\\".pdf',
        "leading-dot": ".bashrc",
    }
    found = {f"file-{name}": mail(file(value, "application/octet-stream", b"x")) for name, value in names.items()}
    disposition = "Content-Disposition: attachment; "
    for name, parameter in {
        "line-end": "filename*=utf-8''a%0D%0ABcc%3A%20victim%40x.example",
        "pieces-missing": "filename*1=b; filename*0*=utf-8''a%C3; filename*7*=%A4c",
        "bad-charset": "filename*=no-such'xx'a%FFb",
        "both": "filename=\"=?utf-8?Q?a=2Fb?=\"; filename*=utf-8''c%2Fd",
    }.items():
        found[f"file-{name}"] = mail(part("text/html", "<script>alert(1)</script>", more=disposition + parameter))
    return found


def _bodies() -> dict[str, bytes]:
    """Bodies whose encoding, markup or references are wrong (M28 to M30, M35)."""
    markup = (
        "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)><style>@import url(//evil.example)</style>"
        "<plaintext><base href=//evil.example><a href='java\nscript:alert(1)'>x</a><!--><script>alert(2)</script>"
        "<img src='cid:other@ticket'><template><noscript>x&amp;lt;b&amp;gt;&#0;&#xD800;&#1114112;"
    )
    return {
        "html-of-tricks": mail(html(markup)),
        "html-of-depth": mail(html("<div>" * 600 + "deep")),
        "html-of-tables": mail(html("<table><tr><td>" * 60 + "x")),
        "html-unclosed": mail(html("<p>Hello<a href='")),
        "base64-of-noise": mail(part("text/plain", b"SGVsbG8!!\r\n=\r\n===AAAA-_-_", more="")[:-1], more="X-A: b"),
        "base64-broken": mail(
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8!!=A=B\r\n"
        ),
        "qp-broken": mail(
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=\r\n=C3=\r\n=\r\n"
        ),
        "unknown-encoding": mail(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-rot13\r\n\r\nUryyb\r\n"),
        "type-is-none": mail(b"Content-Type: text\r\n\r\nHello\r\n"),
        "long-line": mail(plain("x" * 50_000)),
        "quotes-deep": mail(plain("\n".join(">" * depth + " x" for depth in range(200)))),
        "only-quotes": mail(plain("> a\n" * 500)),
        "external-body": mail(part('message/external-body; access-type=local-file; name="secret.txt"', "\n")),
        "smuggling": mail(plain("Hello\n.\r\nMAIL FROM:<a@evil.example>\r\n\n.\n\r.\r")),
        "report-of-nonsense": mail(
            multipart(
                "report", plain("x"), part("message/delivery-status", "Final-Recipient\n:;\nAction: \0\n\nStatus: x")
            )
        ),
    }


def _bare() -> dict[str, bytes]:
    """Octets that are hardly a mail."""
    return {
        "nothing": b"",
        "one-line-end": b"\r\n",
        "no-header": b"\r\n\r\nHello",
        "no-colon": b"Hello\r\nFrom: ann@customer.example\r\n\r\nx",
        "only-colons": b":\r\n::\r\n\r\n",
        "byte-order-mark": b"\xef\xbb\xbf" + mail(plain("Hello")),
        "all-octets": bytes(range(256)) * 4,
        "carriage-returns": mail(plain("Hello")).replace(b"\r\n", b"\r"),
        "mixed-line-ends": mail(plain("a\nb\nc")).replace(b"\r\n", b"\n", 3).replace(b"\n", b"\r", 1),
        "received-51": mail(plain("Hello"), more="\n".join(["Received: from a by b"] * 51)),
        "date-of-nonsense": mail(plain("Hello"), more="Date: Mon, 99 Xyz 99999999 99:99:99 +99999999999"),
        "ids-of-nonsense": mail(plain("Hello"), more="References: <<<>>> < > <a\nIn-Reply-To: <" + "x" * 2_000 + ">"),
        "own-token": mail(plain("Hello"), more="X-Deskbell-Token: a@example.com"),
    }


def _bombs() -> dict[str, bytes]:
    """M11: archives that grow when they are unpacked; and smaller sisters of what `HUGE` holds."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(4 * MIB))
    return {
        "bomb-zip": mail(file("zeros.zip", "application/zip", packed.getvalue())),
        "bomb-gzip": mail(file("zeros.tar.gz", "application/gzip", gzip.compress(bytes(4 * MIB), mtime=0))),
        "nested-40": nested(40),
        "addresses-200": many_addresses(200),
        "words-200": many_words(200),
        "pieces-200": many_pieces(200),
        "fields-300": many_fields(300),
        "parts-100": many_parts(100),
    }
