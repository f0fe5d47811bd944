"""Secrets at rest: sealed with the key of this desk, in the database and in exported files alike."""

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..contract.errors import DeskbellError

SEAL = "enc:"
"""How a sealed secret begins; a secret in plain text cannot begin with it."""


class KeyMissing(DeskbellError, FileNotFoundError):
    """The file with the desk's key is not there."""

    def __init__(self, key_file: Path) -> None:
        super().__init__(
            f"The key file {key_file} is missing, so no secret can be read or kept. Put it back from a backup; "
            "if it is lost, make a new one with `deskbell init` and set every secret again."
        )


class KeyExposed(DeskbellError, PermissionError):
    """Other accounts of the machine can read the desk's key."""

    def __init__(self, key_file: Path, *, mode: int) -> None:
        super().__init__(
            f"The key file {key_file} can be read by others (mode {mode:04o}). Take that away: chmod 600 {key_file}"
        )


class KeyUnusable(DeskbellError, ValueError):
    """The key file cannot be read or holds no key."""

    def __init__(self, key_file: Path, reason: str) -> None:
        super().__init__(f"The key file {key_file} {reason}. Put it back from a backup.")


class SecretUnreadable(DeskbellError, ValueError):
    """A sealed secret that this desk's key does not open."""

    def __init__(self) -> None:
        super().__init__(
            "A secret cannot be read with this desk's key: it was sealed by another desk, with an earlier key, or is "
            "damaged. Set it again."
        )


class SecretBox:
    """Seals and opens with the key in `key_file`.

    :raises KeyMissing: if there is no such file.
    :raises KeyExposed: if others may read it.
    :raises KeyUnusable: if it cannot be read or holds no key.
    """

    def __init__(self, key_file: Path) -> None:
        self._key = _key(key_file)
        self._fernet = Fernet(self._key)

    @classmethod
    def create(cls, key_file: Path) -> "SecretBox":
        """The box of a new key, in a file that only its owner may read; a key that is there already is kept.

        :raises KeyExposed: if there is a key already that others may read.
        :raises KeyUnusable: if there is a file already and it holds no key.
        """
        # Written whole beside its place and then linked: a crash leaves no half a key, and no key is ever replaced.
        handle, name = tempfile.mkstemp(dir=key_file.parent, prefix=key_file.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            _link_if_free(Path(name), key_file)
        finally:
            Path(name).unlink()
        return cls(key_file)

    def key_for(self, purpose: str) -> bytes:
        """A key of 256 bits for one purpose, always the same; nothing about the desk's own key follows from it (RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._key)

    def seal(self, text: str) -> str:
        """The text as a token ``enc:...``, another one each time."""
        return SEAL + self._fernet.encrypt(text.encode()).decode()

    @staticmethod
    def is_sealed(value: object) -> bool:
        """Whether it is a text that `seal` made."""
        return isinstance(value, str) and value.startswith(SEAL)

    def open(self, token: str) -> str:
        """The text that was sealed.

        :raises SecretUnreadable: if it is no token of this key.
        """
        try:
            return self._fernet.decrypt(token.removeprefix(SEAL)).decode()
        except (InvalidToken, ValueError):
            raise SecretUnreadable from None

    def opened(self, options: Mapping[str, object]) -> dict[str, object]:
        """The options, as a channel or plugin is given them, with every sealed text in them opened.

        :raises SecretUnreadable: if one of them is no token of this key.
        """
        return {name: self._opened(value) for name, value in options.items()}

    def _opened(self, value: object) -> object:
        if self.is_sealed(value):
            return self.open(str(value))
        if isinstance(value, Mapping):
            return self.opened(value)
        return [self._opened(item) for item in value] if isinstance(value, list) else value


def _link_if_free(made: Path, place: Path) -> None:
    try:
        place.hardlink_to(made)
    except FileExistsError:
        return


def _key(key_file: Path) -> bytes:
    try:
        mode = stat.S_IMODE(key_file.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyExposed(key_file, mode=mode)
        key = key_file.read_bytes().strip()
        Fernet(key)
    except FileNotFoundError:
        raise KeyMissing(key_file) from None
    except KeyExposed:
        raise
    except OSError as error:
        raise KeyUnusable(key_file, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise KeyUnusable(key_file, "holds no key") from error
    return key
