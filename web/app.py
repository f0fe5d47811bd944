"""The application factory: which handlers there are, and what holds for every answer."""

from pathlib import Path

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

from ..core.app.opening import Desk
from .downloads import shared_file
from .failures import FAILURES
from .health import health
from .unsubscribing import unsubscribing

LARGEST_BODY = 64 * 1024
"""The largest body of a request, in octets; none of the forms here needs more."""
STATIC = Path(__file__).parent / "static"

# No script runs anywhere, nothing is loaded from elsewhere, and no address with its token is passed on.
_EVERYWHERE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(desk: Desk) -> Litestar:
    """The pages of an open desk; it is used by the application's threads until the application ends."""
    return Litestar(
        route_handlers=[
            health,
            unsubscribing,
            shared_file,
            create_static_files_router(path="/static", directories=[STATIC]),
        ],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        exception_handlers=dict(FAILURES),
        before_send=[_harden],
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,  # Litestar would set up the logs of the whole process anew.
    )


async def _harden(message: Message, _: Scope) -> None:
    """Put the headers that hold everywhere on each answer, also on those of failures; a handler's own go before."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _EVERYWHERE.items():
            headers.setdefault(name, value)
