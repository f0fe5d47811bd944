"""One result per delivery, whatever the server does: reliability O4 to O6 and line 51."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deskbell.channels.smtp import MAX_FRUITLESS, SmtpChannel
from deskbell.core.contract.channel import Delivery, DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from stand_ins.smtp_sink import ALL_EXTENSIONS, Point, SmtpSink

MakeDelivery = Callable[..., Delivery]
MakeChannel = Callable[..., SmtpChannel]
Serve = Callable[[Callable[[socket.socket], None]], int]

CLOSING, LATER, NEVER, ODD, HANG, DROP = (
    "421 4.3.2 closing",
    "450 4.2.0 later",
    "550 5.1.1 never",
    "999 what",
    "hang",
    "drop",
)

# What becomes of the mail, and whether the administrator hears of it.
EXPECTED = {
    (Point.CONNECT, CLOSING): ("again", "fault"),
    (Point.CONNECT, LATER): ("again", "fault"),
    (Point.CONNECT, NEVER): ("again", "fault"),
    (Point.CONNECT, ODD): ("again", "fault"),
    (Point.CONNECT, HANG): ("again", "fault"),
    (Point.CONNECT, DROP): ("again", "fault"),
    (Point.EHLO, CLOSING): ("again", "fault"),
    (Point.EHLO, LATER): ("again", "fault"),
    (Point.EHLO, NEVER): ("taken", ""),  # HELO follows
    (Point.EHLO, ODD): ("again", "fault"),
    (Point.EHLO, HANG): ("again", "fault"),
    (Point.EHLO, DROP): ("again", "fault"),
    (Point.MAIL, CLOSING): ("again", ""),
    (Point.MAIL, LATER): ("again", ""),
    (Point.MAIL, NEVER): ("never", ""),
    (Point.MAIL, ODD): ("again", "fault"),
    (Point.MAIL, HANG): ("again", "fault"),
    (Point.MAIL, DROP): ("again", "fault"),
    (Point.RCPT, CLOSING): ("again", ""),
    (Point.RCPT, LATER): ("again", ""),
    (Point.RCPT, NEVER): ("never", ""),
    (Point.RCPT, ODD): ("again", "fault"),
    (Point.RCPT, HANG): ("again", "fault"),
    (Point.RCPT, DROP): ("again", "fault"),
    (Point.DATA, CLOSING): ("again", ""),
    (Point.DATA, LATER): ("again", ""),
    (Point.DATA, NEVER): ("never", ""),
    (Point.DATA, ODD): ("again", "fault"),
    (Point.DATA, HANG): ("again", "fault"),
    (Point.DATA, DROP): ("again", "fault"),
    (Point.END, CLOSING): ("again", ""),
    (Point.END, LATER): ("again", ""),
    (Point.END, NEVER): ("never", ""),
    (Point.END, ODD): ("again, perhaps twice", "fault"),
    (Point.END, HANG): ("again, perhaps twice", "fault"),
    (Point.END, DROP): ("again, perhaps twice", "fault"),
}


@pytest.fixture(params=["pipelined", "one-by-one"])
def sink(request: pytest.FixtureRequest) -> Iterator[SmtpSink]:
    """A sink that announces PIPELINING, then one that does not."""
    with SmtpSink(extensions=ALL_EXTENSIONS - ({"PIPELINING"} if request.param == "one-by-one" else set())) as sink:
        yield sink


def misbehave(sink: SmtpSink, point: Point, how: str, *, times: int | None = None) -> None:
    if how == HANG:
        sink.hang(point, times=times)
    elif how == DROP:
        sink.drop(point, times=times)
    else:
        sink.answer(point, how, times=times)


def outcome(result: Receipt | DeliveryFailure) -> tuple[str, str]:
    if isinstance(result, Receipt):
        return "taken", ""
    if isinstance(result, TemporaryFailure):
        twice = ", perhaps twice" if "may be a duplicate" in result.detail else ""
        return f"again{twice}", "fault" if result.fault else ""
    return "never", ""


@pytest.mark.parametrize(("point", "how"), EXPECTED)
def test_o4_trouble_at_each_verb(
    point: Point, how: str, sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(sink.port, timeout_seconds=0.3, send_limit=0.6)
    misbehave(sink, point, how)
    began = time.monotonic()
    (result,) = channel.deliver([delivery(1)])
    assert time.monotonic() - began < 1.5
    assert outcome(result) == EXPECTED[point, how]
    assert result.detail
    assert result.detail.isprintable()
    if isinstance(result, DeliveryFailure) and how[0].isdigit():
        assert (result.code, how in result.detail) == (how[:3], True)
    # The next good mail is served.
    sink.behave()
    assert isinstance(channel.deliver([delivery(2)])[0], Receipt)


@pytest.mark.parametrize("reply", ["421 a", "450 b", "451 c", "452 d"])
def test_o4_4xx_is_tried_again(reply: str, sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.answer(Point.RCPT, reply)
    (result,) = channel_to(sink.port).deliver([delivery()])
    assert isinstance(result, TemporaryFailure)
    assert (result.code, result.detail, result.retry_after) == (reply[:3], reply, None)


@pytest.mark.parametrize("reply", ["550 a", "551 b", "552 c", "553 d", "554 e"])
def test_o4_5xx_is_final(reply: str, sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    for point in (Point.RCPT, Point.END):
        sink.behave()
        sink.answer(point, reply)
        (result,) = channel_to(sink.port).deliver([delivery()])
        assert isinstance(result, PermanentFailure)
        assert (result.code, result.detail) == (reply[:3], reply)


def test_o4_multi_line_rubbish(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.answer(Point.RCPT, "550-5.7.1 \x1b[31mYour mail\r\n550-5.7.1 \r\n550 5.7.1 looks\x07 bad \xff" + "!" * 2000)
    (result,) = channel_to(sink.port).deliver([delivery()])
    assert isinstance(result, PermanentFailure)
    assert result.detail.startswith("550 5.7.1 [31mYour mail 5.7.1 5.7.1 looks bad ")
    assert len(result.detail) == 500


def test_o4_refused_connection(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.stop()
    channel = channel_to(sink.port)
    results = channel.deliver([delivery(1), delivery(2)])
    for result in results:
        assert isinstance(result, TemporaryFailure)
        assert result.detail == f"127.0.0.1:{sink.port} cannot be reached: Connection refused"
        assert result.fault.startswith(f"The mail server 127.0.0.1:{sink.port} cannot be reached: Connection refused.")
    sink.start()
    assert [type(result) for result in channel.deliver([delivery(1), delivery(2)])] == [Receipt, Receipt]


def test_o5_dropped_after_the_dot(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.drop(Point.END, times=1, accepted=True)
    channel = channel_to(sink.port)
    (first,) = channel.deliver([delivery(attempt=1)])
    assert outcome(first) == ("again, perhaps twice", "fault")
    (second,) = channel.deliver([delivery(attempt=2)])
    assert isinstance(second, Receipt)
    # One duplicate, to be known by its Message-ID: the bytes are the same.
    assert [mail.message["Message-ID"] for mail in sink.mails] == ["<db.token1@desk.example>"] * 2
    assert sink.mails[0].data == sink.mails[1].data


def test_o6_one_of_50_recipients_refused(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.refuse("ann23@example.com", "550 5.1.1 no such mailbox")
    sink.refuse("ann31@example.com", "450 4.2.2 mailbox full")
    results = channel_to(sink.port).deliver([delivery(number, html="<p>Hello</p>") for number in range(50)])
    assert [outcome(result)[0] for result in results] == [
        {23: "never", 31: "again"}.get(number, "taken") for number in range(50)
    ]
    others = [number for number in range(50) if number not in (23, 31)]
    assert [mail.recipients for mail in sink.mails] == [(f"ann{number}@example.com",) for number in others]
    assert sink.connections == 1


@pytest.mark.parametrize("how", [CLOSING, DROP, HANG])
@pytest.mark.parametrize("point", [Point.MAIL, Point.RCPT, Point.DATA])
def test_trouble_before_the_dot_amid_a_batch_is_no_trouble(
    point: Point, how: str, sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(sink.port, timeout_seconds=0.3)
    assert isinstance(channel.deliver([delivery(0)])[0], Receipt)
    misbehave(sink, point, how, times=1)
    results = channel.deliver([delivery(number) for number in range(1, 11)])
    assert [type(result) for result in results] == [Receipt] * 10
    assert len(sink.mails) == 11
    assert sink.connections == 2


@pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "one-by-one"])
def test_a_mail_that_makes_the_server_hang_up_does_not_stop_the_others(
    features: tuple[str, ...], script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    poison = {0, 1, 3, 4, 7}
    server = script(*features, RCPT=lambda line: "" if int(line.split("@")[0][-1]) in poison else "250 recipient")
    channel = channel_to(serve(server))
    results = channel.deliver([delivery(number) for number in range(10)])
    channel.close()
    assert [outcome(result)[0] for result in results] == [
        "again" if number in poison else "taken" for number in range(10)
    ]
    assert len(server.mails) == 5


def test_a_server_that_takes_one_mail_a_connection(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("PIPELINING")
    server.answers["MAIL"] = lambda _: "421 one is enough" if len(server.mails) == server.connections else "250 sender"
    channel = channel_to(serve(server))
    assert [type(result) for result in channel.deliver([delivery(number) for number in range(10)])] == [Receipt] * 10
    channel.close()
    assert server.connections == 10


HUGE = "x" * 70 + "\n"


def test_a_mail_that_is_not_sent_to_its_end_cannot_be_a_duplicate(
    serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    gone = threading.Event()

    def stop_reading(connection: socket.socket) -> None:
        connection.sendall(b"220 here\r\n")
        connection.recv(4096)
        connection.sendall(b"250-here\r\n250 PIPELINING\r\n")
        connection.recv(4096)
        connection.sendall(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
        gone.wait(5)

    channel = channel_to(serve(stop_reading), send_limit=0.5)
    (result,) = channel.deliver([delivery(text=HUGE * 300_000)])
    gone.set()
    assert isinstance(result, TemporaryFailure)
    assert result.detail == "the mail server stopped reading"


def test_a_mail_that_was_cut_off_is_begun_anew_on_another_connection(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script("PIPELINING")
    cut = threading.Event()

    def converse(connection: socket.socket) -> None:
        def data(_: str) -> str:
            if "ann2@" in server.lines[-2] and not cut.is_set():
                cut.set()
                connection.sendall(b"354 go on\r\n")
                connection.recv(1000)
                return ""
            return "354 go on"

        server.answers["DATA"] = data
        server(connection)

    channel = channel_to(serve(converse))
    results = channel.deliver([delivery(1), delivery(2, text=HUGE * 300_000)])
    channel.close()
    assert [type(result) for result in results] == [Receipt, Receipt]
    assert cut.is_set()
    assert (len(server.mails), server.connections) == (2, 2)


def test_a_server_that_hangs_up_on_everybody_is_left_alone(
    sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    sink.drop(Point.MAIL)
    results = channel_to(sink.port).deliver([delivery(number) for number in range(20)])
    assert [outcome(result) for result in results] == [("again", "fault")] * 20
    assert results[0].detail == "the connection was closed before the answer to MAIL"
    assert results[19].detail == "not tried: the connection was closed before the answer to MAIL"
    assert sink.connections == MAX_FRUITLESS


def test_a_server_that_answers_no_dot_is_left_alone_too(
    sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    sink.drop(Point.END, accepted=True)
    results = channel_to(sink.port).deliver([delivery(number) for number in range(20)])
    assert [outcome(result)[0] for result in results] == ["again, perhaps twice"] * 3 + ["again"] * 17
    assert len(sink.mails) == 3


def test_no_thread_is_held_over_the_limit(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    sink.hang(Point.RCPT)
    channel = channel_to(sink.port, timeout_seconds=0.3, send_limit=1.0)
    began = time.monotonic()
    results = channel.deliver([delivery(number) for number in range(100)])
    assert time.monotonic() - began < 2
    assert {outcome(result) for result in results} == {("again", "fault")}


@pytest.mark.parametrize("features", [("PIPELINING",), ()], ids=["pipelined", "one-by-one"])
def test_what_the_time_does_not_suffice_for_may_be_tried_at_once(
    features: tuple[str, ...], script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    def slowly(_: str) -> str:
        time.sleep(0.1)
        return "250 taken"

    server = script(*features, DOT=slowly)
    channel = channel_to(serve(server), timeout_seconds=0.4, send_limit=0.9)
    results = channel.deliver([delivery(number) for number in range(30)])
    channel.close()
    count = len(server.mails)
    assert 3 <= count <= 8
    assert [type(result) for result in results[:count]] == [Receipt] * count
    for result in results[count:]:
        assert isinstance(result, TemporaryFailure)
        assert (result.detail, result.retry_after, result.fault) == (
            "not tried: the mails before it took all the time",
            0.0,
            "",
        )


def test_what_cannot_be_a_mail_fails_alone(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    deliveries = [
        delivery(0, subject="x\r\nBcc: victim@example.com"),
        delivery(1),
        delivery(2, address="nobody"),
        delivery(3, sender=("Desk\n", "support@desk.example")),
        delivery(4),
    ]
    results = channel_to(sink.port).deliver(deliveries)
    assert [outcome(result)[0] for result in results] == ["never", "taken", "never", "never", "taken"]
    assert results[0].detail == "Subject holds a line break or NUL and would inject a header"
    assert results[2].detail == "'nobody' is no mail address"
    assert len(sink.mails) == 2


def test_the_sink_gets_the_bytes_of_the_writer(sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    channel_to(sink.port).deliver(
        [delivery(html="<p>Grüße</p>", text="Grüße", automatic="auto-generated", envelope_sender="")]
    )
    (mail,) = sink.mails
    assert (mail.sender, mail.recipients) == ("", ("ann1@example.com",))
    message = mail.message
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
