"""Turns the roles of a notice into people and judges each pair by the rules of its kind: one decision per plugin and event."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

import attrs

from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.events import Event
from ...contract.kinds import Plugin
from ...contract.people import Role
from ...store.directory import Directory
from ..manner import manner_of
from .alert_rules import ON_LEAVE
from .case import Case, Occasion
from .order import Order, PairRule, order_of
from .pairs import Facts, Pair, Verdict
from .people import Person
from .roles import in_words
from .selection import pairs_of

Judged = tuple[Pair, Verdict | None]


def decide(
    *,
    name: str,
    plugin: Plugin,
    event: Event,
    roles: tuple[Role | str, ...] | None,
    without: Collection[Role | str] = (),
    reply_all: bool = False,
    directory: Directory,
    facts: Facts,
) -> Decision:
    """Who is told of `event` by a plugin that is on and answered, and for each other candidate why not.

    Every (person, role) pair has exactly one candidate in the decision, in the order of the roles; a survivor lists every
    role that survived. A role that is not selected is one candidate without a person. Nothing is read or written.

    :param name: the plugin's name.
    :param roles: what the notice said: roles instead of the configured audience, or None.
    :param without: roles of the audience that the notice leaves out.
    :param reply_all: the notice is for all but the end user whose message it is about, who is no candidate.
    :param facts: the moment, the shadow in force, and what other plugins have to say.
    """
    case = Case(name, plugin, Occasion(event, directory), facts)
    order = order_of(manner_of(plugin, event))
    pairs = pairs_of(case, order, roles, without)
    if reply_all:
        author = frozenset(case.occasion.poster.identities)
        pairs = [pair for pair in pairs if not pair.person.is_one_of(author)]
    judged = _judged(case, order, pairs)
    return Decision(event_id=event.id, plugin=name, candidates=tuple(_candidates(case, order, judged)))


def _judged(case: Case, order: Order, pairs: Sequence[Pair]) -> list[Judged]:
    """Each pair with the verdict of the first rule that has one; behind an absent one whoever stands in.

    Who stands in for several in one role is one pair there: if one of the places lets it pass, that is the one that counts.
    Who has a place of the own in the role is judged in that.
    """
    judged: list[Judged] = []
    own = {(pair.person.id, pair.role) for pair in pairs}
    stand_ins: dict[tuple[str, str], int] = {}
    for pair in pairs:
        judged.append((pair, _first(order.rules_for(pair.role, stand_in=False), case, pair)))
        for deputy in _deputies(case, order, judged[-1]):
            key = (deputy[0].person.id, pair.role)
            if key in own:
                break
            known = stand_ins.setdefault(key, len(judged))
            if known == len(judged):
                judged.append(deputy)
            elif judged[known][1] is not None and deputy[1] is None:
                judged[known] = deputy
    return judged


def _deputies(case: Case, order: Order, absent: Judged) -> Iterator[Judged]:
    """Who stands in for somebody on leave, and if absent too whoever stands in for that one; a circle ends there."""
    pair, verdict = absent
    seen = {pair.person.id}
    while verdict is not None and verdict.reason == ON_LEAVE:
        substitute = _substitute(case, pair)
        if substitute is None or substitute.id in seen:
            return
        seen.add(substitute.id)
        pair = attrs.evolve(pair, person=substitute, absent=pair.absent or pair.person)
        verdict = _first(order.rules_for(pair.role, stand_in=True), case, pair)
        yield pair, verdict


def _substitute(case: Case, pair: Pair) -> Person | None:
    agent = pair.person.agent
    if agent is None or agent.substitute_id is None:
        return None
    return case.occasion.roster.agents.get(agent.substitute_id)


def _first(rules: Iterable[PairRule], case: Case, pair: Pair) -> Verdict | None:
    for rule in rules:
        verdict = rule(case, pair)
        if verdict is not None:
            return verdict
    return None


def _candidates(case: Case, order: Order, judged: Sequence[Judged]) -> Iterator[Candidate]:
    """The candidates of the decision: duplicates out, then the rules for the person, once for each survivor."""
    kept, roles_of = _survivors(judged)
    for index, (pair, verdict) in enumerate(judged):
        roles: tuple[str, ...] = (pair.role,)
        if verdict is None and kept[index] == index:
            roles = tuple(roles_of[index])
            verdict = _first_about(case, order, pair.person, roles)
        elif verdict is None:
            verdict = _duplicate(pair, judged[kept[index]][0])
        yield _told(pair.person, roles, pair.absent) if verdict is None else _judged_so(pair.person, roles, verdict)


def _survivors(judged: Sequence[Judged]) -> tuple[dict[int, int], dict[int, list[str]]]:
    """For each pair that passed the pair that is kept of its person, and for that the roles that passed (rule 9).

    Pairs are known by their index.
    """
    known: dict[str, int] = {}
    kept: dict[int, int] = {}
    roles_of: dict[int, list[str]] = {}
    for index, (pair, verdict) in enumerate(judged):
        if verdict is None:
            first = index
            for identity in pair.person.identities:
                first = min(first, known.get(identity, first))
            for identity in pair.person.identities:
                known[identity] = first
            kept[index] = first
            roles = roles_of.setdefault(first, [])
            if pair.role not in roles:
                roles.append(pair.role)
    return kept, roles_of


def _duplicate(pair: Pair, kept: Pair) -> Verdict:
    because = f"{pair.person.called} is one person and is considered as {in_words(kept.role)} already."
    return Verdict("duplicate_of", because)


def _first_about(case: Case, order: Order, person: Person, roles: tuple[str, ...]) -> Verdict | None:
    held: Verdict | None = None
    for rule in order.person:
        verdict = rule(case, person, roles)
        if verdict is not None and verdict.outcome in (Outcome.REFUSED, Outcome.SHADOWED):
            return verdict
        held = held or verdict
    return held


@lru_cache(maxsize=4096)
def _told(person: Person, roles: tuple[str, ...], absent: Person | None) -> Candidate:
    """Somebody who is told; kept, for the members of a department are told of ticket after ticket."""
    deputy = f", standing in for {absent.called}" if absent is not None else ""
    because = f"{person.called} is told as {' and '.join(map(in_words, roles))}{deputy}."
    return Candidate(
        person=person.id,
        name=person.name,
        address=person.address,
        roles=roles,
        outcome=Outcome.NOTIFIED,
        because=because,
    )


def _judged_so(person: Person, roles: tuple[str, ...], verdict: Verdict) -> Candidate:
    return Candidate(
        person=person.id,
        name=person.name,
        address=person.address,
        roles=roles,
        outcome=verdict.outcome,
        reason=verdict.reason,
        because=verdict.because,
    )
