"""What holds across the plugins of one act: some alerts yield to others for the same person."""

from collections.abc import Sequence

import attrs

from ...contract.addresses import normalise
from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.kinds import Plugin

TOLD = frozenset({Outcome.NOTIFIED, Outcome.DEFERRED, Outcome.DIGESTED})


def settle_act(decisions: Sequence[tuple[Plugin, Decision]]) -> tuple[Decision, ...]:
    """The decisions of one act, with everybody taken out of a notice who gets the one that it yields to.

    Only a notice that is neither refused nor shadowed takes another away: a plugin in shadow silences nothing.
    """
    return tuple(_yielding(plugin, decision, decisions) for plugin, decision in decisions)


def _yielding(plugin: Plugin, decision: Decision, act: Sequence[tuple[Plugin, Decision]]) -> Decision:
    if not plugin.yields_to:
        return decision
    told = {
        _identity(candidate): other.plugin
        for _, other in act
        if other.plugin in plugin.yields_to
        for candidate in other.candidates
        if candidate.outcome in TOLD
    }
    return attrs.evolve(decision, candidates=tuple(_without(each, told) for each in decision.candidates))


def _without(candidate: Candidate, told: dict[str, str]) -> Candidate:
    other = told.get(_identity(candidate))
    if other is None or candidate.outcome is Outcome.REFUSED:
        return candidate
    because = f"{candidate.name or candidate.address} gets '{other}' about the same act."
    return attrs.evolve(candidate, outcome=Outcome.REFUSED, reason="duplicate_of", because=because)


def _identity(candidate: Candidate) -> str:
    return normalise(candidate.address) or candidate.person
