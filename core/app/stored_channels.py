"""The options of channels as they are stored, with their secrets opened."""

from collections.abc import Mapping

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
