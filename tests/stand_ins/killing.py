"""Kills a process at a named fault point while it takes mails in and sends answers, then lets another finish the work.

The ledgers lie outside the child's desk: which mails were acknowledged, and (kept by the mail sink) which Message-IDs were
accepted. `verdict` compares them with what the desk holds.
"""

import multiprocessing
import os
import signal
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from deskbell.core.app.opening import open_desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract import faults
from deskbell.core.contract.clock import SystemClock
from deskbell.core.contract.events import TicketCreated
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert
from deskbell.core.contract.people import Role
from deskbell.core.store import delivery_log, tickets
from stand_ins.desks import MAIL, opened, receive

MAILS = 3
NOTICES = 2 * MAILS
"""An autoresponse and an alert for each mail."""
MAY_REPEAT = frozenset({"smtp.after_dot", "smtp.after_250"})
"""The only points at which the peer has the very mail that we do not know to be sent."""
PASSES = {
    point: 1
    if point in ("outbox.claimed", "outbox.marked", "smtp.connected")
    else NOTICES
    if point.startswith("smtp.")
    else MAILS
    for point in faults.POINTS
}
"""How often a run without a kill passes each point: mails come one by one, and all notices go out in one round."""
PATIENCE = 60.0

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["stand_ins.killing"])


class LaterClock(SystemClock):
    """The machine's clock an hour later: leases of the dead have ended, and the sweep looks at all that is unrung."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=1)


@attrs.frozen(kw_only=True)
class Verdict:
    """What one kill came to."""

    killed: bool
    lost_mails: int
    lost_notices: int
    repeats: int


def allowed_repeats(point: str, nth: int) -> int:
    """How many mails may go out twice: those of the round that the peer took and that were not marked yet."""
    taken_before = nth - 1 if point.startswith("smtp.") else 0
    return taken_before + (1 if point in MAY_REPEAT else 0)


def mail(number: int) -> bytes:
    return MAIL.replace(b"<one@", f"<{number}@".encode()).replace(b"out of toner", f"out of toner {number}".encode())


def run(folder: Path, point: str, nth: int) -> bool:
    """Take mails in and send, killing the process at the nth pass of `point`; answer whether it died of it."""
    child = _context.Process(target=_child, args=(folder, point, nth))
    child.start()
    child.join(PATIENCE)
    if child.is_alive():
        child.kill()
        raise TimeoutError(f"the child hangs at {point}")
    if child.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the child ended with {child.exitcode} at {point}")
    return child.exitcode == -signal.SIGKILL


def finish(folder: Path) -> None:
    """What a restart does, with an MTA that gives again what was not acknowledged."""
    child = _context.Process(target=_child, args=(folder, "", 0))
    child.start()
    child.join(PATIENCE)
    if child.exitcode != 0:
        raise RuntimeError(f"the restart ended with {child.exitcode}")


def _child(folder: Path, point: str, nth: int) -> None:
    if point:
        faults.arm(_Killer(point, nth))
    clock = SystemClock() if point else LaterClock()
    with open_desk(folder, clock=clock) as desk:
        for number in range(MAILS):
            if not (folder.parent / f"acknowledged-{number}").exists():
                raw_id = desk.intake.accept(
                    mail(number), envelope_from="ada@customer.example", envelope_to=(), source="pipe"
                )
                (folder.parent / f"acknowledged-{number}").touch()
                desk.take_in([raw_id])
        work_off(desk)


class _Killer:
    """Ends this process with SIGKILL at the nth pass of a point."""

    def __init__(self, point: str, nth: int) -> None:
        self._point = point
        self._left = nth

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def verdict(folder: Path, accepted: list[str], *, killed: bool) -> Verdict:
    """Compare the ledgers with the desk; `accepted` are the Message-IDs that the sink answered 250 for, in order."""
    with open_desk(folder) as desk, desk.db.reading() as session:
        opened = tickets.list_tickets(session, limit=100)
        sent = delivery_log.list_deliveries(session, limit=1000)
    subjects = Counter(ticket.subject for ticket in opened)
    expected = {f"The printer is out of toner {number}" for number in range(MAILS)}
    extra = sum(count - 1 for count in subjects.values())
    if extra or set(subjects) - expected:
        raise AssertionError(f"tickets that nobody asked for: {subjects}")
    seen = Counter(accepted)
    due = {each.message_id for each in sent}
    return Verdict(
        killed=killed,
        lost_mails=len(expected - set(subjects)),
        lost_notices=len(due - set(seen)) + max(0, NOTICES - len(due)) + sum(each.state != "sent" for each in sent),
        repeats=sum(seen.values()) - len(seen),
    )


def ring_with(folder: Path, plugins: dict[str, Path], *, raw: bytes | None) -> int:
    """Take in `raw`, or work off what is left, beside plugins that end the process; answer the exit code.

    :param plugins: names of `DeadlyAlert`, each with its folder of templates.
    """
    child = _context.Process(target=_ring_child, args=(folder, plugins, raw))
    child.start()
    child.join(PATIENCE)
    return child.exitcode if child.exitcode is not None else -1


def _ring_child(folder: Path, plugins: dict[str, Path], raw: bytes | None) -> None:
    deadly = {name: DeadlyAlert(templates) for name, templates in plugins.items()}
    with opened(folder, clock=SystemClock() if raw else LaterClock(), plugins=dict(deadly)) as desk:
        if raw is not None:
            receive(desk, raw)
        work_off(desk)


class DeadlyAlert(AgentAlert):
    """Ends the whole process, past every ``try``."""

    title = "Deadly"
    audience = {Role.ADMIN_ADDRESS: True}

    def __init__(self, templates: Path) -> None:
        self.templates = templates

    @hookimpl
    def template_folders(self) -> Path:
        return self.templates

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> None:
        os._exit(9)
