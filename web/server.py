"""uvicorn on a thread of its own: the port is opened first, so that one that is taken is said at once."""

import asyncio
import socket
import threading

import uvicorn
from litestar import Litestar

from ..core.contract.errors import DeskbellError
from .patience import PromptRequests

STOP_SECONDS = 10.0
"""How long answers in hand may take when the server stops."""
BREAK_OFF_SECONDS = 5.0
"""How long it may take to break off those that took longer."""
MOST_AT_ONCE = 200
"""Requests and idle connections; more are answered with 503."""


class PortUnavailable(DeskbellError, OSError):
    """The port of the pages cannot be opened."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The pages cannot listen on {host}:{port}: {reason}. Name another port in deskbell.toml, table [web]."
        )


class _Uvicorn(uvicorn.Server):
    """uvicorn, which at its end also breaks off what did not end in time: by itself it leaves those connections open."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server.shutdown`."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)  # the loop ends right behind this, and closes them before


class Server:
    """Serves an application until it is stopped."""

    def __init__(self, app: Litestar, *, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                http=PromptRequests,
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=MOST_AT_ONCE,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=round(STOP_SECONDS),
            )
        )
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Open the port and serve; answers the address, ``http://host:port``.

        :raises PortUnavailable: when the port cannot be had.
        """
        opened = self._opened()
        self._socket = opened
        self._thread = threading.Thread(target=self._server.run, args=([opened],), name="web", daemon=True)
        self._thread.start()
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{opened.getsockname()[1]}"

    def stop(self) -> None:
        """Answer what is in hand, for ten seconds; break off what takes longer, and close the port."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS + BREAK_OFF_SECONDS)
        if self._socket is not None:
            self._socket.close()

    def _opened(self) -> socket.socket:
        try:
            opened = socket.create_server((self._host, self._port), family=_family(self._host))
        except OSError as error:
            raise PortUnavailable(self._host, self._port, error.strerror or str(error)) from error
        # Else each answer waits some 40 ms for the reader to acknowledge its head; connections take this over.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
