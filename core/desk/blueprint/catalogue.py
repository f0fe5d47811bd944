"""What is installed on this machine, as far as a desk can be configured by it."""

from collections.abc import Mapping

import attrs

from ...contract.channel import Channel
from ...contract.kinds import Plugin


@attrs.frozen
class Catalogue:
    """Plugins (classes or instances) and channels by their names."""

    plugins: Mapping[str, Plugin | type[Plugin]] = attrs.field(factory=dict)
    channels: Mapping[str, type[Channel]] = attrs.field(factory=dict)

    def options_of(self, channel: str) -> type | None:
        """The class of a channel's options; None if the channel is not installed."""
        cls = self.channels.get(channel)
        return None if cls is None else cls.Options
