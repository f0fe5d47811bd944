"""Failed logins as a proxy or a single sign-on in front of the desk reports them, and what was counted."""

from collections.abc import Sequence
from datetime import timedelta

from ..contract.events import Event
from ..desk import logins as rules
from ..desk.logins import AccountKind
from ..store import logins
from ..store.logins import Counted
from .opening import Desk


def failed(desk: Desk, *, kind: AccountKind, account: str, network: str) -> Sequence[Event]:
    """Count one failed login and ring what comes of it.

    :raises InvalidValue: when `network` is no address.
    """
    # What cannot be counted is refused before anything is written.
    rules.network_counter(network)
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        events = rules.record_failure(
            session, directory, kind=kind, account=account, network=network, now=desk.clock.now()
        )
    desk.ring(events)
    return events


def listed(desk: Desk, *, limit: int) -> Sequence[Counted]:
    """What has failed within the window, the most first."""
    with desk.db.reading() as session:
        window = timedelta(minutes=desk.db.directory(session).profile.login_window_minutes)
        return logins.listed(session, since=desk.clock.now() - window, limit=limit)
