"""Planned changes of settings, channels, switches and options, written through the store."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ...contract.kinds import Level, Switch
from ...contract.people import Actor
from ...store import configuration
from .changes import Action, Change, FieldChange
from .objects import Ids, Path, Ref, Sealed
from .record_fields import SCOPES

LEVELS: Mapping[str, Level] = {table: level for level, table in SCOPES.items()}


def take_values(session: Session, changes: Iterable[Change], *, ids: Ids, by: Actor, now: datetime) -> None:
    """Take away the switches and options that shall say nothing any more."""
    for change in changes:
        for edit in change.fields:
            if edit.after is None:
                _put(session, change, edit, ids=ids, by=by, now=now)


def put_values(session: Session, changes: Iterable[Change], *, ids: Ids, by: Actor, now: datetime) -> None:
    """Write settings, channels, switches and options, and forget the channels that go."""
    for change in changes:
        if change.table == "channels":
            _put_channel(session, change)
        for edit in change.fields:
            if edit.after is not None:
                _put(session, change, edit, ids=ids, by=by, now=now)


def _put(session: Session, change: Change, edit: FieldChange, *, ids: Ids, by: Actor, now: datetime) -> None:
    if change.table == "settings":
        configuration.set_setting(session, str(edit.path[0]), _plain(edit.after), by=by, now=now)
    elif change.table == "switches":
        _put_switch(session, change.identity, edit, ids=ids, by=by, now=now)
    elif change.table == "options":
        level, scope_id, rest = _scope(edit.path, ids=ids)
        field, value = ".".join(map(str, rest)), _plain(edit.after)
        configuration.set_option(
            session, plugin=change.identity, level=level, scope_id=scope_id, field=field, value=value, by=by, now=now
        )


def _put_switch(session: Session, plugin: str, edit: FieldChange, *, ids: Ids, by: Actor, now: datetime) -> None:
    level, scope_id, _ = _scope(edit.path, ids=ids)
    if edit.path[0] in ("shadow", "shadow_departments"):
        shadow = None if edit.after is None else bool(edit.after)
        configuration.set_shadow(session, plugin=plugin, level=level, scope_id=scope_id, shadow=shadow, by=by, now=now)
    else:
        position = None if edit.after is None else Switch(str(edit.after))
        configuration.set_switch(
            session, plugin=plugin, level=level, scope_id=scope_id, position=position, by=by, now=now
        )


def _put_channel(session: Session, change: Change) -> None:
    if change.action is Action.REMOVE:
        configuration.forget_channel(session, change.identity)
        return
    options: Mapping[str, object] = configuration.channel_options(session, change.identity)
    for edit in change.fields:
        if edit.path == ("held",):
            configuration.hold_channel(session, change.identity, edit.after is True)
        else:
            options = _with(options, edit.path, _plain(edit.after))
    configuration.set_channel_options(session, change.identity, options)


def _scope(path: Path, *, ids: Ids) -> tuple[Level, int, Path]:
    """The level and scope that the path speaks of, and the rest of it."""
    match path:
        case (str(), Ref() as ref, *rest):
            return LEVELS[ref.table], ids[ref.table, ref.identity], tuple(rest)
    return Level.GLOBAL, 0, path


def _plain(value: object) -> object:
    """Plain data; the secrets in it stay sealed, and what is referred to goes by its name."""
    if isinstance(value, Ref):
        return value.key
    return value.value if isinstance(value, Sealed) else value


def _with(options: Mapping[str, object], path: Path, value: object) -> Mapping[str, object]:
    """The options with one of them, which may stand in tables, set."""
    first, rest = str(path[0]), path[1:]
    inner = options.get(first)
    return {**options, first: _with(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}
