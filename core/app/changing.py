"""Who changes the desk: an agent by address, or whoever sits at this machine."""

import getpass

import attrs

from ..contract.people import SYSTEM, Actor
from ..store.directory import Directory
from .acting import agent_actor


def acting_person(directory: Directory, by: str | None) -> Actor:
    """The agent with the address `by`; without one the administrator at this machine.

    :raises UnknownName: when there is no such agent.
    """
    return at_this_machine() if by is None else agent_actor(directory, by)


def at_this_machine() -> Actor:
    """The administrator who types here, by the name that the operating system has for the account."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        # An account without a name, as in some containers.
        return SYSTEM
    return attrs.evolve(SYSTEM, name=name)
