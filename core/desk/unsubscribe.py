"""The command by which the recipient of an alert ends what it came of, by the link in it and without logging in."""

import attrs
from sqlalchemy.orm import Session

from ..store import delivery_log, merging, participants, tickets
from ..store.directory import Directory

AGENT = "agent:"


@attrs.frozen(kw_only=True)
class Subscription:
    """That an agent watches a ticket; `active` is False when that is over."""

    ticket_id: int
    number: str
    subject: str
    agent_id: int
    active: bool


def subscription_of(session: Session, directory: Directory, *, delivery_id: int) -> Subscription | None:
    """What the recipient of a delivery is subscribed to; None when there is no such agent or ticket any more.

    A ticket that was merged away is the one that it lives on in.
    """
    address = delivery_log.addressee(session, delivery_id)
    if address is None or address.ticket_id is None or not address.person.startswith(AGENT):
        return None
    agent_id = int(address.person.removeprefix(AGENT))
    if agent_id not in directory.agents:
        return None
    ticket_id = merging.standing(session, [address.ticket_id]).get(address.ticket_id, address.ticket_id)
    ticket = tickets.snapshot(session, ticket_id)
    return Subscription(
        ticket_id=ticket_id,
        number=ticket.number,
        subject=ticket.subject,
        agent_id=agent_id,
        active=any(watcher.id == agent_id for watcher in ticket.watchers),
    )


def end_subscription(session: Session, subscription: Subscription) -> bool:
    """Let the agent watch the ticket no longer; False when that was over already. Nothing is rung."""
    return participants.unwatch(session, subscription.ticket_id, subscription.agent_id)
