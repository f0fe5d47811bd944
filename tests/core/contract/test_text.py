"""A service's words become one short line that both databases take."""

import pytest

from deskbell.core.contract.text import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("250 2.0.0 Ok: queued as 4AB", "250 2.0.0 Ok: queued as 4AB"),
        (" padded ", "padded"),
        ("550-first\r\n550 second", "550-first 550 second"),
        ("nul\x00 and \x1b[31mred", "nul and [31mred"),
        ("half \ud800 a pair", "half a pair"),
        ("two\u2028lines", "two lines"),
        ("Empfänger unbekannt", "Empfänger unbekannt"),
        ("", ""),
    ],
)
def test_words_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_banner_of_ten_megabytes_is_cut() -> None:
    assert one_line("x" * 10_000_000) == "x" * 500
    assert len(one_line("rubbish\n" * 1_000_000)) <= 500
