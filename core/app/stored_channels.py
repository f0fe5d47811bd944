"""Options with their secrets opened: those of channels as they are stored, those of plugins just before a call."""

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

import attrs

from ..contract.structuring import schema, structure, unstructure
from ..store import configuration
from ..store.database import Database
from ..store.secrets import SecretBox


class StoredChannels:
    """Reads channel options for those who build channels."""

    def __init__(self, db: Database, secrets: SecretBox) -> None:
        self._db = db
        self._secrets = secrets

    def options(self, channel: str) -> Mapping[str, object]:
        """The options of a channel by name; empty when none are stored.

        :raises DeskbellError: when a secret cannot be opened with the desk's key.
        """
        with self._db.reading() as session:
            stored = configuration.channel_options(session, channel)
        return self._secrets.opened(stored)


class PluginSecrets:
    """Opens the secrets among the options of plugins; most have none, and pass as they are."""

    def __init__(self, secrets: SecretBox) -> None:
        self._secrets = secrets

    def opened(self, options: object) -> object:
        """The options as the plugin is given them.

        :raises SecretUnreadable: when a secret cannot be opened with the desk's key.
        """
        cls = type(options)
        if not attrs.has(cls) or not _holds_secrets(cls):
            return options
        stored = unstructure(cast(attrs.AttrsInstance, options))
        opened: object = structure(self._secrets.opened(stored), cls, file="the desk's options")
        return opened


@lru_cache(maxsize=256)
def _holds_secrets(cls: type[attrs.AttrsInstance]) -> bool:
    return any(field.secret for field in schema(cls))
