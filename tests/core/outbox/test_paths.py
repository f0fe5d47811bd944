"""Addresses and links of one delivery: made when it is claimed, the same on each try, kept apart from all others'."""

import attrs
from sqlalchemy import update

from deskbell.core import outbox
from deskbell.core.contract.channel import TemporaryFailure
from deskbell.core.contract.tickets import Attachment
from deskbell.core.outbox import Claimed
from deskbell.core.outbox.paths import signed_paths
from deskbell.core.outbox.signed_addresses import Named, Purpose, SignedAddresses
from deskbell.core.outbox.signed_links import SignedLinks
from deskbell.core.store.deliveries import ReturnPaths
from deskbell.core.store.rows import BodyRow
from stand_ins.outbox_bench import BODY, ENVELOPE, LEASE, OutboxBench

SIGNED = SignedAddresses(b"k" * 32)
LINKS = SignedLinks(b"l" * 32)
BASES = attrs.evolve(ENVELOPE, bounce_base="support@example.com", reply_base="help@example.com")


def claimed(box: OutboxBench) -> tuple[Claimed, ...]:
    with box.db.writing() as session:
        return outbox.claim(
            session, channels=["smtp"], limit=9, now=box.clock.now(), lease=LEASE, signed=SIGNED, links=LINKS
        )


def test_rfc_12_each_delivery_has_an_address_for_its_bounce(box: OutboxBench) -> None:
    body = attrs.evolve(BODY, envelope=BASES)
    ids = box.put(box.delivery("a@example.com"), box.delivery("b@example.com"), bodies=[body])
    for number, each in zip(ids, claimed(box), strict=True):
        sender = each.delivery.envelope_sender
        assert sender.startswith("support+b.")
        assert sender.endswith("@example.com")
        assert SIGNED.read(sender) == Named(Purpose.BOUNCE, number)
        assert each.delivery.reply_to is not None
        name, address = each.delivery.reply_to
        assert name == "Support"
        assert address.startswith("help+r.")
        assert SIGNED.read(address) == Named(Purpose.REPLY, number)


def test_rfc_12_it_is_the_same_on_each_try(box: OutboxBench) -> None:
    box.put(box.delivery(), bodies=[attrs.evolve(BODY, envelope=BASES)])
    [first] = claimed(box)
    box.record((first, TemporaryFailure("busy")))
    box.clock.advance(hours=1)
    [second] = claimed(box)
    assert second.delivery.attempt == 2
    assert attrs.evolve(second.delivery, attempt=1) == first.delivery


def test_rfc_12_a_bounce_domain_takes_every_local_part() -> None:
    paths = signed_paths(SIGNED)(attrs.evolve(ENVELOPE, bounce_base="@bounces.example.com"), 100)
    assert paths.envelope_sender == f"b.2s.{paths.envelope_sender[5:31]}@bounces.example.com"
    assert SIGNED.read(paths.envelope_sender) == Named(Purpose.BOUNCE, 100)
    assert paths.reply_to is None


def test_without_bases_all_share_what_the_envelope_says() -> None:
    envelope = attrs.evolve(ENVELOPE, envelope_sender="support@example.com", reply_to=("", "r@example.com"))
    shared = ReturnPaths(envelope_sender="support@example.com", reply_to=("", "r@example.com"))
    assert signed_paths(SIGNED, LINKS)(envelope, 1) == shared


def test_rfc_29_an_address_that_would_be_too_long_is_not_made() -> None:
    # 33 + "+b.1." + 26 is 64, which RFC 5321 section 4.5.3.1.1 just allows.
    for length, signs in ((33, True), (34, False)):
        base = "a" * length + "@example.com"
        envelope = attrs.evolve(ENVELOPE, envelope_sender="support@example.com", bounce_base=base, reply_base=base)
        paths = signed_paths(SIGNED)(envelope, 1)
        assert (paths.envelope_sender != "support@example.com") is signs
        assert (paths.reply_to is not None) is signs


def test_rfc_49_a_subscription_has_a_link_of_its_own(box: OutboxBench) -> None:
    envelope = attrs.evolve(ENVELOPE, unsubscribe_base="https://desk.example")
    box.put(
        box.delivery("a@example.com"), box.delivery("b@example.com"), bodies=[attrs.evolve(BODY, envelope=envelope)]
    )
    links = {each.delivery.id: each.delivery.unsubscribe for each in claimed(box)}
    for number, link in links.items():
        assert LINKS.delivery_of(link.removeprefix("https://desk.example/unsubscribe/")) == number


def test_a_delivery_knows_its_list_and_the_claim_its_files(box: OutboxBench) -> None:
    file = Attachment(file_name="a.pdf", content_type="application/pdf", size=3, digest="0" * 64, content_id="x@y")
    envelope = attrs.evolve(ENVELOPE, list_id=("Support", "support.example.com"), files=(file,))
    box.put(box.delivery(), bodies=[attrs.evolve(BODY, envelope=envelope)])
    [each] = claimed(box)
    assert each.delivery.list_id == ("Support", "support.example.com")
    assert each.files == (file,)
    assert each.delivery.files == ()


def test_a_body_of_an_older_version_is_read(box: OutboxBench) -> None:
    box.put(box.delivery())
    # What was written before these fields were there lacks them.
    old = {"sender": ["Support", "support@example.com"], "envelope_sender": "s@example.com", "date": "then"}
    with box.db.writing() as session:
        session.execute(update(BodyRow).values(envelope=old))
    [each] = claimed(box)
    assert (each.delivery.envelope_sender, each.delivery.reply_to, each.files) == ("s@example.com", None, ())
