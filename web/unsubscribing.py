"""The link in an alert that somebody subscribed to (RFC 8058): a look asks, a POST ends it, and neither needs a cookie."""

from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND

from ..core.app.opening import Desk
from ..core.app.subscriptions import find_subscription, unsubscribe
from .given import GivenDesk
from .pages import page


# One handler for both: Litestar 2.25 wraps a plain function twice when two handlers share a path.
@route(
    "/unsubscribe/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST],
    sync_to_thread=True,
    status_code=HTTP_200_OK,
)
def unsubscribing(request: Request[Any, Any, Any], desk: GivenDesk, token: FromPath[str]) -> Response[str]:
    """Ask on GET, because programs look at every link in a mail; end it on POST, which mail programs send by one click."""
    return _end(desk, token) if request.method == HttpMethod.POST else _ask(desk, token)


def _ask(desk: Desk, token: str) -> Response[str]:
    found = find_subscription(desk, token)
    if found is None:
        return _unknown()
    return page("unsubscribe" if found.active else "unsubscribed", number=found.number)


def _end(desk: Desk, token: str) -> Response[str]:
    ended = unsubscribe(desk, token)
    return _unknown() if ended is None else page("unsubscribed", number=ended.number)


def _unknown() -> Response[str]:
    return page(
        "failure",
        status_code=HTTP_404_NOT_FOUND,
        title="There is nothing to end here",
        text="This link is incomplete, or what it was for is gone. Open it from the mail again.",
    )
