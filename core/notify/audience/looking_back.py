"""Why somebody was not told: from the decision where it names the person, else from the roles of that moment."""

from collections.abc import Iterator
from datetime import datetime

from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.events import Event
from ...contract.kinds import Plugin
from ...store.directory import Directory
from ..manner import manner_of
from .access import represented
from .case import Occasion
from .order import order_of
from .people import Person
from .roles import AGENT_ROLES, END_USER_ROLES, in_words


def answers_for(
    directory: Directory, event: Event, plugin: Plugin | None, decision: Decision, address: str, *, moment: datetime
) -> tuple[Candidate, ...]:
    """What a decision means for the person with this address: one answer or more, also for one who was never a candidate.

    :param directory: as it was when the decision was made.
    :param plugin: the plugin, None when it is not installed any more.
    :param moment: when the decision was made, aware UTC.
    """
    occasion = Occasion(event, directory)
    person = _person(occasion, address)
    if decision.reason:
        return (_refused(person, (), decision.reason, decision.because),)
    named = tuple(each for each in decision.candidates if each.person and _same(occasion, each, person))
    if named:
        return named
    by_role = tuple(_by_role(occasion, person, plugin, decision, moment))
    if by_role:
        return by_role
    if person.is_one_of(frozenset(occasion.poster.identities)) and (plugin is None or plugin.speaks_to_end_users):
        # A notice to all but the submitter has no candidate for the submitter.
        return (_refused(person, (), "actor", f"{person.called} is the one who wrote it."),)
    return (_refused(person, (), "not_a_candidate", _in_no_role(person, decision)),)


def _person(occasion: Occasion, address: str) -> Person:
    """Whom the address belongs to: an agent, an end user who takes part, or nobody that we know."""
    found = occasion.roster.at(address)
    if found.agent is not None:
        return found
    end_users = (pair.person for finder in END_USER_ROLES.values() for pair in finder(occasion))
    return next((each for each in end_users if each.is_one_of(frozenset(found.identities))), found)


def _same(occasion: Occasion, candidate: Candidate, person: Person) -> bool:
    return person.is_one_of(frozenset((candidate.person, *occasion.roster.at(candidate.address).identities)))


def _by_role(
    occasion: Occasion, person: Person, plugin: Plugin | None, decision: Decision, moment: datetime
) -> Iterator[Candidate]:
    """The verdict on each role that was judged as a whole and that the person, or an absent one behind, stood in."""
    finders = (
        order_of(manner_of(plugin, occasion.event)).finders if plugin is not None else {**AGENT_ROLES, **END_USER_ROLES}
    )
    places = set(person.identities)
    if person.agent is not None:
        absent = represented(person.agent.id, directory=occasion.directory, moment=moment)
        places |= {f"agent:{each.id}" for each in absent}
    for whole in decision.candidates:
        finder = None if whole.person else finders.get(whole.roles[0])
        found = finder(occasion) if finder is not None else []
        roles = dict.fromkeys(pair.role for pair in found if pair.person.is_one_of(frozenset(places)))
        yield from (_refused(person, (role,), whole.reason, whole.because) for role in roles)


def _in_no_role(person: Person, decision: Decision) -> str:
    roles = dict.fromkeys(in_words(role) for each in decision.candidates for role in each.roles)
    if not roles:
        return f"There was nobody in any role that '{decision.plugin}' speaks to."
    return f"{person.called} was in none of the roles that '{decision.plugin}' speaks to: {', '.join(roles)}."


def _refused(person: Person, roles: tuple[str, ...], reason: str, because: str) -> Candidate:
    return Candidate(
        person=person.id,
        name=person.name,
        address=person.address,
        roles=roles,
        outcome=Outcome.REFUSED,
        reason=reason,
        because=because,
    )
