"""Answers are counted when they are written down: of two rings that decided at the same time only one takes the last place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.decisions import Candidate, Outcome
from ..contract.events import Incoming
from ..contract.faults import Fault
from ..store import answers, windows
from ..store.answers import Answer
from ..store.directory import Directory
from .answered import looked_up
from .audience import Asked, Tally, asked_by, counts
from .audience.answers import HOUR
from .audience.caps import LOOP_GUARD, RATE_CAPPED, kept_back
from .packing import Parcel

TOLD = "desk"
"""Under which name the windows are kept in which the administrator is told of a cap."""


@attrs.frozen(kw_only=True)
class Counted:
    """Parcels whose answers are counted, and what the administrator hears of: once per mailbox, cap and hour."""

    parcels: Sequence[Parcel]
    faults: Sequence[Fault] = ()


def take_turn(session: Session, parcels: Iterable[Parcel], directory: Directory) -> None:
    """Let nobody else count answers of these mailboxes until the transaction ends; call it before windows are taken."""
    boxes = {_mailbox(each) for each in parcels if _counts(each) and each.considered.decision.reached}
    answers.take_turn(session, boxes & directory.mailboxes.keys())


def counted(session: Session, parcels: Sequence[Parcel], directory: Directory, *, now: datetime) -> Counted:
    """The parcels after their answers took their places in the caller's transaction; who came too late gets none.

    Those that are held are due when their mailbox has room again. Call `take_turn` before.
    """
    asked = [_asked(parcel, directory) if _counts(parcel) else () for parcel in parcels]
    if not any(asked):
        return Counted(parcels=parcels)
    places = _Places(session, directory, [each for those in asked for _, each in those], now)
    kept = [places.given(parcel, those) if those else parcel for parcel, those in zip(parcels, asked, strict=True)]
    answers.count(session, places.taken)
    return Counted(parcels=kept, faults=tuple(_faults(session, places, now=now)))


def _counts(parcel: Parcel) -> bool:
    return counts(parcel.considered.admitted.plugin, parcel.considered.event)


def _mailbox(parcel: Parcel) -> int:
    incoming: Incoming | None = getattr(parcel.considered.event, "incoming", None)
    return 0 if incoming is None else incoming.mailbox.id


def _goes(candidate: Candidate) -> bool:
    return candidate.outcome in (Outcome.NOTIFIED, Outcome.DEFERRED)


def _asked(parcel: Parcel, directory: Directory) -> Sequence[tuple[Candidate, Asked]]:
    """Whoever is about to get an answer, and whom a cap has refused it already."""
    event = parcel.considered.event
    return [
        (candidate, asked)
        for candidate in parcel.considered.decision.candidates
        if (_goes(candidate) or candidate.reason in (RATE_CAPPED, LOOP_GUARD))
        and (asked := asked_by(event, candidate.address, directory)) is not None
    ]


class _Places:
    """Gives answers their places, in order; `taken` is what has to be written down, `capped` what met a cap."""

    def __init__(self, session: Session, directory: Directory, asked: Sequence[Asked], now: datetime) -> None:
        self.directory = directory
        self.taken: list[Answer] = []
        self.capped: list[Asked] = []
        self._now = now
        places = Counter(each.mailbox_id for each in asked)
        keys = frozenset(key for each in asked for key in each.keys)
        tickets = {each.ticket_id for each in asked if each.ticket_id is not None and not each.opened}
        newcomers = frozenset(each.newcomer for each in asked if each.newcomer is not None)
        self._tally = Tally(
            directory.profile,
            lately=lambda: looked_up(session, keys, places, tickets, directory.profile, now=now),
            first_tickets=lambda: answers.first_tickets(session, newcomers),
        )

    def is_full(self, asked: Asked) -> bool:
        """Whether the mailbox has no room for one more."""
        return self._tally.free_at(asked, moment=self._now) > self._now

    def given(self, parcel: Parcel, asked: Iterable[tuple[Candidate, Asked]]) -> Parcel:
        """The parcel with the places that its answers got, without those that got none."""
        changed: dict[int, Candidate] = {}
        due: dict[str, datetime] = {}
        for candidate, each in asked:
            judged = self._judged(candidate, each, due) if _goes(candidate) else candidate
            if judged is not candidate:
                changed[id(candidate)] = judged
            if judged.outcome is not Outcome.NOTIFIED:
                self.capped.append(each)
        if changed:
            decision = parcel.considered.decision
            candidates = tuple(changed.get(id(each), each) for each in decision.candidates)
            parcel = parcel.decided(attrs.evolve(decision, candidates=candidates))
        return attrs.evolve(parcel, due=due) if due else parcel

    def _judged(self, candidate: Candidate, asked: Asked, due: dict[str, datetime]) -> Candidate:
        mailbox = self.directory.mailboxes[asked.mailbox_id].name
        verdict = kept_back(asked, self._tally, address=candidate.address, mailbox=mailbox, moment=self._now)
        if verdict is None or verdict.outcome is Outcome.DEFERRED:
            due[candidate.person] = at = self._tally.free_at(asked, moment=self._now)
            self.taken += self._tally.take(asked, at=at)
        if verdict is None:
            return candidate
        return attrs.evolve(candidate, outcome=verdict.outcome, reason=verdict.reason, because=verdict.because)


# --- what the administrator hears of ---


def _faults(session: Session, places: _Places, *, now: datetime) -> Iterator[Fault]:
    first = {(asked.mailbox_id, places.is_full(asked)): asked for asked in reversed(places.capped)}
    for (mailbox_id, full), asked in sorted(first.items(), key=lambda pair: pair[0]):
        key = f"{'mailbox' if full else 'sender'}-capped|{mailbox_id}"
        if windows.claim(session, TOLD, key, now=now, free_before=now - HOUR):
            mailbox = places.directory.mailboxes[mailbox_id].name
            yield _mailbox_full(mailbox, places.directory) if full else _sender_full(mailbox, asked.keys[0])


def _mailbox_full(mailbox: str, directory: Directory) -> Fault:
    figure = directory.profile.mailbox_answers_per_hour
    detail = (
        f"Mailbox '{mailbox}' gave {figure} automatic answers within an hour, which is its cap (mailbox_answers_per_hour). "
        "Answers to known senders are held until there is room, unknown ones get none. All mail is taken in as ever."
    )
    return Fault(fingerprint=f"answers:mailbox:{mailbox}", title="A mailbox is at its cap on answers", detail=detail)


def _sender_full(mailbox: str, address: str) -> Fault:
    detail = (
        f"{address} gets no more automatic answers of mailbox '{mailbox}' for now (answers_per_hour, answers_per_day): it may "
        "be a machine. Others may meet the cap in this hour as well; the history of each ticket tells (deskbell explain)."
    )
    return Fault(fingerprint=f"answers:sender:{mailbox}", title="A sender is at the cap on answers", detail=detail)
