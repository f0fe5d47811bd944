"""Guesses at reply addresses and Message-IDs: after some of them a sender's tokens prove nothing for a while (test M23).

A token has 128 bits or more, so guessing is hopeless; it is limited and told all the same, because nobody does it by mistake.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from ..contract.addresses import folded
from ..contract.faults import Fault, FaultReporter
from ..contract.tickets import Alignment
from ..store import logins, reply_guesses
from .letters import Letter

MOST_GUESSES = 20
"""So many in an hour, from one sender to one mailbox."""
MOST_GUESSING_MAILS = 200
"""So many mails with guesses in an hour to one mailbox, whoever they claim to be from, are told as well."""


def counter_of(letter: Letter) -> str:
    """The counter of the sender of a letter."""
    key = folded(letter.sender.address) if letter.sender.address else ""
    proven = letter.proof.alignment is Alignment.PASS
    return reply_guesses.counter(key, letter.route.mailbox.id, proven=proven)


def left_of(guesses: int) -> int:
    """How many more guesses a sender has within the hour."""
    return max(0, MOST_GUESSES - guesses)


def note_guesses(
    session: Session, guesses: Iterable[tuple[Letter, int]], *, faults: FaultReporter, now: datetime
) -> None:
    """Count guesses in the caller's transaction, and report a counter that is full: once an hour.

    :param guesses: letters with how many each holds.
    """
    counted: Counter[str] = Counter()
    for letter, number in guesses:
        if number:
            counted[counter_of(letter)] += number
            counted[_all_of(letter)] += 1
    if not counted:
        return
    reply_guesses.add(session, counted, at=now)
    totals = reply_guesses.counts(session, counted, since=now - reply_guesses.WINDOW)
    for counter in sorted(counted):
        most = MOST_GUESSING_MAILS if counter.endswith(reply_guesses.EVERYBODY) else MOST_GUESSES
        if totals.get(counter, 0) >= most and logins.claim_alert(
            session, counter, now=now, window=reply_guesses.WINDOW
        ):
            faults.report(_fault(most))


def _all_of(letter: Letter) -> str:
    return reply_guesses.counter(reply_guesses.EVERYBODY, letter.route.mailbox.id, proven=False)


def _fault(most: int) -> Fault:
    return Fault(
        fingerprint="intake:guesses",
        title="Somebody guesses reply addresses",
        detail=(
            f"Mails named {most} or more reply addresses or Message-IDs within an hour that this desk never gave out. "
            "For an hour the tokens of such a sender prove nothing; 'deskbell logins list' shows the counters."
        ),
    )
