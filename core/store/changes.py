"""The audit of what administrators set: which value, who changed it, when, from what to what, and what took it back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import attrs
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..contract.kinds import Level
from ..contract.people import Actor, ActorKind
from .rows import ChangeRow


class Kind(StrEnum):
    """What sort of value it is."""

    SWITCH = "switch"
    SHADOW = "shadow"
    OPTION = "option"
    SETTING = "setting"
    RECORD = "record"
    CHANNEL = "channel"
    QUARANTINE = "quarantine"
    BAN = "ban"
    SUPPRESSION = "suppression"


@attrs.frozen(kw_only=True)
class Spot:
    """The place of one value that can be set.

    `plugin` is empty for what is not a plugin's; `field` is empty for a switch, a shadow and a quarantine,
    ``audience.<role>`` for the tick of a role, its pattern for a ban, its address for a suppression, and for a record or
    channel its place in the file of the desk, as ``teams.Night.alerts``. `scope_id` is the department, topic or mailbox, 0
    at the global level.
    """

    kind: Kind
    plugin: str = ""
    level: Level = Level.GLOBAL
    scope_id: int = 0
    field: str = ""


@attrs.frozen(kw_only=True)
class ChangeRecord:
    """One change of one value. `before` and `after` are None where nothing was set; secrets in them are sealed."""

    id: int
    at: datetime
    by: Actor
    spot: Spot
    before: object
    after: object
    undoes_id: int | None = None


def note(
    session: Session,
    spot: Spot,
    *,
    before: object,
    after: object,
    by: Actor,
    now: datetime,
    undoes_id: int | None = None,
) -> None:
    """Write down a change, in the transaction that makes it."""
    session.add(
        ChangeRow(
            at=now,
            actor_kind=by.kind.value,
            actor_id=by.id,
            actor_name=by.name or by.address,
            kind=spot.kind.value,
            plugin=spot.plugin,
            level=spot.level.value,
            scope_id=spot.scope_id,
            field=spot.field,
            before=before,
            after=after,
            undoes_id=undoes_id,
        )
    )
    session.flush()


def newest(session: Session, *, plugin: str = "", limit: int | None = None) -> tuple[ChangeRecord, ...]:
    """The changes, newest first.

    :param plugin: only those of this plugin; empty for all.
    """
    wanted = select(ChangeRow).order_by(ChangeRow.id.desc()).limit(limit)
    if plugin:
        wanted = wanted.where(ChangeRow.plugin == plugin)
    return tuple(map(_record, session.scalars(wanted)))


def find(session: Session, change_id: int) -> ChangeRecord | None:
    """One change; None when there is none of this id."""
    row = session.get(ChangeRow, change_id)
    return None if row is None else _record(row)


def of_spot(session: Session, spot: Spot) -> tuple[ChangeRecord, ...]:
    """All changes of one value, oldest first."""
    wanted = select(ChangeRow).filter_by(
        kind=spot.kind.value, plugin=spot.plugin, level=spot.level.value, scope_id=spot.scope_id, field=spot.field
    )
    return tuple(map(_record, session.scalars(wanted.order_by(ChangeRow.id))))


def _record(row: ChangeRow) -> ChangeRecord:
    return ChangeRecord(
        id=row.id,
        at=row.at,
        by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        spot=Spot(
            kind=Kind(row.kind), plugin=row.plugin, level=Level(row.level), scope_id=row.scope_id, field=row.field
        ),
        before=row.before,
        after=row.after,
        undoes_id=row.undoes_id,
    )


# --- what holds and what was taken back ---


@attrs.frozen
class History:
    """All changes of one value, oldest first, and what became of each."""

    changes: Sequence[ChangeRecord]

    def undone_by(self, change_id: int) -> ChangeRecord | None:
        """The undo that took this change back; None when it stands, also when its undo was itself undone."""
        undos = (each for each in self.changes if each.undoes_id == change_id)
        return next((each for each in undos if self.undone_by(each.id) is None), None)

    def changed_since(self, change_id: int) -> ChangeRecord | None:
        """The newest change after this one that still counts; None when the value is as this change left it."""
        later = {each.id: each for each in self.changes if each.id > change_id}
        return next((each for each in reversed(later.values()) if self._counts(each, later=later)), None)

    def _counts(self, change: ChangeRecord, *, later: Mapping[int, ChangeRecord]) -> bool:
        # An undo of another later change and that change cancel each other out.
        return change.undoes_id not in later and self.undone_by(change.id) is None


def replayed(changes: Iterable[ChangeRecord]) -> Mapping[Spot, object]:
    """The values that these changes, oldest first, make of a desk on which nothing is set."""
    values: dict[Spot, object] = {}
    for change in changes:
        values[change.spot] = change.after
    return {spot: value for spot, value in values.items() if value is not None}
