"""A raw mail read and judged: a letter that goes on to the desk, or the reason why it does not."""

from collections.abc import Iterator

import attrs

from ..contract.addresses import normalise
from ..contract.events import Incoming
from ..contract.people import Actor, ActorKind
from ..contract.tickets import Alignment, Mailbox
from ..desk.reports import Reported
from ..store.directory import Directory
from ..store.end_users import UNKNOWN_ADDRESS
from ..store.raw_mails import RawMail, RawState
from .gate import Verdict, judge
from .identity import NOTHING, Caution, Proof, claims, prove
from .markers import is_ours, says_automatic
from .parsing import Mail, Quarantine
from .route import Route, Router

MOST_RECEIVED = 50
"""Received lines above this number mean a loop of relays (RFC 5321 section 6.3)."""
LONGEST_NAME = 200
_AT_SIGNS = frozenset("@\ufe6b\uff20")

_QUARANTINED = {
    Quarantine.TOO_LARGE: "it is larger than the desk reads",
    Quarantine.TOO_MANY_HEADERS: "it has too many header fields",
    Quarantine.TOO_MANY_ADDRESSES: "it names too many addresses",
    Quarantine.TOO_MANY_ENCODED_WORDS: "a header field holds too many encoded words",
    Quarantine.NESTED_TOO_DEEP: "its parts are nested too deep",
    Quarantine.TOO_MANY_PARTS: "it has too many parts",
    Quarantine.OUT_OF_MEMORY: "reading it takes more memory than there is",
    Quarantine.UNREADABLE: "it cannot be read",
}


@attrs.frozen(kw_only=True)
class Letter:
    """A mail on its way to the desk.

    `sender` is who it claims to be from, without an address when it names nobody; verified when the mail itself is `proof`
    enough. `reported` is what it claims as a report about mails of ours, proving nothing.
    """

    raw: RawMail
    mail: Mail
    route: Route
    verdict: Verdict
    sender: Actor
    proof: Proof = NOTHING
    reported: tuple[Reported, ...] = ()

    @property
    def recipients(self) -> Iterator[str]:
        """Every address that the mail was sent to, as far as it is known: of the envelope, then of the fields."""
        yield from self.raw.envelope_to
        yield from self.mail.delivered_to
        yield from (each.address for each in (*self.mail.to, *self.mail.cc))

    @property
    def incoming(self) -> Incoming:
        """What events tell about the mail."""
        box = self.route.mailbox
        return Incoming(
            mailbox=Mailbox(box.id, box.name, box.address),
            check=self.verdict.check,
            automatic=self.verdict.automatic,
            addressed=frozenset(normalise(each.address) for each in (*self.mail.to, *self.mail.cc)),
            message_id=self.mail.message_id,
            references=self.mail.references,
            envelope_from=self.raw.envelope_from,
            alignment=self.proof.alignment,
        )


@attrs.frozen(kw_only=True)
class SetAside:
    """A mail that the desk does not see: `state` and why, in words for the administrator. One that waits comes again.

    `blamed` is False for one whose try does not count, because it was not read for another reason than its own.
    """

    raw: RawMail
    state: RawState
    reason: str
    blamed: bool = True

    @property
    def waits(self) -> bool:
        """Whether it comes again by itself."""
        return self.state is RawState.WAITING


def judge_letter(raw: RawMail, mail: Mail, *, directory: Directory, router: Router) -> Letter | SetAside:
    """Judge a mail that was read; what must not go on is set aside with the reason."""
    if mail.quarantine:
        return SetAside(raw=raw, state=RawState.QUARANTINED, reason=_QUARANTINED[mail.quarantine])
    if is_ours(mail, domains=frozenset({directory.profile.domain.lower()})):
        return SetAside(raw=raw, state=RawState.LOOP, reason="it is a mail of this desk that came back")
    if len(mail.headers.get_all("Received")) > MOST_RECEIVED:
        reason = f"it passed more than {MOST_RECEIVED} relays, which means that it goes round in circles"
        return SetAside(raw=raw, state=RawState.QUARANTINED, reason=reason)
    route = router.route(mail, mailbox_id=raw.mailbox_id, envelope_to=raw.envelope_to)
    if route is None:
        return SetAside(raw=raw, state=RawState.QUARANTINED, reason="the desk has no mailbox that it could belong to")
    verdict = judge(
        mail,
        envelope_from=raw.envelope_from,
        own_addresses=route.own_addresses,
        require_addressed=not route.mailbox.answer_unaddressed,
    )
    claimed = claims(directory, mail.sender.address) if mail.sender else ()
    if Caution.CLAIMS_AGENT in claimed and says_automatic(mail.subject):
        # Whoever is away may have a machine that says so nowhere but in the subject (RFC 3834 section 3.1.5, test M4).
        verdict = attrs.evolve(verdict, allowed=False, check=verdict.check or "auto_header", automatic=True)
    proof = prove(mail, route.mailbox)
    # Robots answer for nobody (test M25), and no server's word makes a mail that of an agent or of the desk (test M21).
    verified = proof.alignment is Alignment.PASS and not verdict.automatic and not claimed
    return Letter(
        raw=raw, mail=mail, route=route, verdict=verdict, sender=_sender(mail, verified=verified), proof=proof
    )


def _sender(mail: Mail, *, verified: bool) -> Actor:
    """Who the mail claims to be from; nobody is nobody, whatever a server says."""
    claimed = mail.sender
    if claimed is None or normalise(claimed.address) == UNKNOWN_ADDRESS:
        return Actor(ActorKind.END_USER, verified=False)
    return Actor(ActorKind.END_USER, name=shown_name(claimed.name), address=claimed.address, verified=verified)


def shown_name(name: str) -> str:
    """A display name as far as it may be shown: one that looks like an address may be somebody else's (test M20)."""
    return "" if not _AT_SIGNS.isdisjoint(name) else name[:LONGEST_NAME]
