"""Outgoing mail: deliveries to one SMTP server, over kept and pipelined connections, with one result each."""

from collections.abc import Sequence
from typing import cast

from ...core.contract.channel import (
    Channel,
    Delivery,
    DeliveryFailure,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from ...core.contract.clock import Clock, SystemClock
from .connection import Answers, TimeLimits
from .dkim import signer
from .fields import wire_address
from .options import SmtpOptions
from .pool import Pool
from .replies import Broken

MAX_FRUITLESS = 3
"""How many connections in a row may break without a single mail judged before a call gives up."""

CHECK_SECONDS = 5.0
"""How long a check waits for a server that does not answer."""


class SmtpChannel(Channel):
    """Mail by SMTP (RFC 5321)."""

    title = "Mail"
    Options = SmtpOptions

    def __init__(self, options: object, *, send_limit: float, clock: Clock | None = None) -> None:
        """Nothing is connected before the first delivery, but keys that sign are read now.

        :param options: `SmtpOptions`.
        :param send_limit: the seconds that one call of `deliver` may take.
        :param clock: where waits and ages are read from; the machine's own if None.
        :raises DkimUnusable: if a key cannot be used.
        """
        self._options = cast(SmtpOptions, options)
        self._send_limit = send_limit
        self._clock = clock or SystemClock()
        self._pool = Pool(self._options, clock=self._clock, signers=[signer(key) for key in self._options.dkim])

    def unready(self) -> str:
        """See `Channel.unready`."""
        return self._options.missing

    def health(self) -> str:
        """Reach the server, encrypt and sign in, as a delivery would; see `Channel.check`."""
        limit = min(self._options.timeout_seconds, self._send_limit, CHECK_SECONDS)
        try:
            with self._pool.lease(until=self._clock.monotonic() + limit):
                return ""
        except Broken as broken:
            return broken.fault or broken.detail

    def takes(self, address: str) -> bool | None:
        """See `Channel.takes`: the server is asked with RCPT, and the mail is not begun."""
        until = self._clock.monotonic() + min(self._options.timeout_seconds, self._send_limit, CHECK_SECONDS)
        try:
            wired = wire_address(address)
            if not wired.isascii():
                return None
            with self._pool.lease(until=until) as connection:
                return connection.takes(wired, until=until)
        except (Broken, PermanentFailure):
            return None

    def deliver(self, deliveries: Sequence[Delivery]) -> Sequence[Receipt | DeliveryFailure]:
        """Send each as one mail with one recipient.

        A mail whose dot was not sent yet when its connection broke is begun anew on another. After a dot without an
        answer nothing is repeated here: the failure says that the mail may have arrived. Mails that the time did not
        suffice for may be tried again at once.

        :returns: a `Receipt` for 2xx, a `TemporaryFailure` for 4xx, a `PermanentFailure` for 5xx, with the words of the
            server. One that cannot be reached, trusted or signed in to is a `TemporaryFailure` with a `fault`.
        """
        answers: Answers = {}
        for_the_rest = self._converse(list(enumerate(deliveries)), answers=answers)
        return [answers.get(number, for_the_rest) for number in range(len(deliveries))]

    def close(self) -> None:
        """Say good-bye to the server."""
        self._pool.close()

    def _converse(self, deliveries: list[tuple[int, Delivery]], *, answers: Answers) -> TemporaryFailure:
        """Fill `answers` over as many connections as it takes; what to answer for those that are left without."""
        limits = self._limits()
        trouble: Broken | None = None
        fruitless = 0
        while fruitless < MAX_FRUITLESS and self._clock.monotonic() <= limits.begin:
            waiting = [each for each in deliveries if each[0] not in answers]
            if not waiting:
                break
            try:
                with self._pool.lease(until=limits.end) as connection:
                    judged = connection.judged
                    trouble = connection.converse(waiting, answers=answers, limits=limits)
            except Broken as unavailable:
                return unavailable
            if trouble is None:
                break
            fruitless = 0 if connection.judged > judged else fruitless + 1
            # A connection that was of use before may have come to its end; a new one broke because of this mail, or all.
            if not connection.judged and not trouble.settled:
                struck = next(number for number, _ in waiting if number not in answers)
                answers[struck] = trouble
        return _not_tried(trouble)

    def _limits(self) -> TimeLimits:
        now = self._clock.monotonic()
        reserve = min(self._options.timeout_seconds, self._send_limit / 2)
        return TimeLimits(begin=now + self._send_limit - reserve, end=now + self._send_limit)


def _not_tried(trouble: Broken | None) -> TemporaryFailure:
    if trouble is None:
        return TemporaryFailure("not tried: the mails before it took all the time", retry_after=0.0)
    return TemporaryFailure(f"not tried: {trouble.detail}", code=trouble.code, fault=trouble.fault)
