"""uvicorn on a thread of its own: the port is opened first, so that one that is taken is said at once."""

import socket
import threading

import uvicorn
from litestar import Litestar

from ..core.contract.errors import DeskbellError

STOP_SECONDS = 10.0
MOST_AT_ONCE = 200
"""Requests and idle connections; more are answered with 503."""


class PortUnavailable(DeskbellError, OSError):
    """The port of the pages cannot be opened."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The pages cannot listen on {host}:{port}: {reason}. Name another port in deskbell.toml, table [web]."
        )


class Server:
    """Serves an application until it is stopped."""

    def __init__(self, app: Litestar, *, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
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
        """Answer what is in hand, at most for ten seconds, and close the port."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()

    def _opened(self) -> socket.socket:
        try:
            return socket.create_server((self._host, self._port), family=_family(self._host))
        except OSError as error:
            raise PortUnavailable(self._host, self._port, error.strerror or str(error)) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
