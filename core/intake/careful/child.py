"""The process that reads suspect mails: `python -m deskbell.core.intake.careful.child`, started by `CarefulReader` alone.

It hears pickles on its standard input (limits first, then the octets of one mail after the other) and answers each on
its standard output: True when it is ready, then a `Mail` for a mail, or None when its memory did not do.
"""

import ctypes
import os
import pickle
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from ..parsing import Mail, MailLimits, read_mail

_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG
MORE_SECONDS = 0.5
"""How much later than by its parent the process is ended by itself."""


def main() -> None:
    """Read mails until nobody sends any more."""
    questions = sys.stdin.buffer
    answers = _private_output()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # what stops the parent must not look as if the mail had done it
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    _end_with_parent()
    limits, memory, seconds = pickle.load(questions)  # noqa: S301 - the other end is this program
    _limit_memory(memory)
    _say(answers, True)
    while True:
        try:
            raw = pickle.load(questions)  # noqa: S301 - likewise
        except EOFError:
            return
        _set_alarm(seconds + MORE_SECONDS)
        _say(answers, _read(raw, limits))
        _set_alarm(0)


def _read(raw: bytes, limits: MailLimits) -> Mail | None:
    try:
        return read_mail(raw, limits=limits)
    except MemoryError:
        return None


def _private_output() -> BinaryIO:
    """The standard output for answers alone: what a library prints goes to the error output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _end_with_parent() -> None:
    """Let the system end this process with its parent, should it be stopped or busy just then; only Linux can."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)


def _limit_memory(octets: int) -> None:
    try:
        import resource
    except ImportError:  # not a system with such limits: the time limit is what is left
        return
    _, hardest = resource.getrlimit(resource.RLIMIT_AS)
    allowed = octets if hardest == resource.RLIM_INFINITY else min(octets, hardest)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))


def _set_alarm(seconds: float) -> None:
    """End this process after so many seconds, should the parent be gone by then and nobody else do it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _say(answers: BinaryIO, answer: object) -> None:
    pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
    answers.flush()


if __name__ == "__main__":
    main()
