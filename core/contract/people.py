"""Who takes part: roles, agents, end users and the actor of an event, as frozen snapshots."""

from enum import StrEnum

import attrs


class Role(StrEnum):
    """Why somebody is a candidate for a notice; its value is what decisions record.

    `ASSIGNEE` and `NEWLY_ASSIGNED_AGENT` are ticks only: they are recorded as `ASSIGNED_AGENT` or
    `ASSIGNED_TEAM_MEMBER`. `EXTENDED_MEMBER` is recorded only: it cannot be ticked.
    """

    OWNER = "owner"
    POSTER = "poster"
    COLLABORATOR = "collaborator"
    ASSIGNEE = "assignee"
    NEWLY_ASSIGNED_AGENT = "newly_assigned_agent"
    ASSIGNED_AGENT = "assigned_agent"
    ASSIGNED_TEAM_MEMBER = "assigned_team_member"
    TEAM_LEAD = "team_lead"
    DEPARTMENT_MANAGER = "department_manager"
    DEPARTMENT_MEMBER = "department_member"
    EXTENDED_MEMBER = "extended_member"
    LAST_RESPONDENT = "last_respondent"
    ACCOUNT_MANAGER = "account_manager"
    ADMIN_ADDRESS = "admin_address"
    ADMINISTRATOR = "administrator"
    MENTIONED_AGENT = "mentioned_agent"
    WATCHER = "watcher"


class ActorKind(StrEnum):
    """The three kinds of cause."""

    AGENT = "agent"
    END_USER = "end_user"
    SYSTEM = "system"


@attrs.frozen
class Actor:
    """Who caused an event.

    `verified` is False when the identity rests on nothing but a From header: such an actor silences nobody.
    """

    kind: ActorKind
    id: int | None = None
    name: str = ""
    address: str = ""
    verified: bool = True


SYSTEM = Actor(ActorKind.SYSTEM, name="deskbell")


@attrs.frozen
class Agent:
    """An agent as plugins see one."""

    id: int
    name: str
    address: str


@attrs.frozen
class Team:
    """A team as plugins see one."""

    id: int
    name: str


@attrs.frozen
class Organization:
    """The organization that an end user belongs to; `account_manager_id` is an agent's id."""

    id: int
    name: str
    account_manager_id: int | None = None


@attrs.frozen
class EndUser:
    """A person who asks for help; `address` is the one in use on this ticket."""

    id: int
    name: str
    address: str
    organization: Organization | None = None

    @property
    def domain(self) -> str:
        """The part of the address behind the last ``@``, lower case."""
        return self.address.rpartition("@")[2].lower()
