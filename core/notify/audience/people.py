"""The people of a directory as candidates, made once per directory: names, addresses, and what two of them have in common."""

from collections.abc import Mapping

import attrs

from ...contract.addresses import normalise, valid
from ...contract.people import Actor, ActorKind, EndUser
from ...store.directory import AgentRecord, Directory
from ..remembered import PerDirectory


@attrs.frozen(kw_only=True, eq=False)
class Person:
    """Somebody who may be told. `agent` is the record of an agent, None for everybody else.

    `identities` are the id and the normalised address: people who share one of them are one. `known_as` is the address that
    the person is known by, where mail goes to another one; else ''.
    """

    id: str
    name: str
    address: str
    identities: tuple[str, ...]
    deliverable: bool
    agent: AgentRecord | None = None
    known_as: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where mail goes, and what the person is known by."""
        return (self.address, self.known_as) if self.known_as else (self.address,)

    @property
    def called(self) -> str:
        """What a sentence calls the person."""
        return self.name or self.address or self.id

    def is_one_of(self, identities: frozenset[str]) -> bool:
        """Whether one of `identities` is this person's."""
        return not identities.isdisjoint(self.identities)


NOBODY = Person(id="", name="", address="", identities=(), deliverable=False)
"""Who stands in a role that is judged as a whole."""


@attrs.frozen(kw_only=True)
class Roster:
    """The agents by id and by normalised address, the admin address as a person.

    `administrators` are the ids of agents with the admin flag, `substituted` the agents who named a substitute for a leave.
    """

    agents: Mapping[int, Person]
    by_address: Mapping[str, Person]
    admin: Person | None
    administrators: tuple[int, ...]
    substituted: tuple[AgentRecord, ...]

    def at(self, address: str) -> Person:
        """The agent with this address, else the address itself as a person."""
        return self.by_address.get(normalise(address)) or person_at(address)


def person_at(address: str, *, id: str = "", name: str = "", agent: AgentRecord | None = None) -> Person:  # noqa: A002
    """A person with this address; without an `id` the address is all that is known."""
    place = f"address:{normalise(address)}"
    known = (place,) if address.strip() else ()
    identities = (id, *known) if id else known
    return Person(
        id=id or place, name=name, address=address, identities=identities, deliverable=valid(address), agent=agent
    )


def end_user(user: EndUser) -> Person:
    """An end user with the address in use on the ticket."""
    return person_at(user.address, id=f"user:{user.id}", name=user.name)


def reached_at(person: Person, address: str) -> Person:
    """The same person, to whom mail goes at another address."""
    if normalise(address) == normalise(person.address):
        return person
    place = f"address:{normalise(address)}"
    identities = (*person.identities, place)
    return attrs.evolve(
        person, address=address, identities=identities, deliverable=valid(address), known_as=person.address
    )


def actor(someone: Actor) -> Person:
    """The actor of an event or the author of an entry; the system is nobody."""
    if someone.kind is ActorKind.SYSTEM:
        return NOBODY
    word = "agent" if someone.kind is ActorKind.AGENT else "user"
    person_id = "" if someone.id is None else f"{word}:{someone.id}"
    return person_at(someone.address, id=person_id, name=someone.name)


def _roster(directory: Directory) -> Roster:
    agents = {
        agent.id: person_at(agent.address, id=f"agent:{agent.id}", name=agent.name, agent=agent)
        for agent in directory.agents.values()
    }
    by_address = {normalise(person.address): person for person in agents.values() if person.address.strip()}
    substituted = (agent for agent in directory.agents.values() if agent.substitute_id is not None)
    return Roster(
        agents=agents,
        by_address=by_address,
        admin=_admin(directory.profile.admin_address, by_address),
        administrators=tuple(agent.id for agent in directory.agents.values() if agent.is_admin),
        substituted=tuple(agent for agent in substituted if agent.leave_from is not None),
    )


def _admin(address: str, by_address: Mapping[str, Person]) -> Person | None:
    """The admin address: with its own spelling, but the same person as an agent of that address."""
    if not address.strip():
        return None
    same = by_address.get(normalise(address))
    return attrs.evolve(same, address=address, deliverable=valid(address)) if same else person_at(address)


_rosters = PerDirectory(_roster)


def roster_of(directory: Directory) -> Roster:
    """The roster of this directory, made at the first call."""
    return _rosters.of(directory)
