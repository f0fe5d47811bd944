"""Which roles a notice speaks to, in which order, and who is in them."""

from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

from ...contract.people import Role
from ..switches import Tick, resolve_audience
from .case import Case
from .order import Order
from .pairs import Pair, Verdict
from .people import NOBODY, reached_at
from .roles import in_words

Choice = tuple[str, Verdict | None]


def pairs_of(case: Case, order: Order, roles: Sequence[str] | None, without: Collection[str] = ()) -> list[Pair]:
    """Every pair of a selected role, once, and one pair with nobody for each role that is not selected.

    :param roles: what the notice said: roles instead of the configured audience, or None.
    :param without: roles that the notice leaves out.
    """
    pairs: list[Pair] = []
    seen: set[tuple[str, str]] = set()
    for role, not_selected in _choices(case, order, roles):
        if role in without:
            not_selected = _left_out(case, role)
        for pair in [Pair(NOBODY, role, whole=not_selected)] if not_selected else _people(case, order, role):
            key = (pair.person.id, pair.role)
            if key not in seen:
                seen.add(key)
                pairs.append(pair)
    return pairs


def _choices(case: Case, order: Order, roles: Sequence[str] | None) -> Iterator[Choice]:
    """Every role in the order in which duplicates are resolved; with a verdict where it is not selected."""
    if order.always is not None:
        yield order.always, None
        return
    ticks = resolve_audience(
        case.occasion.directory, plugin=case.name, kind=case.plugin, department_id=case.occasion.department_id
    )
    if roles is None:
        yield from ((role, None if tick.on else _not_ticked(role, tick)) for role, tick in ticks.items())
        return
    for role in ticks:
        yield role, None if role in roles else _left_out(case, role)
    yield from ((role, None) for role in dict.fromkeys(roles) if role not in ticks)


def _left_out(case: Case, role: str) -> Verdict:
    return Verdict("role_not_selected", f"'{case.name}' left the role '{in_words(role)}' out of this notice.")


def _not_ticked(role: str, tick: Tick) -> Verdict:
    return Verdict("role_not_selected", f"The role '{in_words(role)}' is not selected {tick.provenance.where}.")


def _people(case: Case, order: Order, role: str) -> Iterable[Pair]:
    finder = order.finders.get(role)
    if finder is not None:
        found = finder(case.occasion) or _vacant(role)
        return [_answered(case, pair) for pair in found] if order.to_return_address else found
    custom = case.facts.roles.get(role)
    ticket = case.occasion.ticket
    if custom is None or not order.admits_custom_roles:
        because = f"'{case.name}' names the role '{in_words(role)}', and there is nobody in it whom it could speak to."
        return [Pair(NOBODY, role, whole=Verdict("unknown_role", because))]
    addresses = custom(ticket) if ticket is not None else ()
    return [Pair(case.occasion.roster.at(address), role) for address in addresses]


def _answered(case: Case, pair: Pair) -> Pair:
    """The pair at the address that an answer goes to: who wrote the mail gets it at the envelope's sender (RFC 3834 section 4).

    Never at a Reply-To, which names anybody; all others get it at their own.
    """
    address = case.occasion.return_address
    if not address or not pair.person.is_one_of(frozenset(case.occasion.poster.identities)):
        return pair
    return attrs.evolve(pair, person=reached_at(pair.person, address))


def _vacant(role: str) -> list[Pair]:
    """Nobody is in a role; only of the admin address is that worth a word."""
    if role != Role.ADMIN_ADDRESS:
        return []
    return [Pair(NOBODY, role, whole=Verdict("no_address", "The desk has no admin address."))]
