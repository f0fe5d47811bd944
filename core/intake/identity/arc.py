"""The word of a forwarder whose ARC seal a trusted server found whole (RFC 8617)."""

import re
from collections.abc import Collection

from ...contract.addresses import ascii_domain
from ..parsing import Mail
from .results import ServerResults, read_results

MOST_INSTANCES = 50
"""The highest instance that RFC 8617 section 4.2.1 allows."""

_INSTANCE = re.compile(r"\s*i\s*=\s*([0-9]{1,2})\s*(?:;|$)", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^\s;]{1,255})\s*(?:;|$)", re.IGNORECASE)
_MOST_CHARACTERS = 4_096


def sealed_results(mail: Mail, *, sealers: Collection[str]) -> tuple[str, ServerResults] | None:
    """The sealer of the newest instance and what it had found when the mail came to it; None when it is not in the list.

    Nothing is verified here: ask only when a trusted server says ``arc=pass``. An instance that occurs twice says nothing.

    :param sealers: the domains whose seals are believed.
    """
    seals = _by_instance(mail.headers.get_all("ARC-Seal"))
    newest = max(seals, default=0)
    results = _by_instance(mail.headers.get_all("ARC-Authentication-Results"))
    if not 0 < newest <= MOST_INSTANCES or max(results, default=0) != newest:
        return None
    if len(seals[newest]) != 1 or len(results[newest]) != 1:
        return None
    domain = _DOMAIN.search(seals[newest][0][:_MOST_CHARACTERS])
    sealer = ascii_domain(domain[1]) if domain else ""
    if not sealer or sealer not in {ascii_domain(each) for each in sealers}:
        return None
    found = read_results(results[newest][0])
    return (sealer, found) if found else None


def _by_instance(values: tuple[str, ...]) -> dict[int, list[str]]:
    """The rest of each value behind its ``i=``, by instance."""
    found: dict[int, list[str]] = {}
    for value in values:
        instance = _INSTANCE.match(value)
        if instance:
            found.setdefault(int(instance[1]), []).append(value[instance.end() :])
    return found
