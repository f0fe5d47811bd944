"""The page about the gate table says what the table says."""

from pathlib import Path

import pytest

from .page import page
from .table import CELLS

PAGE = Path(__file__).parents[4] / "docs" / "gate-table.md"


def test_the_page_is_up_to_date(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--golden"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run pytest with --golden on the folder of this test"


def test_the_page_says_why_a_pair_cannot_occur() -> None:
    text = page().lower()
    assert [cell.never for cell in CELLS.values() if cell.never.lower() not in text] == []
