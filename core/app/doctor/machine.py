"""What a desk stands on: its directory, settings, key, disk and the machine's clock."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ...contract.clock import Clock
from ...contract.errors import DeskbellError
from ...settings import DeskPaths, load_settings
from ...store.secrets import SecretBox
from ..disk import NO_SPACE
from .finding import Finding, fault, fine, warning

LITTLE_SPACE = 1024**3
"""Octets that are free on the disk of the desk."""
SANE_YEARS = range(2026, 2100)
"""A clock outside of them was never set."""


def directory(paths: DeskPaths, _: Clock) -> Iterator[Finding]:
    """Whether there is a desk, who else may look into it, and whether it can be written to."""
    if not paths.settings_file.is_file():
        yield fault(
            "directory",
            f"There is no desk in {paths.directory}.",
            remedy="Run 'deskbell init', or name its directory with --dir.",
        )
        return
    if not os.access(paths.directory, os.R_OK | os.W_OK | os.X_OK):
        yield fault(
            "directory", f"{paths.directory} cannot be written to.", remedy="Run deskbell as the user who owns it."
        )
        return
    if _open_to_others(paths.directory):
        yield warning(
            "directory",
            f"Other users of the machine can look into {paths.directory}.",
            remedy=f"Run 'chmod 700 {paths.directory}'.",
        )
        return
    yield fine("directory", f"The desk is in {paths.directory}.")


def settings(paths: DeskPaths, _: Clock) -> Iterator[Finding]:
    """Whether deskbell.toml can be read, and by whom: it may hold the database's password."""
    if not paths.settings_file.is_file():
        return
    try:
        load_settings(paths.directory)
    except DeskbellError as error:
        yield fault("settings", str(error), remedy=f"Correct {paths.settings_file}.")
        return
    file = paths.settings_file
    if _open_to_others(file):
        yield fault("settings", f"Other users of the machine can read {file.name}.", remedy=f"Run 'chmod 600 {file}'.")
    else:
        yield fine("settings", f"{file.name} can be used, and is read by its owner only.")


def key(paths: DeskPaths, _: Clock) -> Iterator[Finding]:
    """Whether the key of the secrets is there and belongs to nobody else."""
    if not paths.settings_file.is_file():
        return
    try:
        SecretBox(paths.key_file)
    except DeskbellError as error:
        yield fault("key", str(error), remedy=f"Restore its permissions, or {paths.key_file.name} from a backup.")
    else:
        yield fine("key", f"{paths.key_file.name} can be used, and is read by its owner only.")


def disk(paths: DeskPaths, _: Clock) -> Iterator[Finding]:
    """Whether there is room for mail on the desk's disk."""
    if not paths.directory.is_dir():
        return
    free = shutil.disk_usage(paths.directory).free
    what = f"{free / 1024**3:.1f} GiB are free on the disk of the desk."
    remedy = "Make room on the disk, or move the desk to a larger one."
    if free < NO_SPACE:
        yield fault("disk", what, remedy=remedy)
    elif free < LITTLE_SPACE:
        yield warning("disk", what, remedy=remedy)
    else:
        yield fine("disk", what)


def clock(_: DeskPaths, clock: Clock) -> Iterator[Finding]:
    """Whether the machine's clock was ever set."""
    now = clock.now()
    if now.year not in SANE_YEARS:
        yield fault(
            "clock",
            f"The machine's clock says {now:%Y-%m-%d %H:%M} UTC.",
            remedy="Set the clock, and let it be kept by NTP ('timedatectl set-ntp true').",
        )
    else:
        yield fine("clock", f"The machine's clock says {now:%Y-%m-%d %H:%M} UTC.")


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
