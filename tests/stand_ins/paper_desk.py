"""A small desk as values, without a store: people, one ticket and its events, and plugins that speak to given roles.

Everybody has one place only: Ann and Bob are primary members of Support, Mia is its manager, Ed and Flo are extended members
(Flo with alerts off), Lea leads the team Network, Tom and Tim are in it (Tim with alerts off), Gus looks after the
organization Acme, Ada is an administrator, Sue and Sam have no place at all.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from deskbell.core.contract.decisions import Decision, Outcome
from deskbell.core.contract.events import Event, MessagePosted, TicketAssigned, TicketCreated
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Plugin, SystemAlert
from deskbell.core.contract.people import Actor, ActorKind, Agent, EndUser, Organization, Role, Team
from deskbell.core.contract.tickets import (
    Collaborator,
    Department,
    Entry,
    EntryKind,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from deskbell.core.notify import audience
from deskbell.core.store.directory import (
    AgentRecord,
    DepartmentRecord,
    Directory,
    ExtendedMember,
    OrganizationRecord,
    Profile,
    TeamMember,
    TeamRecord,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = ("Ann", "Bob", "Mia", "Ed", "Flo", "Lea", "Tom", "Tim", "Gus", "Ada", "Sue", "Sam")
ID = {name: number for number, name in enumerate(NAMES, start=1)}

SUPPORT = DepartmentRecord(
    id=1,
    name="Support",
    manager_id=ID["Mia"],
    members=(ID["Ann"], ID["Bob"]),
    extended=(ExtendedMember(agent_id=ID["Ed"]), ExtendedMember(agent_id=ID["Flo"], alerts=False)),
)
NETWORK = TeamRecord(
    id=1,
    name="Network",
    lead_id=ID["Lea"],
    members=(TeamMember(agent_id=ID["Tom"]), TeamMember(agent_id=ID["Tim"], alerts=False)),
)
ACME = Organization(1, "Acme", account_manager_id=ID["Gus"])
OWNER = EndUser(1, "Olga Owner", "olga@example.net", organization=ACME)
OTHER = EndUser(2, "Carl Copied", "carl@example.net")


def desk(
    *,
    agents: Mapping[str, Mapping[str, Any]] | None = None,
    department: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Directory:
    """The desk; `agents` changes records by name, `department` changes Support, `changes` replace parts of the directory."""
    known = {
        number: AgentRecord(id=number, name=name, address=f"{name.lower()}@example.com", is_admin=name == "Ada")
        for name, number in ID.items()
    }
    for name, facts in (agents or {}).items():
        known[ID[name]] = attrs.evolve(known[ID[name]], **facts)
    parts: dict[str, Any] = {
        "profile": Profile(admin_address="boss@example.com"),
        "agents": known,
        "organizations": {1: OrganizationRecord(id=1, name="Acme", account_manager_id=ID["Gus"])},
        "departments": {1: attrs.evolve(SUPPORT, **(department or {}))},
        "teams": {1: NETWORK},
    }
    return Directory(**{**parts, **changes})


def on_leave(substitute: str = "") -> dict[str, Any]:
    """The facts of an agent whose leave covers `NOW`."""
    return {"leave_from": datetime(2026, 3, 1, tzinfo=UTC), "substitute_id": ID.get(substitute)}


def agent(name: str) -> Agent:
    """One of the desk's agents as tickets and events name one."""
    return Agent(ID[name], name, f"{name.lower()}@example.com")


def acting(name: str) -> Actor:
    """An agent as the cause of an event."""
    return Actor(ActorKind.AGENT, ID[name], name, f"{name.lower()}@example.com")


def writing(user: EndUser = OWNER, *, verified: bool = True) -> Actor:
    """An end user as the cause of an event."""
    return Actor(ActorKind.END_USER, user.id, user.name, user.address, verified=verified)


def ticket(*, agent: Agent | None = None, team: bool = False, **changes: Any) -> Ticket:
    """Olga's ticket in Support, with Carl as an active collaborator; in the hands of `agent` or of the team Network."""
    facts: dict[str, Any] = {
        "id": 1,
        "number": "100001",
        "subject": "Printer",
        "status": TicketStatus.OPEN,
        "priority": Priority.NORMAL,
        "origin": Origin.MAIL,
        "owner": OWNER,
        "department": Department(1, "Support"),
        "created_at": NOW,
        "agent": agent,
        "team": Team(1, "Network") if team else None,
        "collaborators": (Collaborator(OTHER),),
    }
    return Ticket(**{**facts, **changes})


def entry(author: Actor, **changes: Any) -> Entry:
    """A message of this author, verified like its author."""
    facts = {"id": 1, "kind": EntryKind.MESSAGE, "author": author, "text": "Help!", "posted_at": NOW}
    return Entry(**{**facts, "verified": author.verified, **changes})


def happened(kind: type[Event], *, actor: Actor | None = None, **facts: Any) -> Event:
    """An event of the desk's ticket, caused by its owner if nobody else is named."""
    common: dict[str, Any] = {"id": 7, "act": "act", "at": NOW, "actor": actor or writing()}
    return kind(**{**common, "ticket": ticket(), **facts})


def created(*, actor: Actor | None = None, **facts: Any) -> Event:
    """The ticket was opened, by its owner if nobody else is named."""
    return happened(TicketCreated, actor=actor, **{"entry": entry(actor or writing()), **facts})


def message(*, actor: Actor | None = None, **facts: Any) -> Event:
    """A message was posted, by the owner if nobody else is named."""
    return happened(MessagePosted, actor=actor, **{"entry": entry(actor or writing()), **facts})


def assigned(**facts: Any) -> Event:
    """The ticket was assigned."""
    return happened(TicketAssigned, **facts)


def speaking_to(
    kind: type[Plugin], *roles: Role | str, unticked: tuple[Role | str, ...] = (), **members: Any
) -> Plugin:
    """A plugin of this kind whose audience has these roles ticked and those not."""
    ticks = {**dict.fromkeys(roles, True), **dict.fromkeys(unticked, False)}
    cls: type[Plugin] = attrs.define(eq=False)(type("Speaker", (kind,), {"audience": ticks, **members}))
    return cls()


def alert(*roles: Role | str, **more: Any) -> Plugin:
    """An agent alert to these roles."""
    return speaking_to(AgentAlert, *roles, **more)


def autoresponder(*roles: Role | str, **more: Any) -> Plugin:
    """An autoresponder to these roles."""
    return speaking_to(Autoresponder, *roles, **more)


def correspondence(*roles: Role | str, **more: Any) -> Plugin:
    """A carrier of an agent's own words to these roles."""
    return speaking_to(Correspondence, *roles, **more)


def system_alert(*roles: Role | str, **more: Any) -> Plugin:
    """A system alert whose table names these roles."""
    return speaking_to(SystemAlert, *roles, **more)


def decide(
    plugin: Plugin,
    event: Event,
    directory: Directory | None = None,
    *,
    name: str = "test",
    roles: tuple[Role | str, ...] | None = None,
    without: tuple[Role | str, ...] = (),
    reply_all: bool = False,
    roles_of_plugins: Mapping[str, audience.RoleResolver] | None = None,
    **facts: Any,
) -> Decision:
    """What the audience decides, at `NOW`, on the unchanged desk if no other is given.

    `roles`, `without` and `reply_all` are the notice's.
    """
    return audience.decide(
        name=name,
        plugin=plugin,
        event=event,
        roles=roles,
        without=without,
        reply_all=reply_all,
        directory=desk() if directory is None else directory,
        facts=audience.Facts(**{"moment": NOW, "roles": roles_of_plugins or {}, **facts}),
    )


def codes(decision: Decision) -> list[tuple[str, str, str]]:
    """(name or address, first role, reason code or outcome) of each candidate, in order; a whole role has no name."""
    return [
        (
            each.name or each.address,
            each.roles[0],
            each.reason if each.outcome is not Outcome.NOTIFIED else "notified",
        )
        for each in decision.candidates
    ]
