"""Connections on which nobody asks for anything are closed: a few hundred must not keep everybody out (test W12)."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class PromptRequests(H11Protocol):
    """uvicorn's conversation, ended when a whole request does not come in time.

    uvicorn itself watches only connections that are silent between two requests: one that sends a byte now and then stays.
    """

    seconds = 20.0
    """How long the head of a request may take, or a body that nobody waits for any more."""

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Stop waiting when a request is there, else let the time that was given run out."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._answers():
            self._forget()
        elif self._overdue is None:
            self._overdue = self.loop.call_later(self.seconds, self._give_up)

    def _forget(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _give_up(self) -> None:
        self._overdue = None
        if not self._answers():
            self.transport.close()

    def _answers(self) -> bool:
        """Whether a request is in hand."""
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        return cycle is not None and not cycle.response_complete
