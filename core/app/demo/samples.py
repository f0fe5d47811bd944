"""The sample mails, and handing one in as a mail server would."""

import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import attrs

MAILS = Path(__file__).with_name("mails")
REACH_SECONDS = 30.0


@attrs.frozen(kw_only=True)
class Sample:
    """One mail with its envelope; `content` has no Date yet, it gets that of the moment."""

    name: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    def dated(self, now: datetime) -> bytes:
        """The mail as it is written now."""
        return f"Date: {format_datetime(now)}\r\n".encode() + self.content


@cache
def samples() -> Sequence[Sample]:
    """All of them, in the order in which they arrive."""
    return tuple(_read(file) for file in sorted(MAILS.glob("*.eml")))


def _read(file: Path) -> Sample:
    """A sample keeps its envelope where a mail server writes it: in the lines before the mail proper."""
    lines = file.read_bytes().splitlines()
    sender, recipients = "", []
    while lines[0].startswith((b"Return-Path:", b"Delivered-To:")):
        name, _, value = lines.pop(0).decode("ascii").partition(":")
        if name == "Return-Path":
            sender = value.strip(" <>")
        else:
            recipients.append(value.strip())
    content = b"\r\n".join(lines) + b"\r\n"
    return Sample(name=file.stem, sender=sender, recipients=tuple(recipients), content=content)


def hand_in(sample: Sample, *, to: str, now: datetime) -> None:
    """Give a sample to the listener at `to` (host:port).

    :raises smtplib.SMTPException: when the listener does not take it.
    :raises OSError: when it cannot be reached.
    """
    host, _, port = to.rpartition(":")
    with smtplib.SMTP(host, int(port), local_hostname="demo.example", timeout=REACH_SECONDS) as connection:
        connection.sendmail(sample.sender, sample.recipients, sample.dated(now))
