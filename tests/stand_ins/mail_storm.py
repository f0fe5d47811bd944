"""Storms of mail on a desk in a process of its own, so that its memory can be told."""

import multiprocessing
import multiprocessing.pool
import resource
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import attrs
from sqlalchemy import func, select

from deskbell.core.intake.receive import Arrival
from deskbell.core.store.rows import DeliveryRow, RawMailRow, TicketRow

from .clock import FrozenClock
from .desks import new_desk, opened
from .letters import raw_mail

BATCH = 100
BURST = 2_000
"""So many mails wait at a time: then somebody else writes as well."""
PATIENCE = 300.0

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["stand_ins.mail_storm"])


@attrs.frozen(kw_only=True)
class Storm:
    """How many mails, of one sender or each of another, over ten minutes, in bursts; behind each writes somebody else."""

    mails: int
    one_sender: bool


@attrs.frozen(kw_only=True)
class Aftermath:
    """What the desk made of a storm.

    `states` counts the kept mails, `deliveries` the outbox by plugin. `bystander_seconds` passed at most until the
    mail of somebody else was a ticket. `peak_mib` is the most memory that the process had.
    """

    tickets: int
    states: Mapping[str, int]
    deliveries: Mapping[str, int]
    bystander_seconds: float
    peak_mib: float


def weather(folder: Path, storm: Storm) -> Aftermath:
    """Let a storm come over a new desk in `folder`."""
    pool = multiprocessing.pool.Pool(1, context=_context)
    try:
        return pool.apply_async(_weather, (folder, storm)).get(PATIENCE)
    finally:
        pool.terminate()
        pool.join()


def _weather(folder: Path, storm: Storm) -> Aftermath:
    clock = FrozenClock()
    longest = 0.0
    with opened(new_desk(folder, database_url=""), clock=clock) as desk:
        for first in range(0, storm.mails, BURST):
            waiting: list[int] = []
            for start in range(first, first + BURST, BATCH):
                waiting += desk.intake.accept_many([_mail(number, storm) for number in range(start, start + BATCH)])
                clock.advance(seconds=600 * BATCH / storm.mails)
            begun = time.monotonic()
            waiting += desk.intake.accept_many([_mail(storm.mails + first, Storm(mails=1, one_sender=False))])
            for start in range(0, len(waiting), BATCH):
                desk.take_in(waiting[start : start + BATCH])
            longest = max(longest, time.monotonic() - begun)
        with desk.db.reading() as session:
            return Aftermath(
                tickets=session.scalar(select(func.count(TicketRow.id))) or 0,
                states=Counter(session.scalars(select(RawMailRow.state))),
                deliveries=Counter(session.scalars(select(DeliveryRow.plugin))),
                bystander_seconds=longest,
                peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            )


def _mail(number: int, storm: Storm) -> Arrival:
    sender = "flood@peer.example" if storm.one_sender else f"person.{number}@peer{number % 97}.example"
    raw = raw_mail(sender=sender, subject=f"Matter {number}", message_id=f"<{number}@peer.example>")
    return Arrival(content=raw, envelope_from=sender, source="storm")
