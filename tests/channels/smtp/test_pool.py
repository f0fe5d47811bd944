"""Kept connections: reused, dropped when old, replaced when broken, shared by threads."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.core.contract import faults
from deskbell.core.contract.channel import Delivery, Receipt, TemporaryFailure
from stand_ins.clock import FrozenClock
from stand_ins.smtp_sink import Point, SmtpSink

MakeDelivery = Callable[..., Delivery]
MakeChannel = Callable[..., SmtpChannel]
Serve = Callable[[Callable[[socket.socket], None]], int]


def taken(channel: SmtpChannel, delivery: Delivery) -> bool:
    return isinstance(channel.deliver([delivery])[0], Receipt)


def test_a_connection_is_kept_between_calls(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    assert all(taken(channel, delivery(number)) for number in range(5))
    assert smtp_sink.connections == 1


def test_nothing_is_connected_before_the_first_mail(smtp_sink: SmtpSink, channel_to: MakeChannel) -> None:
    channel_to(smtp_sink.port)
    assert smtp_sink.connections == 0


def test_close_says_goodbye(smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery) -> None:
    channel = channel_to(smtp_sink.port)
    assert taken(channel, delivery())
    channel.close()
    assert smtp_sink.commands[Point.QUIT] == 1


def test_an_idle_connection_is_given_up_after_a_minute(
    smtp_sink: SmtpSink, clock: FrozenClock, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port, clock=clock)
    assert taken(channel, delivery(1))
    clock.advance(seconds=60)
    assert taken(channel, delivery(2))
    assert smtp_sink.connections == 1
    clock.advance(seconds=61)
    assert taken(channel, delivery(3))
    assert smtp_sink.connections == 2
    assert smtp_sink.commands[Point.QUIT] == 1


def test_a_server_that_was_restarted_is_no_trouble(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    assert taken(channel, delivery(1))
    smtp_sink.stop()
    smtp_sink.start()
    assert taken(channel, delivery(2))
    assert [mail.connection for mail in smtp_sink.mails] == [1, 2]


def test_the_last_words_of_an_idle_connection_are_heard(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(DOT="250 taken\r\n421 I close what is idle")
    channel = channel_to(serve(server))
    assert taken(channel, delivery(1))
    time.sleep(0.05)
    assert taken(channel, delivery(2))
    assert server.connections == 2


def test_a_surplus_reply_is_not_taken_for_the_next_one(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    server = script(
        DOT="250 taken\r\n250 surplus", RCPT=lambda line: "550 nobody" if "ann2@" in line else "250 recipient"
    )
    channel = channel_to(serve(server))
    assert taken(channel, delivery(1))
    time.sleep(0.05)
    (result,) = channel.deliver([delivery(2)])
    assert result.detail == "550 nobody"
    assert server.connections == 2


@pytest.mark.parametrize("point", [Point.MAIL, Point.RCPT, Point.DATA])
@pytest.mark.parametrize("reply", ["", "421 4.3.2 no more on this one"])
def test_a_kept_connection_that_breaks_before_the_dot_costs_nothing(
    point: Point, reply: str, smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    assert taken(channel, delivery(1))
    if reply:
        smtp_sink.answer(point, reply, times=1)
    else:
        smtp_sink.drop(point, times=1)
    assert taken(channel, delivery(2))
    assert (len(smtp_sink.mails), smtp_sink.connections) == (2, 2)


def test_a_kept_connection_that_breaks_after_the_dot_is_not_tried_again_here(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    assert taken(channel, delivery(1))
    smtp_sink.drop(Point.END, times=1, accepted=True)
    (result,) = channel.deliver([delivery(2)])
    assert isinstance(result, TemporaryFailure)
    assert "may be a duplicate" in result.detail
    assert (len(smtp_sink.mails), smtp_sink.connections) == (2, 1)


def test_a_connection_is_thrown_away_after_an_error_of_our_own(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    def strike(_: str) -> None:
        raise KeyError("a bug")

    channel = channel_to(smtp_sink.port)
    assert taken(channel, delivery(1))
    faults.arm(strike)
    try:
        with pytest.raises(KeyError):
            channel.deliver([delivery(2)])
    finally:
        faults.arm(None)
    assert taken(channel, delivery(3))
    assert smtp_sink.connections == 2


def test_threads_share_a_few_connections(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    lock, at_once, most = threading.Lock(), 0, 0

    def enter(_: str) -> str:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        return "250 sender"

    def leave(_: str) -> str:
        nonlocal at_once
        with lock:
            at_once -= 1
        return "250 taken"

    server = script("PIPELINING", MAIL=enter, DOT=leave)
    channel = channel_to(serve(server), connections=3)
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda number: taken(channel, delivery(number)), range(40)))
    channel.close()
    assert all(results)
    assert len({mail.split(b"Message-ID: ")[1].split(b"\r\n")[0] for mail in server.mails}) == 40
    assert most == 3
    assert server.connections == 3


def test_a_broken_connection_takes_the_idle_ones_with_it(
    script: type[Any], serve: Serve, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    together = threading.Barrier(3)

    def meet(_: str) -> str:
        together.wait(5)
        return "250 sender"

    server = script(MAIL=meet)
    channel = channel_to(serve(server))
    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(lambda number: taken(channel, delivery(number)), range(3)))
    answers = iter(["", "250 sender"])
    server.answers["MAIL"] = lambda _: next(answers)
    assert taken(channel, delivery(3))
    assert server.connections == 4
    channel.close()


def test_a_turn_that_never_comes_is_not_waited_for(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port, connections=1, send_limit=0.6, timeout_seconds=5)
    smtp_sink.hang(Point.END, times=1)
    with ThreadPoolExecutor(1) as other:
        hanging = other.submit(channel.deliver, [delivery(1)])
        while not smtp_sink.commands[Point.END]:
            time.sleep(0.005)
        began = time.monotonic()
        patient = channel_to(smtp_sink.port)  # another channel is not concerned
        assert taken(patient, delivery(2))
        assert time.monotonic() - began < 0.5
        channel._send_limit = 0.1
        (busy,) = channel.deliver([delivery(3)])
        assert isinstance(busy, TemporaryFailure)
        assert busy.detail == "all 1 connections to the mail server were busy all the time"
        assert isinstance(hanging.result()[0], TemporaryFailure)
