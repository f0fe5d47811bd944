"""The rules, in the order in which they are asked; the first that refuses is the recorded reason.

Each takes a pair and its case and answers a refusal or None. To add a rule, write the function and put it into its list.
"""

from collections.abc import Callable, Mapping

from ...contract.addresses import normalise, valid
from ...contract.events import Incoming, TicketCreated
from ...contract.kinds import AgentAlert, Autoresponder, Correspondence, Plugin, SystemAlert
from ...contract.people import ActorKind, Role
from ...contract.tickets import Entry
from .pairs import Case, Pair, Refusal

Rule = Callable[[Pair, Case], Refusal | None]

MEMBERS = frozenset({Role.DEPARTMENT_MEMBER.value, Role.EXTENDED_MEMBER.value})


def assigned_at_creation(pair: Pair, case: Case) -> Refusal | None:
    """A ticket that is born assigned is the assignee's: department members are not alerted."""
    if pair.role not in MEMBERS or not isinstance(case.event, TicketCreated):
        return None
    if case.event.ticket.agent is None and case.event.ticket.team is None:
        return None
    return "assigned_at_creation", "The ticket was assigned as it was opened, so the department's members are left alone."


def actor(pair: Pair, case: Case) -> Refusal | None:
    """Nobody is alerted about the own act, in whichever role."""
    acting = case.event.actor
    same_agent = acting.kind is ActorKind.AGENT and pair.person == f"agent:{acting.id}"
    if same_agent or (case.actor_address and case.actor_address == normalise(pair.address)):
        return "actor", f"{_name(pair)} is the one who did it."
    return None


def inactive(pair: Pair, case: Case) -> Refusal | None:
    """Agents who are switched off are told nothing."""
    if pair.agent is not None and not pair.agent.active:
        return "inactive", f"{_name(pair)} is not active."
    return None


def on_leave(pair: Pair, case: Case) -> Refusal | None:
    """Agents on leave are told nothing; their substitute, if any, becomes a candidate."""
    if pair.agent is not None and pair.agent.on_leave(case.facts.moment):
        substitute = case.directory.agents.get(pair.agent.substitute_id or 0)
        instead = f"; {substitute.name} stands in" if substitute is not None else ""
        return "on_leave", f"{_name(pair)} is on leave{instead}."
    return None


def no_access(pair: Pair, case: Case) -> Refusal | None:
    """Who may not open the ticket is not told what is in it."""
    if pair.agent is None or case.ticket is None or pair.agent.id in case.openers:
        return None
    return "no_access", f"{_name(pair)} may not open ticket {case.ticket.number}."


def alerts_off(pair: Pair, case: Case) -> Refusal | None:
    """Flags of the membership that gives the role, the team's switch, the department's recipients mode."""
    return pair.alerts_off


def no_address(pair: Pair, case: Case) -> Refusal | None:
    """Nothing can be sent to nowhere."""
    if valid(pair.address):
        return None
    return "no_address", f"{_name(pair)} has no address that mail can be sent to."


def automatic_message(pair: Pair, case: Case) -> Refusal | None:
    """A robot, a list, a bounce gets no automatic answer (RFC 3834 section 2)."""
    incoming: Incoming | None = getattr(case.event, "incoming", None)
    if incoming is None or not incoming.check:
        return None
    return f"automatic_message:{incoming.check}", f"The mail must not be answered: check '{incoming.check}' applies."


def system_address(pair: Pair, case: Case) -> Refusal | None:
    """The desk does not write to itself."""
    if case.directory.is_system_address(pair.address):
        return "system_address", f"{pair.address} is an address of the desk itself."
    return None


def sender_unverified(pair: Pair, case: Case) -> Refusal | None:
    """What nobody verified is told to no other participant, and what is held to nobody."""
    entry: Entry | None = getattr(case.event, "entry", None)
    if entry is None or (entry.verified and not entry.held):
        return None
    if not entry.held and _wrote(pair, entry):
        return None
    return "sender_unverified", "Nobody has verified who wrote the message; an agent can release it."


def already_addressed(pair: Pair, case: Case) -> Refusal | None:
    """Who was on To or Cc of the incoming mail has it already; the one who wrote it still gets an answer."""
    incoming: Incoming | None = getattr(case.event, "incoming", None)
    if incoming is None or normalise(pair.address) not in incoming.addressed:
        return None
    if _wrote(pair, getattr(case.event, "entry", None)):
        return None
    return "already_addressed", f"The mail itself went to {pair.address}."


def inactive_collaborator(pair: Pair, case: Case) -> Refusal | None:
    """Only active collaborators receive mail."""
    if pair.role == Role.COLLABORATOR.value and not pair.active:
        return "inactive_collaborator", f"{_name(pair)} is a collaborator, but not an active one."
    return None


def _wrote(pair: Pair, entry: Entry | None) -> bool:
    return entry is not None and entry.author.kind is ActorKind.END_USER and pair.person == f"user:{entry.author.id}"


def _name(pair: Pair) -> str:
    return pair.name or pair.address or pair.person


BEFORE_DUPLICATES: Mapping[type[Plugin], tuple[Rule, ...]] = {
    AgentAlert: (assigned_at_creation, actor, inactive, on_leave, no_access, alerts_off),
    SystemAlert: (),
    Autoresponder: (
        automatic_message,
        system_address,
        sender_unverified,
        already_addressed,
        inactive_collaborator,
    ),
    Correspondence: (system_address, inactive_collaborator),
}
"""By kind, what is asked before duplicates are found."""

AFTER_DUPLICATES: tuple[Rule, ...] = (no_address,)
"""What is asked of the survivors, for every kind."""

ADMIN_ADDRESS: tuple[Rule, ...] = (actor,)
"""What the configured admin address is asked instead in agent alerts: no agent's leave or preference silences it."""
