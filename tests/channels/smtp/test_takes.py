"""Asking the server whether it would take an address; no mail comes of it."""

from collections.abc import Callable

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.core.contract.channel import Delivery, Receipt
from stand_ins.smtp_sink import Point, SmtpSink

MakeChannel = Callable[..., SmtpChannel]
MakeDelivery = Callable[..., Delivery]


@pytest.mark.parametrize(
    ("reply", "answer"), [("550 5.1.1 no such user", False), ("450 4.2.1 later", None), ("554 relay denied", False)]
)
def test_a_refused_recipient(reply: str, answer: bool | None, smtp_sink: SmtpSink, channel_to: MakeChannel) -> None:
    smtp_sink.refuse("support+probe@example.com", reply)
    channel = channel_to(smtp_sink.port)
    assert channel.takes("support@example.com") is True
    assert channel.takes("support+probe@example.com") is answer
    assert smtp_sink.mails == ()
    assert smtp_sink.commands["DATA"] == 0


def test_the_connection_is_good_for_mail_afterwards(
    smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    smtp_sink.refuse("no@example.com", "550 no")
    assert [channel.takes(each) for each in ("no@example.com", "yes@example.com")] == [False, True]
    assert isinstance(channel.deliver([delivery()])[0], Receipt)
    assert smtp_sink.connections == 1


def test_who_does_not_answer_says_nothing(smtp_sink: SmtpSink, channel_to: MakeChannel) -> None:
    smtp_sink.answer(Point.MAIL, "530 sign in first", times=1)
    channel = channel_to(smtp_sink.port)
    assert channel.takes("a@example.com") is None
    smtp_sink.drop(Point.RCPT, times=1)
    assert channel.takes("a@example.com") is None
    smtp_sink.stop()
    assert channel.takes("a@example.com") is None


@pytest.mark.parametrize("address", ["", "no address", "a@b>\r\nDATA", "grüße@example.com"])
def test_what_cannot_be_asked(address: str, smtp_sink: SmtpSink, channel_to: MakeChannel) -> None:
    assert channel_to(smtp_sink.port).takes(address) is None
    assert smtp_sink.commands["RCPT"] == 0
