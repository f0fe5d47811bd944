"""Who gets an alert only because of a subscription can end it with one click (RFC 8058).

Watching a ticket is the only subscription. Whoever has another part in the ticket is told whatever becomes of it, and answers
to end users are no subscription at all: they carry no such link.
"""

from collections.abc import Sequence

import attrs

from ..contract.decisions import Candidate
from ..contract.people import Role
from ..store.deliveries import NewBody


def for_subscribers(
    bodies: Sequence[NewBody], places: Sequence[int], told: Sequence[Candidate], *, base_url: str
) -> tuple[list[NewBody], list[int]]:
    """The bodies and places, with own bodies for those who can unsubscribe: the same words in another envelope.

    :param places: for each of `told` the place of its body.
    :param base_url: the link to the desk's pages; no other than https may take part in this (RFC 8058 section 3.1).
    """
    all_bodies, all_places = list(bodies), list(places)
    if not base_url.startswith("https://"):
        return all_bodies, all_places
    own: dict[int, int] = {}
    for number, (candidate, place) in enumerate(zip(told, places, strict=True)):
        if set(candidate.roles) != {Role.WATCHER}:
            continue
        if place not in own:
            own[place] = len(all_bodies)
            body = bodies[place]
            all_bodies.append(attrs.evolve(body, envelope=attrs.evolve(body.envelope, unsubscribe_base=base_url)))
        all_places[number] = own[place]
    return all_bodies, all_places
