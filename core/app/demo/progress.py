"""How far a demo is: the file that marks a directory as one of a demo, and so as one that may be deleted."""

import json
import shutil
from pathlib import Path

import attrs

from ...contract.errors import DeskbellError

MARKER = "demo.json"


class NotADemo(DeskbellError, FileExistsError):
    """A directory with files in it that no demo made."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"{directory} is there and is not the desk of a demo, so it is left alone: name another directory with --dir."
        )


@attrs.frozen(kw_only=True)
class Progress:
    """Whether the desk is set up, and how many sample mails were handed in."""

    furnished: bool = False
    sent: int = 0


def read(directory: Path) -> Progress:
    """How far the demo in `directory` is; a new one where there is nothing yet.

    :raises NotADemo: when something else is there.
    """
    try:
        return Progress(**json.loads((directory / MARKER).read_text(encoding="utf-8")))
    except FileNotFoundError:
        if directory.exists() and any(directory.iterdir()):
            raise NotADemo(directory) from None
        return Progress()
    except (ValueError, TypeError):
        # Somebody else's file of the same name.
        raise NotADemo(directory) from None


def write(directory: Path, progress: Progress) -> None:
    """Keep how far the demo is; a cut of the power leaves the old or the new state."""
    fresh = directory / f"{MARKER}.new"
    fresh.write_text(json.dumps(attrs.asdict(progress)) + "\n", encoding="utf-8")
    fresh.replace(directory / MARKER)


def forget(directory: Path) -> None:
    """Delete the desk of a demo with everything in it; nothing happens where nothing is.

    :raises NotADemo: when the directory is not that of a demo.
    """
    if not directory.exists():
        return
    read(directory)
    shutil.rmtree(directory)
