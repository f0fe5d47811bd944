"""Whether a mail is an agent's answer to a mail of ours, good enough to act on the ticket as that agent (test M21)."""

from datetime import datetime

from ..contract.addresses import normalise
from ..contract.people import Actor, ActorKind
from ..contract.tickets import Alignment, Ticket
from ..desk.access import MayNotOpen, NotActive, require_access
from ..store.directory import AgentMail, Directory
from .letters import Letter

_A_PERSONS = frozenset({"", "not_addressed"})
"""Checks of the gate that leave no doubt that a person wrote the mail."""


def answering_agent(
    directory: Directory, letter: Letter, ticket: Ticket, *, person: str, now: datetime
) -> Actor | None:
    """The agent as whom a letter may act on a ticket, or None; a From alone never is enough.

    It answers a mail that went to that very agent and to nobody else, its From is proven (or the mailbox accepts that nobody
    has looked), a person wrote it, the department takes agents' mail, and the agent may open the ticket.

    :param person: whom the answered mail went to, as deliveries name people.
    """
    agent = directory.agents_by_address.get(normalise(letter.sender.address)) if letter.sender.address else None
    if agent is None or person != f"agent:{agent.id}" or letter.verdict.check not in _A_PERSONS:
        return None
    if letter.verdict.automatic or not _is_proven(letter):
        return None
    if directory.policy(ticket.department.id).agent_mail is AgentMail.OFF:
        return None
    actor = Actor(ActorKind.AGENT, agent.id, agent.name, agent.address)
    try:
        require_access(directory, ticket=ticket, actor=actor, now=now)
    except (MayNotOpen, NotActive):
        return None
    return actor


def _is_proven(letter: Letter) -> bool:
    if letter.proof.alignment is Alignment.PASS:
        return True
    # A server that looked and could not tell is no reason to believe it: nobody may have looked.
    unseen = letter.proof.alignment is Alignment.NONE and not letter.proof.examined
    return unseen and letter.route.mailbox.agents_unproven
