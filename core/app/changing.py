"""Who changes the desk: an administrator by address, or whoever sits at this machine."""

import getpass

import attrs

from ..contract.errors import DeskbellError
from ..contract.people import SYSTEM, Actor
from ..store.directory import Directory
from .acting import agent_actor


class NotAdministrator(DeskbellError, PermissionError):
    """An agent without the right to do so changes what the desk is set to."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(
            f"{actor.name or actor.address} is no administrator and changes no settings: let one do it, or set 'admin = true' "
            "for the agent."
        )


def acting_person(directory: Directory, by: str | None) -> Actor:
    """The administrator with the address `by`; without one the administrator at this machine.

    :raises NotActive: when the agent's account is switched off.
    :raises NotAdministrator: when the agent is none.
    :raises UnknownName: when there is no such agent.
    """
    if by is None:
        return at_this_machine()
    actor = agent_actor(directory, by)
    if not directory.agent(by).is_admin:
        raise NotAdministrator(actor)
    return actor


def at_this_machine() -> Actor:
    """The administrator who types here, by the name that the operating system has for the account."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # An account without a name, as in some containers.
        return SYSTEM
    return attrs.evolve(SYSTEM, name=name)
