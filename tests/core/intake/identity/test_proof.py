"""When a trusted server's word proves the domain in From (RFC 8601, RFC 7489, RFC 8617)."""

import pytest

from deskbell.core.contract.tickets import Alignment
from deskbell.core.intake.identity import Proof, prove
from deskbell.core.intake.parsing import read_mail
from deskbell.core.store.directory import MailboxRecord
from stand_ins.letters import raw_mail

PASS, FAIL, NONE = Alignment.PASS, Alignment.FAIL, Alignment.NONE
SERVER = "mx.example.com"
FROM = "customer.example"


def proof_of(
    *lines: str, sender: str | None = f"ada@{FROM}", sealers: tuple[str, ...] = (), server: str = SERVER
) -> Proof:
    box = MailboxRecord(
        id=1, name="support", address="support@example.com", department_id=1, auth_server=server, arc_sealers=sealers
    )
    return prove(read_mail(raw_mail(sender=sender, more="\n".join(lines))), box)


def said(results: str, *, by: str = SERVER) -> str:
    return f"Authentication-Results: {by}; {results}"


@pytest.mark.parametrize(
    ("results", "alignment"),
    [
        ("dmarc=pass header.from=customer.example", PASS),
        ("dmarc=pass header.from=Customer.Example", PASS),
        ("dmarc=pass (p=none) header.from=customer.example; dkim=fail; spf=fail", PASS),
        ("dkim=pass header.d=customer.example", PASS),
        ("dkim=pass header.i=@customer.example", PASS),
        ("dkim=fail header.d=other.example; dkim=pass header.i=list@customer.example", PASS),
        ("spf=pass smtp.mailfrom=bounce@customer.example", PASS),
        ("spf=pass smtp.mailfrom=customer.example", PASS),
        ("dmarc=fail header.from=customer.example; dkim=pass header.d=customer.example", FAIL),
        ("dkim=fail header.d=customer.example", FAIL),
        ("spf=fail smtp.mailfrom=customer.example; dkim=none", FAIL),
        ("spf=fail smtp.mailfrom=x.example; dkim=pass header.d=evil.example", FAIL),
        ("none", NONE),
        ("dmarc=none header.from=customer.example; spf=softfail smtp.mailfrom=customer.example", NONE),
        ("dmarc=pass", NONE),
        ("dmarc=pass header.from=evil.example", NONE),
        ("dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example", NONE),
        ("dkim=pass header.d=example", NONE),
        ("dkim=pass header.d=ustomer.example", NONE),
        ("dkim=pass header.d=mail.customer.example", NONE),
        ("spf=pass smtp.helo=customer.example", NONE),
        ("dkim=temperror header.d=customer.example", NONE),
        ("auth=pass smtp.auth=ada@customer.example", NONE),
        # i= is the signer's own word, and what stands twice was written by somebody else once.
        ("dkim=pass header.d=customer.example header.i=@mail.customer.example", PASS),
        ("dkim=pass header.d=evil.example header.i=@customer.example", NONE),
        ("dkim=pass header.d=evil.example header.d=customer.example", NONE),
        ("spf=pass smtp.mailfrom=evil.example smtp.mailfrom=customer.example", NONE),
        ("dmarc=pass header.from=evil.example header.from=customer.example", NONE),
    ],
)
def test_rfc_44_alignment(results: str, alignment: Alignment) -> None:
    assert proof_of(said(results)).alignment is alignment


def test_rfc_44_a_parent_domain_of_two_labels_proves_its_children() -> None:
    sender = "ada@eu.customer.example"
    assert proof_of(said("dkim=pass header.d=customer.example"), sender=sender).alignment is PASS
    assert proof_of(said("spf=pass smtp.mailfrom=customer.example"), sender=sender).alignment is PASS
    assert proof_of(said("dkim=pass header.d=example"), sender=sender).alignment is NONE
    assert proof_of(said("dmarc=pass header.from=customer.example"), sender=sender).alignment is NONE


def test_rfc_44_domains_are_compared_as_a_labels() -> None:
    sender = "ada@b\u00fccher.example"
    assert proof_of(said("dkim=pass header.d=xn--bcher-kva.example"), sender=sender).alignment is PASS


def test_rfc_44_a_from_that_names_nobody_is_never_proven() -> None:
    for sender in (None, "ada@customer.example, eve@customer.example", "ada@customer.example<eve@evil.example>"):
        assert proof_of(said("dmarc=pass header.from=customer.example"), sender=sender).alignment is NONE
        assert proof_of(said("dmarc=fail"), sender=sender).alignment is FAIL


def test_rfc_44_what_was_found_is_said_in_words() -> None:
    assert proof_of(said("dmarc=pass header.from=customer.example")).words == (
        "mx.example.com confirms that it comes from customer.example (dmarc=pass)"
    )
    assert proof_of(said("spf=fail")).words == (
        "mx.example.com found that it does not come from customer.example (spf=fail)"
    )
    assert proof_of(said("none")).words == "mx.example.com could not tell whether it comes from customer.example"
    assert proof_of().words == "mx.example.com says nothing about where it comes from"


def test_rfc_45_a_server_that_could_not_tell_has_looked_all_the_same() -> None:
    assert proof_of(said("spf=softfail; dkim=none")).examined
    assert proof_of(said("dmarc=pass header.from=customer.example")).examined
    assert not proof_of(said("none")).examined
    assert not proof_of(said("spf=softfail", by="other.example")).examined


GOOD = "dmarc=pass header.from=customer.example"


def test_rfc_43_only_the_named_server_is_believed() -> None:
    assert proof_of(said(GOOD, by="mx.evil.example")).alignment is NONE
    assert proof_of(said(GOOD, by="mx.example.com.evil.example")).alignment is NONE
    assert proof_of(said(GOOD, by="MX.EXAMPLE.COM")).alignment is PASS
    assert proof_of(said(GOOD), server="MX.Example.com").alignment is PASS
    assert proof_of(said(GOOD), server="") == Proof(NONE, "")


def test_rfc_43_a_forged_field_below_the_servers_own_counts_for_nothing() -> None:
    assert proof_of(said("dmarc=fail"), said(GOOD)).alignment is FAIL
    assert proof_of(said("none"), said(GOOD)).alignment is NONE
    assert proof_of(said("none", by="other.example"), said(GOOD)).alignment is PASS
    # The server's own, which a forger made unreadable by what it quotes.
    assert proof_of(said('spf=pass smtp.mailfrom="'), said(GOOD)).alignment is NONE


@pytest.mark.parametrize(
    ("received", "alignment"),
    [
        ("from relay.evil.example by mx.example.com with ESMTPS id 1; Mon, 2 Mar 2026 09:00:00 +0000", PASS),
        ("from mx.example.com by imap7.example.com with LMTP id 2", PASS),
        ("from mx by localhost with LMTP", PASS),
        ("by 10.0.0.7 with SMTP id 3", PASS),
        ("by 2002:a05:6a20:0:b0:1 with SMTP id 3", PASS),
        ("from a by store.mail.internal with LMTP", PASS),
        ("(qmail 7 invoked by uid 89); 2 Mar 2026", PASS),
        ("from mx.example.com by relay.evil.example with ESMTP", NONE),
        ("from mx.example.com (x [192.0.2.1])\n by forwarder.example.net; Mon, 2 Mar 2026 09:00:00 +0000", NONE),
    ],
)
def test_rfc_43_a_field_below_an_outside_hop_came_with_the_mail(received: str, alignment: Alignment) -> None:
    assert proof_of(f"Received: {received}", said(GOOD)).alignment is alignment
    assert proof_of(said(GOOD), f"Received: {received}").alignment is PASS


def arc(instance: int, domain: str, results: str = GOOD) -> tuple[str, str]:
    return (
        f"ARC-Seal: i={instance}; a=rsa-sha256; t=1; cv=none; d={domain}; s=s; b=Zm9v",
        f"ARC-Authentication-Results: i={instance}; mx.{domain}; {results}",
    )


BROKEN = said("dmarc=fail header.from=customer.example; arc=pass (i=1)")


def test_rfc_47_the_seal_of_a_listed_domain_is_believed() -> None:
    found = proof_of(BROKEN, *arc(1, "Lists.example"), sealers=("lists.example",))
    assert found.alignment is PASS
    assert found.words == "lists.example, which forwarded it, confirms that it comes from customer.example (sealed)"


@pytest.mark.parametrize(
    "lines",
    [
        (BROKEN, *arc(1, "evil.example")),
        (BROKEN, *arc(1, "lists.example.evil.example")),
        (BROKEN, *arc(1, "sub.lists.example")),
        # Whoever sealed last could have written all below.
        (BROKEN, *arc(2, "evil.example"), *arc(1, "lists.example")),
        (BROKEN, *arc(1, "lists.example", "dmarc=fail")),
        (BROKEN, *arc(1, "lists.example", "dmarc=pass header.from=evil.example")),
        (BROKEN, *arc(1, "lists.example"), *arc(1, "lists.example")),
        (BROKEN, arc(1, "lists.example")[0]),
        (BROKEN, arc(1, "lists.example")[1]),
        (BROKEN, arc(1, "lists.example")[0], arc(2, "lists.example")[1]),
        (said("dmarc=fail; arc=fail"), *arc(1, "lists.example")),
        (said("dmarc=fail"), *arc(1, "lists.example")),
    ],
)
def test_rfc_47_any_other_seal_changes_nothing(lines: tuple[str, ...]) -> None:
    assert proof_of(*lines, sealers=("lists.example",)).alignment is FAIL


def test_rfc_47_no_seal_is_believed_unless_it_is_listed() -> None:
    assert proof_of(BROKEN, *arc(1, "lists.example")).alignment is FAIL
    assert proof_of(
        said("dmarc=fail; arc=pass", by="other.example"), *arc(1, "lists.example"), sealers=("lists.example",)
    ) == (Proof(NONE, "mx.example.com says nothing about where it comes from"))
