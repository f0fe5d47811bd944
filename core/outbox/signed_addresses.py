"""Addresses that name one delivery and cannot be made up: where its bounce comes back to, and where it is answered.

``support+b.2s.<mac>@example.com`` is the return path of delivery 100, ``support+r.2s.<mac>@example.com`` its Reply-To. The
mac is 130 bits of HMAC-SHA256 under the desk's key (test M23). Nothing is stored for them, and they are the same on each try.
"""

import hmac
import re
from base64 import b32encode
from enum import StrEnum
from hashlib import sha256

import attrs

from ..contract.addresses import MAX_LOCAL_OCTETS, normalise

MAC_CHARACTERS = 26
"""130 bits; the floor for an address is 64."""

_TOKEN = re.compile(rf"(?:.*\+)?([br])\.([0-9a-z]{{1,13}})\.([a-z2-7]{{{MAC_CHARACTERS}}})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Purpose(StrEnum):
    """What a signed address is for."""

    BOUNCE = "b"
    REPLY = "r"


@attrs.frozen
class Named:
    """The delivery that a signed address names, and what for."""

    purpose: Purpose
    delivery_id: int


class SignedAddresses:
    """Makes and reads signed addresses.

    :param key: a secret of this desk, for this purpose alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, purpose: Purpose, *, delivery_id: int, base: str) -> str:
        """The address for a delivery; '' where the local part would be longer than RFC 5321 section 4.5.3.1.1 allows.

        :param base: an address that takes plus forms, or ``@bounces.example.com`` for a domain that takes every local part.
        """
        local, _, domain = base.rpartition("@")
        token = f"{purpose.value}.{_base36(delivery_id)}.{self._mac(purpose, delivery_id)}"
        signed = f"{local}+{token}" if local else token
        return "" if len(signed.encode()) > MAX_LOCAL_OCTETS else f"{signed}@{domain}"

    def read(self, address: str) -> Named | None:
        """The delivery that an address names; None for every address that this desk did not sign."""
        found = _TOKEN.fullmatch(normalise(address).rpartition("@")[0])
        if found is None:
            return None
        purpose, delivery_id = Purpose(found[1]), int(found[2], 36)
        if not hmac.compare_digest(found[3], self._mac(purpose, delivery_id)):
            return None
        return Named(purpose, delivery_id)

    def _mac(self, purpose: Purpose, delivery_id: int) -> str:
        digest = hmac.digest(self._key, f"{purpose.value}.{delivery_id}".encode(), sha256)
        # Four groups of five octets make 32 characters; the other octets would be encoded for nothing.
        return b32encode(digest[:20]).decode("ascii").lower()[:MAC_CHARACTERS]


def claims_token(address: str) -> bool:
    """Whether an address looks signed: one that does and that `SignedAddresses.read` does not know is a guess."""
    return _TOKEN.fullmatch(normalise(address).rpartition("@")[0]) is not None


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
