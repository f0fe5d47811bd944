"""The deliveries of system alerts: when they fail, no fault comes of it, for its alert would go the same way."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import attrs

from ..store.waiting_alerts import Waiting
from .open_channels import Gathering

PATIENCE = timedelta(minutes=10)
"""A system alert that waits longer than this is stuck, whatever its channel says of itself."""


def _nothing(*_: str) -> None:
    """Nobody shows anything."""


@attrs.frozen(kw_only=True)
class AlertsUnderWay:
    """The names of the system alerts among the plugins, and who shows that they are stuck.

    `stuck` is called with the channel and its words when a delivery of such a plugin failed, `sent` with the channel when
    one went out. Neither may raise.
    """

    plugins: Collection[str] = ()
    stuck: Callable[[str, str], None] = _nothing
    sent: Callable[[str], None] = _nothing


def stuck_alerts(waiting: Mapping[str, Waiting], gathering: Gathering, *, now: datetime) -> Mapping[str, str]:
    """Why alerts do not get out, by channel: where a channel is not ready there is no try that could tell it."""
    found: dict[str, str] = {}
    for name, each in waiting.items():
        if name not in gathering.ready:
            found[name] = gathering.waiting.get(name) or f"there is no channel '{name}'"
        elif now - each.since > PATIENCE:
            found[name] = _delayed(each)
    return found


def _delayed(waiting: Waiting) -> str:
    if waiting.state == "held":
        return "a person holds it back"
    return waiting.detail or f"it has waited since {waiting.since:%Y-%m-%d %H:%M} UTC; no worker takes it up"
