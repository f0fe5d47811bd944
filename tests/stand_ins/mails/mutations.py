"""Damaged mails without end, each from a number: the same number gives the same octets everywhere."""

import base64
import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from .hostile import hostile_mails
from .ordinary import ordinary_mails
from .robots import robots_mails

LARGEST = 200_000
"""No damaged mail is longer, so that a million of them can be read."""

_Mutation = Callable[[bytes, Random], bytes]

_LABELS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"utf-16", b"utf-7", b"iso-2022-jp", b"gb18030", b"hz", b"koi8-r", b"euc-kr",
    b"", b'""', b"unknown-8bit", b"no-such", b"big5", b"utf-32", b"idna", b"\xff\xfe", b"utf-8-sig", b"cp037",
)  # fmt: skip
_NASTY = (
    b"\0", b"\r", b"\n", b"\r\n\r\n", b"\x1b$B", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u202e".encode(),
    "\u2028".encode(), b"=?utf-8?B?", b"=?utf-8?Q?=ff?=", b"=?a*b?q?c?=", b"--", b"<", b">", b'"', b"(", b")", b"\\", b";",
    b",", b":", b"@", b"&#0;", b"&#x110000;", b"<!--", b"<![CDATA[", b"{{7*7}}", b"+ADw-", b"%00", b"~{", b".\r\n",
    b"X-Deskbell-Token: a@b\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"\n> ", b"-----\n", b"[#100001]",
    b"5.1.1", b"wrote:\n", b"Final-Recipient: rfc822; ",
)  # fmt: skip
_LABEL = re.compile(rb"(charset=|=\?)[\"']?[\w.:-]+", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary="?[^";\r\n]+|^--[^\r\n]+', re.IGNORECASE | re.MULTILINE)
_TRANSFER = re.compile(rb"(Content-Transfer-Encoding: )[\w-]+", re.IGNORECASE)
_WORD = re.compile(rb"=\?[^?\s]+\?[bq]\?[^?]*\?=", re.IGNORECASE)


@cache
def sound_mails() -> tuple[bytes, ...]:
    """What is damaged: every ordinary mail, every robot's and every small hostile one."""
    return (*ordinary_mails().values(), *robots_mails().values(), *hostile_mails().values())


def mutated(seed: int) -> bytes:
    """The damaged mail of that number: a sound one after one to five mutations."""
    random = Random(seed)
    raw = random.choice(sound_mails())
    for mutation in random.choices(MUTATIONS, k=random.randint(1, 5)):
        raw = mutation(raw, random)[:LARGEST]
    return raw


def _flip_bits(raw: bytes, random: Random) -> bytes:
    octets = bytearray(raw or b"\0")
    for _ in range(random.randint(1, 20)):
        octets[random.randrange(len(octets))] ^= 1 << random.randrange(8)
    return bytes(octets)


def _inject(raw: bytes, random: Random) -> bytes:
    for nasty in random.choices(_NASTY, k=random.randint(1, 8)):
        at = random.randint(0, len(raw))
        raw = raw[:at] + nasty + raw[at:]
    return raw


def _inject_octets(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + random.randbytes(random.randint(1, 60)) + raw[at:]


def _truncate(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _cut_out(raw: bytes, random: Random) -> bytes:
    start, end = sorted(random.randint(0, len(raw)) for _ in range(2))
    return raw[:start] + raw[end:]


def _line_ends(raw: bytes, random: Random) -> bytes:
    old = random.choice((b"\r\n", b"\n"))
    new = random.choice((b"\n", b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\x0b", b"\x0c", "\u2028".encode(), b""))
    return raw.replace(old, new, random.choice((1, 3, -1)))


def _fields(raw: bytes, random: Random) -> bytes:
    """Double, drop, shuffle or fold the fields at the top."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    chosen = random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            lines.insert(chosen, lines[chosen])
        case 1:
            del lines[chosen]
        case 2:
            random.shuffle(lines)
        case 3:
            lines[chosen] = lines[chosen].replace(b" ", b"\r\n ")
        case 4:
            lines += lines[chosen : chosen + 1] * random.choice((2, 60, 1_100))
        case _:
            lines[chosen] = lines[chosen].replace(b":", random.choice((b"", b" :", b"::", b":\0", b": \t")), 1)
    return b"\r\n".join(lines) + gap + body


def _boundary(raw: bytes, random: Random) -> bytes:
    """Damage one boundary, in its parameter or where it stands."""
    found = list(_BOUNDARY.finditer(raw))
    if not found:
        return raw
    match = random.choice(found)
    new = random.choice((b"", b"--", match[0] + b"x", match[0][:-1], match[0] + b"\r\n" + match[0], match[0] * 40))
    return raw[: match.start()] + new + raw[match.end() :]


def _label(raw: bytes, random: Random) -> bytes:
    """Swap every charset for another one."""
    label = random.choice(_LABELS)
    return _LABEL.sub(lambda match: match[1] + label, raw)


def _transfer(raw: bytes, random: Random) -> bytes:
    new = random.choice((b"base64", b"quoted-printable", b"8bit", b"x-uuencode", b""))
    return _TRANSFER.sub(lambda match: match[1] + new, raw)


def _words(raw: bytes, random: Random) -> bytes:
    """Put encoded words where there are none, and damage those that there are."""
    word = random.choice(
        (
            b"=?utf-8?B?4pyT?=",
            b"=?utf-8?B?4p?=",
            b"=?utf-8?Q?=C3=?=",
            b"=?iso-2022-jp?B?GyRC?=",
            b"=?x?Q?=0D=0AA:b?=",
            b"=??Q??=",
        )
    )
    if random.random() < 0.5:
        return _WORD.sub(lambda _: word * random.randint(0, 3), raw)
    return raw.replace(b" ", word + b" ", random.randint(1, 40))


def _splice(raw: bytes, random: Random) -> bytes:
    """The beginning of one mail and the end of another."""
    other = random.choice(sound_mails())
    return raw[: random.randint(0, len(raw))] + other[random.randint(0, len(other)) :]


def _repeat(raw: bytes, random: Random) -> bytes:
    """Repeat a stretch very often."""
    start = random.randint(0, len(raw))
    stretch = raw[start : start + random.choice((1, 2, 5, 20, 100))]
    times = random.choice((10, 10, 100, 100, 1_000, 1_000, 20_000))
    return raw[:start] + stretch * times + raw[start:]


def _wrap(raw: bytes, random: Random) -> bytes:
    """Put the mail into a part, or into parts in parts."""
    for depth in range(random.choice((1, 1, 1, 2, 2, 5, 5, 30, 110))):
        boundary = random.choice((b"w", b"w%d" % depth))
        inner = random.choice((b"message/rfc822", b"message/delivery-status", b"text/plain", b"text/html"))
        kind = random.choice((b"mixed", b"alternative", b"related", b"signed", b"report", b"digest", b"encrypted"))
        raw = (
            b"From: ann@customer.example\r\nContent-Type: multipart/" + kind + b"; boundary=" + boundary
            + b"\r\n\r\n--" + boundary + b"\r\nContent-Type: " + inner + b"\r\n\r\n" + raw + b"\r\n--" + boundary + b"--\r\n"
        )  # fmt: skip
    return raw


def _rewrite(raw: bytes, random: Random) -> bytes:
    """Encode the body anew without saying so."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    if random.random() < 0.5:
        return head + gap + base64.encodebytes(body)
    codec = random.choice(("utf-16", "utf-7", "utf-32", "cp037"))
    return head + gap + body.decode("latin-1").encode(codec, "replace")


MUTATIONS: Sequence[_Mutation] = (
    _flip_bits, _inject, _inject_octets, _truncate, _cut_out, _line_ends, _fields, _boundary, _label, _transfer, _words, _splice,
    _repeat, _wrap, _rewrite,
)  # fmt: skip
"""Every kind of damage; a mail gets several."""
