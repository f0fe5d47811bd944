"""Writes down what a plan changes of records and channels; switches, options and settings are noted where they are put."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from ...contract.kinds import Level
from ...contract.people import Actor
from ...store import changes as audit
from ...store.changes import Kind, Spot
from ...store.configuration import SCOPE_SETTINGS
from .changes import Action, Change, FieldChange
from .objects import NAMED, Fields, Group, Path, Ref, Sealed, Tables, place, spelled

AUDITED: Mapping[str, Kind] = {"agents": Kind.RECORD, **dict.fromkeys(NAMED, Kind.RECORD), "channels": Kind.CHANNEL}
"""The tables that are noted here, with the kind of their changes; end users come and go with their mail."""
NOTED_WHERE_PUT: Mapping[str, tuple[str, ...]] = {
    "departments": SCOPE_SETTINGS[Level.DEPARTMENT],
    "topics": SCOPE_SETTINGS[Level.TOPIC],
}
"""The fields of these tables that are settings of a department or help topic."""


def note_changes(
    session: Session, changes: Iterable[Change], *, desk: Tables, by: Actor, now: datetime, undoes_id: int | None
) -> None:
    """Note each field that changes, and what is added or removed as a whole with all its fields.

    :param desk: the desk before the changes.
    """
    for change in changes:
        kind = AUDITED.get(change.table)
        for path, before, after in _noted(change, desk=desk) if kind is not None else ():
            spot = Spot(kind=kind or Kind.RECORD, field=place(change.table, change.key, path))
            audit.note(session, spot, before=before, after=after, by=by, now=now, undoes_id=undoes_id)


def _noted(change: Change, *, desk: Tables) -> Iterator[tuple[Path, object, object]]:
    if change.action is Action.ADD:
        yield (), None, _whole({edit.path: edit.after for edit in _edits(change)})
    elif change.action is Action.REMOVE:
        yield (), _whole(desk[change.table][change.identity].fields), None
    else:
        for edit in _edits(change):
            yield edit.path, noted_value(edit.before), noted_value(edit.after)


def _edits(change: Change) -> Iterator[FieldChange]:
    elsewhere = NOTED_WHERE_PUT.get(change.table, ())
    return (edit for edit in change.fields if edit.path[0] not in elsewhere)


def _whole(fields: Fields) -> dict[str, object]:
    return {spelled(path): noted_value(value) for path, value in fields.items() if value is not None}


def noted_value(value: object) -> object:
    """A value of a field as the audit keeps it: plain data in the words of the file, secrets sealed."""
    if isinstance(value, Ref):
        return value.key
    if isinstance(value, Sealed):
        return value.value
    if isinstance(value, Group):
        return [noted_value(item) for item in value.items]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
