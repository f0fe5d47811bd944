"""A ticket that shall be opened, and what its draft comes to: department, topic, and who gets it."""

from datetime import datetime

import attrs

from ..contract.drafts import TicketDraft
from ..contract.events import Incoming
from ..contract.people import ActorKind, Agent, Team
from ..contract.tickets import Department, HelpTopic
from ..store.directory import AgentRecord, Directory, TeamRecord
from ..store.end_users import Person
from .words import NO_MORE, Words


@attrs.frozen(kw_only=True)
class Opening:
    """A ticket that shall be opened.

    :param draft: as the plugins left it, checked.
    :param owner: whose ticket it is when an agent opens it; an end user opens only the own ones.
    :param words: what comes with the draft's text.
    :param incoming: the mail that asks for it.
    :param by_hand: the agent who opens it chose agent and team, so that nobody's leave matters.
    :param send_notice: False when the agent ticked "do not send".
    :param continues: the number of a closed ticket that it carries on.
    :param collaborators: who takes part in it beside its owner.
    """

    draft: TicketDraft
    owner: Person | None = None
    words: Words = NO_MORE
    incoming: Incoming | None = None
    by_hand: bool = False
    send_notice: bool = True
    continues: str = ""
    collaborators: tuple[Person, ...] = ()

    @property
    def person(self) -> Person:
        """Whose ticket it is."""
        return self.owner or Person(self.draft.sender.name, self.draft.sender.address)

    @property
    def by_agent(self) -> bool:
        """Whether an agent opens it."""
        return self.draft.sender.kind is ActorKind.AGENT

    @property
    def speaks(self) -> bool:
        """Whether it says something: with words that are not blank, or with a file."""
        return bool(self.draft.text.strip()) or bool(self.words.attachments)


@attrs.frozen(kw_only=True)
class Place:
    """Where a new ticket lands."""

    department: Department
    topic: HelpTopic | None
    mailbox_id: int | None
    agent: Agent | None
    team: Team | None

    @property
    def topic_id(self) -> int | None:
        """The id of its topic."""
        return self.topic.id if self.topic else None


def place_of(directory: Directory, *, opening: Opening, now: datetime) -> Place:
    """Look up the names in a draft.

    Unavailable agents, and teams of which nobody is available, are not assigned automatically: the ticket stays
    unassigned. Chosen by hand, an agent on leave gets it all the same.

    :raises UnknownName: when the desk does not know one of them.
    """
    draft = opening.draft
    department = directory.department(draft.department)
    topic = directory.topic(draft.topic) if draft.topic else None
    agent = directory.agent(draft.agent) if draft.agent else None
    team = directory.team(draft.team) if draft.team else None
    if opening.by_hand:
        agent = agent if agent and agent.active else None
    else:
        agent = agent if agent and agent.available(now) else None
        team = team if team and somebody_available(directory, team=team, now=now) else None
    return Place(
        department=Department(department.id, department.name),
        topic=HelpTopic(topic.id, topic.name) if topic else None,
        mailbox_id=directory.mailbox(draft.mailbox).id if draft.mailbox else None,
        agent=as_agent(agent) if agent else None,
        team=as_team(team) if team else None,
    )


def somebody_available(directory: Directory, *, team: TeamRecord, now: datetime) -> bool:
    """Whether a member of the team is active and not on leave; a lead counts only when listed."""
    members = (directory.agents.get(member.agent_id) for member in team.members)
    return any(agent.available(now) for agent in members if agent)


def as_agent(record: AgentRecord) -> Agent:
    """The agent as plugins see one."""
    return Agent(record.id, record.name, record.address)


def as_team(record: TeamRecord) -> Team:
    """The team as plugins see one."""
    return Team(record.id, record.name)
