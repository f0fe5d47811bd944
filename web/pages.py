"""Pages made from the templates beside this file; everything in them is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, undefined=StrictUndefined
)


def page(name: str, *, status_code: int = 200, **values: object) -> Response[str]:
    """The page `name` with these values.

    :param name: a template in ``pages/``, without its ending.
    """
    text = _TEMPLATES.get_template(f"{name}.html").render(values)
    return Response(text, media_type=MediaType.HTML, status_code=status_code)
