"""Address fields with several mailboxes, groups, comments and routes (RFC checklist line 32)."""

import pytest

from deskbell.core.intake.parsing import Mailbox
from deskbell.core.intake.parsing.mailboxes import AddressList, read_mailboxes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.example", [("", "a@b.example")]),
        ("<a@b.example>", [("", "a@b.example")]),
        ("Ann <a@b.example>, Bob <c@d.example>", [("Ann", "a@b.example"), ("Bob", "c@d.example")]),
        ('"Lee, Ann" <a@b.example>', [("Lee, Ann", "a@b.example")]),
        ('Ann "Tiger" Lee <a@b.example>', [("Ann Tiger Lee", "a@b.example")]),
        (r'"Ann \"Tiger\" Lee" <a@b.example>', [('Ann "Tiger" Lee', "a@b.example")]),
        ("Ann Q. Lee <a@b.example>", [("Ann Q. Lee", "a@b.example")]),
        ("=?utf-8?Q?Lee=2C_J=C3=B6rg?= <a@b.example>", [("Lee, Jörg", "a@b.example")]),
        ("=?utf-8?Q?Lee,_Ann_(Sales)?= <a@b.example>", [("Lee, Ann (Sales)", "a@b.example")]),
        ('"=?utf-8?Q?J=C3=B6rg?=" <a@b.example>', [("Jörg", "a@b.example")]),
        ("a@b.example (Ann)", [("Ann", "a@b.example")]),
        ("a@b.example (Ann (the \\) tiger))", [("Ann (the ) tiger)", "a@b.example")]),
        ("Ann <a@b.example (private)> (x)", [("Ann", "a@b.example")]),
        ('(it"s) a@b.example', [('it"s', "a@b.example")]),
        ("Team: a@b.example, Bob <c@d.example>;", [("", "a@b.example"), ("Bob", "c@d.example")]),
        ("Team: a@b.example;, c@d.example", [("", "a@b.example"), ("", "c@d.example")]),
        ("undisclosed-recipients:;", []),
        ("<@r.example,@s.example:a@b.example>", [("", "a@b.example")]),
        (", ,a@b.example,,", [("", "a@b.example")]),
        ('"a b"@c.example, <"x>y"@c.example>', [("", '"a b"@c.example'), ("", '"x>y"@c.example')]),
        ("bounce+a=b.example@c.example", [("", "bounce+a=b.example@c.example")]),
        ("Jörg <jörg@bücher.example>", [("Jörg", "jörg@bücher.example")]),
        ("Ann\u2028Lee\ufeff <a@b.example>", [("Ann Lee", "a@b.example")]),
    ],
)  # fmt: skip
def test_lists(value: str, expected: list[tuple[str, str]]) -> None:
    listed = read_mailboxes([value], limit=10)
    assert listed.mailboxes == tuple(Mailbox(*pair) for pair in expected)
    assert listed.malformed == 0


@pytest.mark.parametrize(
    "value",
    ["broken", "a@b.example c@d.example", "<a@b.example", "a@b.example>", "x <>", "(", ")", '"', "a@b@c.example"],
)
def test_a_malformed_element_is_left_out_and_counted(value: str) -> None:
    listed = read_mailboxes(["x@y.example", value], limit=10)
    assert listed == AddressList((Mailbox("", "x@y.example"),), malformed=1)


def test_several_fields_are_one_list_and_the_limit_counts_over_all() -> None:
    assert len(read_mailboxes(["a@b.example", "c@d.example"], limit=2).mailboxes) == 2
    assert read_mailboxes(["a@b.example", "c@d.example, broken"], limit=2).overfull


def test_a_long_name_is_cut() -> None:
    listed = read_mailboxes([f'"{"x" * 1_000}" <a@b.example>'], limit=1)
    assert listed.mailboxes == (Mailbox("x" * 255, "a@b.example"),)
