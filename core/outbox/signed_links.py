"""Links that do one thing for whoever has them: end a subscription, or fetch one file. They cannot be made up.

Nothing is stored for them. A link names what it is for and carries 130 bits of HMAC-SHA256 under a key of the desk.
"""

import hmac
import re
from base64 import b32encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import attrs

MAC_CHARACTERS = 26
"""130 bits."""
FILES_LAST = timedelta(days=30)
"""How long a link to a file works (test W2)."""

_SUBSCRIPTION = re.compile(rf"([1-9][0-9]{{0,17}})\.([a-z2-7]{{{MAC_CHARACTERS}}})")
_FILE = re.compile(rf"([0-9a-f]{{64}})\.([1-9][0-9]{{0,10}})\.([a-z2-7]{{{MAC_CHARACTERS}}})")


@attrs.frozen
class SharedFile:
    """A file that a link leads to, by the SHA-256 of its content in hex, and until when; aware UTC."""

    digest: str
    until: datetime


class SignedLinks:
    """Makes and reads the links of one desk.

    :param key: a secret of this desk, for this purpose alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def unsubscribe(self, base_url: str, *, delivery_id: int) -> str:
        """The link by which the recipient of a delivery ends what it told about (RFC 8058)."""
        return f"{base_url.rstrip('/')}/unsubscribe/{delivery_id}.{self._mac('unsubscribe', delivery_id)}"

    def delivery_of(self, token: str) -> int | None:
        """The delivery whose subscription a token ends; None for every token that this desk did not make."""
        found = _SUBSCRIPTION.fullmatch(token)
        if found is None or not hmac.compare_digest(found[2], self._mac("unsubscribe", found[1])):
            return None
        return int(found[1])

    def file(self, base_url: str, *, digest: str, now: datetime) -> str:
        """The link to a file; it works for 30 days."""
        until = int((now + FILES_LAST).timestamp())
        return f"{base_url.rstrip('/')}/files/{digest}.{until}.{self._mac('file', digest, until)}"

    def file_of(self, token: str, *, now: datetime) -> SharedFile | None:
        """The file that a token leads to; None when this desk did not make it or its time is over."""
        found = _FILE.fullmatch(token)
        if found is None or not hmac.compare_digest(found[3], self._mac("file", found[1], found[2])):
            return None
        until = datetime.fromtimestamp(int(found[2]), UTC)
        return SharedFile(found[1], until) if now < until else None

    def _mac(self, *parts: object) -> str:
        digest = hmac.digest(self._key, ".".join(map(str, parts)).encode(), sha256)
        return b32encode(digest).decode("ascii").lower()[:MAC_CHARACTERS]
