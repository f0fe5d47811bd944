"""A child process that reads mails, and may hang, die or eat memory without harm to others."""

import pickle
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from ..parsing import Mail, MailLimits, Quarantine
from .care import Care

_GARBLED = (OSError, EOFError, pickle.UnpicklingError, ValueError)


class ReadingFailed(Exception):
    """The child that read a mail came to grief over it; the message says how: "ran out of memory".

    `timed_out` tells that it was ended because it took longer than it might.
    """

    def __init__(self, how: str, *, timed_out: bool = False) -> None:
        super().__init__(how)
        self.timed_out = timed_out


class NoChild(Exception):
    """No child could be started: the machine's fault, no mail's."""


class CarefulReader:
    """Reads mails in a child process, one after the other; the child starts with the first and ends with the block.

    To be used in a `with` statement, by one thread. The child ignores the signals that end its parent, and ends by
    itself once the parent is gone: at the latest a second after the time that a mail may take.
    """

    def __init__(self, *, limits: MailLimits, care: Care) -> None:
        self._limits = limits
        self._care = care
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, raw: bytes, *, seconds: float | None = None) -> Mail:
        """The mail as `read_mail` gives it.

        :param seconds: how long it may take, when that is less than usual.
        :raises ReadingFailed: when the child hung, died or ran out of memory over it.
        :raises NoChild: when there is no child to read it.
        """
        if self._child is not None and self._child.timed_out:  # just after its last answer: that mail was read
            self._end()
        child = self._child = self._child or self._start()
        try:
            return child.read(raw, seconds=self._care.seconds if seconds is None else min(seconds, self._care.seconds))
        except (ReadingFailed, NoChild):
            self._end()
            raise

    def _start(self) -> "_Child":
        child = _Child(self._care.command)
        try:
            child.greet(
                self._limits, memory=self._care.memory, seconds=self._care.seconds, patience=self._care.start_seconds
            )
        except NoChild:
            child.end()
            raise
        return child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """One child process and what is said to it: pickles in both directions, because both ends are this program."""

    def __init__(self, command: Sequence[str]) -> None:
        try:
            # A session of its own: the interrupt of a terminal goes to a whole group, and no mail is to blame for it.
            self._process = subprocess.Popen(  # noqa: S603 - the command is this program's own
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            raise NoChild(f"a process for reading mail cannot be started: {error}") from error
        self.timed_out = False

    def greet(self, limits: MailLimits, *, memory: int, seconds: float, patience: float) -> None:
        """Tell the child its limits and wait until it is ready to read.

        :raises NoChild: when it does not come to that.
        """
        try:
            with self._killed_after(patience):
                self._say((limits, memory, seconds))
                self._hear()
        except _GARBLED as error:
            raise NoChild("a process for reading mail ended while it started") from error

    def read(self, raw: bytes, *, seconds: float) -> Mail:
        """What the child makes of the octets.

        :raises ReadingFailed: when it makes nothing of them.
        """
        try:
            with self._killed_after(seconds):
                self._say(raw)
                answer = self._hear()
        except _GARBLED as error:
            raise ReadingFailed(self._how_it_ended(seconds), timed_out=self.timed_out) from error
        if not isinstance(answer, Mail) or answer.quarantine is Quarantine.OUT_OF_MEMORY:
            raise ReadingFailed("ran out of memory")
        return answer

    def end(self) -> None:
        """Kill the process if it still runs, and leave no zombie."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what could not be written before stays unwritten
                if pipe is not None:
                    pipe.close()
        self._process.wait()

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block takes longer; its pipes then break and end the block."""
        timer = threading.Timer(seconds, self._kill)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError as error:  # the machine has no more threads
            raise NoChild(f"a process for reading mail cannot be watched: {error}") from error
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _kill(self) -> None:
        self.timed_out = True
        self._process.kill()

    def _say(self, words: object) -> None:
        assert self._process.stdin is not None
        pickle.dump(words, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _hear(self) -> object:
        assert self._process.stdout is not None
        return pickle.load(self._process.stdout)  # noqa: S301 - the other end is this program

    def _how_it_ended(self, seconds: float) -> str:
        if self.timed_out:
            return f"took longer than {seconds:g} seconds"
        code = self._process.wait()
        return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
