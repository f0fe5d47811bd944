"""How a room reports trouble without calling upstairs, and the named points at which tests kill the process."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import attrs


class FaultKind(StrEnum):
    """Which event a fault becomes."""

    SYSTEM = "system_error"
    DATABASE = "database_error"


@attrs.frozen(kw_only=True)
class Fault:
    """Something for the administrator.

    `fingerprint` groups repeats: what failed and how, never when or for whom. `title` and `detail` hold no secret and no
    row data.
    """

    kind: FaultKind = FaultKind.SYSTEM
    fingerprint: str
    title: str
    detail: str = ""


class FaultReporter(Protocol):
    """Passed down by the hallway; must never raise."""

    def report(self, fault: Fault) -> None:
        """Take note of `fault`; grouping and telling are the reporter's business."""
        ...


POINTS = (
    "intake.raw_read",
    "intake.raw_committed",
    "intake.parsed",
    "desk.rows_written",
    "desk.committed",
    "notify.rendered",
    "notify.committed",
    "outbox.claimed",
    "smtp.connected",
    "smtp.rcpt_sent",
    "smtp.in_data",
    "smtp.after_dot",
    "smtp.after_250",
    "outbox.marked",
)
"""Every fault point in the order in which one mail passes them."""

_plan: Callable[[str], None] | None = None


def hit(point: str) -> None:
    """Pass the fault point; does nothing unless a test armed a plan."""
    if _plan is not None:
        _plan(point)


def arm(plan: Callable[[str], None] | None) -> None:
    """Let `plan` be called with the name of each point that this process passes; None disarms."""
    global _plan
    _plan = plan
