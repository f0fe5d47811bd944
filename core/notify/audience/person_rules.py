"""The rules for the person who is left once duplicates are out; `order` lists them."""

from ...contract.decisions import Outcome
from ...contract.kinds import Correspondence
from ...contract.notices import Per
from ..manner import manner_of
from .caps import kept_back
from .case import Case
from .once import within_window
from .pairs import Verdict
from .people import Person


def no_address(_: Case, person: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 10, its end: there is nowhere to send it to."""
    if person.deliverable:
        return None
    if not person.address.strip():
        return Verdict("no_address", f"{person.called} has no address.")
    return Verdict("no_address", f"'{person.address}' is no address that mail can be sent to.")


def address_suppressed(case: Case, person: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 10: mail to this address came back, or its owner wants none; who complained still gets what a person writes.

    A complaint is the person's, wherever an answer would go; a bounce says nothing about another address.
    """
    for address in person.addresses:
        guard = case.facts.guards.suppression(address, case.facts.moment)
        if guard is None:
            continue
        applies = not _is_correspondence(case) if guard.automatic_only else address == person.address
        if applies:
            until = f" until {guard.until:%Y-%m-%d %H:%M} UTC" if guard.until is not None else ""
            since = f"{guard.since:%Y-%m-%d %H:%M} UTC"
            because = f"{address} has been getting no mail since {since}{until} ({guard.reason.rstrip(' .')})."
            return Verdict("address_suppressed", because)
    return None


def _is_correspondence(case: Case) -> bool:
    return issubclass(manner_of(case.plugin, case.occasion.event), Correspondence)


def once_per_window(case: Case, person: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """The person was told the same less than its window ago."""
    facts = case.facts
    return within_window(facts.once, Per.PERSON, person.id, moment=facts.moment, last_said=facts.last_said)


def answered_enough(case: Case, person: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 10: the caps on answers, per person and mailbox and for all of a mailbox together; then the guard against loops."""
    asked, tally = case.asked(person.address), case.facts.tally
    if asked is None or tally is None:
        return None
    mailbox = case.occasion.directory.mailboxes[asked.mailbox_id].name
    return kept_back(asked, tally, address=person.address, mailbox=mailbox, moment=case.facts.moment)


def before_delivery(case: Case, person: Person, roles: tuple[str, ...]) -> Verdict | None:
    """After rule 10 the plugins are asked, once per survivor."""
    ask = case.facts.before_delivery
    refusal = ask(case.occasion.event, person.address, roles) if ask is not None else None
    return None if refusal is None else Verdict(*refusal)


def shadow(case: Case, _: Person, _roles: tuple[str, ...]) -> Verdict | None:
    """Rule 11, last of all: decided and recorded, not sent."""
    facts = case.facts
    return Verdict(f"shadow:{facts.shadow}", facts.shadow_because, Outcome.SHADOWED) if facts.shadow else None
