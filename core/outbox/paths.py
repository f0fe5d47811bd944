"""The return paths of one delivery: where its bounce comes back to, where it is answered, and where it is unsubscribed."""

from ..store.deliveries import Envelope, ReturnPaths, ReturnPathsOf, shared_paths
from .signed_addresses import Purpose, SignedAddresses
from .signed_links import SignedLinks


def signed_paths(signed: SignedAddresses, links: SignedLinks | None = None) -> ReturnPathsOf:
    """Gives each delivery addresses of its own, made of the bases that its envelope names.

    Where there is no base, or an address on it would be too long, the delivery has what its envelope says.
    """

    def paths_of(envelope: Envelope, delivery_id: int) -> ReturnPaths:
        if not (envelope.bounce_base or envelope.reply_base or envelope.unsubscribe_base):
            return shared_paths(envelope, delivery_id)
        bounce = reply = unsubscribe = ""
        if envelope.bounce_base:
            bounce = signed.make(Purpose.BOUNCE, delivery_id=delivery_id, base=envelope.bounce_base)
        if envelope.reply_base:
            reply = signed.make(Purpose.REPLY, delivery_id=delivery_id, base=envelope.reply_base)
        if envelope.unsubscribe_base and links is not None:
            unsubscribe = links.unsubscribe(envelope.unsubscribe_base, delivery_id=delivery_id)
        return ReturnPaths(
            envelope_sender=bounce or envelope.envelope_sender,
            reply_to=(envelope.sender[0], reply) if reply else envelope.reply_to,
            unsubscribe=unsubscribe,
        )

    return paths_of
