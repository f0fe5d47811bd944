"""Windows are taken when a decision is written down: of two rings that decided at the same time only one speaks."""

from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.decisions import Candidate, Decision, Outcome
from ..contract.events import Event
from ..contract.notices import Once, Per
from ..store import windows
from .audience import begins_before, too_soon, window_key
from .considering import owner_of


def claimed(session: Session, event: Event, decision: Decision, once: Once, *, now: datetime) -> Decision:
    """The decision after its windows were taken in the caller's transaction; who came too late is refused.

    Nobody is told by it, nothing is taken: a plugin in shadow uses up no window.
    """
    if not decision.notified:
        return decision
    if once.per is Per.TICKET:
        if _claim(session, decision.plugin, once, owner_of(event), now=now):
            return decision
        verdict = too_soon(once, now)
        return Decision(event_id=event.id, plugin=decision.plugin, reason=verdict.reason, because=verdict.because)
    candidates = tuple(_judged(session, decision.plugin, once, each, now=now) for each in decision.candidates)
    return attrs.evolve(decision, candidates=candidates)


def _judged(session: Session, plugin: str, once: Once, candidate: Candidate, *, now: datetime) -> Candidate:
    if candidate.outcome is not Outcome.NOTIFIED or _claim(session, plugin, once, candidate.person, now=now):
        return candidate
    verdict = too_soon(once, now)
    return attrs.evolve(candidate, outcome=Outcome.REFUSED, reason=verdict.reason, because=verdict.because)


def _claim(session: Session, plugin: str, once: Once, owner: str, *, now: datetime) -> bool:
    key = window_key(once, owner)
    return windows.claim(session, plugin, key, now=now, free_before=begins_before(once, now))
