"""A key is made, named in the settings, and signs what leaves; a verifier that is not ours finds it by its record."""

import re
import stat
from pathlib import Path

import dkim  # type: ignore[import-untyped]  # it has no types
import pytest

from stand_ins.command_line import Cli
from stand_ins.desks import MAIL
from stand_ins.smtp_sink import SmtpSink

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def record_of(said: str) -> tuple[bytes, bytes]:
    """Name and content of the TXT record that the command says."""
    [(name, pieces)] = re.findall(r"^(\S+) IN TXT (.+)$", said, re.MULTILINE)
    found = re.findall(r'"([^"]*)"', pieces)
    assert all(len(piece) <= 255 for piece in found)
    return name.encode(), "".join(found).encode()


def test_rfc_48_from_the_key_to_the_signature(cli: Cli, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    said = [
        cli("dkim", "new", "desk2026", "--domain", "example.com"),
        cli("dkim", "new", "desk2026e", "--domain", "Example.COM", "--ed25519"),
    ]
    dns = dict(map(record_of, said))
    assert list(dns) == [b"desk2026._domainkey.example.com.", b"desk2026e._domainkey.example.com."]
    file = cli.folder / "dkim-desk2026.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = tmp_path / "signing.toml"
    settings.write_text("".join(each[each.index("[[") :] for each in said), encoding="utf-8")
    cli("apply", str(settings), "--yes")
    assert "Mail is signed by example.com (DKIM)." in cli("doctor")
    cli("mail", "receive", stdin=MAIL)
    cli("work", "--once")
    assert smtp_sink.mails
    for mail in smtp_sink.mails:
        for number in (0, 1):
            assert dkim.DKIM(mail.data).verify(number, dnsfunc=lambda name, timeout=5: dns[name])


def test_what_cannot_be_made(cli: Cli) -> None:
    cli("dkim", "new", "one", "--domain", "example.com")
    before = (cli.folder / "dkim-one.pem").read_bytes()
    assert "there is a key by this name already" in cli("dkim", "new", "one", "--domain", "example.com", code=1)
    assert (cli.folder / "dkim-one.pem").read_bytes() == before
    assert "it is no label of the DNS" in cli("dkim", "new", "../x", "--domain", "example.com", code=1)
    assert "it is no domain" in cli("dkim", "new", "two", "--domain", "no domain", code=1)
