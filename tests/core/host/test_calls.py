"""Calls into plugins: values, raises, hangs."""

import threading
import time
from pathlib import Path

import orjson
from structlog.testing import capture_logs

from deskbell.core.host.calls import BoundedCalls, CallFailed

_LINES = Path(__file__).read_text(encoding="utf-8").splitlines()


def _line_of(words: str) -> int:
    """The first line of this file that holds these words."""
    return next(number for number, line in enumerate(_LINES, start=1) if words in line)


def test_values_come_back_in_order() -> None:
    calls = BoundedCalls(limit=5)
    assert calls.run([lambda: 1, lambda: None, lambda: "three"]) == [1, None, "three"]
    assert calls.run([]) == []
    calls.close()


def test_a_raise_is_a_result_and_the_others_go_on() -> None:
    def leave() -> None:
        raise SystemExit(3)

    calls = BoundedCalls(limit=5)
    first, second, third = calls.run([lambda: 1 / 0, leave, lambda: "fine"])
    assert first == CallFailed("raised", f"ZeroDivisionError in host/test_calls.py, line {_line_of('lambda: 1 / 0')}")
    assert second == CallFailed("raised", f"SystemExit in host/test_calls.py, line {_line_of('raise SystemExit(3)')}")
    assert third == "fine"
    calls.close()


def test_the_words_of_an_error_are_logged_and_not_told() -> None:
    """They may quote the ticket; the line is the one in the plugin, also when a library raised."""

    def reads_a_number() -> None:
        int("canary")

    def reads_json() -> None:
        orjson.loads(b"[canary, password=hunter2")

    with capture_logs() as logs:
        first, second = BoundedCalls(limit=5).run([reads_a_number, reads_json])
    assert first == CallFailed("raised", f"ValueError in host/test_calls.py, line {_line_of('int(')}")
    assert second == CallFailed("raised", f"JSONDecodeError in host/test_calls.py, line {_line_of('orjson.loads(')}")
    said = str(logs)
    assert "invalid literal for int() with base 10: 'canary'" in logs[0]["trace"]
    assert "hunter2" not in said


def test_an_error_whose_text_fails_is_a_result_as_well() -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise ValueError("not even this")

    def call() -> None:
        raise Rude

    [result] = BoundedCalls(limit=5).run([call])
    assert isinstance(result, CallFailed)
    assert "Rude" in result.detail


def test_a_hang_is_left_behind_and_the_rest_is_called() -> None:
    release = threading.Event()
    calls = BoundedCalls(limit=0.1)
    began = time.monotonic()
    results = calls.run([lambda: "before", release.wait, lambda: "after"])
    assert time.monotonic() - began < 2
    assert results == ["before", CallFailed("timed_out", "no answer within 0.1 s"), "after"]
    assert calls.left_behind == 1
    release.set()
    assert calls.run([lambda: "still here"]) == ["still here"]
    calls.close()


def test_two_slow_calls_in_a_batch_have_a_limit_each() -> None:
    calls = BoundedCalls(limit=0.3)
    assert calls.run([lambda: time.sleep(0.2), lambda: time.sleep(0.2)]) == [None, None]
    assert calls.left_behind == 0


def test_several_threads_share_it() -> None:
    calls = BoundedCalls(limit=5)
    seen: list[list[object]] = []
    threads = [threading.Thread(target=lambda n=n: seen.append(calls.run([lambda: n] * 20))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(seen, key=str) == sorted([[n] * 20 for n in range(8)], key=str)
