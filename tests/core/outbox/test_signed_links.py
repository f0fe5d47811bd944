"""Links that end a subscription or fetch a file: read by the desk that made them, while they last."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.outbox.signed_links import FILES_LAST, SharedFile, SignedLinks

OURS = SignedLinks(b"k" * 32)
THEIRS = SignedLinks(b"other" * 8)
BASE = "https://help.example.com"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DIGEST = "a1" * 32


def _token(link: str) -> str:
    return link.rpartition("/")[2]


@given(st.integers(1, 2**53))
def test_a_subscription_is_read_by_its_own_desk_alone(delivery_id: int) -> None:
    link = OURS.unsubscribe(BASE, delivery_id=delivery_id)
    assert link.startswith("https://help.example.com/unsubscribe/")
    assert OURS.delivery_of(_token(link)) == delivery_id
    assert THEIRS.delivery_of(_token(link)) is None


def test_a_file_is_there_for_thirty_days() -> None:
    token = _token(OURS.file(BASE, digest=DIGEST, now=NOW))
    assert OURS.file_of(token, now=NOW) == SharedFile(DIGEST, NOW + FILES_LAST)
    assert OURS.file_of(token, now=NOW + FILES_LAST - timedelta(seconds=1)) is not None
    assert OURS.file_of(token, now=NOW + FILES_LAST) is None
    assert THEIRS.file_of(token, now=NOW) is None


def test_a_changed_digit_makes_a_link_nobody_s() -> None:
    token = _token(OURS.file(BASE, digest=DIGEST, now=NOW))
    for place, character in enumerate(token):
        changed = token[:place] + ("2" if character != "2" else "3") + token[place + 1 :]
        assert OURS.file_of(changed, now=NOW) is None
    assert OURS.delivery_of(token) is None


@pytest.mark.parametrize("token", ["", ".", "1.", "1.short", "0.aaaaaaaaaaaaaaaaaaaaaaaaaa", "../../etc/passwd"])
def test_rubbish_names_nothing(token: str) -> None:
    assert OURS.delivery_of(token) is None
    assert OURS.file_of(token, now=NOW) is None
