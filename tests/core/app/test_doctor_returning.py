"""What the doctor says of bounces, answers, links and signatures."""

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deskbell.core.app import configuring
from deskbell.core.app.doctor import Finding, State, returning
from deskbell.core.app.opening import open_desk
from deskbell.core.contract.channel import Channel, Delivery, DeliveryFailure, Receipt
from stand_ins.desks import new_desk, opened

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PLUS = "[mailboxes.support]\nplus_addresses = true\n"


@attrs.frozen
class NoOptions:
    note: str = ""


class Door(Channel):
    """A mail server that takes the addresses for which `knows` is True, refuses others, and sends nothing."""

    Options = NoOptions
    everything = False
    plus = True
    nothing = False

    def __init__(self, options: object, *, send_limit: float) -> None:
        self.options = options

    def unready(self) -> str:
        return ""

    def deliver(self, deliveries: Sequence[Delivery]) -> Sequence[Receipt | DeliveryFailure]:
        raise AssertionError("the doctor sends nothing")

    def takes(self, address: str) -> bool | None:
        if self.nothing or self.everything:
            return self.everything
        return address == "support@example.com" or (address == "support+probe@example.com" and self.plus)


def door(**changes: bool) -> type[Door]:
    return type("Own", (Door,), changes)


def examined(folder: Path, channel: type[Channel] = Door) -> list[Finding]:
    with opened(folder) as desk:
        desk.host.channels["smtp"] = channel
        return [each for check in (returning.mailboxes, returning.links, returning.signatures) for each in check(desk)]


@pytest.mark.parametrize(
    ("toml", "channel", "state", "words"),
    [
        (PLUS, door(), State.OK, "signed plus addresses; the mail server takes them."),
        (PLUS, door(plus=False), State.WARNING, "the mail server refuses support+probe@example.com"),
        (PLUS, door(everything=True), State.OK, "to test it, send a mail to support+probe@example.com from outside."),
        (PLUS, door(nothing=True), State.OK, "to test it, send a mail to support+probe@example.com from outside."),
        ("", door(), State.OK, "the mail server takes support+probe@example.com, so plus_addresses can be set."),
        ("", door(plus=False), State.OK, "bounces of automatic answers cannot be matched, for plus_addresses is off."),
    ],
)
def test_rfc_12_each_mailbox_is_told_and_tested(
    toml: str, channel: type[Channel], state: State, words: str, tmp_path: Path, database_url: str
) -> None:
    found = examined(new_desk(tmp_path / "desk", database_url=database_url, toml=toml), channel)
    [mailbox] = [each for each in found if each.area == "mailboxes"]
    assert mailbox.state is state
    assert words in mailbox.what
    assert bool(mailbox.remedy) is (state is State.WARNING)


def test_rfc_12_a_bounce_domain_is_told(tmp_path: Path, database_url: str) -> None:
    toml = '[settings]\nbounce_domain = "bounces.example.com"\n'
    found = examined(new_desk(tmp_path / "desk", database_url=database_url, toml=toml))
    assert "signed addresses at bounces.example.com" in found[0].what


@pytest.mark.parametrize(
    ("base_url", "state", "words"),
    [
        ("", State.OK, "No base_url is set: mails hold no links."),
        ("http://desk.example", State.WARNING, "which is not encrypted; none to unsubscribe is offered."),
        (
            "https://desk.example",
            State.OK,
            "https://desk.example; [web] is off here, so another process must serve them.",
        ),
    ],
)
def test_links(base_url: str, state: State, words: str, tmp_path: Path, database_url: str) -> None:
    toml = f'[settings]\nbase_url = "{base_url}"\n'
    found = examined(new_desk(tmp_path / "desk", database_url=database_url, toml=toml))
    [links] = [each for each in found if each.area == "links"]
    assert links.state is state
    assert words in links.what


@pytest.mark.parametrize(
    ("domain", "state", "words"),
    [
        ("example.com", State.OK, "Mail is signed by example.com (DKIM)."),
        ("other.example", State.WARNING, "Mail from example.com is not signed: no DKIM key is of that domain."),
    ],
)
def test_rfc_48_signatures(domain: str, state: State, words: str, tmp_path: Path, database_url: str) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=25)
    assert [each.what for each in examined(folder) if each.area == "signatures"] == [
        "Mail is not signed by the desk (DKIM); the mail server may do it."
    ]
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file = tmp_path / "more.toml"
    file.write_text(f'[[channels.smtp.dkim]]\nselector = "s"\ndomain = "{domain}"\nprivate_key = """{key}"""\n')
    with open_desk(folder) as desk:
        configuring.apply(desk, file, prune=False)
    with open_desk(folder) as desk:
        [signatures] = returning.signatures(desk)
        with desk.db.reading() as session:
            assert desk.channels.at(desk.db.directory(session)).waiting == {}
    assert signatures.state is state
    assert signatures.what == words
    assert "PRIVATE KEY" not in (folder / "desk.sqlite3").read_bytes().decode("latin-1")


def test_rfc_48_a_key_that_is_gone_holds_the_mail_back(tmp_path: Path, database_url: str) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    toml = f'[[channels.smtp.dkim]]\nselector = "s"\ndomain = "example.com"\nprivate_key_file = "{key}"\n'
    folder = new_desk(tmp_path / "desk", database_url=database_url, toml=f'[channels.smtp]\nhost = "127.0.0.1"\n{toml}')
    hidden = key.rename(tmp_path / "hidden.pem")
    with open_desk(folder) as desk:
        with desk.db.reading() as session:
            directory = desk.db.directory(session)
        waiting = desk.channels.at(directory).waiting["smtp"]
        assert waiting.startswith("The DKIM key 's' of example.com cannot be used:")
        assert "key.pem cannot be read (No such file or directory)" in waiting
        hidden.rename(key)
        # It needs neither a restart nor a change of the settings.
        assert desk.channels.at(directory).waiting == {}
