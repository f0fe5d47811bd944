"""The mails of the benchmarks: the same every time, of several shapes and sizes."""

import base64
import random
from collections.abc import Sequence

MAILBOX = "support@example.com"
SHAPES = 20
"""Of so many mails in a row one has an attachment, two are long, five have an HTML part, twelve are short plain text."""
ATTACHMENT_OCTETS = 12_000

_TALK = """
the printer on our floor shows an error after the update and nobody can log in to the portal since this morning please
have a look at it before noon because we need the invoices for a customer and thank you for your help
"""
_WORDS = _TALK.split()


def new_mails(count: int, *, first: int = 0) -> Sequence[bytes]:
    """`count` mails, each of a sender of its own and with another text; mail `first` begins the row."""
    return [_new(number) for number in range(first, first + count)]


def answers(count: int, *, first: int = 0, threads: int) -> Sequence[bytes]:
    """`count` further mails on the tickets of the mails 0 to `threads` - 1, by their senders, in turns."""
    return [_answer(number, thread=number % threads) for number in range(first, first + count)]


def _new(number: int) -> bytes:
    head = [
        f"From: {_name(number)} <{_address(number)}>",
        f"To: Support <{MAILBOX}>",
        f"Subject: The printer on floor {number} shows an error",
        f"Message-ID: {_message_id(number)}",
    ]
    chance = random.Random(number)  # noqa: S311 - nothing here is a secret
    shape = number % SHAPES
    if shape == 0:
        return _mail(head, _with_attachment(chance))
    if shape < 3:
        return _mail(head, _plain(chance, words=1_800))
    if shape < 8:
        return _mail(head, _with_html(chance))
    return _mail(head, _plain(chance, words=80))


def _answer(number: int, *, thread: int) -> bytes:
    head = [
        f"From: {_name(thread)} <{_address(thread)}>",
        f"To: Support <{MAILBOX}>",
        f"Subject: Re: The printer on floor {thread} shows an error",
        f"Message-ID: <answer-{number}@customer.example>",
        f"In-Reply-To: {_message_id(thread)}",
        f"References: {_message_id(thread)}",
    ]
    return _mail(head, _plain(random.Random(-number - 1), words=80))  # noqa: S311 - nothing here is a secret


def _mail(head: Sequence[str], body: tuple[str, str]) -> bytes:
    content_type, text = body
    fields = [*head, "Date: Mon, 02 Mar 2026 09:00:00 +0000", "MIME-Version: 1.0", f"Content-Type: {content_type}"]
    return "\r\n".join([*_received(), *fields, "", text]).encode()


def _received() -> Sequence[str]:
    """What relays put above a mail on its way."""
    return [
        "Return-Path: <bounces@customer.example>",
        _hop("mail.customer.example", "198.51.100.7", to="mx.example.com"),
        _hop("mx.example.com", "192.0.2.25", to="desk.example.com"),
    ]


def _hop(name: str, address: str, *, to: str) -> str:
    number = f"4B1C2D3E4F{len(name)}"
    return (
        f"Received: from {name} ({name} [{address}])\r\n\tby {to} (Postfix) with ESMTPS id {number}\r\n"
        f"\tfor <{MAILBOX}>; Mon,  2 Mar 2026 09:00:01 +0000 (UTC)"
    )


def _plain(chance: random.Random, *, words: int) -> tuple[str, str]:
    return "text/plain; charset=utf-8", _prose(chance, words)


def _with_html(chance: random.Random) -> tuple[str, str]:
    prose = _prose(chance, 120)
    html = "<html><body><p>" + prose.replace("\r\n", "<br>\r\n") + "</p></body></html>"
    return _multipart("alternative", [_part("text/plain", prose), _part("text/html", html)])


def _with_attachment(chance: random.Random) -> tuple[str, str]:
    content = base64.encodebytes(chance.randbytes(ATTACHMENT_OCTETS)).decode().replace("\n", "\r\n")
    attached = (
        'Content-Type: image/png; name="screen.png"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="screen.png"\r\n\r\n{content}'
    )
    return _multipart("mixed", [_part("text/plain", _prose(chance, 80)), attached])


def _multipart(kind: str, parts: Sequence[str]) -> tuple[str, str]:
    inner = "".join(f"--=_border\r\n{part}\r\n" for part in parts)
    return f'multipart/{kind}; boundary="=_border"', f"{inner}--=_border--\r\n"


def _part(content_type: str, text: str) -> str:
    return f"Content-Type: {content_type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"


def _prose(chance: random.Random, words: int) -> str:
    chosen = chance.choices(_WORDS, k=words)
    return "\r\n".join(" ".join(chosen[start : start + 12]) for start in range(0, words, 12)) + "\r\n"


def _name(number: int) -> str:
    return f"Ada Moss {number}"


def _address(number: int) -> str:
    return f"ada.{number}@customer.example"


def _message_id(number: int) -> str:
    return f"<mail-{number}@customer.example>"
