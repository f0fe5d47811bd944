"""What a row and a column of the gate table are made of: a desk, a ticket and what happens to it, as values."""

from typing import Any

import attrs

from deskbell.core.contract.events import Event, Incoming, TicketAssigned, TicketCreated, TicketRefused
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import Actor, ActorKind, EndUser, Role, Team
from deskbell.core.contract.tickets import Collaborator, Department, EntryKind, HelpTopic, Mailbox
from deskbell.core.store.directory import (
    DepartmentRecord,
    Directory,
    ExtendedMember,
    MailboxRecord,
    OptionRecord,
    Profile,
    SwitchRecord,
    TeamMember,
    TopicRecord,
)
from stand_ins.paper_desk import ID, NETWORK, NOW, OTHER, OWNER, agent, desk, entry, ticket

TESS = EndUser(3, "Tess Third", "tess@example.net")
BY_MAIL = Incoming(mailbox=Mailbox(9, "support", "support@example.com"))
NETWORK_TEAM = Team(1, "Network")
SUPPORT, COMPANY, PRINTERS, SUPPORT_MAILBOX = 1, 2, 7, 9
BANNED, GONE = "banned@example.org", "gone@example.org"
"""One address that is banned on the desk of the tests, and one that is suppressed."""

TOLD_TICKET, TOLD_USER = 77, 88
"""A ticket and an end user about whom everything was said an hour ago that is said once in a while."""

OFTEN = "often@example.org"
"""An address that was answered as often as the cap for one person allows within the hour."""
FULL_MAILBOX, LOOPED_TICKET = 10, 2
"""A mailbox that gave as many answers as it may within the hour; a ticket about which Olga got three within ten minutes."""


MAILBOXES = {SUPPORT_MAILBOX: "support", FULL_MAILBOX: "full"}


@attrs.frozen(kw_only=True)
class Scene:
    """One event, ready to be rung.

    `subject` names the person whom conditions about one person hit. `words` is the kind of entry that the event carries.
    `position` and `shadow` are the plugin's global switch, `lower` its switches below, `others` those of other plugins.
    `quarantined` names plugins, `assigned` makes the act a creation that assigns at once.
    """

    plugin: str
    subject: str
    kind: type[Event]
    actor: Actor
    words: EntryKind | None = None
    facts: dict[str, Any] = attrs.field(factory=dict)
    incoming: Incoming | None = None
    held: bool = False
    assigned: bool = False

    owner: EndUser = OWNER
    collaborators: tuple[Collaborator, ...] = (Collaborator(OTHER), Collaborator(TESS))
    ticket: dict[str, Any] = attrs.field(factory=dict)

    agents: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    department: dict[str, Any] = attrs.field(factory=dict)
    team: dict[str, Any] = attrs.field(factory=dict)
    admin_address: str = "boss@example.com"

    ticks: tuple[Role, ...] = ()
    unticked: Role | None = None
    position: Switch | None = None
    shadow: bool = False
    lower: tuple[SwitchRecord, ...] = ()
    others: tuple[SwitchRecord, ...] = ()
    quarantined: tuple[str, ...] = ()

    def but(self, **changes: Any) -> "Scene":
        """The scene with other values; what is a mapping gets these keys on top of its own."""
        merged: dict[str, Any] = {
            name: {**getattr(self, name), **value} if isinstance(value, dict) else value
            for name, value in changes.items()
        }
        return attrs.evolve(self, **merged)

    def switched(self, level: Level, scope_id: int, position: Switch | None = None, *, shadow: bool = False) -> "Scene":
        """The scene with a switch of the plugin below the global level."""
        row = SwitchRecord(plugin=self.plugin, level=level, scope_id=scope_id, position=position, shadow=shadow or None)
        return attrs.evolve(self, lower=(*self.lower, row))

    def addressed(self, address: str) -> "Scene":
        """The scene in which the subject has this address."""
        match self.subject:
            case "boss":
                return self.but(admin_address=address)
            case "Olga":
                actor = self.actor
                if actor.kind is ActorKind.END_USER:
                    actor = attrs.evolve(actor, address=address)
                return self.but(owner=attrs.evolve(self.owner, address=address), actor=actor)
            case "Carl":
                moved = Collaborator(attrs.evolve(OTHER, address=address))
                return self.but(collaborators=(moved, *self.collaborators[1:]))
            case name:
                return self.but(agents={name: {"address": address}})

    def written_by(self, user: EndUser, *, verified: bool = True) -> "Scene":
        """The scene caused by this end user, whose ticket it is."""
        actor = Actor(ActorKind.END_USER, user.id, user.name, user.address, verified=verified)
        return attrs.evolve(self, actor=actor, owner=attrs.evolve(user, organization=self.owner.organization))

    def directory(self, revision: int) -> Directory:
        """The desk."""
        support = {
            "parent_id": COMPANY,
            "extended": (ExtendedMember(agent_id=ID["Ed"]),),
            **self.department,
        }
        small = desk(agents=self.agents, department=support)
        network = attrs.evolve(NETWORK, **{"members": (TeamMember(agent_id=ID["Tom"]),), **self.team})
        return attrs.evolve(
            small,
            revision=revision,
            profile=Profile(admin_address=self.admin_address),
            departments={**small.departments, COMPANY: DepartmentRecord(id=COMPANY, name="Company")},
            teams={1: network},
            topics={PRINTERS: TopicRecord(id=PRINTERS, name="Printers")},
            mailboxes={
                number: MailboxRecord(id=number, name=name, address=f"{name}@example.com", department_id=SUPPORT)
                for number, name in MAILBOXES.items()
            },
            switches=(*self._global_switch(), *self.lower, *self.others),
            options=tuple(self._ticks()),
            quarantined=dict.fromkeys(self.quarantined, "it failed too often"),
        )

    def _global_switch(self) -> tuple[SwitchRecord, ...]:
        row = SwitchRecord(plugin=self.plugin, level=Level.GLOBAL, position=self.position, shadow=self.shadow or None)
        return (row,)

    def _ticks(self) -> list[OptionRecord]:
        ticked = [
            OptionRecord(plugin=self.plugin, level=Level.GLOBAL, field=f"audience.{role}", value=True)
            for role in self.ticks
        ]
        if self.unticked is None:
            return ticked
        # System alerts concern no department.
        level, scope_id = (Level.GLOBAL, 0) if self.subject == "boss" else (Level.DEPARTMENT, SUPPORT)
        field = f"audience.{self.unticked}"
        return [*ticked, OptionRecord(plugin=self.plugin, level=level, scope_id=scope_id, field=field, value=False)]

    def events(self) -> tuple[Event, ...]:
        """The act: the event, and behind a creation that assigns at once the assignment."""
        if not self.assigned:
            return (self._event(self.kind, 7, self.facts),)
        team = NETWORK_TEAM if self.ticket["team"] else None
        assignment = {"agent": self.ticket["agent"], "team": team, "at_creation": True}
        created = self.facts if self.kind is TicketCreated else {}
        return (self._event(TicketCreated, 6, created), self._event(TicketAssigned, 7, assignment))

    def _event(self, kind: type[Event], number: int, facts: dict[str, Any]) -> Event:
        common: dict[str, Any] = {"id": number, "act": "act", "at": NOW, "actor": self.actor}
        takes = {field.name for field in attrs.fields(kind)}
        if "ticket" in takes:
            common["ticket"] = ticket(**self._ticket())
        if "incoming" in takes:
            common["incoming"] = self.incoming
        if "entry" in takes and self.words is not None:
            automatic = self.incoming is not None and self.incoming.automatic
            common["entry"] = entry(self.actor, kind=self.words, automatic=automatic, held=self.held)
        if kind is TicketRefused:
            common["end_user"] = self.owner
        return kind(**{**common, **facts})

    def _ticket(self) -> dict[str, Any]:
        team = self.ticket.get("team", True)
        usual = {
            "owner": self.owner,
            "collaborators": self.collaborators,
            "department": Department(SUPPORT, "Support"),
            "topic": HelpTopic(PRINTERS, "Printers"),
            "agent": agent("Sue"),
            "last_respondent": agent("Bob"),
            "watchers": (agent("Ed"),),
        }
        return {**usual, **self.ticket, "team": bool(team)}
