"""Roles become people, and every candidate gets a decision with a reason: the one place of the rules about recipients.

All of it is pure: the same event, directory and facts always give the same decision.
"""

from .access import may_open
from .answers import Asked, Lately, Tally, asked_by, counts
from .judge import decide
from .looking_back import answers_for
from .once import begins_before, too_soon, window_key, within_window
from .pairs import BeforeDelivery, Facts, Refusal, RoleResolver
from .settling import settle_act

__all__ = [
    "Asked",
    "BeforeDelivery",
    "Facts",
    "Lately",
    "Refusal",
    "RoleResolver",
    "Tally",
    "answers_for",
    "asked_by",
    "begins_before",
    "counts",
    "decide",
    "may_open",
    "settle_act",
    "too_soon",
    "window_key",
    "within_window",
]
