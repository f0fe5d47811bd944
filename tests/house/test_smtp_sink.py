"""The mail server of the tests speaks SMTP as real ones do, and misbehaves as told."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stand_ins.certificates import make_server_tls
from stand_ins.smtp_sink import ALL_EXTENSIONS, Point, SmtpSink

MAIL = b"From: ann@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: hello\r\n\r\n.dot\r\nend\r\n"


@contextmanager
def _client(sink: SmtpSink, *, timeout: float = 5.0) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP(sink.host, sink.port, timeout=timeout)
    try:
        yield client
    finally:
        client.close()


def _send(sink: SmtpSink, *recipients: str, sender: str = "ann@example.org") -> dict[str, tuple[int, bytes]]:
    with _client(sink) as client:
        return client.sendmail(sender, recipients or ("bob@example.com",), MAIL)


def _raw(sink: SmtpSink, sent: bytes, *, until: bytes) -> bytes:
    with socket.create_connection((sink.host, sink.port), timeout=5) as connection:
        connection.sendall(sent)
        heard = b""
        while until not in heard and (part := connection.recv(4096)):
            heard += part
        return heard


def test_a_mail_arrives_byte_for_byte(smtp_sink: SmtpSink) -> None:
    assert _send(smtp_sink, "bob@example.com", "Eve@Example.com") == {}
    (mail,) = smtp_sink.wait_for(1)
    assert mail.sender == "ann@example.org"
    assert mail.recipients == ("bob@example.com", "Eve@Example.com")
    assert mail.data == MAIL
    assert mail.message["Subject"] == "hello"
    assert (mail.tls, mail.user, mail.connection) == (False, None, 1)


def test_the_null_sender_is_empty(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink, sender="")
    assert smtp_sink.wait_for(1)[0].sender == ""


def test_pipelined_mails_are_answered_in_order(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("no@example.com", "550 5.1.1 unknown")
    commands = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<no@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    twice = b"EHLO client.example\r\n" + (commands + MAIL + b".\r\n") * 2 + b"QUIT\r\n"
    heard = _raw(smtp_sink, twice, until=b"221 ")
    codes = re.findall(rb"^(\d{3}) ", heard, re.MULTILINE)
    assert codes == [b"220", b"250", *[b"250", b"550", b"250", b"354", b"250"] * 2, b"221"]
    assert [mail.recipients for mail in smtp_sink.mails] == [("b@example.com",)] * 2
    assert smtp_sink.pipelined >= 8
    assert smtp_sink.commands["MAIL"] == 2


def test_a_client_that_waits_for_each_answer_is_not_counted_as_pipelining(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink)
    assert smtp_sink.pipelined == 0


@pytest.mark.parametrize("left_out", sorted(ALL_EXTENSIONS))
def test_an_extension_can_be_left_out(left_out: str, tmp_path: Path) -> None:
    tls = make_server_tls(tmp_path)
    with (
        SmtpSink(extensions=ALL_EXTENSIONS - {left_out}, tls=tls, users={"desk": "secret"}) as sink,
        _client(sink) as client,
    ):
        client.ehlo()
        offered = {name.upper() for name in client.esmtp_features} & ALL_EXTENSIONS
    assert offered == ALL_EXTENSIONS - {left_out}


@pytest.mark.parametrize("point", [Point.EHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.END])
@pytest.mark.parametrize("code", [b"450", b"550"])
def test_a_refusal_at_each_point(point: Point, code: bytes, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer(point, f"{code.decode()} 4.3.0 not now", times=1)
    commands = {
        Point.EHLO: b"EHLO c\r\n",
        Point.MAIL: b"HELO c\r\nMAIL FROM:<a@example.org>\r\n",
        Point.RCPT: b"RCPT TO:<b@example.com>\r\n",
        Point.DATA: b"DATA\r\n",
        Point.END: MAIL + b".\r\n",
    }
    sent = b"".join(commands[one] for one in commands if list(commands).index(one) <= list(commands).index(point))
    heard = _raw(smtp_sink, sent + b"QUIT\r\n", until=b"221 ")
    assert re.findall(rb"^(\d{3}) ", heard, re.MULTILINE)[-2:] == [code, b"221"]
    assert smtp_sink.mails == ()
    assert _send(smtp_sink) == {}


@pytest.mark.parametrize("point", [Point.CONNECT, Point.EHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.END])
def test_a_421_closes_the_connection(point: Point, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer(point, "421 4.3.2 closing", times=1)
    commands = b"EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n" + MAIL + b".\r\nQUIT\r\n"
    heard = _raw(smtp_sink, commands, until=b"221 ")
    assert heard.endswith(b"421 4.3.2 closing\r\n")
    assert smtp_sink.mails == ()
    assert _send(smtp_sink) == {}


def test_one_recipient_is_refused_as_often_as_told(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse("Bob@example.com", "450 4.2.0 busy", times=1)
    assert _send(smtp_sink, "bob@example.com", "eve@example.com") == {"bob@example.com": (450, b"4.2.0 busy")}
    assert _send(smtp_sink, "bob@example.com") == {}
    assert [mail.recipients for mail in smtp_sink.mails] == [("eve@example.com",), ("bob@example.com",)]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_connection_lost_after_the_dot_leaves_the_sender_in_doubt(accepted: bool, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with SmtpSink(ledger=ledger) as sink:
        sink.drop(Point.END, times=1, accepted=accepted)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            _send(sink)
        assert len(sink.mails) == accepted
        assert _send(sink) == {}
    assert ledger.read_text() == "<1@example.org>\n" * (1 + accepted)


@pytest.mark.parametrize("point", [Point.CONNECT, Point.MAIL, Point.DATA, Point.END])
def test_silence(point: Point, smtp_sink: SmtpSink) -> None:
    smtp_sink.hang(point, times=1)
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)), _client(smtp_sink, timeout=0.2) as client:
        client.sendmail("ann@example.org", ["bob@example.com"], MAIL)
    assert smtp_sink.mails == ()
    assert _send(smtp_sink) == {}


def test_starttls_and_login(tmp_path: Path) -> None:
    tls = make_server_tls(tmp_path)
    trust = ssl.create_default_context(cafile=str(tls.authority_file))
    with SmtpSink(tls=tls, users={"desk": "secret"}) as sink, _client(sink) as client:
        client.starttls(context=trust)
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            client.sendmail("ann@example.org", ["bob@example.com"], MAIL)
        with pytest.raises(smtplib.SMTPAuthenticationError, match="535"):
            client.login("desk", "wrong")
        client.login("desk", "secret")
        client.sendmail("ann@example.org", ["bob@example.com"], MAIL)
        (mail,) = sink.wait_for(1)
    assert (mail.tls, mail.user) == (True, "desk")


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    tls = make_server_tls(tmp_path)
    trust = ssl.create_default_context(cafile=str(tls.authority_file))
    with SmtpSink(tls=tls, implicit_tls=True) as sink:
        with smtplib.SMTP_SSL(sink.host, sink.port, context=trust, timeout=5) as client:
            client.sendmail("ann@example.org", ["bob@example.com"], MAIL)
        assert sink.wait_for(1)[0].tls is True


@pytest.mark.parametrize(("names", "expired"), [(("mail.example",), False), (("localhost", "127.0.0.1"), True)])
def test_a_certificate_can_be_wrong(names: tuple[str, ...], expired: bool, tmp_path: Path) -> None:
    tls = make_server_tls(tmp_path, names=names, expired=expired)
    trust = ssl.create_default_context(cafile=str(tls.authority_file))
    why = "expired" if expired else "mismatch"
    with SmtpSink(tls=tls) as sink, _client(sink) as client, pytest.raises(ssl.SSLCertVerificationError, match=why):
        client.starttls(context=trust)


def test_down_and_up_again_on_the_same_port(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink)
    port = smtp_sink.port
    smtp_sink.stop()
    with pytest.raises(ConnectionRefusedError):
        _send(smtp_sink)
    smtp_sink.start()
    assert smtp_sink.port == port
    assert _send(smtp_sink) == {}
    assert len(smtp_sink.mails) == 2


def test_stopping_cuts_a_kept_connection(smtp_sink: SmtpSink) -> None:
    with _client(smtp_sink) as client:
        client.noop()
        smtp_sink.stop()
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.noop()


def test_waiting_in_vain_says_how_many_came(smtp_sink: SmtpSink) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 mails came"):
        smtp_sink.wait_for(1, timeout=0.01)
