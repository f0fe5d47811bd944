"""Who writes next on SQLite: in the order of asking, and nobody waits for ever."""

import threading
import time

import pytest

from deskbell.core.store.trouble import DatabaseUnavailable
from deskbell.core.store.turns import NestedWriting, Turns


def _wait_until(turns: Turns, waiting: int) -> None:
    deadline = time.monotonic() + 5
    while len(turns._waiting) < waiting:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_turns_come_in_the_order_of_asking() -> None:
    turns = Turns(wait_seconds=5)
    order: list[int] = []

    def take(number: int) -> None:
        with turns.take():
            order.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(5)]
    with turns.take():
        for number, thread in enumerate(threads):
            thread.start()
            _wait_until(turns, number + 1)
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_who_writes_in_a_loop_lets_others_in_after_one_turn() -> None:
    turns = Turns(wait_seconds=5)
    order: list[str] = []

    def once() -> None:
        with turns.take():
            order.append("other")

    other = threading.Thread(target=once)
    for turn in range(10):
        with turns.take():
            order.append("loop")
            if turn == 3:
                other.start()
                _wait_until(turns, 1)
    other.join(5)
    assert order == ["loop"] * 4 + ["other"] + ["loop"] * 6


def test_only_one_holds_the_turn_at_a_time() -> None:
    turns = Turns(wait_seconds=5)
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(200):
            with turns.take():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(most) == 1600
    assert set(most) == {1}


def test_a_turn_that_does_not_come_ends_in_a_sentence_and_blocks_nobody_behind() -> None:
    turns = Turns(wait_seconds=0.05)
    refusals: list[str] = []

    def take() -> None:
        try:
            with turns.take():
                pass
        except DatabaseUnavailable as error:
            refusals.append(str(error))

    with turns.take():
        thread = threading.Thread(target=take)
        thread.start()
        thread.join(5)
    with turns.take():
        pass
    assert refusals == [
        "The database cannot be used now: other threads have been writing for 0.05 seconds. Try again when it is back."
    ]


def test_a_thread_does_not_wait_for_itself() -> None:
    turns = Turns(wait_seconds=5)
    with turns.take(), pytest.raises(NestedWriting, match="pass on the session"), turns.take():
        pass


def test_an_error_inside_gives_the_turn_back() -> None:
    turns = Turns(wait_seconds=0.05)
    with pytest.raises(KeyError), turns.take():
        raise KeyError
    with turns.take():
        pass
