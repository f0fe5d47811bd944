"""What may not be removed: it is in use, or the desk could not be run without it."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.orm import Session

from ...contract.errors import DeskbellError
from ...store import records
from ...store.records import Usage
from .changes import Action, Change
from .checks import administrates
from .objects import Tables, place
from .standing import Standing


class InUse(DeskbellError, RuntimeError):
    """Something that was to be removed and cannot be."""

    def __init__(self, what: str, reason: str, remedy: str) -> None:
        super().__init__(f"{what} cannot be removed: {reason}. {remedy}")


def check_removals(session: Session, *, standing: Standing, changes: Iterable[Change], final: Tables) -> None:
    """Refuse to remove what is in use.

    :param final: the desk as it will be.
    :raises InUse: for the first such thing, with the reason and the remedy.
    """
    removals = [change for change in changes if change.action is Action.REMOVE]
    if not removals:
        return
    names = _named_in(final)
    for change in removals:
        what = place(change.table, change.key)
        if (change.table, change.identity) in names:
            reason = f"{names[change.table, change.identity]} still names it"
            raise InUse(what, reason, "Change that in the file, or keep what it names.")
        if _last_administrator(change, standing=standing, final=final):
            raise InUse(what, "the desk has no other active administrator", "Make somebody else one first.")
        if change.table in _USAGES:
            _check_unused(session, change, record_id=standing.ids[change.table, change.identity])


def keep_those_who_wrote(session: Session, changes: tuple[Change, ...], *, standing: Standing) -> tuple[Change, ...]:
    """The changes without the removal of end users who take part in tickets: people write in after a file was made."""

    def idle(change: Change) -> bool:
        usage = records.end_user_usage(session, standing.ids[change.table, change.identity])
        return not usage.tickets and not usage.acted

    return tuple(
        change
        for change in changes
        if change.table != "end_users" or change.action is not Action.REMOVE or idle(change)
    )


def _named_in(final: Tables) -> Mapping[tuple[str, str], str]:
    """Table and identity of all that is referred to, each with one place that does."""
    return {
        (ref.table, ref.identity): place(table, item.key, path)
        for table, objects in final.items()
        for item in objects.values()
        for path, ref in item.refs()
        # Who leaves a team leaves this list too, without being asked.
        if path != ("without_alerts",)
    }


def _last_administrator(change: Change, *, standing: Standing, final: Tables) -> bool:
    if change.table != "agents" or any(map(administrates, final["agents"].values())):
        return False
    return administrates(standing.tables["agents"][change.identity])


def _check_unused(session: Session, change: Change, *, record_id: int) -> None:
    usage_of, words, remedy = _USAGES[change.table]
    usage = usage_of(session, record_id)
    what = place(change.table, change.key)
    if usage.tickets:
        raise InUse(what, f"it {words} {usage.tickets} ticket{'s' if usage.tickets > 1 else ''}", remedy)
    if usage.acted:
        raise InUse(what, "the history of tickets names it", remedy)


_USAGES: Mapping[str, tuple[Callable[[Session, int], Usage], str, str]] = {
    "agents": (records.agent_usage, "is assigned to, or was the last to answer,", "Keep it with active = false."),
    "departments": (records.department_usage, "holds", "Transfer them first."),
    "teams": (records.team_usage, "is assigned to", "Assign them to somebody else first."),
}
"""By table: what a row is in use for, the words before its tickets, and what to do."""
