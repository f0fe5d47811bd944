"""Reaching, greeting, encrypting and signing in: reliability line 50 and O4, with certificates of the tests' own."""

import base64
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.channels.smtp.options import Security
from deskbell.core.contract.channel import Delivery, Receipt, TemporaryFailure
from stand_ins.certificates import ServerTls, make_server_tls
from stand_ins.smtp_sink import ALL_EXTENSIONS, Point, SmtpSink

MakeDelivery = Callable[..., Delivery]
MakeChannel = Callable[..., SmtpChannel]
Serve = Callable[[Callable[[socket.socket], None]], int]

PASSWORD = "Päßwort-7"


@pytest.fixture
def tls(tmp_path: Path) -> ServerTls:
    return make_server_tls(tmp_path)


@pytest.fixture
def tls_sink(tls: ServerTls) -> Iterator[SmtpSink]:
    with SmtpSink(tls=tls) as sink:
        yield sink


@pytest.fixture
def login_sink() -> Iterator[SmtpSink]:
    with SmtpSink(users={"desk": PASSWORD}) as sink:
        yield sink


def failed(channel: SmtpChannel, delivery: Delivery) -> TemporaryFailure:
    (result,) = channel.deliver([delivery])
    assert isinstance(result, TemporaryFailure)
    return result


# TLS


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_verified_server_gets_the_mail_encrypted(
    tls: ServerTls, security: Security, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    with SmtpSink(tls=tls, implicit_tls=security is Security.TLS) as sink:
        channel = channel_to(sink.port, security=security, ca_file=str(tls.authority_file))
        assert [type(each) for each in channel.deliver([delivery(1), delivery(2)])] == [Receipt, Receipt]
        assert [mail.tls for mail in sink.mails] == [True, True]
        channel.close()


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize("trouble", ["unknown authority", "other name", "expired"])
def test_a_server_that_cannot_be_verified_gets_nothing(
    tmp_path: Path, security: Security, trouble: str, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    names = ("mx.example.com",) if trouble == "other name" else ("localhost", "127.0.0.1")
    bad = make_server_tls(tmp_path, names=names, expired=trouble == "expired")
    ca_file = "" if trouble == "unknown authority" else str(bad.authority_file)
    with SmtpSink(tls=bad, implicit_tls=security is Security.TLS, users={"desk": PASSWORD}) as sink:
        channel = channel_to(sink.port, security=security, ca_file=ca_file, username="desk", password=PASSWORD)
        failure = failed(channel, delivery())
        assert failure.detail.startswith("encryption failed (certificate refused: ")
        assert f"The mail server 127.0.0.1:{sink.port} offers no encryption that can be trusted" in failure.fault
        assert "channels.smtp.ca_file" in failure.fault
        assert (sink.mails, sink.commands["AUTH"], sink.commands["MAIL"]) == ((), 0, 0)


def test_a_server_without_starttls_gets_neither_mail_nor_password(
    channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    with SmtpSink(extensions=ALL_EXTENSIONS - {"STARTTLS"}, users={"desk": PASSWORD}) as sink:
        failure = failed(
            channel_to(sink.port, security=Security.STARTTLS, username="desk", password=PASSWORD), delivery()
        )
        assert failure.detail == "the mail server offers no encryption (STARTTLS)"
        assert failure.fault.startswith(f"The mail server 127.0.0.1:{sink.port} offers no encryption (STARTTLS).")
        assert (sink.mails, sink.commands["AUTH"]) == ((), 0)


@pytest.mark.parametrize("reply", ["454 4.7.0 not now", "502 5.5.1 never", "421 4.3.2 closing", "299 what"])
def test_starttls_refused(reply: str, tls_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    tls_sink.answer(Point.STARTTLS, reply)
    failure = failed(channel_to(tls_sink.port, security=Security.STARTTLS), delivery())
    assert failure.detail == reply
    assert "refuses to begin encryption" in failure.fault
    assert tls_sink.mails == ()


@pytest.mark.parametrize("misbehave", [SmtpSink.hang, SmtpSink.drop])
def test_starttls_without_an_answer(
    misbehave: Callable[[SmtpSink, Point], None], tls_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    misbehave(tls_sink, Point.STARTTLS)
    failure = failed(channel_to(tls_sink.port, security=Security.STARTTLS, timeout_seconds=0.3), delivery())
    assert "answer to STARTTLS" in failure.detail
    assert failure.fault


def test_a_tls_handshake_that_hangs_is_given_up(serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    def swallow(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    failure = failed(channel_to(serve(swallow), security=Security.TLS, timeout_seconds=0.3), delivery())
    assert failure.detail == "encryption failed (no answer in time)"


def test_a_server_that_does_not_speak_tls(smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    failure = failed(channel_to(smtp_sink.port, security=Security.TLS), delivery())
    assert failure.detail.startswith("encryption failed (")
    assert "offers no encryption that can be trusted" in failure.fault


def test_authorities_that_cannot_be_read(
    tmp_path: Path, tls_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    broken, missing = tmp_path / "broken.pem", tmp_path / "missing.pem"
    broken.write_text("not a certificate")
    for file in (broken, missing):
        failure = failed(channel_to(tls_sink.port, security=Security.STARTTLS, ca_file=str(file)), delivery())
        assert failure.detail == f"the certificate authorities in '{file}' cannot be read"
        assert failure.fault == f"Mail is held: {failure.detail}. Check channels.smtp.ca_file."


def test_opportunistic_encrypts_without_trust_where_it_can(
    tls_sink: SmtpSink, smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    for sink, encrypted in ((tls_sink, True), (smtp_sink, False)):
        channel = channel_to(sink.port, security=Security.OPPORTUNISTIC)
        assert isinstance(channel.deliver([delivery()])[0], Receipt)
        assert [mail.tls for mail in sink.mails] == [encrypted]
        channel.close()


def test_opportunistic_goes_on_in_the_clear_when_refused(
    tls_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    tls_sink.answer(Point.STARTTLS, "454 4.7.0 not now")
    assert isinstance(channel_to(tls_sink.port, security=Security.OPPORTUNISTIC).deliver([delivery()])[0], Receipt)
    assert [mail.tls for mail in tls_sink.mails] == [False]


def test_plain_text_behind_starttls_is_dropped(
    tls: ServerTls, script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    """Somebody in between adds an EHLO answer of its own, in the clear, behind the server's 220 (RFC 3207 section 4.2)."""
    inner = script()
    inner.answers["CONNECT"] = ""

    def converse(connection: socket.socket) -> None:
        connection.sendall(b"220 here\r\n")
        connection.recv(4096)
        connection.sendall(b"250-here\r\n250 STARTTLS\r\n")
        assert connection.recv(4096) == b"STARTTLS\r\n"
        connection.sendall(b"220 go\r\n250-evil\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n")
        with tls.context.wrap_socket(connection, server_side=True) as encrypted:
            inner.answers["CONNECT"] = "250 the server itself" if encrypted.recv(4096).startswith(b"EHLO ") else ""
            inner(encrypted)

    port = serve(converse)
    channel = channel_to(port, security=Security.STARTTLS, ca_file=str(tls.authority_file))
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    assert inner.lines[0].startswith("MAIL FROM:<support@desk.example>")
    channel.close()


# Signing in


def test_sign_in_with_a_password_beyond_ascii(
    login_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(login_sink.port, username="desk", password=PASSWORD)
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    assert [mail.user for mail in login_sink.mails] == ["desk"]


def test_sign_in_with_the_login_mechanism(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    def step(line: str) -> str:
        return "334 UGFzc3dvcmQ6" if line.strip() == base64.b64encode(b"desk").decode() else "235 welcome"

    server = script("AUTH LOGIN CRAM-MD5", AUTH="334 VXNlcm5hbWU6")
    server.answers |= {base64.b64encode(text.encode()).decode()[:8].upper(): step for text in ("desk", PASSWORD)}
    channel = channel_to(serve(server), username="desk", password=PASSWORD)
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    auth = server.lines.index("AUTH LOGIN")
    assert [base64.b64decode(line).decode() for line in server.lines[auth + 1 : auth + 3]] == ["desk", PASSWORD]
    channel.close()


def test_wrong_password(login_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    failure = failed(channel_to(login_sink.port, username="desk", password="wrong-secret"), delivery())
    assert failure.detail.startswith("535 ")
    assert failure.code == "535"
    assert failure.fault == (
        f"The mail server 127.0.0.1:{login_sink.port} refuses the login of 'desk' (535). "
        "Check channels.smtp.username and channels.smtp.password."
    )
    assert login_sink.mails == ()
    assert login_sink.commands["AUTH"] == 1


def test_the_login_mechanism_refused_at_once(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("AUTH LOGIN", AUTH="454 not now")
    assert failed(channel_to(serve(server), username="desk", password=PASSWORD), delivery()).detail == "454 not now"
    assert server.lines[1:] == ["AUTH LOGIN"]


def test_a_login_without_a_password(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("AUTH PLAIN", AUTH="535 5.7.8 no")
    assert failed(channel_to(serve(server), username="desk"), delivery()).detail == "535 5.7.8 no"


def test_no_login_where_one_is_needed(login_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    failure = failed(channel_to(login_sink.port), delivery())
    assert failure.detail == "530 5.7.0 Authentication required"
    assert "Check channels.smtp.security, channels.smtp.username and channels.smtp.password." in failure.fault


def test_no_way_to_sign_in(smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    failure = failed(channel_to(smtp_sink.port, username="desk", password=PASSWORD), delivery())
    assert failure.detail == "the mail server offers no way to sign in that is known here (PLAIN, LOGIN)"
    assert "channels.smtp.username" in failure.fault


@pytest.mark.parametrize(
    "reply", ["421 4.3.2 closing", "454 4.7.0 busy", "535 5.7.8 no", "550 5.7.1 no", "999 what", "250 what"]
)
def test_any_other_answer_to_the_login(
    reply: str, login_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    login_sink.answer(Point.AUTH, reply)
    failure = failed(channel_to(login_sink.port, username="desk", password=PASSWORD), delivery())
    assert failure.detail == reply
    assert "refuses the login of 'desk'" in failure.fault


@pytest.mark.parametrize("misbehave", [SmtpSink.hang, SmtpSink.drop])
def test_no_answer_to_the_login(
    misbehave: Callable[[SmtpSink, Point], None], login_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    misbehave(login_sink, Point.AUTH)
    options = {"username": "desk", "password": PASSWORD, "timeout_seconds": 0.3}
    failure = failed(channel_to(login_sink.port, **options), delivery())
    assert "answer to AUTH" in failure.detail
    assert failure.fault


def test_a_password_that_the_server_repeats_is_not_kept(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("AUTH PLAIN", AUTH=lambda line: f"535 cannot read {line.strip()} nor {PASSWORD}")
    failure = failed(channel_to(serve(server), username="desk", password=PASSWORD), delivery())
    assert failure.detail == "535 cannot read AUTH PLAIN ... nor ..."
    assert PASSWORD not in failure.fault


# The greeting


def test_a_server_that_knows_only_helo(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(EHLO="502 unknown")
    channel = channel_to(serve(server), hello_name="desk.example")
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    assert server.lines == [
        "EHLO desk.example",
        "HELO desk.example",
        "MAIL FROM:<support@desk.example>",
        "RCPT TO:<ann1@example.com>",
        "DATA",
    ]
    channel.close()


@pytest.mark.parametrize(
    ("machine", "name"),
    [("desk.example.net", "desk.example.net"), ("desk", "[127.0.0.1]"), ("büro.example", "[127.0.0.1]")],
)
def test_the_name_of_the_machine_is_used_only_if_it_is_a_full_one(
    machine: str,
    name: str,
    script: type[Any],
    serve: Serve,
    channel_to: MakeChannel,
    delivery: MakeDelivery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    server = script()
    channel = channel_to(serve(server))
    channel.deliver([delivery()])
    assert server.lines[0] == f"EHLO {name}"
    channel.close()


def test_trouble_with_encryption_is_told_without_its_source(
    tls_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    failure = failed(channel_to(tls_sink.port, security=Security.STARTTLS), delivery())
    assert failure.detail == "encryption failed (certificate refused: unable to get local issuer certificate)"
