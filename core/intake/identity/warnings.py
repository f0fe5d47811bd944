"""What an agent should be wary of in a mail: the codes that an entry keeps, and the words for them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from ...contract.addresses import ascii_domain, normalise
from ...contract.tickets import Alignment, Ticket
from ...store.directory import Directory
from ..parsing import Mail
from .lookalikes import mixes_scripts, skeleton


class Caution(StrEnum):
    """One thing to be wary of."""

    AUTHENTICATION_FAILED = "authentication_failed"
    CLAIMS_AGENT = "claims_agent"
    CLAIMS_ADMIN = "claims_admin"
    CLAIMS_MAILBOX = "claims_mailbox"
    HOMOGRAPH = "homograph"
    REPLY_TO_ELSEWHERE = "reply_to_elsewhere"
    NAMES_OTHERS = "names_others"
    UNCONFIRMED_REPORT = "unconfirmed_report"


_WORDS = {
    Caution.AUTHENTICATION_FAILED: "a trusted mail server found that it does not come from where its From says",
    Caution.CLAIMS_AGENT: "its From is the address of an agent, which anybody can write: it has no rights of an agent",
    Caution.CLAIMS_ADMIN: "its From is the address of the administrator, which anybody can write: it has no rights of one",
    Caution.CLAIMS_MAILBOX: "its From is an address of this desk, which anybody can write",
    Caution.HOMOGRAPH: "its sender looks like somebody known and is somebody else: compare the address letter by letter",
    Caution.REPLY_TO_ELSEWHERE: "it asks for answers to another domain than the one that it claims to come from",
    Caution.NAMES_OTHERS: "it was copied to people who take no part in the ticket; nobody was added",
    Caution.UNCONFIRMED_REPORT: "it says that a mail of this desk did not arrive and proves nothing: it changed nothing",
}


def words_of(warnings: Iterable[str]) -> tuple[str, ...]:
    """What the codes of an entry mean, in words for agents; a code that is not known here stands for itself."""
    return tuple(_WORDS.get(Caution(each), each) if each in set(Caution) else each for each in warnings)


def cautions(
    mail: Mail,
    *,
    alignment: Alignment,
    directory: Directory,
    ticket: Ticket | None,
    imitates: bool = False,
    names_others: bool = False,
) -> tuple[Caution, ...]:
    """What to be wary of in a mail, in the order of `Caution`.

    :param ticket: the one that it belongs to, if any: its participants can be imitated as agents can.
    :param imitates: the sender's foreign-looking address is drawn after that of an end user.
    :param names_others: it names people in Cc who were not added.
    """
    found: list[Caution] = []
    if alignment is Alignment.FAIL:
        found.append(Caution.AUTHENTICATION_FAILED)
    if mail.sender:
        found += claims(directory, mail.sender.address)
    if mail.sender and (imitates or _imitates(mail, directory, ticket)):
        found.append(Caution.HOMOGRAPH)
    if mail.sender and _answered_elsewhere(mail.sender.address, (each.address for each in mail.reply_to)):
        found.append(Caution.REPLY_TO_ELSEWHERE)
    if names_others:
        found.append(Caution.NAMES_OTHERS)
    return tuple(found)


def claims(directory: Directory, address: str) -> tuple[Caution, ...]:
    """Whose address a From claims that is none of an end user's (RFC 3834 section 2, test M21)."""
    key = normalise(address)
    admin = directory.profile.admin_address
    found = []
    if key in directory.agents_by_address:
        found.append(Caution.CLAIMS_AGENT)
    if admin and key == normalise(admin):
        found.append(Caution.CLAIMS_ADMIN)
    if directory.is_system_address(key):
        found.append(Caution.CLAIMS_MAILBOX)
    return tuple(found)


def _answered_elsewhere(sender: str, reply_to: Iterable[str]) -> bool:
    domain = _domain(sender)
    others = (_domain(each) for each in reply_to)
    return any(
        each != domain and not each.endswith(f".{domain}") and not domain.endswith(f".{each}") for each in others
    )


def _domain(address: str) -> str:
    name = address.rpartition("@")[2]
    return ascii_domain(name) or name.lower()


def _imitates(mail: Mail, directory: Directory, ticket: Ticket | None) -> bool:
    """Whether address or name mix scripts, or look like those of somebody known and are not the same.

    Who writes both in plain letters that look like themselves imitates nobody: that is nearly everybody, and costs nothing.
    Digits in a local part are taken for digits: half the world has one in the address.
    """
    sender = mail.sender
    assert sender is not None
    key, name = normalise(sender.address), sender.name
    domain = key.rpartition("@")[2]
    plain_address = key.isascii() and "xn--" not in domain and skeleton(domain) == domain
    if plain_address and name.isascii():
        return False
    if mixes_scripts(name) or mixes_scripts(domain):
        return True
    addresses, names = _looks(tuple((each.name, each.address) for each in directory.agents.values()))
    users = [ticket.owner, *(each.user for each in ticket.collaborators)] if ticket else []
    own_addresses, own_names = _looks(tuple((each.name, each.address) for each in users))
    if not plain_address and (_is_like(key, addresses) or _is_like(key, own_addresses)):
        return True
    folded = name.casefold()
    return not name.isascii() and (_is_like(folded, names) or _is_like(folded, own_names))


_Looks = Mapping[str, frozenset[str]]
"""Texts by what they look like."""


@lru_cache(maxsize=256)
def _looks(people: tuple[tuple[str, str], ...]) -> tuple[_Looks, _Looks]:
    """How the addresses and the names of people look; remembered, because a desk's agents are the same for many mails."""
    return (
        _by_look(normalise(address) for _, address in people if address),
        _by_look(name.casefold() for name, _ in people if name),
    )


def _by_look(texts: Iterable[str]) -> _Looks:
    found: dict[str, frozenset[str]] = {}
    for each in texts:
        look = skeleton(each)
        found[look] = found.get(look, frozenset()) | {each}
    return found


def _is_like(text: str, known: _Looks) -> bool:
    """Whether somebody known looks the same, and none of them is the same."""
    alike = known.get(skeleton(text), frozenset())
    return bool(alike) and text not in alike
