"""The demo: a desk of its own on the loopback, sample mails that arrive, and a catcher for what it sends."""

import smtplib
import threading
from collections.abc import Callable
from pathlib import Path

import attrs

from ...contract.clock import Clock
from ..opening import Desk, open_desk
from ..service import Service
from . import progress, samples
from .catcher import Catcher
from .following import Follower
from .furnishing import furnish, lead_to
from .happenings import Happening, Kind
from .progress import Progress

__all__ = ["Happening", "Kind", "Opened", "Wish", "run"]

CAUGHT = "caught"
LOOK_SECONDS = 0.2
QUIET_SECONDS = 30.0
"""How long the end of a counted demo waits for what is under way."""


@attrs.frozen(kw_only=True)
class Wish:
    """What is asked for: `pace` seconds between mails; an end after `count` of them, None for none; begun anew if `fresh`."""

    directory: Path
    fresh: bool = False
    pace: float = 4.0
    count: int | None = None


@attrs.frozen(kw_only=True)
class Opened:
    """What there is to look at once the demo runs, to be told before anything happens."""

    directory: Path
    caught: Path
    listening_on: str
    addresses: tuple[str, ...]
    departments: int
    agents: int
    teams: int
    mails: int
    arrived: int


def run(
    wish: Wish, *, stop: threading.Event, welcome: Callable[[Opened], None], tell: Callable[[Happening], None]
) -> None:
    """Run the demo until `stop` is set or `wish.count` mails have gone through.

    :raises NotADemo: when the directory holds something else.
    :raises DeskbellError: when a desk cannot be made or opened there.
    """
    if wish.fresh:
        progress.forget(wish.directory)
    state = furnish(wish.directory)
    catcher = Catcher(wish.directory / CAUGHT)
    catcher.start()
    try:
        with open_desk(wish.directory) as desk:
            lead_to(desk, port=catcher.port)
            follower = Follower(desk)
            service = Service(desk, listen=True)
            service.start()
            try:
                welcome(_opened(desk, wish, state=state, listening_on=service.listening_on))
                door = service.listening_on
                _Play(wish, clock=desk.clock, follower=follower, to=door, state=state, stop=stop, tell=tell).run()
            finally:
                service.stop()
    finally:
        catcher.stop()


def _opened(desk: Desk, wish: Wish, *, state: Progress, listening_on: str) -> Opened:
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    return Opened(
        directory=wish.directory,
        caught=wish.directory / CAUGHT,
        listening_on=listening_on,
        addresses=tuple(box.address for box in directory.mailboxes.values()),
        departments=len(directory.departments),
        agents=len(directory.agents),
        teams=len(directory.teams),
        mails=len(samples.samples()),
        arrived=state.sent,
    )


@attrs.define
class _Play:
    """One start of the demo: hands the mails in at their pace and tells what the follower sees."""

    wish: Wish
    clock: Clock = attrs.field(kw_only=True)
    follower: Follower = attrs.field(kw_only=True)
    to: str = attrs.field(kw_only=True)
    state: Progress = attrs.field(kw_only=True)
    stop: threading.Event = attrs.field(kw_only=True)
    tell: Callable[[Happening], None] = attrs.field(kw_only=True)

    def run(self) -> None:
        next_at = self.clock.monotonic()
        for sample in self._coming():
            while not self.stop.is_set() and self.clock.monotonic() < next_at:
                self._look()
            self._hand_in(sample)
            next_at = self.clock.monotonic() + self.wish.pace
        if self.wish.count is None:
            self._linger()
        else:
            self._settle()

    def _hand_in(self, sample: samples.Sample) -> None:
        """Until the listener has taken it, as a mail server would."""
        while not self.stop.is_set():
            try:
                samples.hand_in(sample, to=self.to, now=self.clock.now())
            except (smtplib.SMTPException, OSError) as error:
                self.tell(Happening(Kind.FAILED, f"{sample.name} was not taken, and is tried again: {error}"))
                self._look()
                continue
            self.state = attrs.evolve(self.state, sent=self.state.sent + 1)
            progress.write(self.wish.directory, self.state)
            return

    def _coming(self) -> tuple[samples.Sample, ...]:
        rest = tuple(samples.samples()[self.state.sent :])
        return rest if self.wish.count is None else rest[: self.wish.count]

    def _settle(self) -> None:
        """What was handed in goes all the way before the end."""
        until = self.clock.monotonic() + QUIET_SECONDS
        self._look()
        while not self.stop.is_set() and not self.follower.quiet and self.clock.monotonic() < until:
            self._look()

    def _linger(self) -> None:
        """All samples are in; what the user does is followed until the end."""
        if self.stop.is_set():
            return
        answer = (
            f"deskbell --dir {self.wish.directory} ticket reply 100001 --by ann@acme.example --text 'It works again.'"
        )
        for said in (
            "All sample mails are in: send one of your own, or begin anew with --fresh.",
            f"Or be an agent, in another terminal: {answer}",
        ):
            self.tell(Happening(Kind.NOTE, said))
        while not self.stop.is_set():
            self._look()

    def _look(self) -> None:
        for happening in self.follower.look():
            self.tell(happening)
        self.stop.wait(LOOK_SECONDS)
