"""Compares what a file says with the desk as it stands, and plans what makes the desk say the same."""

import os
from collections.abc import Mapping

from sqlalchemy.orm import Session

from ...contract.addresses import normalise
from ...contract.structuring.places import Place
from ...store.secrets import SecretBox
from .changes import Plan
from .checks import check
from .difference import after, changes_to
from .objects import DeskObject, Group, Tables
from .option_names import check_option_names
from .parsed import Blueprint
from .removal import check_removals, keep_those_who_wrote
from .settling import Settler, settle
from .standing import Standing, stand


def plan(
    session: Session,
    blueprint: Blueprint,
    *,
    prune: bool,
    secrets: SecretBox,
    environment: Mapping[str, str] = os.environ,
) -> Plan:
    """What applying the file would change; nothing is written.

    :param prune: also remove what the file's own tables do not name.
    :param secrets: the key of this desk.
    :param environment: where ``{ env = "NAME" }`` is looked up.
    :raises InvalidSetting: when the file contradicts itself or the desk, in one sentence with the place in the file.
    :raises InUse: when something that the file does not name cannot be removed.
    """
    people = _people_named(blueprint, prune=prune)
    standing = stand(session, end_users=people)
    settler = Settler(file=blueprint.file, secrets=secrets, environment=environment)
    wanted = _matched(settle(blueprint, desk=standing.tables, settler=settler), standing=standing, file=blueprint.file)
    changes = keep_those_who_wrote(session, changes_to(wanted, desk=standing.tables, prune=prune), standing=standing)
    final = after(standing.tables, changes=changes)
    check(final, wanted=wanted, desk=standing.tables, file=blueprint.file)
    check_option_names(blueprint, wanted=wanted, final=final)
    check_removals(session, standing=standing, changes=changes, final=final)
    return Plan(changes)


def _people_named(blueprint: Blueprint, *, prune: bool) -> list[str] | None:
    """The addresses of the end users that have to be looked at; None for all."""
    if prune and {"end_users", "organizations"} & blueprint.tables.keys():
        return None
    people = blueprint.tables.get("end_users", {}).values()
    further = [person.fields.get(("addresses",)) for person in people]
    return [person.key for person in people] + [
        str(address) for group in further if isinstance(group, Group) for address in group.items
    ]


def _matched(wanted: Tables, *, standing: Standing, file: str) -> Tables:
    """`wanted` with each end user under the identity that the person has on the desk, by whichever address."""
    if "end_users" not in wanted:
        return wanted
    owners = {normalise(address): each for each in standing.end_users for address in each.addresses}
    people: dict[str, DeskObject] = {}
    for key, person in wanted["end_users"].items():
        owner = owners.get(key)
        identity = key if owner is None else normalise(owner.addresses[0])
        known = people.setdefault(identity, person)
        if known is not person:
            at = Place(file=file, path="end_users").key(person.key)
            remedy = " Take the address away from that person first."
            raise at.refuse(f"is on the desk the same person as '{known.key}' above it", remedy=remedy)
    return {**wanted, "end_users": people}
