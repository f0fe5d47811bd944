"""A change taken back: a single value as it was before, as a change of its own."""

import tomllib
from collections.abc import Mapping
from datetime import datetime

import attrs
from sqlalchemy.orm import Session

from .. import outbox
from ..contract.errors import DeskbellError
from ..contract.kinds import Level
from ..contract.people import Actor
from ..contract.structuring.places import InvalidSetting
from ..desk import blueprint
from ..desk.blueprint.audit import noted_value
from ..store import changes, configuration
from ..store.changes import ChangeRecord, History, Kind
from ..store.directory import Directory
from .changes import WORDS, line_of, scopes_of, who
from .changing import acting_person
from .configuring import catalogue
from .opening import Desk

BY_FILE = "Change it with: deskbell apply"
FORCE = "Add --force to set it back all the same."


class NoSuchChange(DeskbellError, LookupError):
    """A number that no change has."""

    def __init__(self, change_id: int) -> None:
        super().__init__(f"There is no change {change_id}; list them with: deskbell changes")


class CannotUndo(DeskbellError, RuntimeError):
    """A change that cannot be taken back."""

    def __init__(self, change_id: int, reason: str, remedy: str = "") -> None:
        super().__init__(f"Change {change_id} cannot be undone: {reason}." + (f" {remedy}" if remedy else ""))


def undo(desk: Desk, change_id: int, *, by: str | None, force: bool = False) -> str:
    """Set a value back to what it was before a change; answer in one sentence what holds now.

    The undo is a change of its own, which can be undone as well.

    :param by: the address of the agent who does it; None for the administrator at this machine.
    :param force: also when the value was changed again since.
    :raises CannotUndo: when it was undone already, was changed again since, what it was for is gone, or it is no change of a
        single value.
    :raises NoSuchChange: when there is no change of this number.
    :raises UnknownName: when there is no such agent.
    """
    with desk.db.configuring() as session:
        change = changes.find(session, change_id)
        if change is None:
            raise NoSuchChange(change_id)
        directory = desk.db.directory(session)
        history = History(changes.of_spot(session, change.spot))
        _check_not_undone(change, history)
        work = _Undo(
            session=session,
            change=change,
            history=history,
            actor=acting_person(directory, by),
            now=desk.clock.now(),
            force=force,
        )
        if change.spot.kind is Kind.QUARANTINE:
            remedy = f"To turn it off: deskbell plugins switch {change.spot.plugin} off"
            raise CannotUndo(change.id, "only its own failures set a plugin aside", remedy)
        if change.spot.kind is Kind.SUPPRESSION:
            address = change.spot.field
            again = f'add {address} --reason "..."' if change.after is None else f"release {address}"
            remedy = f"Use: deskbell suppressions {again}"
            raise CannotUndo(change.id, "it has a command of its own", remedy)
        if change.spot.kind is Kind.BAN:
            raise CannotUndo(change.id, "a ban is set and lifted by commands of its own", "See: deskbell bans --help")
        by_file = change.spot.kind in (Kind.RECORD, Kind.CHANNEL)
        done = work.by_file(desk) if by_file else work.by_value(directory)
        line = line_of(change, directory)
    if not done:
        return f"Nothing to undo: {line.what} is {line.before} already."
    return f"Change {change.id} is undone: {line.what} is {line.before} again."


@attrs.frozen(kw_only=True)
class _Undo:
    """One change about to be taken back; its methods answer whether there was anything to do."""

    session: Session
    change: ChangeRecord
    history: History
    actor: Actor
    now: datetime
    force: bool

    def by_value(self, directory: Directory) -> bool:
        """Set the value of a switch, shadow, option or setting."""
        change = self.change
        _check_there(change, directory)
        if not self.force:
            _check_unchanged(change, self.history, now_set=configuration.stored(self.session, change.spot))
        return configuration.put(
            self.session, change.spot, change.before, by=self.actor, now=self.now, undoes_id=change.id
        )

    def by_file(self, desk: Desk) -> bool:
        """Apply the file that says of this field of a record or channel what was so before."""
        plan = self._planned(desk)
        if any(each.action is not blueprint.Action.CHANGE for each in plan.changes):
            raise CannotUndo(self.change.id, "what it was for is no longer there")
        if not self.force:
            edits = [edit for each in plan.changes for edit in each.fields]
            now_set = noted_value(edits[0].before) if edits else self.change.before
            _check_unchanged(self.change, self.history, now_set=now_set)
        blueprint.apply(self.session, plan, by=self.actor, now=self.now, undoes_id=self.change.id)
        for each in plan.changes:
            if each.table == "channels":
                outbox.hasten(self.session, each.key, now=self.now)
        return bool(plan)

    def _planned(self, desk: Desk) -> blueprint.Plan:
        data = _nested(_keys(self.change.spot.field), _said_before(self.change))
        try:
            wanted = blueprint.read_blueprint(data, file="", catalogue=catalogue(desk))
            return blueprint.plan(self.session, wanted, prune=False, secrets=desk.secrets)
        except InvalidSetting as error:
            raise CannotUndo(self.change.id, str(error).removesuffix(".")) from error


def _said_before(change: ChangeRecord) -> object:
    """What a file says to have a field as it was before.

    :raises CannotUndo: when it was no single value, or no file can say it.
    """
    keys = _keys(change.spot.field)
    if len(keys) == 2:
        act = "added" if change.before is None else "removed"
        raise CannotUndo(change.id, f"it was {act} as a whole", BY_FILE)
    if len(keys) == 4 and keys[2] == "extended":
        raise CannotUndo(change.id, "a member comes and goes with all that is set for the membership", BY_FILE)
    if change.before is not None:
        return change.before
    if change.spot.kind is Kind.CHANNEL:
        raise CannotUndo(change.id, "nothing was set before, and an option of a channel is not taken away", BY_FILE)
    # A reference to nobody, or no time.
    return ""


def _keys(field: str) -> list[str]:
    """The keys of a place in the file."""
    keys: list[str] = []
    inner: object = tomllib.loads(f"{field} = true")
    while isinstance(inner, Mapping):
        [(key, inner)] = inner.items()
        keys.append(key)
    return keys


def _nested(keys: list[str], value: object) -> dict[str, object]:
    first, *rest = keys
    return {first: _nested(rest, value) if rest else value}


def _check_there(change: ChangeRecord, directory: Directory) -> None:
    """Refuse what is for something that is gone, and the SLA plan that is."""
    spot = change.spot
    if spot.level is not Level.GLOBAL and spot.scope_id not in scopes_of(directory)[spot.level]:
        raise CannotUndo(change.id, f"the {WORDS[spot.level]} that it was for is no longer there")
    plans = {plan.name for plan in directory.sla_plans.values()}
    if spot.kind is Kind.SETTING and spot.field == "sla_plan" and change.before and change.before not in plans:
        raise CannotUndo(change.id, f"the SLA plan '{change.before}' is no longer there", "Make it again first.")


def _check_not_undone(change: ChangeRecord, history: History) -> None:
    undo_of_it = history.undone_by(change.id)
    if undo_of_it is not None:
        reason = f"change {undo_of_it.id} by {who(undo_of_it.by)} undid it already"
        raise CannotUndo(change.id, reason, f"To have it again: deskbell changes undo {undo_of_it.id}")


def _check_unchanged(change: ChangeRecord, history: History, *, now_set: object) -> None:
    since = history.changed_since(change.id)
    if since is not None:
        when = f"{since.at:%Y-%m-%d %H:%M} UTC"
        reason = f"the same value was changed again since, by change {since.id} of {who(since.by)} at {when}"
        raise CannotUndo(change.id, reason, FORCE)
    if not configuration.same(now_set, change.after):
        raise CannotUndo(change.id, "the value is no longer what this change made of it", FORCE)
