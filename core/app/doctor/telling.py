"""Whether the administrator can be told when something is wrong: what nobody heard of lately stands here."""

from collections.abc import Iterator

from ...contract.clock import Clock
from ...delivery.alerts import stuck_alerts
from ...settings import DeskPaths
from ...store import waiting_alerts
from ..last_resort import banner
from ..opening import Desk
from .finding import Finding, fault, fine

REMEDY = "Mend what it names; then mend the mail channel, by which you would have been told."


def alerts(paths: DeskPaths, clock: Clock) -> Iterator[Finding]:
    """What the administrator could not be told by mail; it needs no database."""
    if paths.settings_file.is_file():
        for line in banner(paths.last_resort_ledger, now=clock.now()):
            yield fault("alerts", line, remedy=REMEDY)


def undelivered(desk: Desk) -> Iterator[Finding]:
    """System alerts that wait for a channel; no worker needs to have shown them before."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        waiting = waiting_alerts.by_channel(session, plugins=desk.last_resort.alerts)
    now = desk.clock.now()
    shown = banner(desk.paths.last_resort_ledger, now=now)
    stuck = stuck_alerts(waiting, desk.channels.at(directory), now=now)
    for channel, why in stuck.items():
        count, since = waiting[channel].count, waiting[channel].since
        many = "1 system alert waits" if count == 1 else f"{count} system alerts wait"
        what = f"{many} for channel '{channel}' since {since:%Y-%m-%d %H:%M} UTC: {why.rstrip('.')}."
        yield fault("alerts", what, remedy=REMEDY)
    if not stuck and not shown:
        yield fine("alerts", "There is nothing that the administrator could not be told.")
