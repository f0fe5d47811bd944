"""The addresses that get no mail: listed with the evidence, added by hand, and released."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from ..contract.addresses import normalise, valid
from ..contract.errors import InvalidValue, UnknownName
from ..contract.text import one_line
from ..store import changes, guards
from ..store.changes import Kind, Spot
from ..store.directory import Directory
from ..store.guards import Suppression
from .changing import acting_person
from .opening import Desk


@attrs.frozen(kw_only=True)
class Suppressed:
    """One suppressed address. `holds` is False once its time is over; `mail` says what it does not get."""

    address: str
    reason: str
    evidence: str
    since: datetime
    until: datetime | None
    mail: str
    holds: bool


def listed(desk: Desk, *, ended_too: bool, limit: int) -> Sequence[Suppressed]:
    """Suppressed addresses, the newest first.

    :param ended_too: also those whose time is over.
    """
    now = desk.clock.now()
    with desk.db.reading() as session:
        found = [_shown(each, now) for each in guards.list_suppressions(session, limit=limit)]
    return [each for each in found if each.holds or ended_too]


def add(desk: Desk, address: str, *, reason: str, days: int | None, by: str | None) -> Suppressed:
    """Send an address nothing more, for so many days or until it is released.

    :raises InvalidValue: when it is no address, or one of the desk's own, or when the reason is empty.
    :raises NotAdministrator: when `by` is no administrator.
    """
    if not valid(address.strip()):
        raise InvalidValue(f"'{one_line(address)}'", "this is no mail address", "Write it like ada@example.org.")
    if not reason.strip():
        raise InvalidValue("The reason", "it is empty", "Say in a few words why; it is shown where mail is kept back.")
    now = desk.clock.now()
    until = None if days is None else now + timedelta(days=days)
    with desk.db.writing() as session:
        directory = desk.db.directory(session)
        person = acting_person(directory, by)
        _check_stranger(directory, address)
        reason = f"by hand: {one_line(reason)}"
        before = _value(guards.find_suppressions(session, [address]))
        guards.suppress(session, address, reason=reason, evidence="", now=now, until=until)
        [after] = guards.find_suppressions(session, [address])
        changes.note(session, _spot(after.address_key), before=before, after=_value([after]), by=person, now=now)
    return _shown(after, now)


def _check_stranger(directory: Directory, address: str) -> None:
    """The desk's own addresses, and the one that has to hear of every fault, are never suppressed."""
    key = normalise(address)
    if directory.is_system_address(key) or key == normalise(directory.profile.admin_address):
        remedy = "Whom the desk tells is set by switches and roles: deskbell plugins show NAME."
        raise InvalidValue(f"'{one_line(address)}'", "it is an address of the desk and always gets its mail", remedy)


def release(desk: Desk, address: str, *, by: str | None) -> None:
    """Send an address mail again.

    :raises NotAdministrator: when `by` is no administrator.
    :raises UnknownName: when it is not suppressed.
    """
    with desk.db.writing() as session:
        person = acting_person(desk.db.directory(session), by)
        found = guards.find_suppressions(session, [address])
        if not found:
            raise UnknownName("suppressed address", one_line(address))
        guards.release(session, address)
        spot = _spot(found[0].address_key)
        changes.note(session, spot, before=_value(found), after=None, by=person, now=desk.clock.now())


def _spot(key: str) -> Spot:
    return Spot(kind=Kind.SUPPRESSION, field=key)


def _value(found: Sequence[Suppression]) -> str | None:
    """What the audit keeps of a suppression."""
    if not found:
        return None
    until = f"until {found[0].until:%Y-%m-%d %H:%M} UTC" if found[0].until else "until released"
    return f"{found[0].reason}, {until}"


def _shown(suppression: Suppression, now: datetime) -> Suppressed:
    spares = suppression.reason.startswith(guards.COMPLAINT)
    return Suppressed(
        address=suppression.address_key,
        reason=suppression.reason,
        evidence=suppression.evidence,
        since=suppression.since,
        until=suppression.until,
        mail="automatic" if spares else "all",
        holds=suppression.until is None or now < suppression.until,
    )
