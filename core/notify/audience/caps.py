"""The verdicts of the caps on answers: refused, held until there is room, or nothing against it."""

from datetime import datetime, timedelta

from ...contract.decisions import Outcome
from .answers import HOUR, LOOP, MOST_IN_A_LOOP, Asked, Tally
from .pairs import Verdict

RATE_CAPPED = "rate_capped"
LOOP_GUARD = "loop_guard"


def capped(asked: Asked, tally: Tally, *, address: str, mailbox: str, moment: datetime) -> Verdict | None:
    """Whether a cap keeps the answer back.

    Beyond the cap of the person it is refused. Beyond that of the mailbox it is held until there is room; whom nobody knows
    or vouches for gets none, because that is what a flood of made-up senders looks like.

    :param address: to which it would go.
    :param mailbox: the name of the mailbox that it answers for.
    """
    full = tally.full_for_a_person(asked, moment=moment)
    if full is not None:
        figure, window, again = full
        because = (
            f"Mailbox '{mailbox}' gave {address} {figure} automatic {_answers(figure)} within {_span(window)}; "
            f"the next is possible from {again:%Y-%m-%d %H:%M} UTC on."
        )
        return Verdict(RATE_CAPPED, because)
    free_at = tally.free_at(asked, moment=moment)
    if free_at <= moment:
        return None
    begin = f"Mailbox '{mailbox}' gave as many automatic answers within {_span(HOUR)} as it may"
    if tally.is_newcomer(asked):
        return Verdict(RATE_CAPPED, f"{begin}, and whom nobody knows yet or vouches for gets none meanwhile.")
    return Verdict(RATE_CAPPED, f"{begin}; this one is held until {free_at:%Y-%m-%d %H:%M} UTC.", Outcome.DEFERRED)


def looping(asked: Asked, tally: Tally, *, address: str, moment: datetime) -> Verdict | None:
    """Whether the answer is refused, because two machines seem to answer each other."""
    if not tally.looping(asked, moment=moment):
        return None
    because = (
        f"{MOST_IN_A_LOOP} automatic answers about this ticket went to {address} within {LOOP.seconds // 60} minutes: "
        "two machines seem to answer each other."
    )
    return Verdict(LOOP_GUARD, because)


def kept_back(asked: Asked, tally: Tally, *, address: str, mailbox: str, moment: datetime) -> Verdict | None:
    """The verdict of both rules together, in their order: what is only held can still be refused."""
    verdict = capped(asked, tally, address=address, mailbox=mailbox, moment=moment)
    if verdict is not None and verdict.outcome is Outcome.REFUSED:
        return verdict
    return looping(asked, tally, address=address, moment=moment) or verdict


def _answers(figure: int) -> str:
    return "answer" if figure == 1 else "answers"


def _span(window: timedelta) -> str:
    return "an hour" if window == HOUR else f"{window // HOUR} hours"
