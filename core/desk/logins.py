"""Failed logins: counted per account and per network address over all processes, and told when they pass the limit.

A name that does not exist counts like an account: whoever watches the alert must not learn which names there are, and
whoever guesses names is worth an alert as well. A right password clears the counter of its account, since its owner has
come in. It clears no counter of an address: a guesser with one account of the own would clear that at will.
"""

import ipaddress
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy.orm import Session

from ..contract.addresses import normalise
from ..contract.errors import InvalidValue
from ..contract.events import Event, LoginFailuresExceeded
from ..contract.people import SYSTEM
from ..contract.text import one_line
from ..store import journal, logins
from ..store.directory import Directory

IPV6_PREFIX = 64
"""An IPv6 customer has at least so large a network to himself, so its addresses count as one."""
LONGEST_ACCOUNT = 254


class AccountKind(StrEnum):
    """Whose login it was; the same address may be an agent's and an end user's."""

    AGENT = "agent"
    END_USER = "end_user"


def record_failure(
    session: Session, directory: Directory, *, kind: AccountKind, account: str, network: str, now: datetime
) -> tuple[Event, ...]:
    """Count one failed login; answer the event to ring, or nothing.

    The alert is given at limit + 1 within the sliding window. One failure gives at most one, which names all counters that
    passed, and a counter gives at most one in a window.

    :param account: what was typed as the name; it need not exist.
    :param network: the address that it came from, IPv4 or IPv6.
    :raises InvalidValue: when `network` is no address.
    """
    window = _window(directory)
    counters = (account_counter(kind, account), network_counter(network))
    logins.add(session, counters, at=now)
    limit = directory.profile.login_failures
    failures = logins.counts(session, counters, since=now - window, most=limit + 1)
    told = tuple(
        counter
        for counter in counters
        if failures[counter] > limit and logins.claim_alert(session, counter, now=now, window=window)
    )
    logins.purge(session, before=now - window)
    if not told:
        return ()
    failures = logins.counts(session, told, since=now - window)
    event = LoginFailuresExceeded(
        id=0,
        act=uuid4().hex,
        at=now,
        actor=SYSTEM,
        counters=told,
        failures=max(failures.values()),
        window_seconds=int(window.total_seconds()),
    )
    return journal.append(session, [event])


def too_many(
    session: Session, directory: Directory, *, kind: AccountKind, account: str, network: str, now: datetime
) -> bool:
    """Whether account or address have failed so often that the next try is to be slowed down or refused."""
    counters = (account_counter(kind, account), network_counter(network))
    limit = directory.profile.login_failures
    failures = logins.counts(session, counters, since=now - _window(directory), most=limit)
    return max(failures.values()) >= limit


def record_success(session: Session, *, kind: AccountKind, account: str) -> None:
    """A right password: forget the failures of the account, not those of the address."""
    logins.clear(session, account_counter(kind, account))


def account_counter(kind: AccountKind, account: str) -> str:
    """The counter of an account, the same however the address is written."""
    return f"{kind.value}:{one_line(normalise(account[:LONGEST_ACCOUNT]))}"


def network_counter(network: str) -> str:
    """The counter of an address: IPv4 by itself, also where it is written as IPv6, IPv6 by its network of 64 bits.

    :raises InvalidValue: when it is no address.
    """
    try:
        address = ipaddress.ip_address(network.strip())
    except ValueError:
        raise InvalidValue(
            f"'{one_line(network)}'", "this is no network address", "Write it like 192.0.2.7 or 2001:db8::7."
        ) from None
    if isinstance(address, ipaddress.IPv4Address):
        return f"network:{address}"
    if address.ipv4_mapped is not None:
        return f"network:{address.ipv4_mapped}"
    return f"network:{ipaddress.IPv6Network((int(address), IPV6_PREFIX), strict=False)}"


def _window(directory: Directory) -> timedelta:
    return timedelta(minutes=directory.profile.login_window_minutes)
