"""HTML turned into the text that its reader sees."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deskbell.core.intake.parsing import MailLimits, html_text
from deskbell.core.intake.parsing.html_text import html_to_text

LIMITS = MailLimits()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>one</p><p>two</p>", ["one", "", "two"]),
        ("one<br>two", ["one", "two"]),
        ("a <b>bold</b> word", ["a bold word"]),
        ("<table><tr><td>Name</td><td>Ann</td></tr><tr><td>Room</td><td>7</td></tr></table>", ["Name  Ann", "Room  7"]),
        ("<pre>a\n  b</pre>", ["a", "  b"]),
        ("<div>a</div>\n\n<div>b</div>", ["a", "b"]),
        ("a &lt;b&gt; &amp; &euro;", ["a <b> & €"]),
        ("&amp;lt;b&amp;gt; &amp;amp;", ["&lt;b&gt; &amp;"]),
        ("a&#4;b&#xD800;c&amp;#4;d&#x7f;", ["ab\ufffdc&#4;d"]),
        ("a&#4;b<i>c</i>&#4;d", ["abcd"]),
        ("a&#xFFFE;b &amp; c\uffff", ["ab & c"]),
        ("<!-- no -->yes<![CDATA[]]>", ["yes"]),
        ("<script>no</script><style>no</style><title>no</title>yes", ["yes"]),
        ("<span style='DISPLAY : none'>no</span>yes", ["yes"]),
        ("<p style='margin-top:99999em;padding-left:99999em'>yes</p>", ["yes"]),
        ("<ol><li value=99999999999999999999>yes</li></ol>", [" 1. yes"]),
        ("unclosed <b>tag <i", ["unclosed tag"]),
        ("<plaintext>a<b>", ["a<b>"]),
        ("", [""]),
        ("<img src=x>", [""]),
        ("\ufffd<", ["\ufffd<"]),
    ],
)
def test_layout(source: str, lines: list[str]) -> None:
    assert html_to_text(source, limits=LIMITS) == ("\n".join(lines), False)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 1_000 + "text",
        "<div>" * 50_000 + "text",
        "<b>" * 30_000 + "text",
        "text" + "<i></i>" * 30_000,
        "text<table>" + "<tr><td></td></tr>" * 12_000,
    ],
)
def test_excessive_markup_is_walked_flat(source: str) -> None:
    text, flattened = html_to_text(source, limits=LIMITS)
    assert text.strip() == "text"
    assert flattened


def test_markup_that_breaks_the_layout_is_walked_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise RecursionError

    monkeypatch.setattr(html_text, "Inscriptis", broken)
    assert html_to_text("<p>a &amp; b</p>", limits=LIMITS) == ("a & b", True)


def test_wide_cells_in_many_rows_are_not_padded() -> None:
    text, flattened = html_to_text(f"<table><tr><td>{'x' * 10_000}{'<tr><td>y' * 1_000}</table>", limits=LIMITS)
    assert flattened
    assert len(text) < 20_000


def test_a_picture_inside_an_attribute_does_not_cost_the_text() -> None:
    source = f'<p>before</p><img src="data:image/png;base64,{"A" * 2_000_000}"><p>after</p>'
    assert html_to_text(source, limits=LIMITS) == ("before\n\nafter", False)


def test_long_html_is_cut() -> None:
    text, cut = html_to_text("<p>abc</p>" * 1_000, limits=MailLimits(html_characters=100))
    assert (text, cut) == ("\n\n".join(["abc"] * 10), True)


@pytest.fixture
def threads_switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("threads_switch_often")
def test_texts_of_two_threads_do_not_mix() -> None:
    def convert(letter: str) -> bool:
        return set(html_to_text(f"{letter}<p>{letter}</p>{letter}" * 50, limits=LIMITS)[0]) == {letter, "\n"}

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(convert, "abcd" * 50))
