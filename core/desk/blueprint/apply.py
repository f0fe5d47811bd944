"""Carries out a plan in the caller's transaction, in an order in which nothing is missing and nothing is in the way."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ...store import records
from .catalogue import Catalogue
from .changes import Action, Change, Plan
from .put_records import RECORD_TABLES, create, save
from .put_values import put_channel, put_option, put_setting, put_switch
from .standing import Standing, stand

Ids = dict[tuple[str, str], int]


def apply(session: Session, plan: Plan, *, now: datetime) -> None:
    """Change the desk as planned.

    :param session: a writing session, in which the plan was made.
    :param now: when new end users came to be known.
    """
    people = [change.identity for change in plan.changes if change.table == "end_users"]
    standing = stand(session, catalogue=Catalogue(), end_users=people)
    ids: Ids = dict(standing.ids)
    _put_values(session, plan, ids=ids, unset=True)
    _remove(session, plan, ids=ids, tables=("end_users", "mailboxes", "topics"))
    _free_addresses(session, plan, ids=ids)
    kept = [each for each in plan.changes if each.table in RECORD_TABLES and each.action is not Action.REMOVE]
    for change in kept:
        if change.action is Action.ADD:
            create(session, change, ids=ids, now=now)
    for change in kept:
        save(session, change, standing=standing, ids=ids, now=now)
    _remove(session, plan, ids=ids, tables=("teams", "organizations", "departments", "agents"), standing=standing)
    _put_values(session, plan, ids=ids, unset=False)
