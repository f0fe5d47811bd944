"""Authentication-Results are read as RFC 8601 writes them, and nothing is taken out of what does not follow it."""

import random
import time

import pytest

from deskbell.core.intake.identity.results import Result, ServerResults, read_results


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        ("mx.example.com; none", "mx.example.com", ()),
        ("MX.Example.COM 1; none", "mx.example.com", ()),
        (
            "mx.example.com; dmarc=pass (p=reject dis=none) header.from=customer.example",
            "mx.example.com",
            (Result("dmarc", "pass", (("header.from", "customer.example"),)),),
        ),
        (
            (
                'mx.example.com;\tDKIM=Pass reason="good; signature" Header.D=a.example header.b="x/y=="; spf=fail'
                " smtp.mailfrom=ada@b.example;"
            ),
            "mx.example.com",
            (
                Result("dkim", "pass", (("header.d", "a.example"), ("header.b", "x/y=="))),
                Result("spf", "fail", (("smtp.mailfrom", "ada@b.example"),)),
            ),
        ),
        (
            "(our (own) server) mx.example.com (v) 1 (x);dkim / 1 = pass header . d = a.example header.b=Zm9v==",
            "mx.example.com",
            (Result("dkim", "pass", (("header.d", "a.example"), ("header.b", "Zm9v=="))),),
        ),
        (
            'mx.example.com; spf=pass smtp.mailfrom="a b"@a.example',
            "mx.example.com",
            (Result("spf", "pass", (("smtp.mailfrom", "a b@a.example"),)),),
        ),
        # A method of another version is passed over, and so is a word without a value.
        (
            "mx.example.com; dkim/2=pass header.d=a.example; spf=none odd smtp.helo=h.example",
            "mx.example.com",
            (Result("spf", "none", (("smtp.helo", "h.example"),)),),
        ),
    ],
)
def test_rfc_43_results_are_read(value: str, server: str, results: tuple[Result, ...]) -> None:
    assert read_results(value) == ServerResults(server, results)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "dmarc=pass header.from=customer.example",
        "mx.example.com 2; dmarc=pass",
        "two words mx.example.com; none",
        "mx.example.com; dmarc",
        "mx.example.com; =pass",
        "mx.example.com; dmarc=pass (never ends header.from=customer.example",
        'mx.example.com; dmarc=pass header.from="customer.example',
        "mx.example.com; dmarc=pass) header.from=customer.example",
        "mx.example.com" + "; dkim=pass" * 65,
        "mx.example.com; dkim=pass " + "x" * 17_000,
    ],
)
def test_rfc_43_what_breaks_the_grammar_says_nothing(value: str) -> None:
    assert read_results(value) is None


def test_rfc_43_hostile_values_are_read_in_no_time() -> None:
    pieces = ["(", ")", '"', "\\", ";", "=", " ", "\t", "a", "dkim=pass", "header.d=", "\u00e9", "/1", "."]
    chosen = random.Random(8601)
    values = [piece * 16_000 for piece in pieces]
    values += ["".join(chosen.choices(pieces, k=4_000)) for _ in range(50)]
    started = time.perf_counter()
    for value in values:
        read_results(f"mx.example.com; {value}")
    assert time.perf_counter() - started < 2.0
