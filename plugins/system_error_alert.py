"""Tells the administrator that the desk itself needs help."""

import attrs

from ..core.contract.events import PluginQuarantined, SystemErrorReported
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import SystemAlert
from ..core.contract.notices import Notice


@attrs.define(eq=False)
class SystemErrorAlert(SystemAlert):
    """Rings for every fatal error and every plugin that was set aside; it has no switch."""

    title = "System error alert"
    always_on = True

    @hookimpl
    def system_error(self, event: SystemErrorReported) -> Notice:
        """Every reported error is worth it; the core has grouped them."""
        return Notice("system-error-alert", about=event)

    @hookimpl
    def plugin_quarantined(self, event: PluginQuarantined) -> Notice:
        """What the plugin did is not done any more, and nobody else would notice."""
        return Notice("system-error-alert", about=event)
