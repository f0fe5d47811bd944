"""Ends a subscription by the link in an alert (RFC 8058): whoever has the link may, nobody has to log in."""

from ..desk.unsubscribe import Subscription, end_subscription, subscription_of
from .opening import Desk


def find_subscription(desk: Desk, token: str) -> Subscription | None:
    """What a link's token is about; None for a token that this desk did not make. Changes nothing.

    :raises DatabaseUnavailable: when the database is away.
    """
    delivery_id = desk.links.delivery_of(token)
    if delivery_id is None:
        return None
    with desk.db.reading() as session:
        return subscription_of(session, desk.db.directory(session), delivery_id=delivery_id)


def unsubscribe(desk: Desk, token: str) -> Subscription | None:
    """End it, and answer what was ended; to do so twice is no mistake.

    :raises DatabaseUnavailable: when the database is away.
    """
    delivery_id = desk.links.delivery_of(token)
    if delivery_id is None:
        return None
    with desk.db.writing() as session:
        found = subscription_of(session, desk.db.directory(session), delivery_id=delivery_id)
        if found is not None:
            end_subscription(session, found)
        return found
