"""Which Authentication-Results are a trusted server's word, and which anybody may have written (RFC 8601 section 5)."""

import ipaddress
import re
from collections.abc import Iterable

from ...contract.addresses import ascii_domain
from ..parsing import Mail
from .results import ServerResults, read_results

FIELD = "authentication-results"
LABELS = 2
"""How many labels at the end of two names must be the same for them to be servers of one house."""

_BY = re.compile(r"(?:^|[\s)])by\s+([^\s;()]+)", re.IGNORECASE)
_MOST_CHARACTERS = 4_096


def trusted_results(mail: Mail, *, server: str, house: Iterable[str]) -> ServerResults | None:
    """What the trusted server says of a mail; None when it says nothing that can be believed.

    Only the topmost field with its name counts. A server puts its field above all that it was given and removes those that
    already bear its name, so one further down is at best an older word and at worst a forged one. The topmost is not
    believed either when a server of another house received the mail after it: then the field came in with the mail. The
    Received line of the trusted server itself may stand above its field, as it does with many servers.

    :param server: the authserv-id that the mailbox names, not empty.
    :param house: domains whose servers are behind the trusted one, such as the mailbox's own.
    """
    name = server.lower()
    ours = frozenset(_house_of(each) for each in (name, *house))
    for field, value in mail.headers.fields:
        key = field.lower()
        if key == "received" and _is_outside(value, ours):
            return None
        if key == FIELD:
            found = read_results(value)
            if found is not None and found.server == name:
                return found
            if found is None and name in value.lower():
                # What may be its field and cannot be read hides what stands below it: that is not the topmost.
                return None
    return None


def _is_outside(received: str, ours: frozenset[str]) -> bool:
    """Whether a Received line tells of a server of another house.

    Names without a domain, networks' own names and addresses are of machines behind the border: they tell of no house.
    """
    by = _BY.search(received[:_MOST_CHARACTERS])
    if by is None:
        return False
    host = by[1].strip("[]").lower().rstrip(".")
    if "." not in host or host.endswith((".local", ".localdomain", ".internal", ".lan")) or _is_address(host):
        return False
    return _house_of(host) not in ours


def _house_of(domain: str) -> str:
    """The last labels of a domain: near enough to tell servers of one house from those of others."""
    return ".".join((ascii_domain(domain) or domain).split(".")[-LABELS:])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.removeprefix("ipv6:"))
    except ValueError:
        return False
    return True
