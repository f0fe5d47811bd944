"""DKIM signatures (RFC 6376, RFC 8301, RFC 8463): relaxed/relaxed, with keys that are read once.

The canonical form and the signature are made here, because a signature by the ``cryptography`` package costs a twentieth of
one in pure Python; the tests let an independent verifier judge them.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ...core.contract.addresses import ascii_domain
from ...core.contract.errors import DeskbellError
from .dkim_options import DkimKey

SIGNED = (
    "from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version",
    "content-type", "content-transfer-encoding", "auto-submitted", "list-id", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
"""The fields that a signature covers, where a mail has them. From is named once more than it stands there, so that a second
one breaks the signature (RFC 6376 section 8.15); RFC 8058 section 4 asks for the last two."""

SHORTEST_RSA_BITS = 1024
"""RFC 8301 section 3.2: shorter ones must not be used, and 2048 should be."""

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)\r\n")
_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"[ \t]+\r\n")
_LINE = 72


class DkimUnusable(DeskbellError, ValueError):
    """A key that cannot sign: mail is held rather than sent without the signature that was asked for."""

    def __init__(self, key: DkimKey, reason: str) -> None:
        super().__init__(
            f"The DKIM key '{key.selector}' of {key.domain} cannot be used: {reason}. Check channels.smtp.dkim, or take "
            "the key out to send mail without its signature."
        )


@attrs.frozen
class Signer:
    """One key, ready to sign. `domain` is in A-labels."""

    domain: str
    selector: str
    private_key: RSAPrivateKey | Ed25519PrivateKey = attrs.field(repr=False)

    @property
    def algorithm(self) -> str:
        """What the signature says of itself."""
        return "rsa-sha256" if isinstance(self.private_key, RSAPrivateKey) else "ed25519-sha256"

    def signs(self, address: str) -> bool:
        """Whether mail from this address is of the key's domain, or of one below it (RFC 7489 section 3.1.1)."""
        domain = ascii_domain(address.rpartition("@")[2])
        return domain == self.domain or domain.endswith("." + self.domain)

    def field(self, fields: Sequence[tuple[str, bytes]], *, body_hash: str) -> bytes:
        """The DKIM-Signature of a mail.

        :param fields: the names in lower case and canonical forms of its header fields.
        """
        covered = [name for name, _ in fields if name in SIGNED]
        names = _folded(":".join([*covered, "from"]), at=":")
        unsigned = (
            f"DKIM-Signature: v=1; a={self.algorithm}; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; h={names};\r\n bh={body_hash};\r\n b="
        )
        canonical = {name: form for name, form in fields if name in SIGNED}
        own = _relaxed_field(b"dkim-signature", unsigned.partition(":")[2].encode())
        # The second From is none, and adds nothing (RFC 6376 section 5.4.2).
        signature = self._signature(b"".join([*(canonical[name] for name in covered), own.removesuffix(b"\r\n")]))
        return f"{unsigned}{_cut(b64encode(signature).decode('ascii'))}\r\n".encode()

    def _signature(self, data: bytes) -> bytes:
        if isinstance(self.private_key, RSAPrivateKey):
            return self.private_key.sign(data, PKCS1v15(), hashes.SHA256())
        # RFC 8463 section 3: what Ed25519 signs is the hash.
        return self.private_key.sign(sha256(data).digest())


def signer(key: DkimKey) -> Signer:
    """A key of the options, read and judged.

    :raises DkimUnusable: if its file cannot be read or holds no key that may sign.
    """
    return Signer(ascii_domain(key.domain), key.selector, _private_key(key))


def signed(content: bytes, signers: Sequence[Signer], *, sender: str) -> bytes:
    """The mail with a signature by each key that is of its sender's domain.

    :param content: a whole mail, each line with CRLF, each field once.
    :param sender: the address in From.
    """
    able = [each for each in signers if each.signs(sender)]
    if not able:
        return content
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [
        (name.lower().decode("ascii"), _relaxed_field(name.lower(), value))
        for name, value in _FIELD.findall(head + b"\r\n")
    ]
    body_hash = b64encode(sha256(_relaxed_body(body)).digest()).decode("ascii")
    return b"".join([*(each.field(fields, body_hash=body_hash) for each in able), content])


def _relaxed_field(name: bytes, value: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    return name + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ") + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4. Most bodies are large and hold nothing to change."""
    if b"\t" in body or b"  " in body or b" \r\n" in body:
        body = _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"\r\n", body))
    stripped = body.rstrip(b"\r\n")
    return stripped + b"\r\n" if stripped else b""


def _private_key(key: DkimKey) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        written = key.private_key or Path(key.private_key_file).read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise DkimUnusable(key, f"{key.private_key_file} cannot be read ({reason})") from None
    try:
        read = _read(written)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise DkimUnusable(key, "it is no private key in PEM form without a password") from None
    if isinstance(read, RSAPrivateKey) and read.key_size < SHORTEST_RSA_BITS:
        raise DkimUnusable(key, f"an RSA key of {read.key_size} bits is too short; take 2048")
    if not isinstance(read, RSAPrivateKey | Ed25519PrivateKey):
        raise DkimUnusable(key, "it is neither an RSA nor an Ed25519 key")
    return read


def _read(written: str) -> object:
    """A key in PEM, or the 32 bytes of an Ed25519 key in base64."""
    if "-----BEGIN" in written:
        return load_pem_private_key(written.strip().encode("ascii"), password=None)
    return Ed25519PrivateKey.from_private_bytes(b64decode(written.strip(), validate=True))


def _folded(text: str, *, at: str) -> str:
    """The text in lines, broken behind a character behind which blanks mean nothing."""
    lines = [""]
    for piece in re.findall(rf"[^{at}]+{at}?", text):
        if len(lines[-1]) + len(piece) > _LINE - 10:
            lines.append("")
        lines[-1] += piece
    return "\r\n ".join(lines)


def _cut(text: str) -> str:
    return "\r\n ".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
