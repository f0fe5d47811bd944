"""Which addresses are valid, and which two are the same (RFC checklist lines 29 to 31)."""

import pytest

from deskbell.core.contract.addresses import ascii_domain, normalise, valid


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("ann@example.org", "ann@example.org"),
        ("Ann.Lee@Example.ORG", "ann.lee@example.org"),
        (" ann@example.org ", "ann@example.org"),
        ("ann@example.org.", "ann@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example"),
        ("ann@example\u3002org", "ann@example.org"),
        ("JÖRG@example.org", "jörg@example.org"),
        ("jo\u0308rg@example.org", "jörg@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("straße@example.org", "strasse@example.org"),
        ('"ann"@example.org', "ann@example.org"),
        ('"ann lee"@example.org', '"ann lee"@example.org'),
        ("ann+tag@example.org", "ann+tag@example.org"),
        ("a.n.n@example.org", "a.n.n@example.org"),
        ("Not An Address", "not an address"),
        ("ann@not a domain", "ann@not a domain"),
        ("", ""),
        ("\ud800@\ud800", "\ud800@\ud800"),
    ],
)
def test_identity_form(address: str, identity: str) -> None:
    assert normalise(address) == identity


def test_identity_form_is_stable() -> None:
    for address in ("JÖRG@BÜCHER.example", '"Ann"@Example.org', "x@[IPv6:2001:DB8::1]"):
        assert normalise(normalise(address)) == normalise(address)


def test_m26_lookalikes_stay_apart() -> None:
    plain = normalise("paypal@example.org")
    others = ["pay.pal@example.org", "paypal+x@example.org", "p\u0430ypal@example.org", "paypal@ex\u0430mple.org"]
    assert plain not in [normalise(other) for other in others]


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org",
        "o'neil+a=b@example.org",
        "da..me@docomo.example",
        "root@localhost",
        '"a b"@example.org',
        r'"a\"b"@example.org',
        "a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]",
        "jörg@example.org",
        "用户@例子.example",
        "a@_dmarc.example.org",
        "l" * 64 + "@example.org",
        "a@" + ".".join(["d" * 62] * 4),
    ],
)
def test_valid(address: str) -> None:
    assert valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example..org",
        "ann@.example.org",
        "ann@-example.org",
        "ann lee@example.org",
        " ann@example.org",
        "ann@example.org\n",
        "ann\x00@example.org",
        "ann@exam\x00ple.org",
        "ann@example.org>",
        "a@b@example.org",
        "ann,bob@example.org",
        '"open@example.org',
        "ann@[300.0.0.1]",
        "ann@[fe80::1%eth0]",
        "jörg lee@example.org",
        "jörg\u202e@example.org",
        "jörg\u00a0@example.org",
        "ann@bü cher.example",
        "\ud800@example.org",
        "l" * 65 + "@example.org",
        "ö" * 33 + "@example.org",
        "a@" + "d" * 64 + ".org",
        "a@" + ".".join(["d" * 63] * 4),
        "l" * 64 + "@" + ".".join(["d" * 62] * 3) + ".dd",
    ],
)
def test_invalid(address: str) -> None:
    assert not valid(address)


def test_domains_are_given_in_a_labels() -> None:
    assert ascii_domain("Bücher.Example.") == "xn--bcher-kva.example"
    assert ascii_domain("[192.0.2.1]") == "[192.0.2.1]"
    assert ascii_domain("no domain") == ""
    assert ascii_domain("ö" * 100_000) == ""
