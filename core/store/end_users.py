"""End users by their addresses: look-ups for many at once, and new ones written where none is known."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import attrs
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.people import EndUser, Organization
from .rows import EndUserAddressRow, EndUserRow, OrganizationRow

UNKNOWN_ADDRESS = "unknown@sender.invalid"
"""Stands for whoever sent a mail without a usable From. Nobody has it: RFC 2606 section 2 keeps the domain free."""
UNKNOWN_NAME = "unknown"

_CREATING = 0x75736572

# Statements on the way of every mail are made once: SQLAlchemy takes longer to make one than to run it.
_BY_KEYS = (
    select(
        EndUserAddressRow.address_key,
        EndUserAddressRow.address,
        EndUserRow.id,
        EndUserRow.name,
        OrganizationRow.id.label("organization_id"),
        OrganizationRow.name.label("organization"),
        OrganizationRow.account_manager_id,
    )
    .join(EndUserRow, EndUserRow.id == EndUserAddressRow.user_id)
    .outerjoin(OrganizationRow, OrganizationRow.id == EndUserRow.organization_id)
    .where(EndUserAddressRow.address_key.in_(bindparam("keys", expanding=True)))
)
_INSERT_USERS = insert(EndUserRow).returning(EndUserRow.id, sort_by_parameter_order=True)
_INSERT_ADDRESSES = insert(EndUserAddressRow)
_LOCK = text(f"SELECT pg_advisory_xact_lock({_CREATING})")


@attrs.frozen
class Person:
    """Somebody as a request names them; without an address it is the unknown sender."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """The identity form of the address."""
        return normalise(self.address or UNKNOWN_ADDRESS)


def find(session: Session, addresses: Collection[str]) -> Mapping[str, EndUser]:
    """The end users who have one of these addresses, by its normalised form.

    The address in each `EndUser` is the stored spelling of the one asked for.
    """
    return _find(session, {normalise(address) for address in addresses})


def _find(session: Session, keys: Collection[str]) -> Mapping[str, EndUser]:
    if not keys:
        return {}
    rows = session.connection().execute(_BY_KEYS, {"keys": list(keys)})
    return {
        row.address_key: EndUser(
            row.id,
            row.name,
            row.address,
            organization_of(row.organization_id, row.organization, row.account_manager_id),
        )
        for row in rows
    }


def organization_of(
    organization_id: int | None, name: str | None, account_manager_id: int | None
) -> Organization | None:
    """The organization made of the columns of an outer join; None where it found none."""
    return None if organization_id is None else Organization(organization_id, name or "", account_manager_id)


def ensure(session: Session, people: Sequence[Person], *, now: datetime) -> tuple[EndUser, ...]:
    """The end users that these people are, in their order; those nobody knows yet are written down.

    A known end user keeps the stored name: a From header is no reason to rename anybody. The address in each `EndUser` is
    the one given, as it was spelled, and empty for the unknown sender, whom no mail can reach.
    """
    keys = [person.key for person in people]
    known = dict(_find(session, frozenset(keys)))
    if not known.keys() >= set(keys):
        if _take_turn(session):
            known.update(_find(session, frozenset(keys).difference(known)))
        new = {key: person for key, person in zip(reversed(keys), reversed(people), strict=True) if key not in known}
        known.update(_create(session, new, now=now))
    return tuple(
        attrs.evolve(known[key], address="" if key == UNKNOWN_ADDRESS else person.address)
        for key, person in zip(keys, people, strict=True)
    )


def _take_turn(session: Session) -> bool:
    """Let one transaction at a time create end users; False on SQLite, where one writes at a time anyway."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.connection().execute(_LOCK)
    return True


def _create(session: Session, people: Mapping[str, Person], *, now: datetime) -> Mapping[str, EndUser]:
    """Write end users, given by the identity form of their address."""
    if not people:
        return {}
    connection = session.connection()
    named = {
        key: Person(UNKNOWN_NAME, UNKNOWN_ADDRESS) if key == UNKNOWN_ADDRESS else person
        for key, person in people.items()
    }
    ids = connection.scalars(
        _INSERT_USERS,
        [{"name": person.name, "organization_id": None, "created_at": now} for person in named.values()],
    ).all()
    numbered = dict(zip(named, ids, strict=True))
    connection.execute(
        _INSERT_ADDRESSES,
        [{"user_id": numbered[key], "address": person.address, "address_key": key} for key, person in named.items()],
    )
    return {key: EndUser(numbered[key], person.name, person.address) for key, person in named.items()}
