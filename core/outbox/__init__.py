"""The outbox: what is to be sent waits here until it is sent, given up or taken back. The rules; its SQL is in the store."""

from ..store.deliveries import Claimed, Envelope, NewBody, NewDelivery
from .box import Buried, Marked, claim, enqueue, poison, record, renew
from .by_hand import bury, hasten, hold, release, retry
from .plan import next_try

__all__ = [
    "Buried",
    "Claimed",
    "Envelope",
    "Marked",
    "NewBody",
    "NewDelivery",
    "bury",
    "claim",
    "enqueue",
    "hasten",
    "hold",
    "next_try",
    "poison",
    "record",
    "release",
    "renew",
    "retry",
]
