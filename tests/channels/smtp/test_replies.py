"""What a reply means: reliability line 51, and the server's words as one harmless line."""

import pytest

from deskbell.channels.smtp.replies import MAX_WORDS, Broken, Reply, one_line, refusal
from deskbell.core.contract.channel import DeliveryFailure, PermanentFailure, TemporaryFailure


def judged(code: int, text: bytes = b"words", *, wanted: int = 2) -> DeliveryFailure | None:
    return refusal(Reply(code, text), wanted=wanted, verb="RCPT", server="mx.example.com:25")


@pytest.mark.parametrize("code", [200, 250, 251, 252, 299])
def test_the_first_digit_decides(code: int) -> None:
    assert judged(code) is None


@pytest.mark.parametrize("code", [421, 450, 451, 452, 454, 471])
def test_4xx_is_tried_again(code: int) -> None:
    failure = judged(code)
    assert type(failure) is TemporaryFailure
    assert (failure.detail, failure.code, failure.fault) == (f"{code} words", str(code), "")


@pytest.mark.parametrize("code", [500, 501, 550, 552, 553, 554, 571])
def test_5xx_is_final(code: int) -> None:
    failure = judged(code)
    assert isinstance(failure, PermanentFailure)
    assert (failure.detail, failure.code) == (f"{code} words", str(code))


@pytest.mark.parametrize("code", [503, 530, 534, 535, 538])
def test_what_judges_the_desk_loses_no_mail(code: int) -> None:
    failure = judged(code)
    assert type(failure) is TemporaryFailure
    assert failure.fault == (
        f"The mail server mx.example.com:25 answers {code} to RCPT: it takes no mail from this desk as it is set up. "
        "Check channels.smtp.security, channels.smtp.username and channels.smtp.password."
    )


@pytest.mark.parametrize(("code", "wanted"), [(0, 2), (120, 2), (354, 2), (250, 3), (600, 2), (999, 2)])
def test_what_no_answer_can_be_ends_the_conversation(code: int, wanted: int) -> None:
    with pytest.raises(Broken, match="unexpected answer to RCPT") as broken:
        judged(code, wanted=wanted)
    assert broken.value.fault.startswith(
        f"The mail server mx.example.com:25 answers {code} to RCPT, which means nothing"
    )


def test_lines_become_one() -> None:
    failure = judged(550, b"5.1.1 The account\n5.1.1 does not exist")
    assert failure is not None
    assert failure.detail == "550 5.1.1 The account 5.1.1 does not exist"


def test_words_are_harmless_and_bounded() -> None:
    assert one_line("a\x1b[31mred\0\x07 b\u202ec\u2028d\te") == "a [31mred b c d e"
    words = Reply(550, b"x" * 10_000).words
    assert len(words) == MAX_WORDS
    assert words.endswith("…")
    assert Reply(550, b"caf\xe9").words == "550 caf\ufffd"
