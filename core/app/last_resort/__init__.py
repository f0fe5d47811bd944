"""The last resort: the administrator is told past the database, the plugins and the outbox, when these are what failed.

`Snapshot` is what was copied from the database while it was there, `Ledger` counts what was told and what could not be,
`LastResort` writes the mail and hands it to the channel.
"""

from .ledger import Ledger, banner
from .resort import LastResort
from .snapshot import Snapshot

__all__ = ["LastResort", "Ledger", "Snapshot", "banner"]
