"""Files that were too large for a mail, by the link that stood in it."""

from typing import Any
from urllib.parse import quote

from litestar import HttpMethod, Request, Response, route
from litestar.params import FromPath
from litestar.response import Stream
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND

from ..core.app.shared_files import Download, download
from .given import GivenDesk
from .pages import page

OCTETS = "application/octet-stream"


@route(
    "/files/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    sync_to_thread=True,
    status_code=HTTP_200_OK,
)
def shared_file(request: Request[Any, Any, Any], desk: GivenDesk, token: FromPath[str]) -> Stream | Response[str]:
    """The file itself, to be saved and never to be shown: what is in it was made by somebody else (test M31)."""
    found = download(desk, token)
    if found is not None:
        # Who asks for the head alone needs none of the content to be read.
        content = iter(()) if request.method == HttpMethod.HEAD else found.content
        return Stream(content, media_type=OCTETS, headers=_saved(found))
    return page(
        "failure",
        status_code=HTTP_404_NOT_FOUND,
        title="This file is not here any more",
        text="Links to files work for 30 days. Answer the mail that you found it in, and ask for the file again.",
    )


def _saved(found: Download) -> dict[str, str]:
    name = quote(found.file_name, safe="")
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",  # RFC 6266 section 4.3
        "Content-Length": str(found.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
