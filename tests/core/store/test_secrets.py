"""The desk's key and what it seals."""

import stat
from pathlib import Path

import pytest

from deskbell.core.contract.errors import DeskbellError
from deskbell.core.store.secrets import (
    KeyExposed,
    KeyMissing,
    KeyUnusable,
    SecretBox,
    SecretUnreadable,
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def test_a_new_key_is_its_owners_alone(key_file: Path) -> None:
    SecretBox.create(key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert list(key_file.parent.iterdir()) == [key_file]


def test_what_is_sealed_is_opened_by_the_same_key_later(key_file: Path) -> None:
    token = SecretBox.create(key_file).seal("geheim ☃")
    assert SecretBox(key_file).open(token) == "geheim ☃"


def test_a_token_hides_the_text_and_is_another_one_each_time(key_file: Path) -> None:
    box = SecretBox.create(key_file)
    first, second = box.seal("hunter2"), box.seal("hunter2")
    assert first.startswith("enc:")
    assert "hunter2" not in first
    assert first != second


def test_a_key_is_never_replaced(key_file: Path) -> None:
    token = SecretBox.create(key_file).seal("kept")
    assert SecretBox.create(key_file).open(token) == "kept"
    assert list(key_file.parent.iterdir()) == [key_file]


def test_a_missing_key_is_one_sentence_with_the_remedy(key_file: Path) -> None:
    with pytest.raises(KeyMissing) as refused:
        SecretBox(key_file)
    assert str(refused.value) == (
        f"The key file {key_file} is missing, so no secret can be read or kept. Put it back from a backup; "
        "if it is lost, make a new one with `deskbell init` and set every secret again."
    )
    assert isinstance(refused.value, DeskbellError)
    assert isinstance(refused.value, FileNotFoundError)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_that_others_can_read_is_refused(key_file: Path, mode: int) -> None:
    SecretBox.create(key_file)
    key_file.chmod(mode)
    with pytest.raises(KeyExposed) as refused:
        SecretBox(key_file)
    assert str(refused.value) == (
        f"The key file {key_file} can be read by others (mode {mode:04o}). Take that away: chmod 600 {key_file}"
    )


@pytest.mark.parametrize("content", [b"", b"not a key", b"\xff\xfe", b"c2hvcnQ="])
def test_a_file_without_a_key_is_refused(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    key_file.chmod(0o600)
    with pytest.raises(KeyUnusable) as refused:
        SecretBox(key_file)
    assert str(refused.value) == f"The key file {key_file} holds no key. Put it back from a backup."


def test_a_folder_in_the_place_of_the_key_is_refused(key_file: Path) -> None:
    key_file.mkdir(mode=0o700)
    with pytest.raises(KeyUnusable) as refused:
        SecretBox(key_file)
    assert str(refused.value) == (f"The key file {key_file} cannot be read: Is a directory. Put it back from a backup.")


@pytest.mark.parametrize("token", ["enc:", "enc:abc", "enc:ü", "", "plain"])
def test_what_is_no_token_is_not_opened(key_file: Path, token: str) -> None:
    box = SecretBox.create(key_file)
    with pytest.raises(SecretUnreadable):
        box.open(token)


def test_another_desks_token_is_not_opened(key_file: Path, tmp_path: Path) -> None:
    token = SecretBox.create(tmp_path / "other.key").seal("theirs")
    with pytest.raises(SecretUnreadable) as refused:
        SecretBox.create(key_file).open(token)
    assert str(refused.value) == (
        "A secret cannot be read with this desk's key: it was sealed by another desk, with an earlier key, or is "
        "damaged. Set it again."
    )


def test_options_are_opened_wherever_a_secret_lies(key_file: Path) -> None:
    box = SecretBox.create(key_file)
    options = {
        "host": "mail.example.com",
        "password": box.seal("one"),
        "tls": {"key": box.seal("two"), "port": 465},
        "tokens": [box.seal("three"), "enclosed"],
    }
    assert box.opened(options) == {
        "host": "mail.example.com",
        "password": "one",
        "tls": {"key": "two", "port": 465},
        "tokens": ["three", "enclosed"],
    }


def test_only_text_with_the_seal_is_sealed() -> None:
    assert SecretBox.is_sealed("enc:abc")
    assert not SecretBox.is_sealed("Enc:abc")
    assert not SecretBox.is_sealed(["enc:abc"])
    assert not SecretBox.is_sealed(None)
