"""What a status means for its address, by hand from RFC 3463."""

from datetime import timedelta

import pytest

from deskbell.core.desk.bounce_rules import Silence, in_words, silence_after

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "mailbox does not exist"),
        ("5.1.10", "mailbox does not exist"),
        ("5.2.2", "mailbox is full"),
        ("4.2.2", "mailbox is full"),
        ("5.7.26", "refused by policy"),
        ("5.4.9", "trouble on the way"),
        ("5.0.0", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_rfc_38_what_a_status_says(status: str, words: str) -> None:
    assert in_words(status) == words


@pytest.mark.parametrize(
    ("status", "length"),
    [
        ("5.1.1", None),
        ("5.1.2", None),
        ("5.2.1", None),
        ("5.4.4", None),
        ("5.2.2", WEEK),
        ("5.7.1", WEEK),
        ("5.6.0", WEEK),
        ("5.1.8", WEEK),
        ("5.3.0", MONTH),
        ("5.0.0", MONTH),
        ("", MONTH),
    ],
)
def test_rfc_38_how_long_nothing_is_sent(status: str, length: timedelta | None) -> None:
    silence = silence_after(status)
    assert silence is not None
    assert silence.length == length


@pytest.mark.parametrize("status", ["5.3.4", "5.2.3"])
def test_rfc_38_a_mail_too_large_is_no_fault_of_the_address(status: str) -> None:
    assert silence_after(status) is None


def test_rfc_38_the_reason_holds_words_and_status() -> None:
    assert silence_after("5.2.2") == Silence(reason="bounce: mailbox is full (5.2.2)", length=WEEK)
    assert silence_after("") == Silence(reason="bounce: the mail was refused", length=MONTH)
