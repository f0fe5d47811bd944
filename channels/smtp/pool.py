"""The kept connections: a few, shared by all threads, thrown away when they are old or broken."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs

from ...core.contract.clock import Clock
from .connection import Connection
from .dkim import Signer
from .options import SmtpOptions
from .replies import Broken

IDLE_SECONDS = 60.0
"""How long a connection is kept unused; mail servers close one after some minutes (RFC 5321 section 4.5.3.2.7)."""


@attrs.frozen
class _Idle:
    connection: Connection
    since: float


class Pool:
    """At most `options.connections` conversations at a time."""

    def __init__(self, options: SmtpOptions, *, clock: Clock, signers: Sequence[Signer] = ()) -> None:
        self._options = options
        self._signers = signers
        self._clock = clock
        self._turns = threading.BoundedSemaphore(options.connections)
        self._lock = threading.Lock()
        self._idle: list[_Idle] = []

    @contextmanager
    def lease(self, *, until: float) -> Iterator[Connection]:
        """A connection for this thread alone. One that is over takes all idle ones with it: they share a server.

        :param until: the moment on the clock's monotonic scale at which to give up waiting, for a turn or the server.
        :raises Broken: if there is none to be had.
        """
        if not self._turns.acquire(timeout=max(until - self._clock.monotonic(), 0.0)):
            raise Broken(f"all {self._options.connections} connections to the mail server were busy all the time")
        try:
            connection = self._take() or Connection(
                self._options, clock=self._clock, until=until, signers=self._signers
            )
            done = False
            try:
                yield connection
                done = not connection.is_over
            finally:
                self._put_back(connection, useful=done)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Say good-bye on all idle connections."""
        for connection in self._forget_idle():
            connection.say_goodbye()

    def _forget_idle(self) -> list[Connection]:
        with self._lock:
            idle, self._idle = self._idle, []
        return [each.connection for each in idle]

    def _take(self) -> Connection | None:
        """The connection used last, if there is one that is neither old nor closed by the server."""
        self._drop_old()
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop().connection
            if connection.is_alive():
                return connection
            connection.close()

    def _put_back(self, connection: Connection, *, useful: bool) -> None:
        if not useful:
            for each in (connection, *self._forget_idle()):
                each.close()
            return
        with self._lock:
            self._idle.append(_Idle(connection, self._clock.monotonic()))
        self._drop_old()

    def _drop_old(self) -> None:
        limit = self._clock.monotonic() - IDLE_SECONDS
        with self._lock:
            old = [each for each in self._idle if each.since < limit]
            self._idle = [each for each in self._idle if each.since >= limit]
        for each in old:
            each.connection.say_goodbye()
