"""The look at many overdue tickets in a process of its own, while mail comes in one after the other.

`python -m benchmarks.sweep ORDER` takes a `SweepOrder` as JSON and prints `SweepFigures` as JSON.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from deskbell.core.app import due
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.drafts import TicketDraft
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.contract.tickets import Origin
from deskbell.core.desk.open import open_tickets
from deskbell.core.desk.opening import Opening

from .mails import new_mails

AT_ONCE = 500
MOST_MAILS = 5_000


@attrs.frozen(kw_only=True)
class SweepOrder:
    """What to run: `tickets` come to be overdue on the desk in `folder`, whose plan grants them less than a day."""

    folder: str
    tickets: int


@attrs.frozen(kw_only=True)
class SweepFigures:
    """What the look took, and what mails waited for meanwhile: their acknowledgement, and until they were rung tickets."""

    seconds: float
    cpu_seconds: float
    mails: int
    longest_acknowledgement: float
    longest_until_rung: float


class WrongCount(RuntimeError):
    """The sweep rang another number of events than there were overdue tickets."""

    def __init__(self, rung: int, expected: int) -> None:
        super().__init__(f"The sweep rang {rung} events instead of {expected}.")


@attrs.define
class Waits:
    """What mails waited for, in seconds each."""

    acknowledged: list[float] = attrs.field(factory=list)
    rung: list[float] = attrs.field(factory=list)


def main() -> None:
    """Run the order of the command line."""
    order = SweepOrder(**json.loads(sys.argv[1]))
    with open_desk(Path(order.folder)) as desk:
        _open_yesterday(desk, order.tickets)
        figures = _measure(desk, order.tickets)
    sys.stdout.write(json.dumps(attrs.asdict(figures)) + "\n")


def _open_yesterday(desk: Desk, count: int) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for first in range(0, count, AT_ONCE):
        openings = [_opening(number) for number in range(first, min(first + AT_ONCE, count))]
        with desk.db.writing() as session:
            open_tickets(session, desk.db.directory(session), openings=openings, now=yesterday)


def _opening(number: int) -> Opening:
    sender = Actor(ActorKind.END_USER, address=f"waiting{number}@customer.example.net")
    return Opening(
        draft=TicketDraft(sender=sender, origin=Origin.API, subject="Printer", text="It smokes.", department="Support")
    )


def _measure(desk: Desk, tickets: int) -> SweepFigures:
    waits = Waits()
    with _mail_coming_in(desk, waits):
        begun, cpu = time.perf_counter(), time.process_time()
        rung = due.look(desk)
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu
    if rung != tickets:
        raise WrongCount(rung, tickets)
    return SweepFigures(
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        mails=len(waits.rung),
        longest_acknowledgement=max(waits.acknowledged),
        longest_until_rung=max(waits.rung),
    )


@contextmanager
def _mail_coming_in(desk: Desk, waits: Waits) -> Iterator[None]:
    """A door that takes a mail in, follows it up and takes the next, as long as the block lasts."""
    stop, mails = threading.Event(), new_mails(MOST_MAILS)

    def door() -> None:
        for mail in mails:
            if stop.is_set():
                return
            begun = time.perf_counter()
            mail_id = desk.intake.accept(mail, envelope_from=None, envelope_to=(), source="benchmark")
            waits.acknowledged.append(time.perf_counter() - begun)
            desk.take_in([mail_id])
            waits.rung.append(time.perf_counter() - begun)

    thread = threading.Thread(target=door)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    main()
