"""Tokens, tags and short subjects (RFC checklist lines 13 and 18)."""

import pytest

from deskbell.core.intake.markers import answers, forwards, is_ours, says_automatic, strip_subject, subject_numbers
from deskbell.core.intake.parsing import read_mail

A = "abcdefghijklmnopqrstuvwxyz"
B = "234567abcdefghijklmnopqrst"
OURS = frozenset({"example.com"})


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [#123456] Printer", ("123456",)),
        ("[#1] [#2] [#1]", ("1", "2")),
        ("[# 1] [#] #12 [1] [#12a] [#-1]", ()),
        ("[#1234567890123]", ()),
        ("[#\u0661]", ()),
        ("", ()),
    ],
)
def test_numbers(subject: str, numbers: tuple[str, ...]) -> None:
    assert subject_numbers(subject) == numbers


@pytest.mark.parametrize(
    "prefixed",
    [
        "Printer",
        "Re: Printer",
        "RE: re: Re: Printer",
        "Re:Printer",
        "Re : Printer",
        "Re[2]: Printer",
        "Re(12): Printer",
        "Re^3: Printer",
        "Fwd: FW: Printer",
        "AW: WG: Printer",
        "Antw: Printer",
        "SV: VS: VB: VL: Printer",
        "R: I: Printer",
        "RES: ENC: Printer",
        "RV: Printer",
        "TR : Printer",
        "Odp: PD: Printer",
        "YNT: \u0130LT: Printer",
        "Отв: Пересл: Printer",
        "ΑΠ: ΠΡΘ: Printer",
        "回复\uff1aPrinter",
        "答复: 转发: Printer",
        "返信: 転送: Printer",
        "답장: 전달: Printer",
        "תשובה: Printer",
        "رد: Printer",
        "Trả lời: Printer",
        "Auto: Printer",
        "Automatic reply: Re: Printer",
        "Automatische Antwort: Printer",
        "Réponse automatique : Printer",
        "[#12] Printer",
        "Re: [#12] Fwd: [#13] Printer",
        "Printer [#12]",
        "  Re:   Printer  ",
    ],
)
def test_prefixes_and_tags_go(prefixed: str) -> None:
    assert strip_subject(prefixed) == "Printer"


@pytest.mark.parametrize(
    "subject",
    ["Regarding: printer", "Reply needed", "Area: north", "Printer: Re: x", "12: x", "Re", "re-send: x", "Refund: x"],
)
def test_other_words_stay(subject: str) -> None:
    assert strip_subject(subject) == subject


def test_a_subject_of_prefixes_alone_is_empty() -> None:
    assert strip_subject("Re: Fwd: [#12]") == ""


def test_line_13_a_hundred_rounds_do_not_grow_the_subject() -> None:
    subject = "Printer " + "x" * 300
    for number in range(100):
        subject = f"Re: [#{number}] {strip_subject(subject)}"
        assert len(subject) <= len("Re: [#99] ") + 255
    hostile = "Printer"
    for number in range(100):
        hostile = f"Auto: [#77] {strip_subject(f'[peer {number}] AW: {hostile}')}"
    assert len(hostile) <= len("Auto: [#77] ") + 255


@pytest.mark.parametrize(
    "identifier",
    [
        f"<db.{A}@other.example>",
        f"<xdb.{A}@example.com>",
        f"<db.{A[:25]}@example.com>",
        f"<db.{'a' * 65}@example.com>",
        f"<db.{A[:25]}0@example.com>",
        f"<db.{A}@example.com@other.example>",
        f"<{A}@example.com>",
    ],
)
def test_mail_with_other_identifiers_is_not_ours(identifier: str) -> None:
    mail = read_mail(f"Message-ID: {identifier}\nIn-Reply-To: {identifier}\n\n".encode())
    assert not is_ours(mail, domains=OURS)


@pytest.mark.parametrize(
    "field",
    [
        f"Message-ID: <db.{A}@example.com>",
        f"Message-ID: db.{A}@example.com",
        f"x-deskbell-token: {A}@example.com",
    ],
)
def test_line_18_what_we_sent_is_ours(field: str) -> None:
    assert is_ours(read_mail(f"{field}\nFrom: a@example.org\n\n".encode()), domains=OURS)


@pytest.mark.parametrize("value", [A, "", "anything at all", "@", f"{A}@other.example"])
def test_nobodys_mail_is_dropped_for_a_token_field_that_does_not_name_us(value: str) -> None:
    mail = read_mail(f"X-Deskbell-Token: {value}\nFrom: a@example.org\n\n".encode())
    assert not is_ours(mail, domains=OURS)


def test_mail_of_another_desk_is_not_ours() -> None:
    theirs = f"Message-ID: <db.{A}@other.example>\nX-Deskbell-Token: {A}@other.example\n"
    mail = read_mail(f"{theirs}In-Reply-To: <db.{B}@example.com>\n\n".encode())
    assert not is_ours(mail, domains=OURS)


@pytest.mark.parametrize(
    ("subject", "is_answer", "is_forward"),
    [
        ("Re: Printer", True, False),
        ("[#77] AW: WG: Printer", True, False),
        ("SV: Printer", True, False),
        ("返信\uff1aPrinter", True, False),
        ("Fwd: Re: Printer", False, True),
        ("WG: [#77] Printer", False, True),
        ("转发\uff1aPrinter", False, True),
        ("Automatic reply: Printer", False, False),
        ("Regarding: Printer", False, False),
        ("Printer", False, False),
        ("", False, False),
    ],
)
def test_the_outermost_prefix_tells_answers_from_forwards(subject: str, is_answer: bool, is_forward: bool) -> None:
    assert answers(subject) is is_answer
    assert forwards(subject) is is_forward


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Out of Office", True),
        ("Out of office!", True),
        ("[#77] Out of Office: Printer", True),
        ("Out of Office AutoReply: Printer", True),
        ("Out of the office until Monday", True),
        ("Out of office Re: Printer", True),
        ("Automatic reply: Printer", True),
        ("Automatic reply", True),
        ("Auto-Reply: Printer", True),
        ("R\u00e9ponse automatique : Printer", True),
        ("Automatische Antwort: Printer", True),
        # People write these.
        ("Out of office hours: who answers the telephone?", False),
        ("Automatic reply settings are broken", False),
        ("Re: Out of Office", False),
        ("Automatische Antwort geht nicht", False),
        ("Printer", False),
    ],
)
def test_m4_what_a_subject_says_of_a_machine(subject: str, expected: bool) -> None:
    assert says_automatic(subject) is expected
