"""The soak tells what was really read, counts it while the code is the same, and keeps every failure by its seed."""

from pathlib import Path

import pytest

from stand_ins.mails.whole_path import Look

from . import soak
from .soak import Outcome, load, page, read_one, save

FINE = Outcome(first=0, count=2_000, quarantined=30, seconds=3.0, slowest=0.25, slowest_seed=17, growth=1024 * 1024)
BAD = Outcome(
    first=2_000,
    count=2_000,
    uncaught=1,
    wrong=2,
    slow=1,
    slowest=2.5,
    slowest_seed=2_345,
    told=("seed 2345: KeyError",),
)


def test_what_was_read_counts_while_the_code_is_the_same(tmp_path: Path) -> None:
    state = tmp_path / "new folder" / "soak.json"
    assert load(state, "abc") == {}
    save(state, "abc", {0: FINE, 2_000: BAD})
    assert load(state, "abc") == {0: FINE, 2_000: BAD}
    assert load(state, "abd") == {}


def test_the_page_tells_what_was_read_and_not_what_was_wished_for() -> None:
    text = page([BAD, FINE], code="abc")
    for row in (
        "| mails read | 4,000 (of 1,000,000 that are wished for) |",
        "| raised something | 1 |",
        "| gave something that may not be | 2 |",
        "| took over 2 s | 1 |",
        "| the slowest | 2500 ms (seed 2345) |",
        "| growth of a process | 1.0 MiB at most |",
        "| put into quarantine | 30 (0.75%) |",
    ):
        assert row in text
    assert text.endswith("## Not borne\n\n- seed 2345: KeyError\n")


def test_a_page_without_failures_names_none() -> None:
    assert "Not borne" not in page([FINE], code="abc")
    assert "| mails read | 0 (of" in page([], code="abc")


def test_a_mail_that_raises_or_comes_out_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: bytes) -> Look:
        raise KeyError("x")

    monkeypatch.setattr(soak, "look_at", breaks)
    assert read_one(5)[:2] == ("uncaught", "KeyError: 'x'")
    monkeypatch.setattr(soak, "look_at", lambda _: Look("", ("a line holds NUL",)))
    assert read_one(5)[:2] == ("wrong", "a line holds NUL")
    monkeypatch.setattr(soak, "look_at", lambda _: Look("too_many_parts", ()))
    assert read_one(5)[:2] == ("quarantined", "")


def test_a_mail_that_is_slow_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soak, "SECONDS_A_MAIL", -1.0)
    monkeypatch.setattr(soak, "look_at", lambda _: Look("", ()))
    assert read_one(5)[1].startswith("took 0.0 s")
