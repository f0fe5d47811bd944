"""A candidate in the making: one person in one role, with what the rules need to know of both."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property

import attrs

from ...contract.addresses import normalise
from ...contract.decisions import Candidate, Outcome
from ...contract.events import Event
from ...contract.kinds import Plugin
from ...contract.people import EndUser
from ...contract.tickets import Ticket
from ...store.directory import AgentRecord, Directory
from .access import openers

Refusal = tuple[str, str]
"""A reason code and the sentence behind it."""

BeforeDelivery = Callable[[Event, str, tuple[str, ...]], Refusal | None]
RoleResolver = Callable[[Ticket], tuple[str, ...]]


@attrs.frozen(kw_only=True)
class Facts:
    """What a decision needs beside event, plugin and directory.

    :param moment: now, aware UTC; leaves are judged by it.
    :param shadow: '' or the level of the shadow flag, with its sentence in `shadow_because`.
    :param before_delivery: asked with event, address and roles, once per surviving candidate.
    :param roles: how to find the people of roles that plugins registered.
    """

    moment: datetime
    shadow: str = ""
    shadow_because: str = ""
    before_delivery: BeforeDelivery | None = None
    roles: Mapping[str, RoleResolver] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Pair:
    """One person in one role. `agent` is the record behind the person, if it is an agent.

    `alerts_off` holds the refusal that the membership behind the role brings along: its alerts flag, its team's switch, the
    department's recipients mode.
    """

    role: str
    person: str
    name: str
    address: str
    agent: AgentRecord | None = None
    alerts_off: Refusal | None = None
    active: bool = True

    def candidate(self, refusal: Refusal | None = None, *, roles: tuple[str, ...] = ()) -> Candidate:
        """This pair as a decision records it: refused, or notified in `roles`."""
        reason, because = refusal or ("", "")
        return Candidate(
            person=self.person,
            name=self.name,
            address=self.address,
            roles=roles or (self.role,),
            outcome=Outcome.REFUSED if refusal else Outcome.NOTIFIED,
            reason=reason,
            because=because,
        )


@attrs.frozen(kw_only=True)
class Case:
    """One plugin's notice about one event, to be judged."""

    name: str
    plugin: Plugin
    event: Event
    directory: Directory
    facts: Facts

    @property
    def ticket(self) -> Ticket | None:
        """The event's ticket, if it has one."""
        ticket: Ticket | None = getattr(self.event, "ticket", None)
        return ticket

    @cached_property
    def openers(self) -> frozenset[int]:
        """The agents who may open the ticket."""
        return frozenset() if self.ticket is None else openers(self.directory, self.ticket, self.facts.moment)

    @cached_property
    def actor_address(self) -> str:
        """The normalised address of the actor; '' when nobody verified it: a forged address silences nobody."""
        actor = self.event.actor
        return normalise(actor.address) if actor.verified and actor.address else ""


def agent_pair(role: str, agent: AgentRecord, *, alerts_off: Refusal | None = None) -> Pair:
    """An agent in a role."""
    return Pair(
        role=role,
        person=f"agent:{agent.id}",
        name=agent.name,
        address=agent.address,
        agent=agent,
        alerts_off=alerts_off,
    )


def user_pair(role: str, user: EndUser, *, active: bool = True) -> Pair:
    """An end user in a role."""
    return Pair(role=role, person=f"user:{user.id}", name=user.name, address=user.address, active=active)
