"""Sets up the desk of a demo, and leads its outgoing mail to the catcher."""

import os
from pathlib import Path

import attrs

from ...contract.errors import DeskbellError
from ...settings import (
    DATABASE_URL_VARIABLE,
    DeskPaths,
    ListenerSettings,
    LogLevel,
    LogSettings,
    Settings,
    render_settings,
)
from .. import configuring
from ..founding import PRIVATE_FOLDER, Beginning, found
from ..opening import Desk, open_desk
from . import progress
from .progress import Progress

BLUEPRINT = Path(__file__).with_name("desk.toml")
BEGINNING = Beginning(
    desk_name="Acme Help",
    department="Support",
    mailbox="support@acme.example",
    admin="olga@acme.example",
    admin_name="Olga Stern",
)


class AnotherDatabase(DeskbellError, ValueError):
    """The environment names a database, which may be that of a desk in earnest."""

    def __init__(self) -> None:
        super().__init__(
            f"{DATABASE_URL_VARIABLE} names a database, and a demo has its own file: unset that variable first."
        )


def furnish(directory: Path) -> Progress:
    """Make the desk of the demo unless it is there, also after a start that was broken off.

    :raises NotADemo: when something else is in the directory.
    :raises AnotherDatabase: when the environment names a database.
    """
    if os.environ.get(DATABASE_URL_VARIABLE):
        raise AnotherDatabase
    state = progress.read(directory)
    if state.furnished:
        return state
    directory.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    progress.write(directory, state)
    paths = DeskPaths(directory)
    if not paths.settings_file.exists():
        found(directory, BEGINNING)
    # Port 0 takes one that is free: a demo must start beside any other desk of the machine.
    settings = Settings(listener=ListenerSettings(port=0), log=LogSettings(level=LogLevel.ERROR))
    paths.settings_file.write_text(render_settings(settings), encoding="utf-8")
    with open_desk(directory) as desk:
        configuring.apply(desk, BLUEPRINT, prune=False)
    state = attrs.evolve(state, furnished=True)
    progress.write(directory, state)
    return state


def lead_to(desk: Desk, *, port: int) -> None:
    """Let the desk send its mail to the catcher on this port."""
    file = desk.paths.directory / "catcher.toml"
    file.write_text(f'[channels.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n', encoding="utf-8")
    configuring.apply(desk, file, prune=False)
