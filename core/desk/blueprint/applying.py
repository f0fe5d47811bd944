"""Carries out a plan in the caller's transaction, in an order in which nothing is missing and nothing is in the way."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy.orm import Session

from ...contract.people import Actor
from ...store import records
from ...store.directory import Directory
from .audit import note_changes
from .changes import Action, Change, Plan
from .put_records import RECORD_TABLES, REFER_TO_THEMSELVES
from .put_values import put_values, take_values
from .standing import Standing, stand


def apply(session: Session, plan: Plan, *, by: Actor, now: datetime, undoes_id: int | None = None) -> None:
    """Change the desk as planned.

    :param session: the writing session in which the plan was made.
    :param by: who is written down as having changed it.
    :param now: when that was, and when new end users came to be known.
    :param undoes_id: the change of a record or channel that the plan takes back.
    """
    people = [change.identity for change in plan.changes if change.table == "end_users"]
    standing = stand(session, end_users=people)
    work = _Work(
        session=session,
        by=by,
        now=now,
        directory=standing.directory,
        ids=dict(standing.ids),
        known=_known(standing),
    )
    saved = [each for each in plan.changes if each.table in RECORD_TABLES and each.action is not Action.REMOVE]
    removed = [each for each in plan.changes if each.action is Action.REMOVE]
    note_changes(session, plan.changes, desk=standing.tables, by=by, now=now, undoes_id=undoes_id)
    take_values(session, plan.changes, ids=work.ids, by=by, now=now)
    work.remove(removed, tables=("end_users", "mailboxes", "topics"))
    work.free_addresses(saved)
    work.create([each for each in saved if each.action is Action.ADD and each.table in REFER_TO_THEMSELVES])
    work.save(saved)
    work.remove(removed, tables=("teams", "organizations", "departments", "agents", "sla_plans", "schedules"))
    put_values(session, plan.changes, ids=work.ids, by=by, now=now)


def _known(standing: Standing) -> dict[tuple[str, str], Any]:
    """The records of the desk by table and identity."""
    desk = standing.directory
    rows: Mapping[str, Mapping[int, Any]] = {
        "agents": desk.agents,
        "organizations": desk.organizations,
        "schedules": desk.schedules,
        "sla_plans": desk.sla_plans,
        "departments": desk.departments,
        "teams": desk.teams,
        "topics": desk.topics,
        "mailboxes": desk.mailboxes,
        "end_users": {each.id: each for each in standing.end_users},
    }
    return {(table, key): rows[table][record_id] for (table, key), record_id in standing.ids.items()}


@attrs.frozen(kw_only=True)
class _Work:
    """The desk while it changes; `ids` and `known` (records), by table and identity, grow with what is added."""

    session: Session
    by: Actor
    now: datetime
    directory: Directory
    ids: dict[tuple[str, str], int]
    known: dict[tuple[str, str], Any]

    def create(self, added: Iterable[Change]) -> None:
        """Make new records exist under their names, so that others can refer to them."""
        for change in added:
            key = (change.table, change.identity)
            fresh = RECORD_TABLES[change.table].new(change.key)
            self.ids[key] = RECORD_TABLES[change.table].save(self.session, fresh, self.by, self.now)
            self.known[key] = attrs.evolve(fresh, id=self.ids[key])

    def save(self, saved: Iterable[Change]) -> None:
        """Write records with all that changes."""
        for change in saved:
            key = (change.table, change.identity)
            table = RECORD_TABLES[change.table]
            record = self.known[key] if key in self.known else table.new(change.key)
            self.ids[key] = table.save(self.session, table.changed(record, change, self.ids), self.by, self.now)

    def free_addresses(self, saved: Iterable[Change]) -> None:
        """Let records trade addresses that only one can have at a time."""
        moved = {
            (change.table, self.ids[change.table, change.identity])
            for change in saved
            if change.action is Action.CHANGE
            and any(edit.path[0] in ("address", "addresses") for edit in change.fields)
        }
        mailboxes = sorted(record_id for table, record_id in moved if table == "mailboxes")
        people = sorted(record_id for table, record_id in moved if table == "end_users")
        records.free_addresses(self.session, mailbox_ids=mailboxes, end_user_ids=people)

    def remove(self, removed: Iterable[Change], *, tables: Iterable[str]) -> None:
        """Take records away, table by table; a department after those below it."""
        for table in tables:
            ids = [self.ids[table, change.identity] for change in removed if change.table == table]
            if table == "departments":
                ids.sort(key=lambda each: len(tuple(self.directory.department_path(each))), reverse=True)
            for record_id in ids:
                _REMOVERS[table](self.session, record_id, self.by, self.now)


_REMOVERS: Mapping[str, Callable[[Session, int, Actor, datetime], None]] = {
    "agents": lambda session, record_id, *_: records.remove_agent(session, record_id),
    "organizations": lambda session, record_id, *_: records.remove_organization(session, record_id),
    "schedules": lambda session, record_id, *_: records.remove_schedule(session, record_id),
    "sla_plans": lambda session, record_id, *_: records.remove_sla_plan(session, record_id),
    "departments": lambda session, record_id, by, now: records.remove_department(session, record_id, by=by, now=now),
    "teams": lambda session, record_id, *_: records.remove_team(session, record_id),
    "topics": lambda session, record_id, by, now: records.remove_topic(session, record_id, by=by, now=now),
    "mailboxes": lambda session, record_id, by, now: records.remove_mailbox(session, record_id, by=by, now=now),
    "end_users": lambda session, record_id, *_: records.remove_end_user(session, record_id),
}
