"""The pages of the desk, as a companion of `deskbell serve`. Litestar and uvicorn are imported when they start."""

from typing import TYPE_CHECKING, cast

from ..core.contract.companion import Companion

if TYPE_CHECKING:
    from ..core.app.opening import Desk
    from .server import Server


class Web(Companion):
    """The pages that links in mails lead to, and ``/health``."""

    title = "Web pages"

    def __init__(self, desk: object) -> None:
        self._desk = cast("Desk", desk)
        self._server: Server | None = None

    def wanted(self) -> bool:
        """Whether ``[web] enabled`` says so in deskbell.toml."""
        return self._desk.settings.web.enabled

    def start(self) -> str:
        """Open the port and serve on a thread.

        :raises PortUnavailable: when the port cannot be had.
        """
        from .app import create_app
        from .server import Server

        web = self._desk.settings.web
        self._server = Server(create_app(self._desk), host=web.host, port=web.port)
        return f"Pages on {self._server.start()}"

    def stop(self) -> None:
        """Answer what is in hand and close the port."""
        if self._server is not None:
            self._server.stop()
