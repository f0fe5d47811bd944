"""What is judged: one plugin's notice about one event, and the part of the directory that it concerns."""

from functools import cached_property

import attrs

from ...contract.addresses import valid
from ...contract.events import Event, Incoming, TicketAssigned
from ...contract.kinds import Plugin
from ...contract.people import ActorKind
from ...contract.tickets import Entry, Ticket
from ...store.directory import AgentRecord, DepartmentRecord, Directory, TeamRecord
from ..switchboard import place_of
from . import people
from .access import openers, stands_in_for_one_of
from .answers import Asked, asked_by, counts
from .pairs import Facts
from .people import NOBODY, Person, Roster, roster_of


@attrs.frozen
class Occasion:
    """One event and the part of the directory that it concerns."""

    event: Event
    directory: Directory

    @cached_property
    def roster(self) -> Roster:
        """Everybody who works here."""
        return roster_of(self.directory)

    @cached_property
    def ticket(self) -> Ticket | None:
        """The ticket after the act."""
        return getattr(self.event, "ticket", None)

    @cached_property
    def entry(self) -> Entry | None:
        """The message, reply or note that the event is about."""
        return getattr(self.event, "entry", None)

    @cached_property
    def incoming(self) -> Incoming | None:
        """The mail that caused it."""
        return getattr(self.event, "incoming", None)

    @cached_property
    def department_id(self) -> int | None:
        """The department after the act."""
        return place_of(self.event).department_id

    @cached_property
    def department(self) -> DepartmentRecord | None:
        """The department after the act, as it is configured."""
        return None if self.department_id is None else self.directory.departments.get(self.department_id)

    @cached_property
    def team(self) -> TeamRecord | None:
        """The team of the ticket; of an assignment, the team that this act assigned."""
        if isinstance(self.event, TicketAssigned):
            team = self.event.team
        else:
            team = self.ticket.team if self.ticket is not None else None
        return self.directory.teams.get(team.id) if team is not None else None

    @cached_property
    def poster(self) -> Person:
        """The end user whose message it is, `NOBODY` if it is none's."""
        author = self.entry.author if self.entry is not None else self.event.actor
        return people.actor(author) if author.kind is ActorKind.END_USER else NOBODY

    @cached_property
    def return_address(self) -> str:
        """Where an automatic answer to the mail goes: its envelope's sender, '' if that is unknown or no address."""
        sender = (self.incoming.envelope_from or "").strip() if self.incoming is not None else ""
        return sender if valid(sender) else ""

    @cached_property
    def culprits(self) -> frozenset[str]:
        """The identities of the actor; empty when nobody is known for sure."""
        return frozenset(people.actor(self.event.actor).identities) if self.event.verified else frozenset()

    @cached_property
    def openers(self) -> frozenset[int]:
        """The agents whose own place lets them open the ticket."""
        return openers(self.ticket, self.directory) if self.ticket is not None else frozenset()


@attrs.frozen
class Case:
    """One plugin's notice about one event."""

    name: str
    plugin: Plugin
    occasion: Occasion
    facts: Facts

    def may_open(self, agent: AgentRecord) -> bool:
        """Whether the agent may open the ticket now; what is about no ticket is open to all."""
        occasion = self.occasion
        if occasion.ticket is None or agent.is_admin or agent.id in occasion.openers:
            return True
        return stands_in_for_one_of(agent.id, occasion.openers, directory=occasion.directory, moment=self.facts.moment)

    def asked(self, address: str) -> Asked | None:
        """The answer that goes to `address` as the caps count it; None when what the plugin says is not counted."""
        occasion = self.occasion
        return asked_by(occasion.event, address, occasion.directory) if counts(self.plugin, occasion.event) else None
