"""What stands in `<blockquote>` is read behind quote signs, however the markup is laid out."""

import pytest

from deskbell.core.intake.parsing.html_text import html_to_text
from deskbell.core.intake.parsing.limits import MailLimits

LIMITS = MailLimits()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a</p><blockquote>b<br>c</blockquote><p>d</p>", "a\n\n> b\n> c\n\nd"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n>> b\n> c\nd"),
        ("<blockquote><pre>a\n\nb</pre></blockquote>c", "> a\n>\n> b\nc"),
        ("a<blockquote></blockquote>b<blockquote><br></blockquote>c", "a\nb\nc"),
        ("<blockquote type=cite style='border:none'>a</blockquote>", "> a"),
        ("a<blockquote style='margin:0 0 0 40px;border:none'>b</blockquote>", "a\nb"),
        ("a<blockquote style='display:none'>b</blockquote>c", "a\nc"),
        ("a<blockquote>b", "a\n> b"),
        ("a</blockquote>b", "ab"),
        ("<ul><li>a</li></ul><blockquote><ul><li>b</li></ul></blockquote>", "  * a\n>   * b"),
        ("<table><tr><td><blockquote>a</blockquote></td></tr></table>b", "> a\n\nb"),
        ("a\ufdd0b\ufdd1c", "> abc"),
        ("a &#64976; b", "> a  b"),
    ],
)
def test_quotes_in_html_get_signs(source: str, text: str) -> None:
    assert html_to_text(source, limits=LIMITS) == (text, False)


def test_markup_that_is_walked_flat_keeps_its_quotes() -> None:
    deep = "<div>" * (LIMITS.html_depth + 1)
    text, flat = html_to_text(f"{deep}a<blockquote>b</blockquote>c", limits=LIMITS)
    assert flat
    assert [line for line in text.split("\n") if line] == ["a", "> b", "c"]


def test_signs_are_bounded_however_deep_a_quote_is() -> None:
    text, _ = html_to_text("<blockquote>" * 90 + "a" + "</blockquote>" * 90 + "b", limits=LIMITS)
    assert text == ">>>>>>>>> a\nb"
