"""What goes over the wire, command by command: pipelining (RFC 2920), dots, extensions, smuggling (M36), fault points."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.channels.smtp.writer import compose
from deskbell.core.contract import faults
from deskbell.core.contract.channel import Delivery, PermanentFailure, Receipt, TemporaryFailure
from stand_ins.smtp_sink import ALL_EXTENSIONS, SmtpSink

MakeDelivery = Callable[..., Delivery]
MakeChannel = Callable[..., SmtpChannel]
Serve = Callable[[Callable[[socket.socket], None]], int]

BOTH = pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "one-by-one"])


@pytest.fixture
def passed() -> Iterator[list[str]]:
    """The fault points that this process passes, in order."""
    points: list[str] = []
    faults.arm(points.append)
    yield points
    faults.arm(None)


@BOTH
def test_the_words_of_a_conversation(
    features: tuple[str, ...], script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(*features)
    channel = channel_to(serve(server), hello_name="desk.example")
    channel.deliver([delivery(1), delivery(2, envelope_sender="")])
    channel.close()
    assert server.lines == [
        "EHLO desk.example",
        "MAIL FROM:<support@desk.example>",
        "RCPT TO:<ann1@example.com>",
        "DATA",
        "MAIL FROM:<>",
        "RCPT TO:<ann2@example.com>",
        "DATA",
        "QUIT",
    ]
    assert server.mails == [compose(delivery(number), utf8=False).content + b".\r\n" for number in (1, 2)]


def test_commands_travel_together_only_where_that_was_announced(
    channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    for extensions, together in ((ALL_EXTENSIONS, True), (ALL_EXTENSIONS - {"PIPELINING"}, False)):
        with SmtpSink(extensions=extensions) as sink:
            channel = channel_to(sink.port)
            channel.deliver([delivery(number) for number in range(3)])
            assert len(sink.mails) == 3
            assert (sink.pipelined > 0) is together
            channel.close()


def test_one_wait_for_each_mail(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    """The next mail's commands come right behind the dot: the server has them before it answers the dot."""
    heard: list[bytes] = []

    def converse(connection: socket.socket) -> None:
        def hear(end: bytes) -> None:
            said = b""
            while not said.endswith(end):
                said += connection.recv(65536)
            heard.append(said)

        connection.sendall(b"220 here\r\n")
        hear(b"\r\n")
        connection.sendall(b"250-here\r\n250 PIPELINING\r\n")
        hear(b"DATA\r\n")
        connection.sendall(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
        hear(b"DATA\r\n")
        connection.sendall(b"250 taken\r\n250 sender\r\n250 recipient\r\n354 go on\r\n")
        hear(b"\r\n.\r\n")
        connection.sendall(b"250 taken too\r\n")
        connection.recv(65536)

    results = channel_to(serve(converse)).deliver([delivery(1), delivery(2)])
    assert results == [Receipt(detail="250 taken"), Receipt(detail="250 taken too")]
    assert heard[1] == b"MAIL FROM:<support@desk.example>\r\nRCPT TO:<ann1@example.com>\r\nDATA\r\n"
    assert heard[2].endswith(b"\r\n.\r\nMAIL FROM:<support@desk.example>\r\nRCPT TO:<ann2@example.com>\r\nDATA\r\n")


@BOTH
def test_each_reply_belongs_to_its_mail(
    features: tuple[str, ...], script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    """The same answers, with pipelining and without, for mails that end at each place where one can end."""
    recipients = {"ann2": "550 no second", "ann4": "450 fourth is away"}
    dots = iter(["250 first taken", "451 sixth not now", "554 seventh looks bad", "250 ninth taken"])
    server = script(
        *features,
        MAIL=lambda line: "552 too much of the third" if "third@" in line else "250 sender",
        RCPT=lambda line: recipients.get(line[len("RCPT TO:<") :].split("@")[0], "250 recipient"),
        DOT=lambda _: next(dots),
    )
    recipient, usual = server.answers["RCPT"], server.answers["DATA"]
    server.answers["RCPT"] = lambda line: "503 no sender" if "third@" in server.lines[-2] else recipient(line)
    server.answers["DATA"] = lambda line: "452 no room for the fifth" if "ann5@" in server.lines[-2] else usual(line)
    deliveries = [delivery(number) for number in range(1, 10)]
    deliveries[2] = delivery(3, envelope_sender="third@desk.example")
    deliveries[7] = delivery(8, address="no address")
    channel = channel_to(serve(server))
    results = channel.deliver(deliveries)
    channel.close()
    assert [(type(result).__name__, result.detail) for result in results] == [
        ("Receipt", "250 first taken"),
        ("PermanentFailure", "550 no second"),
        ("PermanentFailure", "552 too much of the third"),
        ("TemporaryFailure", "450 fourth is away"),
        ("TemporaryFailure", "452 no room for the fifth"),
        ("TemporaryFailure", "451 sixth not now"),
        ("PermanentFailure", "554 seventh looks bad"),
        ("PermanentFailure", "'no address' is no mail address"),
        ("Receipt", "250 ninth taken"),
    ]
    assert server.connections == 1
    assert [mail.split(b"Message-ID: <db.token")[1][:1] for mail in server.mails] == [b"1", b"6", b"7", b"9"]


def test_data_invited_in_spite_of_a_refused_recipient_is_ended_with_a_dot(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(
        "PIPELINING",
        RCPT=lambda line: "550 nobody" if "ann1@" in line else "250 recipient",
        DATA="354 go on",
        DOT="250 taken",
    )
    channel = channel_to(serve(server))
    results = channel.deliver([delivery(1), delivery(2)])
    channel.close()
    assert [result.detail for result in results] == ["550 nobody", "250 taken"]
    assert server.mails == [b".\r\n", compose(delivery(2), utf8=False).content + b".\r\n"]
    assert "RSET" not in server.lines


def test_a_mail_whose_sender_was_refused_is_not_sent_even_if_it_is_asked_for(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    # Not even a lone dot: there is a recipient, who would get an empty mail.
    server = script("PIPELINING", MAIL="550 not from you", RCPT="250 recipient", DATA="354 go on")
    (result,) = channel_to(serve(server)).deliver([delivery()])
    assert isinstance(result, TemporaryFailure)
    assert result.detail == "the mail server asks for a mail whose sender it refused"
    assert server.mails == []


@BOTH
def test_a_refused_reset_costs_only_the_connection(
    features: tuple[str, ...], script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(
        *features, RCPT=lambda line: "550 nobody" if "ann1@" in line else "250 recipient", RSET="502 never heard of it"
    )
    channel = channel_to(serve(server))
    results = channel.deliver([delivery(1), delivery(2)])
    channel.close()
    assert [type(result) for result in results] == [PermanentFailure, Receipt]
    assert server.connections == 2


# Extensions


def test_size_is_declared_and_obeyed(channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    size = len(compose(delivery(), utf8=False).content)
    with SmtpSink(size_limit=size) as sink:
        channel = channel_to(sink.port)
        fits, too_big = channel.deliver([delivery(), delivery(text="Ticket 1 was opened!!\n")])
        assert isinstance(fits, Receipt)
        assert sink.mails[0].options == (f"SIZE={size}",)
        assert isinstance(too_big, PermanentFailure)
        assert too_big.detail == f"the mail has {size + 1} bytes, and the mail server takes at most {size} (SIZE)"
        assert sink.commands["MAIL"] == 1
        channel.close()


@pytest.mark.parametrize("limit", ["SIZE", "SIZE 0", "SIZE lots", "SIZE " + "9" * 30])
def test_a_size_without_a_limit(
    limit: str, script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(limit)
    channel = channel_to(serve(server))
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    assert " SIZE=" in server.lines[1]
    channel.close()


def test_smtputf8_where_it_is_offered(smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    results = channel_to(smtp_sink.port).deliver([delivery(address="jürgen@bücher.example"), delivery(2)])
    assert [type(result) for result in results] == [Receipt, Receipt]
    assert smtp_sink.mails[0].recipients == ("jürgen@xn--bcher-kva.example",)
    assert smtp_sink.mails[0].options[1:] == ("BODY=8BITMIME", "SMTPUTF8")
    assert len(smtp_sink.mails[1].options) == 1


def test_no_smtputf8_fails_only_the_mail_that_needs_it(channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    with SmtpSink(extensions=ALL_EXTENSIONS - {"SMTPUTF8"}) as sink:
        refused, taken = channel_to(sink.port).deliver([delivery(address="jürgen@example.com"), delivery(2)])
        assert isinstance(refused, PermanentFailure)
        assert refused.detail == "the mail server takes only ASCII in addresses (no SMTPUTF8), not jürgen@example.com"
        assert isinstance(taken, Receipt)
        assert len(sink.mails) == 1


# M36: nothing in a body ends it


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n\r", "\r\r\n", "\n\n"])
@pytest.mark.parametrize("dot", [".", "..", "\0.", ". "])
@pytest.mark.parametrize("filler", ["", "ü" * 3, "x" * 1200])
def test_smuggling(
    pipelining: bool,
    line_end: str,
    dot: str,
    filler: str,
    script: type[Any],
    serve: Serve,
    channel_to: MakeChannel,
    delivery: MakeDelivery,
) -> None:
    evil = [
        "text",
        dot,
        "MAIL FROM:<evil@example.com>",
        "RCPT TO:<victim@example.com>",
        "DATA",
        "Subject: evil",
        "",
        "x",
        dot,
        filler,
    ]
    server = script(*(["PIPELINING"] if pipelining else []))
    channel = channel_to(serve(server))
    text = line_end.join(evil)
    assert isinstance(channel.deliver([delivery(text=text, html=text), delivery(2)])[0], Receipt)
    channel.close()
    assert len(server.mails) == 2
    assert sum(line.startswith("MAIL") for line in server.lines) == 2
    lines = server.mails[0].removesuffix(b"\r\n.\r\n").split(b"\r\n")
    assert b"." not in lines
    assert not any(b"\r" in line or b"\n" in line or b"\0" in line for line in lines)


def test_dots_arrive_as_they_were(smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    text = ".\n..\n.x\n x.\n.\n"
    channel_to(smtp_sink.port).deliver([delivery(text=text)])
    (mail,) = smtp_sink.mails
    assert mail.data == compose(delivery(text=text), utf8=False).content
    assert mail.message.get_content().replace("\r\n", "\n") == text


# Fault points


@BOTH
def test_fault_points_in_their_order(
    features: tuple[str, ...],
    passed: list[str],
    script: type[Any],
    serve: Serve,
    channel_to: MakeChannel,
    delivery: MakeDelivery,
) -> None:
    server = script(*features, RCPT=lambda line: "450 later" if "ann2@" in line else "250 recipient")
    channel = channel_to(serve(server))
    channel.deliver([delivery(1), delivery(2), delivery(3)])
    channel.close()
    whole_mail = ["smtp.rcpt_sent", "smtp.in_data", "smtp.after_dot", "smtp.after_250"]
    assert passed == ["smtp.connected", *whole_mail, "smtp.rcpt_sent", *whole_mail]


def test_no_content_was_sent_in_data_and_all_of_it_after_the_dot(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    class Struck(Exception):
        pass

    def strike(point: str) -> Callable[[str], None]:
        def plan(passing: str) -> None:
            if passing == point:
                raise Struck

        return plan

    try:
        for point, arrived in (
            ("smtp.rcpt_sent", 0),
            ("smtp.in_data", 0),
            ("smtp.after_dot", 1),
            ("smtp.after_250", 1),
        ):
            server = script("PIPELINING")
            channel = channel_to(serve(server))
            faults.arm(strike(point))
            with pytest.raises(Struck):
                channel.deliver([delivery()])
            faults.arm(None)
            # The struck connection was thrown away, so that the next one shows that the server saw the end of it.
            assert isinstance(channel.deliver([delivery(2)])[0], Receipt)
            channel.close()
            # Each connection has a thread at the server, and that of the struck one may be the slower.
            until = time.monotonic() + 2
            while len(server.mails) < arrived + 1 and time.monotonic() < until:
                time.sleep(0.01)
            assert len(server.mails) == arrived + 1
            assert server.connections == 2
    finally:
        faults.arm(None)


def test_an_answer_that_is_lost_after_the_dot_may_be_a_duplicate(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("PIPELINING", DOT="")
    (result,) = channel_to(serve(server)).deliver([delivery()])
    assert type(result) is TemporaryFailure
    assert result.detail == (
        "the connection was closed before the answer to the final dot; the mail had been sent and may have arrived: "
        "the next try may be a duplicate"
    )
    assert len(server.mails) == 1
