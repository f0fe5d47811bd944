"""What comes back: whether each mailbox takes the addresses that bounces and answers go to, and what mails say of the desk."""

import secrets
from collections.abc import Iterator

from ...contract.addresses import ascii_domain
from ...contract.channel import Channel
from ...notify.ringer import CHANNEL
from ...store.directory import Directory, MailboxRecord
from ..opening import Desk
from ..stored_channels import StoredChannels
from .finding import Finding, fine, warning


def mailboxes(desk: Desk) -> Iterator[Finding]:
    """Whether bounces can be matched to what was sent, mailbox by mailbox; the mail server is asked, and sent nothing."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    channel = desk.channels.at(directory).ready.get(CHANNEL)
    domain = directory.profile.bounce_domain
    if domain:
        yield fine(
            "mailboxes",
            f"Bounces come back to signed addresses at {domain}; all that is sent there must reach a mailbox of the desk.",
        )
    for box in sorted(directory.mailboxes.values(), key=lambda box: box.name):
        yield _plus(box, takes_plus(channel, box.address), bounce_domain=domain)


def takes_plus(channel: Channel | None, address: str) -> bool | None:
    """Whether the mail server takes plus forms of an address; None when it does not tell.

    A server that refuses the address itself does not know it, and one that takes a made-up address as well takes
    everything at the door: neither says anything about plus forms.
    """
    if channel is None:
        return None
    local, _, domain = address.rpartition("@")
    if not channel.takes(address) or channel.takes(f"deskbell-{secrets.token_hex(8)}@{domain}") is not False:
        return None
    return channel.takes(f"{local}+probe@{domain}")


def _plus(box: MailboxRecord, takes: bool | None, *, bounce_domain: str) -> Finding:
    local, _, domain = box.address.rpartition("@")
    plus = f"{local}+probe@{domain}"
    if box.plus_addresses and takes is False:
        return warning(
            "mailboxes",
            f"'{box.name}': plus_addresses is on, and the mail server refuses {plus}: bounces and answers would be lost.",
            remedy="Let the server deliver plus forms there, or set plus_addresses = false with 'deskbell apply'.",
        )
    if box.plus_addresses:
        how = "the mail server takes them" if takes else f"to test it, send a mail to {plus} from outside"
        return fine("mailboxes", f"'{box.name}': bounces and answers come back to signed plus addresses; {how}.")
    hint = f"; the mail server takes {plus}, so plus_addresses can be set" if takes else ""
    if bounce_domain:
        return fine("mailboxes", f"'{box.name}': answers come back to {box.address} itself{hint}.")
    return fine(
        "mailboxes",
        f"'{box.name}': bounces of automatic answers cannot be matched, for plus_addresses is off{hint}.",
    )


def links(desk: Desk) -> Iterator[Finding]:
    """Whether mails can hold links to the desk's pages."""
    with desk.db.reading() as session:
        base_url = desk.db.directory(session).profile.base_url
    if not base_url:
        yield fine("links", "No base_url is set: mails hold no links.")
    elif not base_url.startswith("https://"):
        yield warning(
            "links",
            f"Links in mails begin with {base_url}, which is not encrypted; none to unsubscribe is offered.",
            remedy="Set base_url to an https address with 'deskbell apply'.",
        )
    elif not desk.settings.web.enabled:
        yield fine(
            "links", f"Links in mails begin with {base_url}; [web] is off here, so another process must serve them."
        )
    else:
        yield fine("links", f"Links in mails begin with {base_url}.")


def signatures(desk: Desk) -> Iterator[Finding]:
    """Whether all addresses that the desk sends from have a key; one that cannot be used keeps the channel from delivering."""
    keys = StoredChannels(desk.db, desk.secrets).options(CHANNEL).get("dkim") or ()
    assert isinstance(keys, list | tuple)
    domains = {ascii_domain(str(key["domain"])) for key in keys}
    if not domains:
        yield fine("signatures", "Mail is not signed by the desk (DKIM); the mail server may do it.")
        return
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    unsigned = sorted(each for each in _sending_domains(directory) if not _covered(each, domains))
    for each in unsigned:
        yield warning(
            "signatures",
            f"Mail from {each} is not signed: no DKIM key is of that domain.",
            remedy="Add a key for it to channels.smtp.dkim, or let the mail server sign.",
        )
    if not unsigned:
        yield fine("signatures", f"Mail is signed by {', '.join(sorted(domains))} (DKIM).")


def _sending_domains(directory: Directory) -> set[str]:
    boxes = [box.address for box in directory.mailboxes.values()]
    departments = [
        address
        for each in directory.departments.values()
        for address in (each.address, each.autoresponse_address)
        if address
    ]
    return {ascii_domain(address.rpartition("@")[2]) for address in (*boxes, *departments)}


def _covered(domain: str, signing: set[str]) -> bool:
    return any(domain == each or domain.endswith(f".{each}") for each in signing)
