"""Addresses that name one delivery: read by the desk that signed them, and by no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.addresses import valid
from deskbell.core.outbox.signed_addresses import MAC_CHARACTERS, Named, Purpose, SignedAddresses, claims_token

OURS = SignedAddresses(b"k" * 32)
THEIRS = SignedAddresses(b"other" * 8)
BASE = "support@example.com"


@given(st.integers(0, 2**63 - 1), st.sampled_from(Purpose))
def test_what_was_signed_is_read_whatever_its_case(delivery_id: int, purpose: Purpose) -> None:
    made = OURS.make(purpose, delivery_id=delivery_id, base=BASE)
    assert valid(made)
    assert OURS.read(made) == OURS.read(made.upper()) == Named(purpose, delivery_id)
    assert THEIRS.read(made) is None
    assert claims_token(made)


def test_a_domain_that_takes_everything_needs_no_plus() -> None:
    made = OURS.make(Purpose.BOUNCE, delivery_id=100, base="@bounces.example.com")
    assert made.startswith("b.2s.")
    assert OURS.read(made) == Named(Purpose.BOUNCE, 100)


def test_m23_a_token_has_130_bits_and_one_wrong_character_makes_it_nobody_s() -> None:
    assert MAC_CHARACTERS * 5 >= 128
    made = OURS.make(Purpose.REPLY, delivery_id=7, base=BASE)
    local, _, domain = made.rpartition("@")
    for place in range(len("support+"), len(local)):
        wrong = "a" if local[place] != "a" else "b"
        forged = f"{local[:place]}{wrong}{local[place + 1 :]}@{domain}"
        assert OURS.read(forged) is None


def test_the_token_of_a_bounce_answers_nothing() -> None:
    bounce = OURS.make(Purpose.BOUNCE, delivery_id=7, base=BASE)
    assert OURS.read(bounce.replace("+b.", "+r.")) is None


@pytest.mark.parametrize(
    "address",
    ["", "support@example.com", "support+b@example.com", "support+b.7@example.com", "support+tag@example.com"],
)
def test_an_ordinary_address_names_nothing(address: str) -> None:
    assert OURS.read(address) is None
    assert not claims_token(address)


def test_rfc_29_no_local_part_becomes_too_long() -> None:
    assert OURS.make(Purpose.BOUNCE, delivery_id=10**15, base=f"{'x' * 40}@example.com") == ""
