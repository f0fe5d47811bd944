"""A ticket draft filled in the way help topics and mailboxes route: the one place of that order."""

from ..contract.drafts import TicketDraft
from ..contract.errors import UnknownName
from ..contract.people import Actor
from ..contract.tickets import Origin, Priority, Ticket
from ..store.directory import DepartmentRecord, Directory, MailboxRecord, TopicRecord


def draft_ticket(
    directory: Directory,
    *,
    sender: Actor,
    origin: Origin,
    subject: str,
    text: str,
    mailbox: str = "",
    topic: str = "",
    department: str = "",
    priority: Priority | None = None,
    agent: str = "",
    team: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    files: tuple[str, ...] = (),
    automatic: bool = False,
) -> TicketDraft:
    """A draft in which all that was not given is filled in.

    The department is that of the topic, else of the mailbox, else the oldest one. The topic is that of the mailbox. Without
    agent and team the topic's are taken; priority is the topic's.

    :raises UnknownName: when a name is given that the desk does not know, or it has no department.
    """
    box = directory.mailbox(mailbox) if mailbox else None
    subject_matter = _topic(directory, topic, box)
    home = directory.department(department) if department else _department(directory, subject_matter, box)
    if agent or team:
        named_agent = directory.agent(agent).address if agent else ""
        named_team = directory.team(team).name if team else ""
    else:
        named_agent, named_team = _assignees(directory, subject_matter)
    return TicketDraft(
        sender=sender,
        origin=origin,
        subject=subject,
        text=text,
        department=home.name,
        mailbox=box.name if box else "",
        topic=subject_matter.name if subject_matter else "",
        priority=priority or (subject_matter.priority if subject_matter else Priority.NORMAL),
        agent=named_agent,
        team=named_team,
        headers=headers,
        files=files,
        automatic=automatic,
    )


def draft_continuing(
    directory: Directory,
    *,
    ticket: Ticket,
    sender: Actor,
    origin: Origin,
    text: str,
    subject: str = "",
    mailbox: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    files: tuple[str, ...] = (),
    automatic: bool = False,
) -> TicketDraft:
    """The draft of a ticket that carries on a closed one: routed like it, and assigned by nobody's wish but the topic's."""
    return draft_ticket(
        directory,
        sender=sender,
        origin=origin,
        subject=subject or ticket.subject,
        text=text,
        mailbox=mailbox,
        topic=ticket.topic.name if ticket.topic else "",
        department=ticket.department.name,
        priority=ticket.priority,
        headers=headers,
        files=files,
        automatic=automatic,
    )


def _topic(directory: Directory, name: str, box: MailboxRecord | None) -> TopicRecord | None:
    if name:
        return directory.topic(name)
    return directory.topics.get(box.topic_id) if box and box.topic_id is not None else None


def _department(directory: Directory, topic: TopicRecord | None, box: MailboxRecord | None) -> DepartmentRecord:
    if topic and topic.department_id is not None:
        return directory.departments[topic.department_id]
    if box:
        return directory.departments[box.department_id]
    if not directory.departments:
        raise UnknownName("department", "")
    return directory.departments[min(directory.departments)]


def _assignees(directory: Directory, topic: TopicRecord | None) -> tuple[str, str]:
    if topic is None:
        return "", ""
    agent = directory.agents.get(topic.agent_id) if topic.agent_id is not None else None
    team = directory.teams.get(topic.team_id) if topic.team_id is not None else None
    return agent.address if agent else "", team.name if team else ""
