"""What the door says to each command: who takes mail, and 250 only when it is kept."""

import asyncio
from collections import defaultdict
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from ..contract.faults import Fault
from ..store.database import DatabaseUnavailable
from .group_commit import GroupCommit, Stopping
from .receive import Arrival, Intake
from .route import Router

MOST_RECIPIENTS = 1_000
"""For one mail; RFC 5321 section 4.5.3.1.8 asks for 100 at least."""
TRUSTED_SECONDS = 5.0
"""How long an address that was the desk's is taken for its own without looking again."""

_AWAY = "451 4.3.0 The desk cannot keep mail at the moment; try again later"
_STOPPING = "421 4.3.2 The desk is stopping; try again later"
_UNKNOWN = "550 5.1.1 This is no address of the desk"
_TOO_MANY = "452 4.5.3 Too many recipients for one mail"


class Porter:
    """The handler of every conversation, on the one thread of the listener's loop.

    :param source: what raw mails say about where they came from.
    """

    def __init__(self, intake: Intake, *, commits: GroupCommit, source: str) -> None:
        self._intake = intake
        self._commits = commits
        self._source = source
        self._router: Router | None = None
        self._trusted_until = 0.0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Greet; tell what aiosmtpd can do and does not say: commands in one go (RFC 2920)."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the desk's own addresses only."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return _TOO_MANY
        try:
            known = await self._takes(address)
        except DatabaseUnavailable:
            return _AWAY
        if not known:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Have the mail kept, once for each mailbox that it is for."""
        try:
            ids = await asyncio.wrap_future(self._commits.submit(self._arrivals(envelope)))
        except Stopping:
            return _STOPPING
        except Exception:  # noqa: BLE001 - the commit's thread has reported it; the sender must get an answer
            return _AWAY
        return f"250 2.0.0 Kept as mail {', '.join(map(str, ids))}"

    async def handle_exception(self, error: Exception) -> str:
        """Let the sender try again after a fault of ours."""
        detail = f"{type(error).__name__}: {error}"
        fingerprint = f"listener:{type(error).__name__}"
        self._intake.faults.report(Fault(fingerprint=fingerprint, title="The mail listener failed", detail=detail))
        return _AWAY

    async def _takes(self, address: str) -> bool:
        loop = asyncio.get_running_loop()
        if self._router is not None and loop.time() < self._trusted_until and self._router.takes(address):
            return True
        self._router = await loop.run_in_executor(None, self._intake.router)
        self._trusted_until = loop.time() + TRUSTED_SECONDS
        return self._router.takes(address)

    def _arrivals(self, envelope: Envelope) -> list[Arrival]:
        recipients: defaultdict[int | None, list[str]] = defaultdict(list)
        for address in envelope.rcpt_tos:
            mailbox = self._router.mailbox_of(address) if self._router else None
            recipients[mailbox.id if mailbox else None].append(address)
        sender = _sender(envelope)
        return [
            Arrival(content=_octets(envelope), envelope_from=sender, envelope_to=tuple(own), source=self._source)
            for own in recipients.values()
        ]


def _sender(envelope: Envelope) -> str:
    """The envelope's sender, '' for the null sender, which aiosmtpd writes with its brackets."""
    return "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)


def _octets(envelope: Any) -> bytes:
    return bytes(envelope.content)
