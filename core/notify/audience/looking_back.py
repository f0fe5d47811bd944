"""Why somebody was not told, also somebody whom nobody ever thought of: membership is worked out as of the event."""

from datetime import datetime

from ...contract.addresses import normalise
from ...contract.decisions import Candidate, Decision, Outcome
from ...contract.events import Event
from ...contract.kinds import Plugin
from ...store.directory import Directory
from . import roles as role_finders
from .pairs import Case, Facts


def answers_for(
    directory: Directory,
    event: Event,
    plugin: Plugin | None,
    decision: Decision,
    address: str,
    *,
    moment: datetime,
) -> tuple[Candidate, ...]:
    """What `decision` means for the person with this address; at least one candidate, each with its reason.

    :param directory: as it was when the decision was made.
    :param plugin: None when it is no longer installed.
    """
    wanted = normalise(address)
    own = tuple(each for each in decision.candidates if each.address and normalise(each.address) == wanted)
    if own:
        return own
    agent = directory.agents_by_address.get(wanted)
    name = agent.name if agent is not None else ""
    person = f"agent:{agent.id}" if agent is not None else f"address:{wanted}"

    def refused(reason: str, because: str, roles: tuple[str, ...] = ()) -> Candidate:
        return Candidate(
            person=person,
            name=name,
            address=address,
            roles=roles,
            outcome=Outcome.REFUSED,
            reason=reason,
            because=because,
        )

    if decision.reason:
        return (refused(decision.reason, decision.because),)
    if plugin is not None:
        case = Case(
            name=decision.plugin, plugin=plugin, event=event, directory=directory, facts=Facts(moment=moment)
        )
        unticked = tuple(
            refused(each.reason, each.because, each.roles)
            for each in decision.candidates
            if not each.person and _stands_behind(case, each.roles[0], wanted)
        )
        if unticked:
            return unticked
    because = f"{name or address} stood in none of the roles that '{decision.plugin}' can tell."
    return (refused("not_a_candidate", because),)


def _stands_behind(case: Case, role: str, address: str) -> bool:
    return any(normalise(pair.address) == address for pair in role_finders.people(case, role))
