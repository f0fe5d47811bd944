"""Whether the desk works, for those who watch machines."""

from litestar import HttpMethod, Response, route
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from ..core.store.database import DatabaseFailed, DatabaseUnavailable
from .given import GivenDesk


@route("/health", http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=True, status_code=HTTP_200_OK)
def health(desk: GivenDesk) -> Response[dict[str, str]]:
    """200 and ``{"status": "ok"}`` while the database answers, else 503."""
    try:
        with desk.db.reading() as session:
            desk.db.directory(session)
    except (DatabaseUnavailable, DatabaseFailed):
        return Response({"status": "the database cannot be used"}, status_code=HTTP_503_SERVICE_UNAVAILABLE)
    return Response({"status": "ok"}, status_code=HTTP_200_OK)
