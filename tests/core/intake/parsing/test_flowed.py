"""Soft line ends of RFC 3676 are joined, quotes keep their depth."""

import pytest

from deskbell.core.intake.parsing import read_mail
from deskbell.core.intake.parsing.flowed import unflow


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("", ""),
        ("one \ntwo", "one two"),
        ("one\ntwo", "one\ntwo"),
        ("one \ntwo \nthree\n\nfour", "one two three\n\nfour"),
        ("> one \n> two\nanswer", "> one two\nanswer"),
        ("> one \n>> two", "> one\n>> two"),
        (">> one \n>> two \n> three", ">> one two\n> three"),
        ("> one \nanswer", "> one\nanswer"),
        (">one \n>two", "> one two"),
        (">", ">"),
        ("> \n> one", ">\n> one"),
        (" > not a quote", "> not a quote"),
        (" From here", "From here"),
        ("  indented", " indented"),
        ("end \n-- \nAnn", "end\n-- \nAnn"),
        ("> end \n> -- \n> Ann", "> end\n> --\n> Ann"),
        ("soft at the end ", "soft at the end"),
        ("a \n\nb", "a\nb"),
    ],
)
def test_soft_lines(lines: str, joined: str) -> None:
    assert unflow(lines, delete_space=False) == joined


def test_the_blank_of_a_break_goes_with_delsp() -> None:
    assert unflow("印表 \n機壞 \n了", delete_space=True) == "印表機壞了"
    assert unflow("two  \nwords", delete_space=True) == "two words"


def test_a_million_soft_lines_take_time_in_proportion() -> None:
    assert len(unflow("a \n" * 500_000, delete_space=False)) == 999_999


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain; format=flowed", "A long line."),
        ('text/plain; charset=utf-8; Format="Flowed"; delsp=no', "A long line."),
        ("text/plain; format=flowed; DelSp=Yes", "A longline."),
        ("text/plain; format=fixed", "A long \nline."),
        ("text/plain", "A long \nline."),
    ],
)
def test_the_content_type_tells(content_type: str, text: str) -> None:
    assert read_mail(f"Content-Type: {content_type}\r\n\r\nA long \r\nline.\r\n".encode()).text == text
