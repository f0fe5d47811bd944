"""The deliveries of system alerts: when they fail, no fault comes of it, for its alert would go the same way."""

from collections.abc import Callable, Collection

import attrs


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
