"""The rules for the person who is left once duplicates are out; `order` lists them."""

from ...contract.decisions import Outcome
from .case import Case
from .pairs import Verdict
from .people import Person


def no_address(_: Case, person: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 10, its end: there is nowhere to send it to."""
    if person.deliverable:
        return None
    if not person.address.strip():
        return Verdict("no_address", f"{person.called} has no address.")
    return Verdict("no_address", f"'{person.address}' is no address that mail can be sent to.")


def before_delivery(case: Case, person: Person, roles: tuple[str, ...]) -> Verdict | None:
    """After rule 10 the plugins are asked, once per survivor (behaviour section 6)."""
    ask = case.facts.before_delivery
    refusal = ask(case.occasion.event, person.address, roles) if ask is not None else None
    return None if refusal is None else Verdict(*refusal)


def shadow(case: Case, _: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 11, last of all: decided and recorded, not sent."""
    facts = case.facts
    return Verdict(f"shadow:{facts.shadow}", facts.shadow_because, Outcome.SHADOWED) if facts.shadow else None
