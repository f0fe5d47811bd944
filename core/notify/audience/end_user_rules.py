"""The rules for pairs of an autoresponder or of correspondence; `order` lists them in their order."""

from ...contract.events import ReplyPosted, TicketCreated
from ...contract.text import one_line
from .case import Case
from .pairs import Pair, Verdict


def agent_chose_no_send(case: Case, _: Pair) -> Verdict | None:
    """The agent who opened the ticket or replied ticked "do not send"."""
    event = case.occasion.event
    if isinstance(event, (TicketCreated, ReplyPosted)) and not event.send_notice:
        return Verdict("agent_chose_no_send", f"{event.actor.name or 'The agent'} chose to send nothing.")
    return None


def not_chosen(case: Case, pair: Pair) -> Verdict | None:
    """The agent chose which collaborators get the reply, and this is none of them."""
    event = case.occasion.event
    if not isinstance(event, ReplyPosted) or event.chosen is None or pair.person.id in map(_person_id, event.chosen):
        return None
    because = f"{event.actor.name or 'The agent'} did not choose {pair.person.called} for this reply."
    return Verdict("agent_chose_no_send", because)


def _person_id(user_id: int) -> str:
    return f"user:{user_id}"


def automatic_message(case: Case, _: Pair) -> Verdict | None:
    """No answer to a mail that the gate found to be automatic (RFC 3834 section 2)."""
    incoming = case.occasion.incoming
    if incoming is None or not incoming.check:
        return None
    because = f"The message failed the check '{incoming.check}': it must not be answered automatically."
    return Verdict(f"automatic_message:{incoming.check}", because)


def filtered(case: Case, _: Pair) -> Verdict | None:
    """A rule of the filters keeps automatic answers to a new ticket away."""
    event = case.occasion.event
    if not isinstance(event, TicketCreated) or event.autoresponse:
        return None
    because = f"The filters let nothing answer this ticket automatically: {'; '.join(event.applied)}"
    return Verdict("filtered", f"{one_line(because).rstrip(' .:')}.")


def system_address(case: Case, pair: Pair) -> Verdict | None:
    """The desk does not write to itself."""
    for address in pair.person.addresses:
        if case.occasion.directory.is_system_address(address):
            return Verdict("system_address", f"{address} is an address of this desk.")
    return None


def banned(case: Case, pair: Pair) -> Verdict | None:
    """An administrator banned the address or its domain."""
    for address in pair.person.addresses:
        guard = case.facts.guards.ban(address, case.facts.moment)
        if guard is not None:
            until = f" until {guard.until:%Y-%m-%d %H:%M} UTC" if guard.until is not None else ""
            return Verdict("banned", f"{address} is banned{until}{': ' if guard.reason else '.'}{guard.reason}")
    return None


def sender_unverified(case: Case, pair: Pair) -> Verdict | None:
    """Who only claims to write reaches nobody but the address claimed, and not even that as a stranger to the ticket."""
    entry = case.occasion.entry
    if entry is not None and entry.held:
        because = (
            f"{entry.author.address or 'The sender'} takes no part in this ticket; the message waits for an agent."
        )
        return Verdict("sender_unverified", because)
    if case.occasion.event.verified or _is_poster(case, pair):
        return None
    return Verdict(
        "sender_unverified", "Nobody verified who sent this message; others are not told before an agent releases it."
    )


def already_addressed(case: Case, pair: Pair) -> Verdict | None:
    """Whoever the incoming mail was sent to has it already; the sender, who may have sent a copy home, is answered."""
    incoming = case.occasion.incoming
    if incoming is None or _is_poster(case, pair):
        return None
    if pair.person.is_one_of(frozenset(f"address:{address}" for address in incoming.addressed)):
        return Verdict("already_addressed", f"The mail went to {pair.person.address} directly.")
    return None


def inactive_collaborator(_: Case, pair: Pair) -> Verdict | None:
    """Only active collaborators receive mail."""
    if pair.enabled:
        return None
    return Verdict("inactive_collaborator", f"{pair.person.called} is not an active collaborator.")


def _is_poster(case: Case, pair: Pair) -> bool:
    return pair.person.is_one_of(frozenset(case.occasion.poster.identities))
