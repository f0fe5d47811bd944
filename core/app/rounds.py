"""Works off by hand all that is due, then stops: for cron and for people."""

from collections.abc import Mapping

import attrs

from . import due
from .keeping import purge_old_decisions
from .opening import Desk

ROUNDS = 100_000


@attrs.frozen(kw_only=True)
class WorkedOff:
    """What was done, and why channels that have something waiting do not deliver."""

    swept: int = 0
    sent: int = 0
    later: int = 0
    buried: int = 0
    waiting: Mapping[str, str] = attrs.field(factory=dict)


def work_off(desk: Desk) -> WorkedOff:
    """Take up what a crash left, ring what has come due, then deliver until nothing is; old decisions go once a day."""
    swept = desk.sweep()
    due.look(desk)
    sent = later = buried = 0
    for _ in range(ROUNDS):
        done = desk.deliver_round()
        if not done.claimed:
            break
        sent, later, buried = sent + done.sent, later + done.later, buried + len(done.events)
    purge_old_decisions(desk)
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    waiting = desk.channels.at(directory).waiting
    return WorkedOff(swept=swept, sent=sent, later=later, buried=buried, waiting=waiting)
