"""Tells the administrator that the database answers with errors."""

import attrs

from ..core.contract.events import DatabaseErrorReported
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import SystemAlert
from ..core.contract.notices import Notice


@attrs.define(eq=False)
class DatabaseErrorAlert(SystemAlert):
    """Rings for every unexpected database error, wherever in the desk it was met."""

    title = "Database error alert"

    @hookimpl
    def database_error(self, event: DatabaseErrorReported) -> Notice:
        """Every reported error is worth it; the core has grouped them."""
        return Notice("database-error-alert", about=event)
