"""Machines that answer machines, with everything on and over real SMTP: how soon it is quiet, and what the administrator hears."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy import select

from deskbell.core.app import acting
from deskbell.core.contract.tickets import Ticket, TicketStatus
from deskbell.core.intake.receive import Arrival
from deskbell.core.store import tickets
from deskbell.core.store.rows import RawMailRow
from stand_ins.clock import FrozenClock
from stand_ins.letters import raw_mail
from stand_ins.mail_loop import House, house, storm, take_in, until_quiet
from stand_ins.smtp_sink import ReceivedMail


def tickets_of(one: House) -> Sequence[Ticket]:
    with one.desk.db.reading() as session:
        return tickets.list_tickets(session, limit=10_000)


def to(address: str, mails: Sequence[ReceivedMail]) -> list[ReceivedMail]:
    return [mail for mail in mails if mail.recipients == (address,)]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


def test_m1_two_desks_wired_to_each_other_fall_silent(tmp_path: Path, clock: FrozenClock, database_url: str) -> None:
    with (
        house(tmp_path / "a", domain="a.example", clock=clock, database_url=database_url) as a,
        house(tmp_path / "b", domain="b.example", clock=clock) as b,
    ):
        by_hand = raw_mail(sender="Help of B <help@b.example>", to="help@a.example", message_id="<hand@b.example>")
        take_in(a.desk, by_hand, envelope_from="help@b.example", envelope_to="help@a.example")
        left = until_quiet({"a.example": a, "b.example": b})
        between = [mail for mail in left if mail.recipients[0].startswith("help")]
        assert [mail.recipients for mail in between] == [("help@b.example",)]
        assert [len(tickets_of(each)) for each in (a, b)] == [1, 1]


def most_within(times: Sequence[datetime], window: timedelta) -> int:
    """How many of these times lie within one window at most."""
    return max((sum(first <= each < first + window for each in times) for first in times), default=0)


@attrs.define
class Robot:
    """Writes every round, in answer to what it got last if there is any, and strips what would tell that it is a machine.

    Each round has a new Message-ID and a new tag in its subject. With `threaded` it keeps the References.
    """

    house: House
    clock: FrozenClock
    threaded: bool = False
    sent: int = 0
    got: list[tuple[datetime, ReceivedMail]] = attrs.field(factory=list)
    alerts: list[tuple[datetime, str]] = attrs.field(factory=list)

    def write(self) -> None:
        """Send one mail and take in what leaves the desk."""
        self.sent += 1
        last = str(self.got[-1][1].message["Message-ID"]) if self.threaded and self.got else ""
        raw = raw_mail(
            sender="Robot <robot@peer.example>",
            to="help@a.example",
            subject=f"[R-{self.sent}] We have received your message",
            message_id=f"<{self.sent}@peer.example>",
            answers=last,
        )
        take_in(self.house.desk, raw, envelope_from="robot@peer.example", envelope_to="help@a.example")
        for mail in self.house.sent():
            if mail.recipients == ("admin@a.example",):
                self.alerts.append((self.clock.now(), str(mail.message["Subject"])))
            else:
                self.got.append((self.clock.now(), mail))


def answers(mails: Sequence[tuple[datetime, ReceivedMail]]) -> list[datetime]:
    """When those came that count."""
    return [at for at, mail in mails if "We have received" in str(mail.message["Subject"])]


@pytest.mark.parametrize(("threaded", "rounds", "most_tickets"), [(False, 1_000, 20), (True, 400, 1)])
def test_m2_and_rfc_14_a_robot_that_strips_all_headers(
    tmp_path: Path, clock: FrozenClock, threaded: bool, rounds: int, most_tickets: int
) -> None:
    """For more than a day."""
    with house(tmp_path / "a", domain="a.example", clock=clock) as a:
        robot = Robot(a, clock, threaded=threaded)
        for _ in range(rounds):
            robot.write()
            clock.advance(minutes=2_000 / rounds)
        capped = [at for at, subject in robot.alerts if "cap on answers" in subject]
        assert most_within(answers(robot.got), timedelta(hours=1)) == 5
        assert most_within(answers(robot.got), timedelta(hours=24)) == (20 if threaded else 5)
        assert most_within(capped, timedelta(hours=1)) == 1
        assert len(tickets_of(a)) == most_tickets
        # Beside the answers there were the two notices about too many tickets, each once in 24 hours.
        others = [(at, mail) for at, mail in robot.got if at not in answers(robot.got)]
        assert most_within([at for at, _ in others], timedelta(hours=24)) == (0 if threaded else 2)


def test_m3_and_rfc_14_a_new_sender_every_round(tmp_path: Path, clock: FrozenClock, database_url: str) -> None:
    with house(tmp_path / "a", domain="a.example", clock=clock, database_url=database_url) as a:
        answered: list[datetime] = []
        alerts: list[datetime] = []
        for hour in range(2):
            for step in range(20):
                numbers = range(1_000 * hour + 25 * step, 1_000 * hour + 25 * (step + 1))
                storm(a.desk, [from_somebody(number) for number in numbers], batch=25)
                for mail in a.sent():
                    if mail.recipients != ("admin@a.example",):
                        answered.append(clock.now())
                    elif "cap on answers" in str(mail.message["Subject"]):
                        alerts.append(clock.now())
                clock.advance(minutes=3)
        assert most_within(answered, timedelta(hours=1)) == 300
        assert len(answered) == 600
        assert most_within(alerts, timedelta(hours=1)) == 1
        assert len(tickets_of(a)) == 1_000


def from_somebody(number: int) -> Arrival:
    """A mail of somebody who never wrote before."""
    sender = f"somebody.{number}@peer{number % 50}.example"
    raw = raw_mail(
        sender=sender, to="help@a.example", message_id=f"<{number}@peer.example>", subject=f"Matter {number}"
    )
    return Arrival(content=raw, envelope_from=sender, envelope_to=("help@a.example",), source="lmtp")


def test_m5_an_acknowledgement_of_a_machine_leaves_the_ticket_closed(
    tmp_path: Path, clock: FrozenClock, database_url: str
) -> None:
    with house(tmp_path / "a", domain="a.example", clock=clock, database_url=database_url) as a:
        raw = raw_mail(sender="Olga <olga@peer.example>", to="help@a.example")
        take_in(a.desk, raw, envelope_from="olga@peer.example", envelope_to="help@a.example")
        [ticket] = tickets_of(a)
        wish = acting.ReplyWish(text="It is solved.", status=TicketStatus.CLOSED)
        acting.reply(a.desk, ticket.number, wish, by="admin@a.example")
        [closing] = [mail for mail in a.sent() if "It is solved." in mail.message.as_string()]
        clock.advance(minutes=1)
        acknowledgement = raw_mail(
            sender="Olga <olga@peer.example>",
            to="help@a.example",
            message_id="<away@peer.example>",
            answers=str(closing.message["Message-ID"]),
            more="Auto-Submitted: auto-replied\n",
        )
        take_in(a.desk, acknowledgement, envelope_from="olga@peer.example", envelope_to="help@a.example")
        [ticket] = tickets_of(a)
        assert ticket.status is TicketStatus.CLOSED
        with a.desk.db.reading() as session:
            assert [entry.automatic for entry in tickets.entries(session, ticket.id)] == [False, False, True]
        assert to("olga@peer.example", a.sent()) == []


WAITING = """
[settings]
pause_while_waiting = true

[sla_plans.Day]
grace = "24h"

[departments.Support]
sla_plan = "Day"
"""


def test_rfc_17_automatic_mail_is_stored_and_moves_nothing(
    tmp_path: Path, clock: FrozenClock, database_url: str
) -> None:
    with house(tmp_path / "a", domain="a.example", clock=clock, database_url=database_url, toml=WAITING) as a:
        raw = raw_mail(sender="Olga <olga@peer.example>", to="help@a.example")
        take_in(a.desk, raw, envelope_from="olga@peer.example", envelope_to="help@a.example")
        [ticket] = tickets_of(a)
        acting.reply(a.desk, ticket.number, acting.ReplyWish(text="Is it on?"), by="admin@a.example")
        [question] = [mail for mail in a.sent() if "Is it on?" in mail.message.as_string()]
        [waiting] = tickets_of(a)
        alerts: list[int] = []
        for number, hours in enumerate((1, 22, 3)):
            clock.advance(hours=hours)
            away = raw_mail(
                sender="Olga <olga@peer.example>",
                to="help@a.example",
                message_id=f"<away{number}@peer.example>",
                answers=str(question.message["Message-ID"]),
                more="Auto-Submitted: auto-replied",
            )
            take_in(a.desk, away, envelope_from="olga@peer.example", envelope_to="help@a.example")
            alerts.append(len(to("admin@a.example", a.sent())))
        # The second came 22 hours after the first, and the third 25.
        assert alerts == [1, 0, 1]
        [after] = tickets_of(a)
        assert waiting.status is TicketStatus.WAITING
        assert (after.status, after.due_at) == (waiting.status, waiting.due_at)
        with a.desk.db.reading() as session:
            kept = [entry.automatic for entry in tickets.entries(session, ticket.id)]
        assert kept == [False, False, True, True, True]


def test_m6_and_rfc_18_the_desk_knows_its_own_mail(tmp_path: Path, clock: FrozenClock, database_url: str) -> None:
    with house(tmp_path / "a", domain="a.example", clock=clock, database_url=database_url) as a:
        raw = raw_mail(sender="Olga <olga@peer.example>", to="help@a.example")
        take_in(a.desk, raw, envelope_from="olga@peer.example", envelope_to="help@a.example")
        [ticket] = tickets_of(a)
        acting.reply(a.desk, ticket.number, acting.ReplyWish(text="We look into it."), by="admin@a.example")
        own = a.sent()
        assert {mail.recipients[0] for mail in own} == {"olga@peer.example", "admin@a.example"}
        assert len(own) == 3  # an answer, an alert, a reply
        for mail in own:
            # As an alias at another house sends it back: with its own envelope and trace, and To as it was.
            deliver_back(a, mail, envelope_from=mail.sender)
            deliver_back(a, mail, envelope_from="alias@peer.example")
        states = [row.state for row in kept_mails(a)]
        assert states == ["stored", *["loop"] * 6]
        assert len(tickets_of(a)) == 1
        [alert] = a.sent()
        assert alert.recipients == ("admin@a.example",)
        assert "came back" in str(alert.message["Subject"])


def deliver_back(one: House, mail: ReceivedMail, *, envelope_from: str) -> None:
    trace = f"Return-Path: <{envelope_from}>\r\nDelivered-To: alias@peer.example\r\nReceived: by mx.peer.example\r\n"
    take_in(one.desk, trace.encode() + mail.data, envelope_from=envelope_from, envelope_to="help@a.example")


def kept_mails(one: House) -> Sequence[RawMailRow]:
    with one.desk.db.reading() as session:
        return list(session.scalars(select(RawMailRow).order_by(RawMailRow.id)))
