"""What must hold for the desk as it will be; each fault is one sentence with the place in the file that causes it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from zoneinfo import available_timezones

import attrs

from ...contract.addresses import normalise
from ...contract.errors import nearest, suggestion
from ...contract.structuring import InvalidSetting
from ..sla.written_hours import time_zone_of
from .holiday_names import CODES, near_subdivisions, unknown_country, unknown_subdivision
from .objects import NAMED, PEOPLE, DeskObject, Group, Path, Ref, Tables, place

REQUIRED = {
    "agents": ("name",),
    "schedules": ("week",),
    "sla_plans": ("grace",),
    "mailboxes": ("address", "department"),
}
"""The fields that an object must have."""


@attrs.frozen(kw_only=True)
class Check:
    """The desk as it is, as it will be, and what the file says about it."""

    desk: Tables
    final: Tables
    wanted: Tables
    file: str

    def named(self, table: str) -> Iterable[tuple[str, DeskObject, DeskObject]]:
        """Each object of the table that the file names: its identity, as the file says and as it will be."""
        for key, item in self.wanted.get(table, {}).items():
            yield key, item, self.final[table].get(key, item)

    def refuse(self, table: str, key: str, path: Path, reason: str, *, remedy: str = "") -> InvalidSetting:
        """The error to raise for a field of the object that the file calls `key`."""
        return InvalidSetting(self.file, path=place(table, key, path), reason=reason, remedy=remedy)


def check(final: Tables, *, wanted: Tables, desk: Tables, file: str) -> None:
    """Refuse a file that would leave the desk with a contradiction.

    :param final: the desk as it will be.
    :param wanted: what the file says.
    :param desk: the desk as it is.
    :raises InvalidSetting: for the first contradiction found.
    """
    facts = Check(desk=desk, final=final, wanted=wanted, file=file)
    for judge in _JUDGES:
        judge(facts)


def _check_required(facts: Check) -> None:
    for table, names in REQUIRED.items():
        for _, item, will in facts.named(table):
            for name in names:
                if will.fields.get((name,)) is None:
                    raise facts.refuse(table, item.key, (name,), "is missing")


def _check_references(facts: Check) -> None:
    for table in facts.wanted:
        for _, item, _ in facts.named(table):
            for path, ref in item.refs():
                if ref.identity not in facts.final[ref.table]:
                    raise _unknown(facts, table, item, path, ref)


def _unknown(facts: Check, table: str, item: DeskObject, path: Path, ref: Ref) -> InvalidSetting:
    near = nearest(ref.key, (known.key for known in facts.final[ref.table].values()))
    # A reference that is a key itself needs no second mention of its name.
    is_key = path[-1] == ref
    reason = f"names no {ref.word} of this desk" if is_key else f"names '{ref.key}', but there is no such {ref.word}"
    return facts.refuse(table, item.key, path, reason, remedy=suggestion(near))


def _check_parents(facts: Check) -> None:
    parents = {key: each.fields.get(("parent",)) for key, each in facts.final["departments"].items()}
    for key, item, _ in facts.named("departments"):
        chain = [key]
        parent = parents[key]
        while isinstance(parent, Ref) and parent.identity not in chain:
            chain.append(parent.identity)
            parent = parents.get(parent.identity)
        if isinstance(parent, Ref) and parent.identity == key:
            names = [facts.final["departments"][each].key for each in [*chain, key]]
            raise facts.refuse("departments", item.key, ("parent",), f"would make a circle: {' below '.join(names)}")


def _check_addresses(facts: Check) -> None:
    """A mail address belongs to one agent or mailbox, and to one end user; case does not count."""
    for tables in (("agents", "mailboxes"), ("end_users",)):
        holders: dict[str, _Holder] = {}
        for holder in _holders(facts, tables):
            other = holders.setdefault(normalise(holder.address), holder)
            if other is not holder:
                _refuse_shared(facts, holder, other)


@attrs.frozen(kw_only=True)
class _Holder:
    """An address in its place; the empty path is the key of the object."""

    table: str
    identity: str
    key: str
    path: Path
    address: str

    def __str__(self) -> str:
        return f"{PEOPLE.get(self.table) or NAMED[self.table]} '{self.key}'"


def _holders(facts: Check, tables: Iterable[str]) -> Iterator[_Holder]:
    for table in tables:
        for key, item in facts.final[table].items():
            here = partial(_Holder, table=table, identity=key, key=item.key)
            if table in PEOPLE:
                yield here(path=(), address=item.key)
            for path in _ADDRESSES[table]:
                value = item.fields.get(path)
                for address in value.items if isinstance(value, Group) else (value,):
                    yield here(path=path, address=str(address))


_ADDRESSES: Mapping[str, tuple[Path, ...]] = {
    "agents": (),
    "mailboxes": (("address",), ("aliases",)),
    "end_users": (("addresses",),),
}
"""The fields of each table that hold addresses of its objects' own."""


def _refuse_shared(facts: Check, holder: _Holder, other: _Holder) -> None:
    """Refuse an address in the file that somebody else has; what the file does not speak of is not its fault."""
    for mine, theirs in ((holder, other), (other, holder)):
        item = facts.wanted.get(mine.table, {}).get(mine.identity)
        if item is None or (mine.path and mine.path not in item.fields):
            continue
        if (mine.table, mine.identity) == (theirs.table, theirs.identity):
            reason = f"names '{mine.address}', which is an address of its own already"
        else:
            reason = (
                f"names '{mine.address}', which belongs to the {theirs}" if mine.path else f"belongs to the {theirs}"
            )
        raise facts.refuse(mine.table, item.key, mine.path, reason)


def _check_leaves(facts: Check) -> None:
    for _, item, will in facts.named("agents"):
        begin, end = will.fields.get(("leave_from",)), will.fields.get(("leave_until",))
        if isinstance(begin, datetime) and isinstance(end, datetime) and end <= begin:
            path = ("leave_until",) if ("leave_until",) in item.fields else ("leave_from",)
            raise facts.refuse("agents", item.key, path, "must not end the leave before it begins")


def _check_teams(facts: Check) -> None:
    for _, item, will in facts.named("teams"):
        quiet, members = item.fields.get(("without_alerts",)), will.fields.get(("members",))
        for ref in quiet.items if isinstance(quiet, Group) else ():
            if isinstance(ref, Ref) and not (isinstance(members, Group) and ref in members.items):
                raise facts.refuse("teams", item.key, ("without_alerts",), f"names '{ref.key}', who is no member")


def _check_schedules(facts: Check) -> None:
    for _, item, will in facts.named("schedules"):
        said = {name: str(will.fields.get((name,)) or "") for name in ("time_zone", "country", "subdivision")}
        if said["time_zone"] and time_zone_of(said["time_zone"]) is None:
            near = nearest(said["time_zone"], available_timezones())
            reason = f"names '{said['time_zone']}', which is no time zone"
            raise facts.refuse("schedules", item.key, ("time_zone",), reason, remedy=suggestion(near))
        _check_holidays(facts, item, country=said["country"], subdivision=said["subdivision"])


def _check_holidays(facts: Check, item: DeskObject, *, country: str, subdivision: str) -> None:
    if subdivision and not country:
        raise facts.refuse("schedules", item.key, ("subdivision",), "is set without a country")
    if country and (reason := unknown_country(country)):
        raise facts.refuse("schedules", item.key, ("country",), reason, remedy=CODES)
    if subdivision and (reason := unknown_subdivision(country, subdivision)):
        remedy = near_subdivisions(country, subdivision)
        raise facts.refuse("schedules", item.key, ("subdivision",), reason, remedy=remedy)


def _check_administrators(facts: Check) -> None:
    """A desk that has somebody who may change it does not lose the last one; removal is judged elsewhere."""
    if any(map(administrates, facts.final["agents"].values())):
        return
    for key, item, _ in facts.named("agents"):
        if key in facts.desk["agents"] and administrates(facts.desk["agents"][key]):
            path = ("admin",) if item.fields.get(("admin",)) is False else ("active",)
            raise facts.refuse("agents", item.key, path, "must stay true: the desk has no other active administrator")


def administrates(agent: DeskObject) -> bool:
    """Whether the agent is an active administrator."""
    return agent.fields.get(("admin",)) is True and agent.fields.get(("active",)) is not False


_JUDGES: tuple[Callable[[Check], None], ...] = (
    _check_required,
    _check_references,
    _check_parents,
    _check_addresses,
    _check_leaves,
    _check_teams,
    _check_schedules,
    _check_administrators,
)
