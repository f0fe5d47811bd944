"""The audit as people read it, and a change taken back."""

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..contract.errors import DeskbellError, UnknownName
from ..contract.kinds import Level
from ..contract.people import Actor, ActorKind
from ..desk.blueprint.changes import shown
from ..desk.blueprint.record_fields import kept
from ..store import changes, configuration
from ..store.changes import ChangeRecord, History, Kind, Spot
from ..store.directory import Directory, Named
from .changing import acting_person
from .opening import Desk

NOTHING = "not set"


class NoSuchChange(DeskbellError, LookupError):
    """A number that no change has."""

    def __init__(self, change_id: int) -> None:
        super().__init__(f"There is no change {change_id}; list them with: deskbell changes")


class CannotUndo(DeskbellError, RuntimeError):
    """A change that cannot be taken back."""

    def __init__(self, change_id: int, reason: str, remedy: str = "") -> None:
        super().__init__(f"Change {change_id} cannot be undone: {reason}." + (f" {remedy}" if remedy else ""))


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
    return tuple(_line(each, directory) for each in found)


def undo(desk: Desk, change_id: int, *, by: str | None, force: bool = False) -> str:
    """Set a value back to what it was before a change; answer in one sentence what holds now.

    The undo is a change of its own, which can be undone as well.

    :param by: the address of the agent who does it; None for the administrator at this machine.
    :param force: also when the value was changed again since.
    :raises CannotUndo: when it was undone already, was changed again since, or what it was for is gone.
    :raises NoSuchChange: when there is no change of this number.
    :raises UnknownName: when there is no such agent.
    """
    with desk.db.writing() as session:
        change = changes.find(session, change_id)
        if change is None:
            raise NoSuchChange(change_id)
        directory = desk.db.directory(session)
        actor = acting_person(directory, by)
        _check_there(change, directory)
        _check_not_undone(change, History(changes.of_spot(session, change.spot)))
        if not force:
            now_set = configuration.stored(session, change.spot)
            _check_unchanged(change, History(changes.of_spot(session, change.spot)), now_set=now_set)
        put = configuration.put(
            session, change.spot, change.before, by=actor, now=desk.clock.now(), undoes_id=change.id
        )
    line = _line(change, directory)
    if not put:
        return f"Nothing to undo: {line.what} is {line.before} already."
    return f"Change {change.id} is undone: {line.what} is {line.before} again."


def _check_there(change: ChangeRecord, directory: Directory) -> None:
    """Refuse what is for something that is gone, and the SLA plan that is."""
    spot = change.spot
    if spot.level is not Level.GLOBAL and spot.scope_id not in _scopes(directory)[spot.level]:
        raise CannotUndo(change.id, f"the {_WORDS[spot.level]} that it was for is no longer there")
    plans = {plan.name for plan in directory.sla_plans.values()}
    if spot.kind is Kind.SETTING and spot.field == "sla_plan" and change.before and change.before not in plans:
        raise CannotUndo(change.id, f"the SLA plan '{change.before}' is no longer there", "Make it again first.")


def _check_not_undone(change: ChangeRecord, history: History) -> None:
    undo_of_it = history.undone_by(change.id)
    if undo_of_it is not None:
        reason = f"change {undo_of_it.id} by {_who(undo_of_it.by)} undid it already"
        raise CannotUndo(change.id, reason, f"To have it again: deskbell changes undo {undo_of_it.id}")


def _check_unchanged(change: ChangeRecord, history: History, *, now_set: object) -> None:
    since = history.changed_since(change.id)
    remedy = "Add --force to set it back all the same."
    if since is not None:
        when = f"{since.at:%Y-%m-%d %H:%M} UTC"
        reason = f"the same value was changed again since, by change {since.id} of {_who(since.by)} at {when}"
        raise CannotUndo(change.id, reason, remedy)
    if now_set != change.after:
        raise CannotUndo(change.id, "the value is no longer what this change made of it", remedy)


def _line(change: ChangeRecord, directory: Directory) -> ChangeLine:
    return ChangeLine(
        id=change.id,
        at=change.at,
        by=_who(change.by),
        what=_what(change.spot, directory),
        before=_value(change.before),
        after=_value(change.after),
        undoes=change.undoes_id,
    )


def _who(actor: Actor) -> str:
    return f"{actor.name} (at this machine)" if actor.kind is ActorKind.SYSTEM else actor.name


def _what(spot: Spot, directory: Directory) -> str:
    where = "for the whole desk"
    if spot.level is not Level.GLOBAL:
        record = _scopes(directory)[spot.level].get(spot.scope_id)
        name = f"'{record.name}'" if record is not None else f"{spot.scope_id} (no longer there)"
        where = f"{_BEFORE[spot.level]} {_WORDS[spot.level]} {name}"
    thing = {Kind.SWITCH: "switch", Kind.SHADOW: "shadow"}.get(spot.kind, spot.field)
    return f"{spot.plugin} {thing} {where}" if spot.plugin else f"{thing} {where}"


def _value(value: object) -> str:
    return NOTHING if value is None else shown(kept(value))


def _scopes(directory: Directory) -> Mapping[Level, Mapping[int, Named]]:
    return {
        Level.DEPARTMENT: directory.departments,
        Level.TOPIC: directory.topics,
        Level.MAILBOX: directory.mailboxes,
    }


_WORDS: Mapping[Level, str] = {Level.DEPARTMENT: "department", Level.TOPIC: "help topic", Level.MAILBOX: "mailbox"}
_BEFORE: Mapping[Level, str] = {Level.DEPARTMENT: "in", Level.TOPIC: "for", Level.MAILBOX: "for"}
"""The word before the place."""
