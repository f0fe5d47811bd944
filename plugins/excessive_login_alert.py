"""Tells the administrator that somebody may be guessing passwords."""

import attrs

from ..core.contract.events import LoginFailuresExceeded
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import SystemAlert
from ..core.contract.notices import Notice


@attrs.define(eq=False)
class ExcessiveLoginAlert(SystemAlert):
    """Rings when failed logins pass the limit for an account or a network address, once per window."""

    title = "Excessive login alert"

    @hookimpl
    def login_failures_exceeded(self, event: LoginFailuresExceeded) -> Notice:
        """Every passed limit is worth it."""
        return Notice("excessive-login-alert", about=event)
