"""Whether the administrator can be told when something is wrong: what nobody heard of lately stands here."""

from collections.abc import Iterator

from ...contract.clock import Clock
from ...settings import DeskPaths
from ..last_resort import banner
from .finding import Finding, fault, fine


def alerts(paths: DeskPaths, clock: Clock) -> Iterator[Finding]:
    """What the administrator could not be told by mail."""
    if not paths.settings_file.is_file():
        return
    lines = banner(paths.last_resort_ledger, now=clock.now())
    for line in lines:
        yield fault(
            "alerts", line, remedy="Mend what it names; then mend the mail channel, by which you would have been told."
        )
    if not lines:
        yield fine("alerts", "There is nothing that the administrator could not be told.")
