"""What is installed on this machine, as far as a desk can be configured by it."""

from collections.abc import Mapping

import attrs

from ...contract.channel import Channel
from ...contract.kinds import Plugin
from .objects import Path


@attrs.frozen
class Catalogue:
    """Plugins (classes or instances) and channels by their names."""

    plugins: Mapping[str, Plugin | type[Plugin]] = attrs.field(factory=dict)
    channels: Mapping[str, type[Channel]] = attrs.field(factory=dict)

    def knows(self, table: str, key: str, path: Path) -> bool:
        """Whether what is set under this path still means something here."""
        if table == "channels":
            return key in self.channels and (path == ("held",) or _has(self.channels[key].Options, path))
        if table == "options":
            return key in self.plugins and self._has_option(key, path[2:] if path[0] == "departments" else path)
        return table != "switches" or key in self.plugins

    def _has_option(self, plugin: str, path: Path) -> bool:
        kind = self.plugins[plugin]
        return path[1] in kind.audience if path[0] == "audience" else _has(kind.Options, path)


def _has(options: type, path: Path) -> bool:
    return path[0] in attrs.fields_dict(options)
