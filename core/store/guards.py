"""Who is not written to: banned end users and addresses that mail does not reach, kept at hand by their revision."""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from .rows import BanRow, CounterRow, SuppressionRow
from .upsert import upserting

REVISION = "guards"
COMPLAINT = "complaint"
"""How the reason of a suppression begins that only automatic mail obeys: its owner still gets answers of people."""
_CHANGED = "guards_changed"
_REVISION = select(CounterRow.value).where(CounterRow.name == REVISION)


@attrs.frozen
class Guard:
    """Why an address is not written to, since when and, unless it is for good, until when; aware UTC."""

    reason: str
    since: datetime
    until: datetime | None = None

    @property
    def automatic_only(self) -> bool:
        """Whether it keeps back automatic mail only, not the words of a person (RFC 5965: a complaint)."""
        return self.reason.startswith(COMPLAINT)

    def holds(self, moment: datetime) -> bool:
        """Whether it is in force."""
        return self.until is None or moment < self.until


@attrs.frozen(kw_only=True)
class Suppression:
    """An address that gets no mail; `evidence` are the words of the bounce or complaint, `until` None for good."""

    address_key: str
    reason: str
    evidence: str
    since: datetime
    until: datetime | None = None


@attrs.frozen(kw_only=True)
class Guards:
    """All bans and suppressions at one revision: bans by normalised address or ``@domain``, suppressions by address."""

    revision: int = 0
    bans: Mapping[str, Guard] = attrs.field(factory=dict)
    suppressions: Mapping[str, Guard] = attrs.field(factory=dict)

    def ban(self, address: str, moment: datetime) -> Guard | None:
        """The ban that the address or its domain is under."""
        if not self.bans:
            return None
        key = normalise(address)
        found = (self.bans.get(each) for each in (key, f"@{key.rpartition('@')[2]}"))
        return next((each for each in found if each is not None and each.holds(moment)), None)

    def suppression(self, address: str, moment: datetime) -> Guard | None:
        """Why mail to this address is held back."""
        found = self.suppressions.get(normalise(address)) if self.suppressions else None
        return found if found is not None and found.holds(moment) else None


NO_GUARDS = Guards()


class GuardBook:
    """The guards, read anew only when one of them has changed. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known = NO_GUARDS

    def of(self, session: Session) -> Guards:
        """The guards as `session` sees them."""
        revision = session.connection().scalar(_REVISION) or 0
        known = self._known
        if known.revision == revision:
            return known
        fresh = _load(session, revision)
        # A transaction that changed the guards may still be rolled back: what it sees is for itself alone.
        if _CHANGED not in session.info:
            with self._lock:
                self._known = fresh
        return fresh


def _load(session: Session, revision: int) -> Guards:
    connection = session.connection()
    bans = connection.execute(select(BanRow.pattern, BanRow.reason, BanRow.since, BanRow.until))
    suppressed = connection.execute(
        select(SuppressionRow.address_key, SuppressionRow.reason, SuppressionRow.since, SuppressionRow.until)
    )
    return Guards(
        revision=revision,
        bans={pattern: Guard(reason, since, until) for pattern, reason, since, until in bans},
        suppressions={key: Guard(reason, since, until) for key, reason, since, until in suppressed},
    )


def ban(session: Session, pattern: str, *, reason: str, now: datetime, until: datetime | None = None) -> None:
    """Answer an end user, or with ``@example.com`` a whole domain, no more; a ban that stands already is replaced."""
    values = {"reason": reason, "since": now, "until": until}
    new = upserting(session, BanRow).values(pattern=_pattern(pattern), **values)
    session.connection().execute(new.on_conflict_do_update(index_elements=["pattern"], set_=values))
    _raise_revision(session)


def bans(session: Session) -> Mapping[str, Guard]:
    """Every ban by its pattern, also those whose time is over."""
    found = session.connection().execute(select(BanRow.pattern, BanRow.reason, BanRow.since, BanRow.until))
    return {pattern: Guard(reason, since, until) for pattern, reason, since, until in found}


def lift_ban(session: Session, pattern: str) -> bool:
    """Answer again; False when there was no such ban."""
    gone = session.connection().execute(delete(BanRow).where(BanRow.pattern == _pattern(pattern)))
    _raise_revision(session)
    return gone.rowcount > 0


def suppress(
    session: Session, address: str, *, reason: str, evidence: str = "", now: datetime, until: datetime | None = None
) -> None:
    """Send an address nothing more, `until` a time or for good."""
    key = normalise(address)
    _put(session, Suppression(address_key=key, reason=reason, evidence=evidence, since=now, until=until))
    _raise_revision(session)


def suppress_at_least(session: Session, suppressions: Iterable[Suppression]) -> None:
    """Send addresses nothing more; one that is suppressed for as long already, and for all mail, is left as it is.

    A suppression that ended is none.
    """
    wanted = {each.address_key: each for each in suppressions}
    if not wanted:
        return
    known = {each.address_key: each for each in find_suppressions(session, wanted)}
    longer = [each for key, each in wanted.items() if _is_longer(each, known.get(key))]
    for each in longer:
        _put(session, each)
    if longer:
        _raise_revision(session)


def _is_longer(new: Suppression, known: Suppression | None) -> bool:
    if known is None or (known.until is not None and known.until <= new.since):
        return True
    known_spares, new_spares = (each.reason.startswith(COMPLAINT) for each in (known, new))
    if known_spares is not new_spares:
        return known_spares
    return known.until is not None and (new.until is None or new.until > known.until)


def _put(session: Session, suppression: Suppression) -> None:
    values = attrs.asdict(suppression)
    new = upserting(session, SuppressionRow).values(**values)
    del values["address_key"]
    session.connection().execute(new.on_conflict_do_update(index_elements=["address_key"], set_=values))


def find_suppressions(session: Session, addresses: Iterable[str]) -> tuple[Suppression, ...]:
    """The suppressions of these addresses, whether they still hold or not."""
    keys = [normalise(each) for each in addresses]
    return _suppressions(session, select(SuppressionRow).where(SuppressionRow.address_key.in_(keys)))


def list_suppressions(session: Session, *, limit: int) -> tuple[Suppression, ...]:
    """All suppressions, the newest first."""
    newest = select(SuppressionRow).order_by(SuppressionRow.since.desc(), SuppressionRow.address_key).limit(limit)
    return _suppressions(session, newest)


def _suppressions(session: Session, wanted: Select[SuppressionRow]) -> tuple[Suppression, ...]:
    return tuple(
        Suppression(
            address_key=row.address_key, reason=row.reason, evidence=row.evidence, since=row.since, until=row.until
        )
        for row in session.scalars(wanted)
    )


def release(session: Session, address: str) -> bool:
    """Send an address mail again; False when it was not suppressed."""
    gone = session.connection().execute(delete(SuppressionRow).where(SuppressionRow.address_key == normalise(address)))
    _raise_revision(session)
    return gone.rowcount > 0


def _pattern(pattern: str) -> str:
    written = pattern.strip()
    return normalise(f"x{written}")[1:] if written.startswith("@") else normalise(written)


def _raise_revision(session: Session) -> None:
    session.info[_CHANGED] = True
    counter = upserting(session, CounterRow).values(name=REVISION, value=1)
    session.connection().execute(
        counter.on_conflict_do_update(index_elements=["name"], set_={"value": CounterRow.value + 1})
    )
