"""When a plugin last said what it says once in a while only: read before a decision, claimed when it is written down."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from .rows import WindowRow
from .upsert import upserting

_LAST = select(WindowRow.key, WindowRow.at).where(
    WindowRow.plugin == bindparam("plugin"), WindowRow.key.in_(bindparam("keys", expanding=True))
)


def last_said(session: Session, plugin: str, keys: Collection[str]) -> Mapping[str, datetime]:
    """When each of the keys was last used, aware UTC; those never used are left out."""
    rows = session.connection().execute(_LAST, {"plugin": plugin, "keys": list(keys)}).all()
    return {row.key: row.at for row in rows}


def claim(session: Session, plugin: str, key: str, *, now: datetime, free_before: datetime) -> bool:
    """Take the window of `key` unless somebody took it at `free_before` or later; of several who try one gets it."""
    new = upserting(session, WindowRow).values(plugin=plugin, key=key, at=now)
    taken = new.on_conflict_do_update(
        index_elements=["plugin", "key"], set_={"at": now}, where=WindowRow.at < free_before
    ).returning(WindowRow.key)
    return session.connection().scalar(taken) is not None
