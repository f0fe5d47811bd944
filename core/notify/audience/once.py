"""What is said once in so many hours: whose window it is, and the sentence for those inside it."""

from datetime import datetime, timedelta

from ...contract.notices import Once, Per
from .pairs import LastSaid, Verdict


def window_key(once: Once, owner: str) -> str:
    """Under which name the window is kept; `owner` is a person's id or that of a ticket."""
    return f"{once.key}|{once.per.value}|{owner}"


def begins_before(once: Once, moment: datetime) -> datetime:
    """The time before which the same must have been said last, so that it may be said at `moment`."""
    return moment - timedelta(hours=once.hours)


def within_window(
    once: Once | None, per: Per, owner: str, *, moment: datetime, last_said: LastSaid | None
) -> Verdict | None:
    """The refusal of what was said less than the window ago.

    What was last said at `moment` itself or later says nothing about it: so a look back at a past event sees its own trace.
    """
    if once is None or once.per is not per or last_said is None:
        return None
    said = last_said(window_key(once, owner))
    if said is None or not begins_before(once, moment) <= said < moment:
        return None
    return too_soon(once, said)


def too_soon(once: Once, said: datetime) -> Verdict:
    """The verdict on what was said at `said`."""
    again = said + timedelta(hours=once.hours)
    because = (
        f"The same was said at {said:%Y-%m-%d %H:%M} UTC; it is said once in {once.hours:g} hours, "
        f"so not again before {again:%Y-%m-%d %H:%M} UTC."
    )
    return Verdict("once_per_window", because)
