"""Every act of an agent on a ticket needs that the agent may open it before the act."""

from datetime import datetime

from ..contract.errors import DeskbellError
from ..contract.people import Actor, ActorKind
from ..contract.tickets import Ticket
from ..notify.audience import may_open
from ..store.directory import Directory


class MayNotOpen(DeskbellError, PermissionError):
    """An agent acts on a ticket without access to it."""

    def __init__(self, actor: Actor, ticket: Ticket) -> None:
        super().__init__(
            f"{actor.name or actor.address} may not open ticket {ticket.number}: make the agent a member of "
            f"'{ticket.department.name}', or let somebody who may open it assign it."
        )


class NotActive(DeskbellError, PermissionError):
    """Somebody acts with an account that is switched off."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(
            f"The account of {actor.name or actor.address} is not active: activate it, or let somebody else act."
        )


def require_access(directory: Directory, *, ticket: Ticket, actor: Actor, now: datetime) -> None:
    """Let agents pass who may open the ticket; end users and the system are not judged here.

    :raises MayNotOpen: when the agent may not.
    :raises NotActive: when the agent's account is switched off.
    """
    if actor.kind is not ActorKind.AGENT:
        return
    require_active(directory, actor)
    if actor.id is None or not may_open(directory, ticket=ticket, agent_id=actor.id, moment=now):
        raise MayNotOpen(actor, ticket)


def require_active(directory: Directory, actor: Actor) -> None:
    """Let everybody pass but agents whose account is switched off.

    :raises NotActive: for these.
    """
    if actor.kind is not ActorKind.AGENT:
        return
    agent = directory.agents.get(actor.id) if actor.id is not None else None
    if agent is not None and not agent.active:
        raise NotActive(actor)
