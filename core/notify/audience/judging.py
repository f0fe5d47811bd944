"""Judges every candidate of one notice, in the order of the rules, and writes down the first reason."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from ...contract.addresses import normalise
from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.events import Event, TicketCreated
from ...contract.kinds import AgentAlert, Plugin
from ...contract.people import Role
from ...store.directory import Directory
from ..switches import Tick, resolve_audience
from . import roles as role_finders
from .pairs import Case, Facts, Pair, Refusal, agent_pair
from .rules import ADMIN_ADDRESS, AFTER_DUPLICATES, BEFORE_DUPLICATES, Rule, on_leave

__all__ = ["Facts", "decide"]

Judged = tuple[Pair, Refusal | None]


def decide(
    *,
    name: str,
    plugin: Plugin,
    event: Event,
    roles: tuple[Role | str, ...] | None,
    directory: Directory,
    facts: Facts,
) -> Decision:
    """Who is told by this plugin of this event, and for everybody else the reason why not.

    :param name: the plugin's name.
    :param roles: the roles of the notice instead of the plugin's ticked ones; None for the ticked ones.
    """
    case = Case(name=name, plugin=plugin, event=event, directory=directory, facts=facts)
    if plugin.speaks_to_end_users and isinstance(event, TicketCreated) and not event.send_notice:
        because = "The agent who opened the ticket chose not to send a notice."
        return Decision(event_id=event.id, plugin=name, reason="agent_chose_no_send", because=because)
    whole_roles: list[Candidate] = []
    pairs: list[Pair] = []
    for role, unticked in _ticks(case, roles):
        if unticked is not None:
            whole_roles.append(unticked)
        else:
            found = role_finders.people(case, role)
            pairs += found
            whole_roles += () if found else _nobody(case, role)
    candidates = tuple(_settled(case, list(_judged(case, pairs))))
    return Decision(event_id=event.id, plugin=name, candidates=(*candidates, *whole_roles))


def _ticks(case: Case, roles: tuple[Role | str, ...] | None) -> Iterator[tuple[Role | str, Candidate | None]]:
    """The roles in the plugin's order, each with its refusal as a whole when it is not ticked."""
    if roles is not None:
        yield from ((role, None) for role in roles)
        return
    ticket = case.ticket
    department = ticket.department if ticket is not None else getattr(case.event, "department", None)
    ticks = resolve_audience(
        case.directory,
        plugin=case.name,
        kind=case.plugin,
        department_id=None if department is None else department.id,
    )
    for role, tick in ticks.items():
        yield role, None if tick.on else _whole_role(role, "role_not_selected", _unticked(role, tick))


def _unticked(role: Role | str, tick: Tick) -> str:
    if tick.origin.level == "default":
        return f"The role '{role}' is not selected by default."
    return f"The role '{role}' was deselected at the level: {tick.origin}."


def _nobody(case: Case, role: Role | str) -> tuple[Candidate, ...]:
    if role is Role.ADMIN_ADDRESS:
        return (_whole_role(role, "no_address", "The desk has no admin address; set settings.admin_address."),)
    return ()


def _whole_role(role: Role | str, reason: str, because: str) -> Candidate:
    return Candidate(person="", roles=(str(role),), outcome=Outcome.REFUSED, reason=reason, because=because)


def _judged(case: Case, pairs: Iterable[Pair]) -> Iterator[Judged]:
    rules = _rules(case.plugin)
    for pair in pairs:
        if pair.role == Role.ADMIN_ADDRESS.value:
            yield pair, _first_refusal(pair, case, ADMIN_ADDRESS if isinstance(case.plugin, AgentAlert) else ())
        else:
            yield from _judged_with_substitutes(pair, case, rules)


def _rules(plugin: Plugin) -> tuple[Rule, ...]:
    return next(rules for kind, rules in BEFORE_DUPLICATES.items() if isinstance(plugin, kind))


def _judged_with_substitutes(pair: Pair, case: Case, rules: tuple[Rule, ...]) -> Iterator[Judged]:
    """The pair, and while each is on leave the substitute in the same role; a circle of substitutes ends it."""
    seen: set[str] = set()
    current: Pair | None = pair
    while current is not None and current.person not in seen:
        seen.add(current.person)
        refusal = _first_refusal(current, case, rules)
        yield current, refusal
        current = _substitute(current, case) if refusal is not None and refusal[0] == "on_leave" else None


def _substitute(pair: Pair, case: Case) -> Pair | None:
    agent = case.directory.agents.get(pair.agent.substitute_id or 0) if pair.agent is not None else None
    return None if agent is None else agent_pair(pair.role, agent, alerts_off=pair.alerts_off)


def _first_refusal(pair: Pair, case: Case, rules: Iterable[Rule]) -> Refusal | None:
    for rule in rules:
        refusal = rule(pair, case)
        if refusal is not None:
            return refusal
    return None


def _settled(case: Case, judged: list[Judged]) -> Iterator[Candidate]:
    """Find duplicates among the survivors, ask the last rules of those who stay, and put shadow over all of it."""
    kept = _first_of_each_person(pair for pair, refusal in judged if refusal is None)
    for pair, refusal in judged:
        if refusal is None:
            first = kept[_identity(pair)]
            if first[0] is not pair:
                refusal = "duplicate_of", f"{pair.name or pair.address} is told already, as {first[0].role}."
        if refusal is not None:
            yield pair.candidate(refusal)
        else:
            yield _last_word(pair, kept[_identity(pair)], case)


def _first_of_each_person(survivors: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    kept: dict[str, list[Pair]] = {}
    for pair in survivors:
        kept.setdefault(_identity(pair), []).append(pair)
    return kept


def _identity(pair: Pair) -> str:
    """Two pairs of one person, or of one address, are one candidate too many."""
    return normalise(pair.address) or pair.person


def _last_word(pair: Pair, own: list[Pair], case: Case) -> Candidate:
    roles = tuple(dict.fromkeys(each.role for each in own))
    refusal = _first_refusal(pair, case, AFTER_DUPLICATES)
    if refusal is None and case.facts.before_delivery is not None:
        refusal = case.facts.before_delivery(case.event, pair.address, roles)
    if refusal is not None:
        return pair.candidate(refusal, roles=roles)
    told = pair.candidate(roles=roles)
    if not case.facts.shadow:
        return told
    return attrs.evolve(
        told,
        outcome=Outcome.SHADOWED,
        reason=f"shadow:{case.facts.shadow}",
        because=case.facts.shadow_because,
    )
