"""The desk as it stands, in the form that a file is compared with and written from."""

from collections.abc import Collection, Iterable, Mapping

import attrs
from sqlalchemy.orm import Session

from ...store import configuration, records
from ...store.directory import Directory
from ...store.load_directory import load_directory
from ...store.records import EndUserRecord
from . import record_fields
from .objects import DeskObject, Fields, Path, Tables, identity
from .record_fields import Names


@attrs.frozen(kw_only=True)
class Standing:
    """A desk as it stands: its records and, by table and identity, the objects made of them and their ids.

    `end_users` are those that were asked for.
    """

    directory: Directory
    end_users: tuple[EndUserRecord, ...]
    tables: Tables
    ids: Mapping[tuple[str, str], int]


def stand(session: Session, *, end_users: Collection[str] | None) -> Standing:
    """The desk as `session` sees it.

    :param end_users: the addresses of the end users to look at; None for all.
    """
    directory = load_directory(session, revision=0)
    known = tuple(each for each in records.end_users(session, end_users) if each.addresses)
    names = _names(directory)
    people = ((each.addresses[0], record_fields.end_user(each, names=names)) for each in known)
    options = {name: configuration.channel_options(session, name) for name in directory.channels}
    channels = ((name, record_fields.channel(each, options=options[name])) for name, each in directory.channels.items())
    tables = {
        "settings": {"": DeskObject(key="", fields=record_fields.profile(directory.profile))},
        **_organised(directory, names=names),
        "end_users": _keyed("end_users", people),
        "channels": _keyed("channels", channels),
        "switches": _gathered((each.plugin, record_fields.switch(each, names=names)) for each in directory.switches),
        "options": _gathered((each.plugin, record_fields.option(each, names=names)) for each in directory.options),
    }
    ids = {(table, identity(table, name)): key for (table, key), name in names.items()}
    ids |= {("end_users", identity("end_users", each.addresses[0])): each.id for each in known}
    return Standing(directory=directory, end_users=known, tables=tables, ids=ids)


def _names(directory: Directory) -> Names:
    names = {("agents", key): agent.address for key, agent in directory.agents.items()}
    names |= {("organizations", key): each.name for key, each in directory.organizations.items()}
    names |= {("schedules", key): each.name for key, each in directory.schedules.items()}
    names |= {("sla_plans", key): each.name for key, each in directory.sla_plans.items()}
    names |= {("departments", key): each.name for key, each in directory.departments.items()}
    names |= {("teams", key): each.name for key, each in directory.teams.items()}
    names |= {("topics", key): each.name for key, each in directory.topics.items()}
    return names | {("mailboxes", key): each.name for key, each in directory.mailboxes.items()}


def _organised(desk: Directory, *, names: Names) -> dict[str, Mapping[str, DeskObject]]:
    agents = ((each.address, record_fields.agent(each, names=names)) for each in desk.agents.values())
    organizations = ((each.name, record_fields.organization(each, names=names)) for each in desk.organizations.values())
    schedules = ((each.name, record_fields.schedule(each)) for each in desk.schedules.values())
    sla_plans = ((each.name, record_fields.sla_plan(each, names=names)) for each in desk.sla_plans.values())
    departments = ((each.name, record_fields.department(each, names=names)) for each in desk.departments.values())
    teams = ((each.name, record_fields.team(each, names=names)) for each in desk.teams.values())
    topics = ((each.name, record_fields.topic(each, names=names)) for each in desk.topics.values())
    mailboxes = ((each.name, record_fields.mailbox(each, names=names)) for each in desk.mailboxes.values())
    return {
        "agents": _keyed("agents", agents),
        "organizations": _keyed("organizations", organizations),
        "schedules": _keyed("schedules", schedules),
        "sla_plans": _keyed("sla_plans", sla_plans),
        "departments": _keyed("departments", departments),
        "teams": _keyed("teams", teams),
        "topics": _keyed("topics", topics),
        "mailboxes": _keyed("mailboxes", mailboxes),
    }


def _keyed(table: str, rows: Iterable[tuple[str, Fields]]) -> Mapping[str, DeskObject]:
    return {identity(table, key): DeskObject(key=key, fields=fields) for key, fields in rows}


def _gathered(rows: Iterable[tuple[str, Fields]]) -> Mapping[str, DeskObject]:
    """One object per plugin from the fields of its many rows."""
    gathered: dict[str, dict[Path, object]] = {}
    for plugin, fields in rows:
        if fields:
            gathered.setdefault(plugin, {}).update(fields)
    return {plugin: DeskObject(key=plugin, fields=fields) for plugin, fields in gathered.items()}
