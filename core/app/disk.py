"""The disk of the desk: how much room there must be, and the fault when there is not."""

import shutil
from pathlib import Path

from ..contract.faults import Fault

NO_SPACE = 100 * 1024**2
"""Octets: with fewer free ones mail is soon refused."""


def full_disk(directory: Path) -> Fault | None:
    """What the administrator must know about the disk; None while there is room."""
    try:
        free = shutil.disk_usage(directory).free
    except OSError:
        return None
    if free >= NO_SPACE:
        return None
    detail = f"{free / 1024**2:.0f} MiB are free on the disk of {directory}; make room, or mail is refused."
    return Fault(fingerprint="disk", title="The disk of the desk is full", detail=detail)
