"""M36: whatever a mail holds, one message arrives, and it is that mail."""

from collections.abc import Callable

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.core.contract.channel import Delivery, File, Receipt
from stand_ins.smtp_sink import SmtpSink

MakeChannel = Callable[..., SmtpChannel]
MakeDelivery = Callable[..., Delivery]

SECOND = "MAIL FROM:<eve@evil.example>{0}RCPT TO:<victim@example.com>{0}DATA{0}Subject: evil{0}{0}x{0}.{0}"


@pytest.mark.parametrize(
    "form",
    [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r.\r\n",
        "\r\n.\r",
        "\r\n.\r\n",
        "\n\n.\r\r\n",
        "\r\n\0.\r\n",
        "\0\n.\n",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_m36_one_message_arrives(
    form: str, line_end: str, smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    evil = f"text{form}{SECOND.format(line_end)}"
    file = File(file_name="a.txt", content_type="text/plain", content=evil.encode())
    channel = channel_to(smtp_sink.port)
    [result] = channel.deliver([delivery(text=evil, html=evil, files=(file,))])
    channel.close()
    assert isinstance(result, Receipt)
    [mail] = smtp_sink.mails
    assert (mail.sender, mail.recipients) == ("support@desk.example", ("ann1@example.com",))
    assert smtp_sink.commands["MAIL"] == 1
    [arrived] = mail.message.iter_attachments()
    assert arrived.get_payload(decode=True) == evil.encode()
    lines = mail.data.split(b"\r\n")
    assert not any(octet in line for line in lines for octet in (b"\r", b"\n", b"\0"))


@pytest.mark.parametrize("evil", ["x\r\n.\r\nMAIL FROM:<e@evil.example>", "x\n.\nDATA", "x\r.\rDATA"])
@pytest.mark.parametrize("field", ["subject", "message_id", "in_reply_to", "date", "automatic"])
def test_m36_no_header_ends_the_mail(
    evil: str, field: str, smtp_sink: SmtpSink, channel_to: MakeChannel, delivery: MakeDelivery
) -> None:
    channel = channel_to(smtp_sink.port)
    refused, taken = channel.deliver([delivery(**{field: evil}), delivery(2)])
    channel.close()
    assert not isinstance(refused, Receipt)
    assert isinstance(taken, Receipt)
    assert len(smtp_sink.mails) == smtp_sink.commands["MAIL"] == 1
