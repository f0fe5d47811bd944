"""The decisions of one act side by side: a plugin that yields to another does not tell whom the other tells."""

from collections.abc import Iterable, Sequence

import attrs

from ...contract.addresses import normalise
from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.kinds import Plugin

TAKES_AWAY = frozenset({Outcome.NOTIFIED, Outcome.DEFERRED, Outcome.DIGESTED})
"""A plugin in shadow never takes a notice of another plugin away."""


def settle_act(decisions: Sequence[tuple[Plugin, Decision]]) -> tuple[Decision, ...]:
    """The decisions of one act, in the order given, after each plugin has yielded as its `yields_to` says.

    Whoever is neither refused nor shadowed by a plugin that goes first is a duplicate to the one that yields.
    """
    settled = [decision for _, decision in decisions]
    for index, (plugin, decision) in enumerate(decisions):
        first = [each for each in settled if each.plugin in plugin.yields_to and each is not decision]
        if first:
            settled[index] = _yielding(decision, first)
    return tuple(settled)


def _yielding(decision: Decision, first: Iterable[Decision]) -> Decision:
    taken = {
        identity: other.plugin
        for other in first
        for candidate in other.candidates
        if candidate.outcome in TAKES_AWAY
        for identity in _identities(candidate)
    }
    if not taken:
        return decision
    return attrs.evolve(decision, candidates=tuple(_judged(candidate, taken) for candidate in decision.candidates))


def _judged(candidate: Candidate, taken: dict[str, str]) -> Candidate:
    if candidate.outcome is Outcome.REFUSED:
        return candidate
    other = next((taken[each] for each in _identities(candidate) if each in taken), "")
    if not other:
        return candidate
    because = f"{candidate.name or candidate.address} gets '{other}' about the same act."
    return attrs.evolve(candidate, outcome=Outcome.REFUSED, reason="duplicate_of", because=because)


def _identities(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.person, f"address:{normalise(candidate.address)}")
