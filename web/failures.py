"""What a reader is told when something went wrong: a sentence, and nothing of the desk's inside."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR, HTTP_503_SERVICE_UNAVAILABLE

from ..core.store.database import DatabaseUnavailable
from ..core.store.files import FileMissing
from .pages import page

_log = logging.getLogger(__name__)


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
    """What the application itself refuses: no such page, no such method, a body too large."""
    return page(
        "failure",
        status_code=error.status_code,
        title="This page is not here" if error.status_code == 404 else "This cannot be done",
        text="Check the address, or open the link from the mail again.",
    )


def _unavailable(_: Request[Any, Any, Any], _error: Exception) -> Response[str]:
    answer = page(
        "failure",
        status_code=HTTP_503_SERVICE_UNAVAILABLE,
        title="The desk cannot answer at the moment",
        text="Nothing was changed. Try again in a few minutes.",
    )
    answer.headers["Retry-After"] = "60"
    return answer


def _broken(_: Request[Any, Any, Any], error: Exception) -> Response[str]:
    _log.error("A page failed.", exc_info=error)
    return page(
        "failure",
        status_code=HTTP_500_INTERNAL_SERVER_ERROR,
        title="Something went wrong here",
        text="It was written down for the administrator. Try again later.",
    )


FAILURES: Mapping[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    HTTPException: _refused,
    DatabaseUnavailable: _unavailable,
    FileMissing: _broken,
    Exception: _broken,
}
