"""Mail addresses: which are valid, and the one form in which two addresses are compared."""

import ipaddress
import re
import unicodedata
from functools import lru_cache

import idna

MAX_LOCAL_OCTETS = 64
"""Longest local part (RFC 5321 section 4.5.3.1.1)."""
MAX_DOMAIN_OCTETS = 255
"""Longest domain, as A-labels (RFC 5321 section 4.5.3.1.2)."""
MAX_ADDRESS_OCTETS = 254
"""Longest address: a path is at most 256 octets with its angle brackets (RFC 5321 section 4.5.3.1.3)."""

# Dots may stand anywhere: carriers gave out local parts such as "a..b" and "a.", and their owners write to us.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_QUOTED_LOCAL = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


@lru_cache(maxsize=16_384)
def normalise(address: str) -> str:
    """The identity form of an address: equal strings mean the same mailbox in our store.

    The domain is lower case and in A-labels, the local part is casefolded; dots and plus tags stay, because only rate
    limits may fold them (RFC 5321 section 2.4, RFC 5891). Text that is no address is stripped and casefolded, so that a
    look-up with foreign text finds nothing instead of raising.

    :param address: the address as it was written, without display name or angle brackets.
    :returns: the form to compare and to index; never to send to.
    """
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return address.strip().casefold()
    return f"{_fold_local(local)}@{ascii_domain(domain) or domain.casefold()}"


def folded(address: str) -> str:
    """The identity form without its plus tag: under this rate limits count, and under nothing else.

    :param address: as in `normalise`.
    """
    local, at, domain = normalise(address).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def valid(address: str) -> bool:
    """Whether mail can be sent to the address: its parts are well formed and none is too long.

    Too long is invalid, never cut. A quoted local part, a domain literal, a domain of one label and a local part beyond
    ASCII (RFC 6531) are accepted.

    :param address: the address alone; surrounding white space makes it invalid.
    """
    local, _, domain = address.rpartition("@")
    ascii_form = ascii_domain(domain)
    if not ascii_form or len(ascii_form) > MAX_DOMAIN_OCTETS or not _local_is_valid(local):
        return False
    return len(local.encode()) <= MAX_LOCAL_OCTETS and len(local.encode()) + 1 + len(ascii_form) <= MAX_ADDRESS_OCTETS


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """The domain in lower-case A-labels (RFC 5891), an address literal as it is, ``""`` when it is no domain.

    A final dot is dropped: it names the same domain.
    """
    if domain.startswith("["):
        return domain.lower() if _is_literal(domain) else ""
    name = domain.removesuffix(".")
    if not name.isascii():
        name = _encoded(name)
    name = name.lower()
    labels = name.split(".")
    return name if all(_LABEL.fullmatch(label) for label in labels) else ""


def _encoded(domain: str) -> str:
    """The A-labels of a domain beyond ASCII, empty when there are none; long names are refused unread."""
    if len(domain) > MAX_DOMAIN_OCTETS:
        return ""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def _is_literal(domain: str) -> bool:
    """Whether the text is ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]`` (RFC 5321 section 4.1.3)."""
    inner = domain[1:-1]
    if not domain.endswith("]") or "%" in inner:
        return False
    try:
        if inner[:5].lower() == "ipv6:":
            ipaddress.IPv6Address(inner[5:])
        else:
            ipaddress.IPv4Address(inner)
    except ValueError:
        return False
    return True


def _local_is_valid(local: str) -> bool:
    if _PLAIN_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local):
        return True
    if local.isascii():
        return False
    # Beyond ASCII only letters, marks, digits, symbols and dashes: no blank, control, format or unassigned character,
    # and no U+FFFD, which stands for something else.
    foreign = [character for character in local if not character.isascii()]
    ascii_rest = "".join(character for character in local if character.isascii())
    if any(character == "\ufffd" or unicodedata.category(character)[0] in "CZ" for character in foreign):
        return False
    return not ascii_rest or _PLAIN_LOCAL.fullmatch(ascii_rest) is not None


def _fold_local(local: str) -> str:
    """The local part without needless quotes, composed and casefolded."""
    if len(local) > 1 and local[0] == local[-1] == '"':
        bare = re.sub(r"\\(.)", r"\1", local[1:-1])
        if _PLAIN_LOCAL.fullmatch(bare):
            local = bare
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold())
