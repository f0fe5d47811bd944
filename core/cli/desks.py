"""Opens the desk that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..app.opening import Desk


@contextmanager
def desk_of(context: click.Context) -> Iterator["Desk"]:
    """The open desk of ``--dir``.

    :raises DeskbellError: when there is none or it cannot be used.
    """
    from ..app.opening import open_desk

    with open_desk(context.obj["directory"], safe_mode=context.obj["safe_mode"]) as desk:
        yield desk
