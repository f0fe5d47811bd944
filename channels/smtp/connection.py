"""One kept conversation with the mail server: mail after mail, pipelined where the server announced it (RFC 2920)."""

from collections import deque
from collections.abc import Iterable, Iterator, MutableMapping, Sequence

import attrs

from ...core.contract import faults
from ...core.contract.channel import Delivery, DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from ...core.contract.clock import Clock
from .dkim import Signer
from .opening import open_wire
from .options import SmtpOptions
from .replies import Broken, Reply, refusal
from .writer import Mail, compose

Answers = MutableMapping[int, Receipt | DeliveryFailure]
"""What became of each delivery, by its number in the call; whichever has no answer was not sent."""

_VERBS = ("RSET", "MAIL", "RCPT", "DATA")
_DOT = "the final dot"
_WANTED = {"RSET": 2, "MAIL": 2, "RCPT": 2, "DATA": 3, _DOT: 2}


@attrs.frozen(kw_only=True)
class TimeLimits:
    """Moments on the clock's monotonic scale: no mail is begun after `begin`, nothing is waited for after `end`.

    The time between them is for the answer to a mail that is on its way: to give up on that one risks a duplicate.
    """

    begin: float
    end: float


@attrs.frozen
class _Numbered:
    number: int
    mail: Mail


class Connection:
    """A server that is ready for mail; used by one thread at a time.

    `judged` counts the mails that it accepted or refused: while it is 0 the connection has never been of use. Once it
    `is_over`, nothing can be sent on it any more.
    """

    def __init__(self, options: SmtpOptions, *, clock: Clock, until: float, signers: Sequence[Signer] = ()) -> None:
        """Open it; raises `Broken` if that is not done at `until`, a moment on the clock's monotonic scale."""
        self.judged = 0
        self.is_over = False
        self._options = options
        self._signers = signers
        self._clock = clock
        self._wire, self._features = open_wire(options, clock=clock, until=until)
        self._unsent: deque[bytes] = deque()
        self._unanswered = 0
        self._needs_reset = False

    def converse(
        self, deliveries: Iterable[tuple[int, Delivery]], *, answers: Answers, limits: TimeLimits
    ) -> Broken | None:
        """Send the numbered deliveries in order and put what became of them into `answers`.

        It stops early when the time for beginning is over.

        :returns: why the conversation `is_over`, or None. If that struck a mail which was not sent yet, it is the first
            of those without an answer.
        """
        try:
            mails = self._composed(deliveries, answers=answers, limits=limits)
            self._send_all(mails, answers=answers, until=limits.end)
        except Broken as broken:
            self.is_over = True
            return broken
        return None

    def takes(self, address: str, *, until: float) -> bool | None:
        """Whether the server would take mail for an address; None when it does not say. No mail is begun.

        :raises Broken: when the conversation is over.
        """
        kinds = []
        try:
            # The null sender is refused nowhere (RFC 5321 section 6.1).
            for command in ("MAIL FROM:<>", f"RCPT TO:<{address}>", "RSET"):
                self._wire.send(f"{command}\r\n".encode(), until=until)
                kinds.append(self._wire.reply(command[:4], until=until).kind)
        except Broken:
            self.is_over = True
            raise
        if kinds[0] != 2 or kinds[2] != 2:
            return None
        return {2: True, 5: False}.get(kinds[1])

    def is_alive(self) -> bool:
        """Whether the server said nothing since: a good-bye, or a surplus reply that would be taken for the next one."""
        return self._wire.is_quiet()

    def say_goodbye(self) -> None:
        """End the conversation in good order."""
        self._wire.say_goodbye()

    def close(self) -> None:
        """End it without a word."""
        self._wire.close()

    def _send_all(self, mails: Iterator[_Numbered], *, answers: Answers, until: float) -> None:
        """One mail after the other; with pipelining, the commands of the next travel right behind the dot."""
        current = next(mails, None)
        verbs = self._put_envelope(current)
        while current is not None:
            invited, refused = self._read_invitation(verbs, until=until)
            if refused:
                self._judge(current, refused, answers=answers)
            if invited:
                faults.hit("smtp.in_data")
                self._unsent.append(b".\r\n" if refused else _with_dot(current.mail.content))
            following = next(mails, None)
            verbs = self._put_envelope(following)
            if refused is None:
                self._read_verdict(current, answers=answers, until=until)
            elif invited:
                # This mail is empty and, since its recipient was refused, goes to nobody (RFC 2920 section 3.1).
                self._reply(_DOT, until=until)
            current = following

    def _composed(
        self, deliveries: Iterable[tuple[int, Delivery]], *, answers: Answers, limits: TimeLimits
    ) -> Iterator[_Numbered]:
        """The mails, each made when its turn comes; what cannot be a mail for this server is answered at once."""
        for number, delivery in deliveries:
            if self._clock.monotonic() > limits.begin:
                return
            try:
                mail = compose(delivery, utf8=self._features.utf8, signers=self._signers)
                self._refuse_oversize(mail)
            except PermanentFailure as failure:
                answers[number] = failure
            else:
                yield _Numbered(number, mail)

    def _refuse_oversize(self, mail: Mail) -> None:
        size, limit = len(mail.content), self._features.size
        if limit and size > limit:
            raise PermanentFailure(f"the mail has {size} bytes, and the mail server takes at most {limit} (SIZE)")

    def _put_envelope(self, numbered: _Numbered | None) -> tuple[str, ...]:
        """Queue the commands that begin a mail; the verbs of the replies to expect."""
        if numbered is None:
            return ()
        mail = numbered.mail
        sender = f"MAIL FROM:<{mail.sender}>"
        if self._features.size is not None:
            sender += f" SIZE={len(mail.content)}"
        if mail.utf8:
            sender += " BODY=8BITMIME SMTPUTF8" if self._features.eight_bit else " SMTPUTF8"
        commands = [*(["RSET"] if self._needs_reset else []), sender, f"RCPT TO:<{mail.recipient}>", "DATA"]
        self._unsent.extend(f"{command}\r\n".encode() for command in commands)
        return _VERBS[-len(commands) :]

    def _read_invitation(self, verbs: tuple[str, ...], *, until: float) -> tuple[bool, DeliveryFailure | None]:
        """Whether the server waits for the content, and the first refusal."""
        refusals: dict[str, DeliveryFailure | None] = {}
        for verb in verbs:
            limit = min(until, self._clock.monotonic() + self._options.timeout_seconds)
            refusals[verb] = self._refusal(verb, until=limit)
            if refusals[verb] and not self._unanswered:
                self._unsent.clear()
                break
        first = next((refused for refused in refusals.values() if refused), None)
        invited = "DATA" in refusals and refusals["DATA"] is None
        if first and invited and not refusals["RCPT"]:
            raise self._wire.broken("the mail server asks for a mail whose sender it refused")
        self._needs_reset = first is not None and not invited
        return invited, first

    def _refusal(self, verb: str, *, until: float) -> DeliveryFailure | None:
        self._flush(until=until)
        if verb == "RCPT":
            faults.hit("smtp.rcpt_sent")
        reply = self._reply(verb, until=until)
        refused = refusal(reply, wanted=_WANTED[verb], verb=verb, server=self._options.server)
        if refused and verb == "RSET":
            raise self._wire.broken(f"the mail server refused RSET: {reply.words}")
        return refused

    def _read_verdict(self, current: _Numbered, *, answers: Answers, until: float) -> None:
        behind_dot = sum(map(len, self._unsent)) - len(self._unsent[0]) if self._features.pipelining else 0
        try:
            self._flush(until=until)
            faults.hit("smtp.after_dot")
            reply = self._reply(_DOT, until=until)
            refused = refusal(reply, wanted=_WANTED[_DOT], verb=_DOT, server=self._options.server)
        except Broken as broken:
            if broken.unsent <= behind_dot:
                answers[current.number] = broken if broken.said_by_server else _perhaps_arrived(broken)
                broken.settled = True
            raise
        if refused is None:
            faults.hit("smtp.after_250")
        self._judge(current, refused or Receipt(detail=reply.words), answers=answers)

    def _judge(self, current: _Numbered, answer: Receipt | DeliveryFailure, *, answers: Answers) -> None:
        answers[current.number] = answer
        self.judged += 1

    def _reply(self, to: str, *, until: float) -> Reply:
        self._flush(until=until)
        reply = self._wire.reply(to, until=until)
        self._unanswered -= 1
        if reply.ends_conversation:
            broken = Broken(reply.words, code=str(reply.code))
            broken.said_by_server = True
            raise broken
        return reply

    def _flush(self, *, until: float) -> None:
        """Unless an answer is outstanding, send what is queued: all of it if the server pipelines, else one command."""
        if self._unanswered or not self._unsent:
            return
        count = len(self._unsent) if self._features.pipelining else 1
        commands = b"".join(self._unsent.popleft() for _ in range(count))
        self._unanswered = count
        self._wire.send(commands, until=until)


def _with_dot(content: bytes) -> bytes:
    """The content as DATA wants it: dots that begin a line doubled (RFC 5321 section 4.5.2), and the final dot.

    It ends with a line end and begins with a header, so that no other place needs a look.
    """
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _perhaps_arrived(broken: Broken) -> TemporaryFailure:
    detail = f"{broken.detail}; the mail had been sent and may have arrived: the next try may be a duplicate"
    return TemporaryFailure(detail, code=broken.code, fault=broken.fault)
