"""Bans: end users, and whole domains, that the desk answers no more; what they write is taken in all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime

import attrs
from sqlalchemy.orm import Session

from ..contract.addresses import ascii_domain, normalise, valid
from ..contract.errors import InvalidValue, UnknownName
from ..contract.structuring.times import moment_of
from ..desk.typed import check_line
from ..store import changes, guards
from ..store.changes import Kind, Spot
from ..store.directory import Directory
from ..store.guards import Guard
from .changing import acting_person
from .opening import Desk


@attrs.frozen(kw_only=True)
class BanLine:
    """One ban; `holds` is False when its time is over."""

    pattern: str
    reason: str
    since: datetime
    until: datetime | None
    holds: bool


def listed(desk: Desk) -> tuple[BanLine, ...]:
    """Every ban, also those whose time is over, by pattern."""
    now = desk.clock.now()
    with desk.db.reading() as session:
        found = guards.bans(session)
    return tuple(
        BanLine(pattern=pattern, reason=each.reason, since=each.since, until=each.until, holds=each.holds(now))
        for pattern, each in sorted(found.items())
    )


def add(desk: Desk, pattern: str, *, reason: str, until: str, by: str | None) -> str:
    """Ban an address or ``@domain``; one that is banned already is banned anew. Answer in one sentence what holds now.

    :param until: a date, or a time with its offset; '' for good.
    :param by: the address of the administrator who does it; None for the one at this machine.
    :raises InvalidValue: when the pattern is neither, belongs to the desk or to an agent, or the end is past.
    :raises UnknownName: when there is no such agent.
    """
    check_line(reason, "The reason of the ban")
    now = desk.clock.now()
    end = _end(until, now)
    with desk.db.configuring() as session:
        directory = desk.db.directory(session)
        key = _key(pattern)
        _check_stranger(directory, key)
        before = guards.bans(session).get(key)
        guards.ban(session, key, reason=reason, now=now, until=end)
        after = Guard(reason, now, end)
        _note(desk, session, key, before=before, after=after, by=by)
    last = f" until {end:%Y-%m-%d %H:%M} UTC" if end else ""
    return f"{key} is banned{last}: what it writes becomes tickets as before, and is not answered."


def lift(desk: Desk, pattern: str, *, by: str | None) -> str:
    """Take a ban away; answer in one sentence what holds now.

    :raises UnknownName: when there is no such ban, or no such agent.
    """
    with desk.db.configuring() as session:
        key = _key(pattern)
        known = guards.bans(session)
        if key not in known:
            raise UnknownName("ban", key, known)
        guards.lift_ban(session, key)
        _note(desk, session, key, before=known[key], after=None, by=by)
    return f"{key} is answered again."


def _note(desk: Desk, session: Session, key: str, *, before: Guard | None, after: Guard | None, by: str | None) -> None:
    """Write down the change for 'deskbell changes'."""
    actor = acting_person(desk.db.directory(session), by)
    spot = Spot(kind=Kind.BAN, field=key)
    changes.note(session, spot, before=_told(before), after=_told(after), by=actor, now=desk.clock.now())


def _told(guard: Guard | None) -> str | None:
    if guard is None:
        return None
    return f"{guard.reason or 'no reason given'}, {f'until {guard.until:%Y-%m-%d %H:%M} UTC' if guard.until else 'for good'}"


def _end(until: str, now: datetime) -> datetime | None:
    if not until:
        return None
    try:
        end = moment_of(until)
    except ValueError:
        remedy = "Write 2026-12-31, or 2026-12-31T18:00:00+01:00."
        raise InvalidValue(f"The end '{until}'", "it is neither a date nor a time with its offset", remedy) from None
    if end <= now:
        raise InvalidValue(f"The end '{until}'", f"it is past; it is {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return end


def _key(pattern: str) -> str:
    """The address or ``@domain`` in the form in which bans are looked up."""
    written = pattern.strip()
    domain = ascii_domain(written[1:]) if written.startswith("@") else ""
    if domain and "." in domain:
        return f"@{domain}"
    if written.startswith("@") or not valid(written):
        remedy = "Write somebody@example.net, or @example.net for everybody there."
        raise InvalidValue(f"'{pattern}'", "it is neither a mail address nor a domain", remedy)
    return normalise(written)


def _check_stranger(directory: Directory, key: str) -> None:
    """Refuse to ban the desk itself or those who work there.

    :raises InvalidValue: with whom the ban would strike.
    """
    for what, address in _own(directory):
        if key in (address, f"@{address.rpartition('@')[2]}"):
            remedy = "Ban single addresses of it." if key.startswith("@") else ""
            raise InvalidValue(f"'{key}'", f"{address} is {what}, and the desk cannot ban itself", remedy)


def _own(directory: Directory) -> Iterator[tuple[str, str]]:
    """The addresses of the desk and its agents, normalised, each with what it is."""
    yield from (("an address of this desk", each) for each in sorted(directory.system_addresses))
    yield from (("an agent", each) for each in sorted(directory.agents_by_address))
    if directory.profile.admin_address:
        yield "the admin address", normalise(directory.profile.admin_address)
