"""What looks the same has the same skeleton, and words of two scripts are noticed (test M26)."""

import pytest

from deskbell.core.intake.identity.lookalikes import mixes_scripts, plain_twin, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@customer.example", "\u0430d\u0430@customer.example"),  # Cyrillic a
        ("ada@customer.example", "ada@cust\u043emer.example"),  # Cyrillic o
        ("ada@customer.example", "ada@xn--custmer-djg.example"),  # the same in A-labels
        ("ada@customer.example", "ada@cust\u03bfmer.example"),  # Greek omicron
        ("ada@customer.example", "\uff41\uff44\uff41@customer.example"),  # full width
        ("ada@customer.example", "ada\u200b@customer.example"),  # a blank without width
        ("ada@customer.example", "ad\u00e1@customer.example"),  # an accent
        ("ada@paypal.example", "ada@paypa1.example"),
        ("ada@modern.example", "ada@modem.example"),
        ("Ann Lee", "\u0410nn Lee"),
    ],
)
def test_m26_look_alikes_have_one_skeleton(one: str, other: str) -> None:
    assert one != other
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada@a.example", "adb@a.example"), ("a.b@x.example", "ab@x.example"), ("a+1@x.example", "a@x.example")],
)
def test_m26_others_have_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("cust\u043emer.example", True),
        ("xn--custmer-djg.example", True),
        ("\u0410nn Lee", True),
        ("\u0410\u043d\u043d\u0430 Lee", False),  # a Russian first name beside a Latin family name
        ("\u0430\u043d\u043d\u0430.example", False),
        ("M\u00fcller", False),
        ("\u682a\u5f0f\u4f1a\u793eABC", False),
        ("Ann Lee", False),
    ],
)
def test_m26_scripts_mixed_in_one_word(text: str, mixed: bool) -> None:
    assert mixes_scripts(text) is mixed


@pytest.mark.parametrize(
    ("address", "twin"),
    [
        ("\u0430da@customer.example", "ada@customer.example"),
        ("ada@cust\u043emer.example", "ada@customer.example"),
        ("ada@xn--custmer-djg.example", "ada@customer.example"),
        ("ada@b\u00fccher.example", "ada@bucher.example"),
        ("ada@customer.example", ""),
        ("\u043e\u043b\u044c\u0433\u0430@customer.example", ""),
    ],
)
def test_m26_the_plain_twin_of_an_address(address: str, twin: str) -> None:
    assert plain_twin(address) == twin
