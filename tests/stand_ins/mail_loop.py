"""Desks and robots that answer each other's mail: what one sends is delivered to the other, until nobody has a word to say."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

from deskbell.core.app import configuring
from deskbell.core.app.founding import Beginning, found
from deskbell.core.app.opening import Desk, open_desk
from deskbell.core.contract.clock import Clock
from deskbell.core.intake.receive import Arrival

from .smtp_sink import ReceivedMail, SmtpSink

EVERYTHING_ON = """
[switches.new-message-autoresponse]
position = "on"
"""
"""The other answers are on in a new desk."""
ROUNDS = 20
"""Of delivering to and fro: far more than any conversation of machines may have."""


@attrs.define(kw_only=True)
class House:
    """A desk and the mail server that its mail leaves by; `read` counts the mails of it that were looked at."""

    desk: Desk
    sink: SmtpSink
    read: int = 0

    def send(self) -> None:
        """Deliver everything that is due."""
        while self.desk.deliver_round().claimed:
            pass

    def sent(self) -> Sequence[ReceivedMail]:
        """The mails that left since this was last asked."""
        self.send()
        new = self.sink.mails[self.read :]
        self.read += len(new)
        return new


@contextmanager
def house(
    folder: Path, *, domain: str, clock: Clock, database_url: str = "", toml: str = EVERYTHING_ON
) -> Iterator[House]:
    """A desk of a domain of its own, whose mailbox is ``help@domain`` and whose administrator is ``admin@domain``."""
    url = database_url if database_url.startswith("postgresql") else ""
    found(folder, Beginning(mailbox=f"help@{domain}", admin=f"admin@{domain}", database_url=url), clock=clock)
    file = folder.parent / f"{folder.name}.toml"
    with SmtpSink() as sink, open_desk(folder, clock=clock) as desk:
        server = f'[channels.smtp]\nhost = "127.0.0.1"\nport = {sink.port}\nsecurity = "none"\n'
        file.write_text(toml + server, encoding="utf-8")
        configuring.apply(desk, file, prune=False)
        yield House(desk=desk, sink=sink)


def deliver(mails: Sequence[ReceivedMail], houses: Mapping[str, House]) -> int:
    """Give each mail to the house of its recipient, by its address; answer how many had one.

    A real server puts its Return-Path and Received lines before the mail.
    """
    taken = 0
    for mail in mails:
        for recipient in mail.recipients:
            house = houses.get(recipient.partition("@")[2])
            if house is not None:
                trace = f"Return-Path: <{mail.sender}>\r\nReceived: by mx (test); Mon, 2 Mar 2026 09:00:00 +0000\r\n"
                take_in(house.desk, trace.encode() + mail.data, envelope_from=mail.sender, envelope_to=recipient)
                taken += 1
    return taken


def take_in(desk: Desk, raw: bytes, *, envelope_from: str, envelope_to: str) -> None:
    """Accept and process one mail, as the listener does."""
    mail_id = desk.intake.accept(raw, envelope_from=envelope_from, envelope_to=(envelope_to,), source="lmtp")
    desk.take_in([mail_id])


def until_quiet(houses: Mapping[str, House]) -> list[ReceivedMail]:
    """Carry mail between the houses until nobody answers any more; all mails that left."""
    left: list[ReceivedMail] = []
    for _ in range(ROUNDS):
        new = [mail for house in houses.values() for mail in house.sent()]
        left += new
        if not deliver(new, houses):
            return left
    raise AssertionError(f"after {ROUNDS} rounds they still talk: {len(left)} mails")


def storm(desk: Desk, arrivals: Sequence[Arrival], *, batch: int) -> None:
    """Take in many mails in batches, as a listener under load does."""
    for start in range(0, len(arrivals), batch):
        desk.take_in(desk.intake.accept_many(arrivals[start : start + batch]))
