"""The audit as people read it."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..contract.errors import UnknownName
from ..contract.kinds import Level
from ..contract.people import Actor, ActorKind
from ..desk.blueprint.changes import shown
from ..desk.blueprint.record_fields import kept
from ..store import changes
from ..store.changes import ChangeRecord, Kind, Spot
from ..store.directory import Directory, Named
from .opening import Desk

NOTHING = "not set"


@attrs.frozen(kw_only=True)
class ChangeLine:
    """One change in words; `before` and `after` are as TOML spells them, and a secret is not shown."""

    id: int
    at: datetime
    by: str
    what: str
    before: str
    after: str
    undoes: int | None


def listed(desk: Desk, *, plugin: str = "", limit: int) -> tuple[ChangeLine, ...]:
    """What was changed, newest first.

    :param plugin: only what was changed for this plugin, which need not be installed any more; empty for all.
    :raises UnknownName: when nothing was ever changed for it and there is no such plugin.
    """
    with desk.db.reading() as session:
        found = changes.newest(session, plugin=plugin, limit=limit)
        directory = desk.db.directory(session)
    if plugin and not found and plugin not in desk.host.plugins:
        raise UnknownName("plugin", plugin, desk.host.plugins)
    return tuple(line_of(each, directory) for each in found)


def line_of(change: ChangeRecord, directory: Directory) -> ChangeLine:
    """A change in words, with the names that things have now."""
    return ChangeLine(
        id=change.id,
        at=change.at,
        by=who(change.by),
        what=_what(change.spot, directory),
        before=_value(change.before),
        after=_value(change.after),
        undoes=change.undoes_id,
    )


def who(actor: Actor) -> str:
    """Somebody by name, and where, if it was not by an account of the desk."""
    return f"{actor.name} (at this machine)" if actor.kind is ActorKind.SYSTEM else actor.name


def _what(spot: Spot, directory: Directory) -> str:
    if spot.kind in (Kind.RECORD, Kind.CHANNEL):
        return spot.field
    if spot.kind is Kind.BAN:
        return f"ban of {spot.field}"
    if spot.kind is Kind.QUARANTINE:
        return f"{spot.plugin} quarantine"
    if spot.kind is Kind.SUPPRESSION:
        return f"suppression of {spot.field}"
    where = "for the whole desk"
    if spot.level is not Level.GLOBAL:
        record = scopes_of(directory)[spot.level].get(spot.scope_id)
        name = f"'{record.name}'" if record is not None else f"{spot.scope_id} (no longer there)"
        where = f"{_BEFORE[spot.level]} {WORDS[spot.level]} {name}"
    thing = {Kind.SWITCH: "switch", Kind.SHADOW: "shadow"}.get(spot.kind, spot.field)
    return f"{spot.plugin} {thing} {where}" if spot.plugin else f"{thing} {where}"


def _value(value: object) -> str:
    return NOTHING if value is None else shown(kept(value))


def scopes_of(directory: Directory) -> Mapping[Level, Mapping[int, Named]]:
    """The departments, help topics and mailboxes, by id."""
    return {
        Level.DEPARTMENT: directory.departments,
        Level.TOPIC: directory.topics,
        Level.MAILBOX: directory.mailboxes,
    }


WORDS: Mapping[Level, str] = {Level.DEPARTMENT: "department", Level.TOPIC: "help topic", Level.MAILBOX: "mailbox"}
"""What the scope of a level is called."""
_BEFORE: Mapping[Level, str] = {Level.DEPARTMENT: "in", Level.TOPIC: "for", Level.MAILBOX: "for"}
"""The word before the place."""
