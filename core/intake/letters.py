"""A raw mail read and judged: a letter that goes on to the desk, or the reason why it does not."""

import attrs

from ..contract.addresses import normalise
from ..contract.events import Incoming
from ..contract.people import Actor, ActorKind
from ..contract.tickets import Mailbox
from ..store.directory import Directory
from ..store.end_users import UNKNOWN_ADDRESS
from ..store.raw_mails import RawMail, RawState
from .gate import Verdict, judge
from .markers import is_ours
from .parsing import Mail, MailLimits, Quarantine, read_mail
from .route import Route, Router

MOST_RECEIVED = 50
"""Received lines above this number mean a loop of relays (RFC 5321 section 6.3)."""
LONGEST_NAME = 200

_QUARANTINED = {
    Quarantine.TOO_LARGE: "it is larger than the desk reads",
    Quarantine.TOO_MANY_HEADERS: "it has too many header fields",
    Quarantine.TOO_MANY_ADDRESSES: "it names too many addresses",
    Quarantine.TOO_MANY_ENCODED_WORDS: "a header field holds too many encoded words",
    Quarantine.NESTED_TOO_DEEP: "its parts are nested too deep",
    Quarantine.TOO_MANY_PARTS: "it has too many parts",
    Quarantine.UNREADABLE: "it cannot be read",
}


@attrs.frozen(kw_only=True)
class Letter:
    """A mail on its way to the desk. `sender` is who it claims to be from, without an address when it names nobody."""

    raw: RawMail
    mail: Mail
    route: Route
    verdict: Verdict
    sender: Actor

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
        )


@attrs.frozen(kw_only=True)
class SetAside:
    """A mail that the desk never sees: `state` and why, in words for the administrator."""

    raw: RawMail
    state: RawState
    reason: str


def read_letter(
    raw: RawMail, content: bytes, *, directory: Directory, router: Router, limits: MailLimits
) -> Letter | SetAside:
    """Read a mail and judge it; what must not go on is set aside with the reason."""
    mail = read_mail(content, limits=limits)
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
    return Letter(raw=raw, mail=mail, route=route, verdict=verdict, sender=_sender(mail))


def _sender(mail: Mail) -> Actor:
    """Who the mail claims to be from. Nothing but the From field says so yet, so nobody is verified."""
    claimed = mail.sender
    if claimed is None or normalise(claimed.address) == UNKNOWN_ADDRESS:
        return Actor(ActorKind.END_USER, verified=False)
    # A name that looks like an address is not shown as one: it may be somebody else's (test M20).
    name = "" if "@" in claimed.name else claimed.name[:LONGEST_NAME]
    return Actor(ActorKind.END_USER, name=name, address=claimed.address, verified=False)
