"""One measured run in a process of its own: the mails go in as the listener hands them over, all threads as in `serve`.

`python -m benchmarks.run ORDER` takes an `Order` as JSON and prints a `Figures` as JSON.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import attrs
from sqlalchemy import text

from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.app.service import Service
from deskbell.core.delivery.postman import Postman, Round
from deskbell.core.intake.group_commit import GroupCommit
from deskbell.core.intake.receive import Arrival

from .mails import MAILBOX, answers, new_mails

CONVERSATIONS = 64
"""So many mail servers talk at a time: each sends its next mail when the last one was acknowledged."""
LIMIT_SECONDS = 300.0


@attrs.frozen(kw_only=True)
class Order:
    """What to run: `count` mails from number `first` on; `threads` above 0 makes them answers on so many tickets."""

    folder: str
    count: int
    first: int = 0
    threads: int = 0
    mails_each: int = 0
    """How many mails go out for each."""


@attrs.frozen(kw_only=True)
class Figures:
    """What a run took. Seconds from the first mail in to the last mark of a mail out, octets of memory at the peak."""

    seconds: float
    cpu_seconds: float
    peak_octets: int
    kept_seconds: float
    """Until the last mail was acknowledged."""


class CountingPostman(Postman):
    """Tells when so many deliveries are marked as sent."""

    def await_sent(self, count: int) -> None:
        """Begin to count; call it before anything is delivered."""
        self._left = count
        self._counting = threading.Lock()
        self.done = threading.Event()
        if count == 0:
            self.done.set()

    def deliver_due(self) -> Round:
        """See `Postman.deliver_due`."""
        done = super().deliver_due()
        with self._counting:
            self._left -= done.sent
            if self._left <= 0:
                self.done.set()
        return done


def main() -> None:
    """Run the order of the command line."""
    order = Order(**json.loads(sys.argv[1]))
    if order.threads:
        mails = answers(order.count, first=order.first, threads=order.threads)
    else:
        mails = new_mails(order.count, first=order.first)
    with open_desk(Path(order.folder)) as desk:
        figures = measure(desk, mails, mails_each=order.mails_each)
    sys.stdout.write(json.dumps(attrs.asdict(figures)) + "\n")


def measure(desk: Desk, mails: Sequence[bytes], *, mails_each: int) -> Figures:
    """Hand the mails in and wait until all that they cause is sent and marked."""
    postman = CountingPostman(
        desk.db,
        channels=desk.channels,
        leases=desk.leases,
        signed=desk.signed,
        links=desk.links,
        files=desk.files,
        clock=desk.clock,
        faults=desk.watch,
    )
    postman.await_sent(len(mails) * mails_each)
    present = _entries(desk)
    service = Service(attrs.evolve(desk, postman=postman), listen=False)
    processed = threading.Semaphore(0)

    def follow_up(ids: Sequence[int]) -> None:
        service.on_mail(ids)
        processed.release(len(ids))

    door = GroupCommit(keep=desk.intake.accept_many, follow_up=follow_up, faults=desk.watch)
    service.start()
    door.start()
    begun, cpu = time.perf_counter(), time.process_time()
    _hand_in(door, mails)
    kept = time.perf_counter() - begun
    for _ in mails:
        if not processed.acquire(timeout=LIMIT_SECONDS):
            raise TimeoutError("the mails were not processed in time")
    _await_entries(desk, present + len(mails))
    if not postman.done.wait(LIMIT_SECONDS):
        raise TimeoutError("the mails were not sent in time")
    figures = Figures(
        seconds=time.perf_counter() - begun,
        cpu_seconds=time.process_time() - cpu,
        peak_octets=_peak_octets(),
        kept_seconds=kept,
    )
    door.stop()
    service.stop()
    return figures


def _await_entries(desk: Desk, count: int) -> None:
    """Wait until there are so many: when the door has a long queue, the sweep takes some of it and may be last."""
    deadline = time.perf_counter() + LIMIT_SECONDS
    while (found := _entries(desk)) != count:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"there are {found} entries instead of {count}")
        time.sleep(0.01)


def _entries(desk: Desk) -> int:
    with desk.db.reading() as session:
        return session.scalar(text("SELECT count(*) FROM thread_entries")) or 0


def _peak_octets() -> int:
    """The most memory that this process ever had; getrusage would tell that of the one that started it, if it was more."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def _hand_in(door: GroupCommit, mails: Sequence[bytes]) -> None:
    """Keep `CONVERSATIONS` mails on their way until all are acknowledged."""
    free = threading.Semaphore(CONVERSATIONS)
    waiting: list[Future[Sequence[int]]] = []

    def acknowledged(_: "Future[Sequence[int]]") -> None:
        free.release()

    for mail in mails:
        free.acquire()
        arrival = Arrival(content=mail, envelope_from="ada@customer.example", envelope_to=(MAILBOX,), source="lmtp")
        ids = door.submit([arrival])
        ids.add_done_callback(acknowledged)
        waiting.append(ids)
    for each in waiting:
        each.result(LIMIT_SECONDS)


if __name__ == "__main__":
    main()
