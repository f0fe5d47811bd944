"""A second opinion, from the words of the contract alone: whether a plugin speaks, and which pairs it must judge."""

from collections import Counter
from collections.abc import Iterable, Iterator

import attrs

from deskbell.core.contract.events import Event, TicketAssigned, TicketCreated, TicketRefused
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import Actor, ActorKind, EndUser
from deskbell.core.contract.tickets import Entry, EntryKind, Ticket
from deskbell.core.store.directory import AgentRecord, DepartmentRecord, Directory, TeamRecord
from stand_ins.paper_desk import NOW

from .contract import ALERT, AUTORESPONDER, CORRESPONDENCE, DEFAULTS, KINDS, REPLY_ALL, SYSTEM_ALERT, TICKS

Pair = tuple[str, str]
"""A person and a role; no person for a role that is judged as a whole."""

MEMBERS = ("department_member", "extended_member")
BY_AGENT = "new-ticket-by-agent-notice"


@attrs.frozen
class Oracle:
    """What is due of one plugin about one event."""

    directory: Directory
    event: Event
    plugin: str

    # --- what the event is about ---

    @property
    def ticket(self) -> Ticket | None:
        return getattr(self.event, "ticket", None)

    @property
    def entry(self) -> Entry | None:
        return getattr(self.event, "entry", None)

    @property
    def department(self) -> DepartmentRecord | None:
        if isinstance(self.event, TicketRefused):
            return self.directory.departments[self.event.department.id]
        return None if self.ticket is None else self.directory.departments[self.ticket.department.id]

    @property
    def team(self) -> TeamRecord | None:
        of = self.event if isinstance(self.event, TicketAssigned) else self.ticket
        team = None if of is None else of.team
        return None if team is None else self.directory.teams[team.id]

    @property
    def kind(self) -> str:
        """Its kind here: what holds an agent's first reply is correspondence."""
        holds_reply = self.entry is not None and self.entry.kind is EntryKind.REPLY
        return CORRESPONDENCE if self.plugin == BY_AGENT and holds_reply else KINDS[self.plugin]

    # --- whether it speaks ---

    def silence(self) -> str:
        """The reason why the plugin as a whole says nothing, '' when it speaks."""
        if self.plugin == "system-error-alert":
            return ""
        level = self._off_at()
        if level:
            return f"plugin_off:{level}"
        if self.plugin in self.directory.quarantined:
            return "plugin_quarantined"
        return "plugin_declined" if self._declines() else ""

    def in_shadow(self) -> bool:
        rows = self._rows(Level.GLOBAL, [0]) + self._rows(Level.DEPARTMENT, self._path())
        return self.plugin != "system-error-alert" and any(row.shadow for row in rows)

    def _rows(self, level: Level, scopes: Iterable[int]) -> list:  # type: ignore[type-arg]
        found = {(row.level, row.scope_id): row for row in self.directory.switches if row.plugin == self.plugin}
        return [found[level, scope] for scope in scopes if (level, scope) in found]

    def _path(self) -> list[int]:
        """The department and those above it."""
        path: list[int] = []
        here = self.department
        while here is not None:
            path.append(here.id)
            here = self.directory.departments[here.parent_id] if here.parent_id is not None else None
        return path

    def _off_at(self) -> str:
        said = [row.position for row in self._rows(Level.GLOBAL, [0]) if row.position is not None]
        desk = said[0] if said else DEFAULTS.get(self.plugin, Switch.ON)
        if desk is Switch.OFF:
            return "global"
        nearest = [row.position for row in self._rows(Level.DEPARTMENT, self._path())]
        decided = [position for position in nearest if position in (Switch.ON, Switch.OFF)]
        if decided[:1] == [Switch.OFF]:
            return "department"
        if not decided and desk is Switch.OPT_IN:
            return "global"
        return self._off_below()

    def _off_below(self) -> str:
        topic = self.ticket.topic if self.ticket is not None else None
        incoming = getattr(self.event, "incoming", None)
        places = [
            ("topic", Level.TOPIC, topic, (AUTORESPONDER, ALERT)),
            ("mailbox", Level.MAILBOX, None if incoming is None else incoming.mailbox, (AUTORESPONDER,)),
        ]
        for name, level, place, kinds in places:
            rows = self._rows(level, [place.id]) if place is not None and self.kind in kinds else []
            if any(row.position is Switch.OFF for row in rows):
                return name
        return ""

    def _declines(self) -> bool:
        event = self.event
        match self.plugin:
            case "new-ticket-autoresponse":
                return event.actor.kind is not ActorKind.END_USER
            case "new-ticket-by-agent-notice":
                return event.actor.kind is not ActorKind.AGENT
            case "overlimit-notice":
                return isinstance(event, TicketRefused) and event.reason != "overlimit"
            case "reply-to-end-user" if isinstance(event, TicketCreated):
                by_agent = Oracle(self.directory, event, BY_AGENT)
                first_reply = self.entry is not None and self.entry.kind is EntryKind.REPLY
                return not first_reply or (not by_agent.silence() and not by_agent.in_shadow())
            case "delivery-failed-alert" | "delivery-bounced-alert":
                return self.ticket is None or not event.to_end_user  # type: ignore[attr-defined]
        return False

    # --- whom it judges ---

    def pairs(self) -> Counter[Pair]:
        """Every pair that must be judged, once each."""
        found = self._end_users() if self.kind in (AUTORESPONDER, CORRESPONDENCE) else self._agents()
        return Counter(dict.fromkeys(found, 1))

    def _ticked(self) -> dict[str, bool]:
        ticks = dict(TICKS[self.plugin])
        if self.kind == SYSTEM_ALERT:
            return ticks
        if self.plugin == "escalation-alert":
            return {role: role in self.event.roles for role in ticks}  # type: ignore[attr-defined]
        for level, scope in [(Level.GLOBAL, 0), *((Level.DEPARTMENT, each) for each in reversed(self._path()))]:
            for option in self.directory.options:
                if (option.plugin, option.level, option.scope_id) == (self.plugin, level, scope):
                    ticks[option.field.removeprefix("audience.")] = bool(option.value)
        assigned = self.ticket is not None and (self.ticket.agent is not None or self.ticket.team is not None)
        if self.plugin.startswith("delivery-") and assigned:
            ticks["department_manager"] = False
        return ticks

    def _end_users(self) -> Iterator[Pair]:
        author = self.entry.author if self.entry is not None else self.event.actor
        for role, ticked in self._ticked().items():
            if not ticked:
                yield "", role
                continue
            for someone in self._participants(role):
                if self.plugin not in REPLY_ALL or not is_the_same(someone, author):
                    yield f"user:{someone.id}", role

    def _participants(self, role: str) -> list[EndUser]:
        if role == "collaborator":
            return [] if self.ticket is None else [each.user for each in self.ticket.collaborators]
        if role == "poster":
            author = self.entry.author if self.entry is not None else self.event.actor
            return [EndUser(author.id or 0, author.name, author.address)]
        if isinstance(self.event, TicketRefused):
            return [self.event.end_user]
        return [] if self.ticket is None else [self.ticket.owner]

    def _agents(self) -> Iterator[Pair]:
        direct = [pair for role, ticked in self._ticked().items() for pair in self._places(role, ticked=ticked)]
        yield from direct
        if self.kind == ALERT:
            yield from self._stand_ins(direct)

    def _places(self, role: str, *, ticked: bool) -> list[Pair]:
        if not ticked:
            return [("", role)]
        if role == "admin_address":
            return [(self._admin(), role)]
        recorded = {"newly_assigned_agent": "assigned_agent"}.get(role, role)
        if role == "assignee":
            recorded = "assigned_agent" if self.ticket is not None and self.ticket.agent else "assigned_team_member"
        if role == "department_member" and self.department is not None:
            extended = [each.agent_id for each in self.department.extended]
            own = [(f"agent:{each}", "department_member") for each in self.department.members]
            guests = [each for each in extended if each not in self.department.members]
            return own + [(f"agent:{each}", "extended_member") for each in guests]
        return [(f"agent:{each}", recorded) for each in self._in(role, recorded) if each is not None]

    def _in(self, role: str, recorded: str) -> list[int | None]:
        ticket, event, team = self.ticket, self.event, self.team
        match recorded:
            case "assigned_agent":
                newly = role == "newly_assigned_agent" and isinstance(event, TicketAssigned)
                holder = event.agent if newly else ticket.agent if ticket else None  # type: ignore[attr-defined]
                return [holder.id] if holder else []
            case "assigned_team_member":
                return [each.agent_id for each in team.members] if team else []
            case "team_lead":
                return [team.lead_id] if team else []
            case "department_manager":
                return [self.department.manager_id] if self.department else []
            case "administrator":
                return [each.id for each in self.directory.agents.values() if each.is_admin]
            case "last_respondent":
                return [ticket.last_respondent.id] if ticket and ticket.last_respondent else []
            case "watcher":
                return [each.id for each in ticket.watchers] if ticket else []
            case "mentioned_agent":
                return [event.agent.id]  # type: ignore[attr-defined]
            case "account_manager":
                owned = ticket is not None and ticket.owner.organization is not None
                return [self.directory.organizations[1].account_manager_id] if owned else []
        raise AssertionError(recorded)

    def _admin(self) -> str:
        address = self.directory.profile.admin_address.lower()
        same = [each.id for each in self.directory.agents.values() if address and each.address.lower() == address]
        return f"agent:{same[0]}" if same else f"address:{address}" if address else ""

    def _stand_ins(self, direct: list[Pair]) -> Iterator[Pair]:
        """Behind each who is refused because of a leave, and for no other reason, whoever stands in."""
        known = set(direct)
        for person, role in dict.fromkeys(direct):
            absent = self._absent(person, role, direct=True)
            while absent is not None and absent.substitute_id is not None:
                pair = (f"agent:{absent.substitute_id}", role)
                if pair in known:
                    break
                known.add(pair)
                yield pair
                absent = self._absent(*pair, direct=False)

    def _absent(self, person: str, role: str, *, direct: bool) -> AgentRecord | None:
        """The agent, if the leave is the first reason that refuses the pair."""
        if not person.startswith("agent:") or role == "admin_address":
            return None
        if direct and role in MEMBERS and self._assigned_at_creation():
            return None
        agent = self.directory.agents[int(person.removeprefix("agent:"))]
        if self.is_actor(agent.id, agent.address) or not agent.active or not away(agent):
            return None
        return agent

    def _assigned_at_creation(self) -> bool:
        event = self.event
        return isinstance(event, TicketCreated) and (event.ticket.agent is not None or event.ticket.team is not None)

    # --- what must never be ---

    def is_actor(self, agent_id: int | None, address: str) -> bool:
        """Whether somebody is known to have caused it, by the id of an agent or by the address."""
        actor = self.event.actor
        known = actor.verified and (self.entry is None or self.entry.verified)
        if not known or actor.kind is ActorKind.SYSTEM:
            return False
        by_id = actor.kind is ActorKind.AGENT and agent_id is not None and actor.id == agent_id
        return by_id or (bool(address) and actor.address.lower() == address.lower())

    def may_open(self, agent_id: int) -> bool:
        """Whether the agent has a place that gives access, or stands in, directly or not, for somebody who has."""
        ticket = self.ticket
        if ticket is None:
            return True
        team = self.directory.teams[ticket.team.id] if ticket.team is not None else None
        department = self.directory.departments[ticket.department.id]
        openers = {ticket.agent.id if ticket.agent else None, department.manager_id, *department.members}
        openers |= {each.agent_id for each in department.extended}
        openers |= {team.lead_id, *(each.agent_id for each in team.members)} if team is not None else set()
        if ticket.owner.organization is not None:
            openers.add(self.directory.organizations[1].account_manager_id)
        openers |= {each.id for each in self.directory.agents.values() if each.is_admin}
        reached, waiting = set[int](), [agent_id]
        while waiting:
            here = waiting.pop()
            reached.add(here)
            waiting += [
                each.id
                for each in self.directory.agents.values()
                if each.active and away(each) and each.substitute_id == here and each.id not in reached
            ]
        return not openers.isdisjoint(reached)


def away(agent: AgentRecord) -> bool:
    """Whether the agent is on leave now."""
    began = agent.leave_from is not None and agent.leave_from <= NOW
    return began and (agent.leave_until is None or agent.leave_until > NOW)


def is_the_same(someone: EndUser, author: Actor) -> bool:
    """Whether an end user is the one who wrote."""
    if author.kind is not ActorKind.END_USER:
        return False
    return someone.id == author.id or someone.address.lower() == author.address.lower()
