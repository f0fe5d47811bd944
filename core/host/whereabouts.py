"""Where an error of a stranger's code came from: its class, file and line, and none of its words."""

from pathlib import Path
from traceback import extract_tb

_CORE = Path(__file__).parent.parent
"""The core's own code, through which every call of a plugin goes."""


def class_and_place(error: BaseException) -> str:
    """The class of `error`, and the line of the plugin that it came through last.

    The plugin's file is the first one outside of the core: what the plugin called in other libraries says less.
    """
    frames = extract_tb(error.__traceback__)
    name = type(error).__name__
    if not frames:
        return name
    file = next((each.filename for each in frames if not Path(each.filename).is_relative_to(_CORE)), "")
    frame = next((each for each in reversed(frames) if each.filename == file), frames[-1])
    path = Path(frame.filename)
    return f"{name} in {path.parent.name}/{path.name}, line {frame.lineno}"
