"""Makes the keys with which outgoing mail is signed (DKIM), and the records by which others verify it."""

import os
import re
from base64 import b64encode
from pathlib import Path

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ..contract.addresses import ascii_domain
from ..contract.errors import InvalidValue
from ..settings import DeskPaths
from .opening import NoDeskHere

RSA_BITS = 2048
"""RFC 8301 section 3.2; a longer public key does not fit into one answer of the DNS everywhere."""

_SELECTOR = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_TXT_OCTETS = 255


@attrs.frozen(kw_only=True)
class NewDkimKey:
    """A key that was made: its file, and the TXT record of its public half."""

    selector: str
    domain: str
    file: Path
    name: str
    record: str

    @property
    def zone_line(self) -> str:
        """The record as a line of a zone file, in pieces of at most 255 octets (RFC 6376 section 3.6.2.2)."""
        pieces = [self.record[start : start + _TXT_OCTETS] for start in range(0, len(self.record), _TXT_OCTETS)]
        return f"{self.name}. IN TXT " + " ".join(f'"{piece}"' for piece in pieces)


def new_dkim_key(directory: Path, *, selector: str, domain: str, ed25519: bool) -> NewDkimKey:
    """Make a key in a file of the desk's directory that only its owner may read.

    :param ed25519: an Ed25519 key (RFC 8463) instead of an RSA key; few servers verify it yet, so use it beside one.
    :raises NoDeskHere: when there is no desk in the directory.
    :raises InvalidValue: when the selector or the domain cannot be one, or there is such a key already.
    """
    paths = DeskPaths(directory)
    if not paths.settings_file.is_file():
        raise NoDeskHere(directory)
    ascii_name = ascii_domain(domain)
    if not _SELECTOR.fullmatch(selector):
        raise InvalidValue(f"The selector '{selector}'", "it is no label of the DNS", "Take one such as desk2026.")
    if not ascii_name or domain.startswith("["):
        raise InvalidValue(f"The domain '{domain}'", "it is no domain", "Name one such as example.com.")
    key = Ed25519PrivateKey.generate() if ed25519 else generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    if isinstance(key, Ed25519PrivateKey):
        kind, public = "ed25519", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        kind, public = "rsa", key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    file = paths.directory / f"dkim-{selector}.pem"
    _write(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return NewDkimKey(
        selector=selector,
        domain=ascii_name,
        file=file,
        name=f"{selector}._domainkey.{ascii_name}",
        record=f"v=DKIM1; k={kind}; p={b64encode(public).decode('ascii')}",
    )


def _write(file: Path, content: bytes) -> None:
    """A new file for its owner alone; a key that is there is never replaced, for mail on its way is signed with it."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidValue(str(file), "there is a key by this name already", "Take another selector.") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
