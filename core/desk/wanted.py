"""Tickets that are wanted, with what their names stand for: places, owner, collaborators, and who acts."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import attrs
from sqlalchemy.orm import Session

from ..contract.people import Actor, EndUser
from ..contract.tickets import Collaborator
from ..store import end_users
from ..store.directory import Directory
from .limits import Attempt
from .opening import Opening, Place, place_of


@attrs.frozen(kw_only=True)
class Wanted:
    """An opening with what its names stand for; nothing of it is written but the people."""

    opening: Opening
    place: Place
    owner: EndUser
    collaborators: tuple[Collaborator, ...]

    @property
    def attempt(self) -> Attempt:
        """It as the limit sees it."""
        return Attempt(
            owner_id=self.owner.id,
            department_id=self.place.department.id,
            verified=self.verified,
            by_agent=self.opening.by_agent,
        )

    @property
    def verified(self) -> bool:
        """Whether it is known for sure who asks for it."""
        return self.opening.by_agent or self.opening.draft.sender.verified


def look_up(session: Session, directory: Directory, openings: Sequence[Opening], *, now: datetime) -> list[Wanted]:
    """Find what openings name, and write down the people whom nobody knows yet.

    :raises UnknownName: when a draft names what the desk does not know.
    """
    places = [place_of(directory, opening=opening, now=now) for opening in openings]
    joining = [person for opening in openings for person in opening.collaborators]
    people = iter(end_users.ensure(session, [*(opening.person for opening in openings), *joining], now=now))
    owners = list(islice(people, len(openings)))
    return [
        Wanted(
            opening=opening,
            place=place,
            owner=owner,
            collaborators=_collaborators(owner, list(islice(people, len(opening.collaborators)))),
        )
        for opening, place, owner in zip(openings, places, owners, strict=True)
    ]


def _collaborators(owner: EndUser, joining: Sequence[EndUser]) -> tuple[Collaborator, ...]:
    """Each person once, but for the owner, who takes part anyway, and whoever cannot be written to."""
    others = {person.id: person for person in reversed(joining) if person.id != owner.id and person.address}
    return tuple(Collaborator(person) for person in sorted(others.values(), key=lambda person: person.id))


def actor_of(opening: Opening, owner: EndUser) -> Actor:
    """Who causes the events of an opening."""
    sender = opening.draft.sender
    return sender if opening.by_agent else attrs.evolve(sender, id=owner.id)
