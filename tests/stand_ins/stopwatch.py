"""Measures work, not waiting: the time that this thread computed, so that a busy machine fails no test."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

TRACED = 4
"""A coverage tracer looks at every line and makes code that is all lines so many times slower."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail when the block computes for longer than `seconds`; a tracer is allowed for."""
    allowed = seconds * (TRACED if sys.gettrace() is not None else 1)
    started = time.thread_time()
    yield
    assert time.thread_time() - started < allowed
