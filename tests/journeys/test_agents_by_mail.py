"""Agents answer alerts by mail: as their department says, and only as themselves (RFC 20, tests M4, M21)."""

from itertools import count
from pathlib import Path

import pytest

from deskbell.core.app import acting, configuring
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.events import Event
from deskbell.core.contract.tickets import Entry, TicketStatus
from deskbell.core.store import tickets
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.letters import raw_mail
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

ADA, ANN, BOB, OUT = "ada@customer.example", "ann@example.com", "bob@example.com", "out@example.com"
TRUSTED = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com"
FORGED = "Authentication-Results: mx.example.com; dmarc=fail header.from=example.com"

NUMBERS = count(1)

TOML = """
[settings]
agent_mail = "{agent_mail}"

[agents."ann@example.com"]
name = "Ann Lee"

[agents."bob@example.com"]
name = "Bob Ray"

[agents."out@example.com"]
name = "Out Sider"

[departments.Support]
manager = "ann@example.com"
members = ["ann@example.com", "bob@example.com"]

[mailboxes.support]
address = "support@example.com"
department = "Support"
auth_server = "mx.example.com"
plus_addresses = true
agents_unproven = {unproven}

[options.new-ticket-alert]
audience.department_member = true
"""


def desk_for(folder: Path, database_url: str, sink: SmtpSink, *, agent_mail: str, unproven: bool = False) -> Path:
    toml = TOML.format(agent_mail=agent_mail, unproven=str(unproven).lower())
    return new_desk(folder / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)


def alert_to(desk: Desk, sink: SmtpSink, address: str) -> ReceivedMail:
    """Take Ada's mail in, deliver what it causes, and answer the alert that went to an agent."""
    receive(desk, MAIL)
    work_off(desk)
    [mail] = [each for each in sink.mails if each.recipients == (address,)]
    return mail


def answer(to: ReceivedMail, *, sender: str, text: str = "On my way.", more: str = TRUSTED, by: str = "both") -> bytes:
    """An agent's answer as a mail program writes one, by the reply address, by the id, or by both."""
    body = to.message.get_body(("plain",))
    assert body is not None
    quoted = "\n".join(f"> {line}" for line in body.get_content().splitlines())
    recipient = to.message["Reply-To"] if by != "id" else "support@example.com"
    answered = f"In-Reply-To: {to.message['Message-ID']}\n" if by != "address" else ""
    return (
        f"{more}\nFrom: {sender}\nTo: {recipient}\nSubject: Re: {to.message['Subject']}\n"
        f"Message-ID: <answer{next(NUMBERS)}@example.com>\n{answered}"
        f"\n{text}\n\nOn Mon, 2 Mar 2026 at 09:00, Helpdesk <support@example.com> wrote:\n{quoted}\n"
    ).encode()


def names(events: tuple[Event, ...]) -> list[str]:
    return [each.name for each in events]


def last_entry(desk: Desk) -> Entry:
    with desk.db.reading() as session:
        return tickets.entries(session, tickets.find_number(session, "100001").id)[-1]


@pytest.mark.parametrize("by", ["both", "id", "address"])
@pytest.mark.parametrize(("agent_mail", "name"), [("note", "note_posted"), ("reply", "reply_posted")])
def test_rfc_45_an_agents_answer_becomes_what_the_department_says(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock, agent_mail: str, name: str, by: str
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail=agent_mail), clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        before = len(smtp_sink.mails)
        events = receive(desk, answer(alert, sender="Bob <BOB@example.com>", by=by))
        assert names(events)[0] == name
        entry = last_entry(desk)
        assert (entry.kind, entry.author.kind, entry.author.address) == (agent_mail, "agent", BOB)
        assert (entry.text, entry.verified, entry.held, entry.warnings) == ("On my way.", True, False, ())
        assert entry.alignment == "pass"
        work_off(desk)
        to_ada = [each for each in smtp_sink.mails[before:] if each.recipients == (ADA,)]
        assert len(to_ada) == (1 if agent_mail == "reply" else 0)
        assert all("On my way." in each.data.decode() for each in to_ada)


@pytest.mark.parametrize(
    ("agent_mail", "sender", "more"),
    [
        ("off", BOB, TRUSTED),
        ("reply", BOB, ""),
        ("reply", BOB, FORGED),
        ("reply", BOB, TRUSTED.replace("mx.example.com", "mx.evil.example")),
        # Another agent's alert: the token is Bob's, the mail Ann's.
        ("reply", ANN, TRUSTED),
        ("reply", OUT, TRUSTED),
        # A person wrote it, or a machine: nobody can tell.
        ("reply", BOB, TRUSTED + "\nX-Auto-Response-Suppress: OOF"),
        ("reply", BOB, TRUSTED + "\nList-Id: <team.example.com>"),
    ],
)
def test_m21_and_rfc_45_anything_else_from_an_agents_address_is_held(
    tmp_path: Path,
    database_url: str,
    smtp_sink: SmtpSink,
    clock: FrozenClock,
    agent_mail: str,
    sender: str,
    more: str,
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail=agent_mail), clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        before = len(smtp_sink.mails)
        assert names(receive(desk, answer(alert, sender=sender, more=more))) == ["message_posted"]
        entry = last_entry(desk)
        assert (entry.kind, entry.author.kind, entry.verified, entry.held) == ("message", "end_user", False, True)
        assert "claims_agent" in entry.warnings
        work_off(desk)
        assert not [each for each in smtp_sink.mails[before:] if each.recipients == (ADA,)]


def test_m21_a_token_of_no_agent_gives_no_agent_rights(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail="reply"), clock=clock) as desk:
        receive(desk, MAIL)
        work_off(desk)
        [to_ada] = [each for each in smtp_sink.mails if each.recipients == (ADA,)]
        assert names(receive(desk, answer(to_ada, sender=BOB))) == ["message_posted"]
        assert last_entry(desk).held


def test_rfc_45_an_agent_who_may_not_open_the_ticket_any_more_posts_nothing(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    folder = desk_for(tmp_path, database_url, smtp_sink, agent_mail="reply")
    away = tmp_path / "away.toml"
    away.write_text('[departments.Support]\nmembers = ["ann@example.com"]\n', encoding="utf-8")
    with opened(folder, clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        configuring.apply(desk, away, prune=False)
        assert names(receive(desk, answer(alert, sender=BOB))) == ["message_posted"]
        entry = last_entry(desk)
        assert (entry.held, entry.warnings) == (True, ("claims_agent",))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rfc_45_an_agent_whose_account_is_switched_off_posts_nothing(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    folder = desk_for(tmp_path, database_url, smtp_sink, agent_mail="reply")
    off = tmp_path / "off.toml"
    off.write_text('[agents."bob@example.com"]\nactive = false\n', encoding="utf-8")
    with opened(folder, clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        configuring.apply(desk, off, prune=False)
        assert names(receive(desk, answer(alert, sender=BOB))) == ["message_posted"]
        entry = last_entry(desk)
        assert (entry.author.kind, entry.held, entry.warnings) == ("end_user", True, ("claims_agent",))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rfc_45_an_answer_about_a_merged_ticket_lands_where_it_lives_on(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail="note"), clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        receive(desk, raw_mail(message_id="<zero@customer.example>"))
        acting.merge(desk, "100001", by=ANN, into="100002")
        assert names(receive(desk, answer(alert, sender=BOB))) == ["note_posted"]
        with desk.db.reading() as session:
            entry = tickets.entries(session, tickets.find_number(session, "100002").id)[-1]
        assert (entry.kind, entry.author.address, entry.text) == ("note", BOB, "On my way.")


def test_rfc_45_a_mailbox_can_take_agents_mail_that_nobody_looked_at(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    folder = desk_for(tmp_path, database_url, smtp_sink, agent_mail="note", unproven=True)
    with opened(folder, clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        assert names(receive(desk, answer(alert, sender=BOB, more="X-Nothing: 1"))) == ["note_posted"]
        assert names(receive(desk, answer(alert, sender=BOB, more=FORGED))) == ["message_posted"]
        looked = "Authentication-Results: mx.example.com; spf=softfail smtp.mailfrom=example.com; dkim=none"
        assert names(receive(desk, answer(alert, sender=BOB, more=looked))) == ["message_posted"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("below", ["", "\n\nFixed.\n"])
def test_m21_what_a_mail_program_wrapped_out_of_the_alert_reaches_no_end_user(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock, below: str
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail="reply"), clock=clock) as desk:
        receive(desk, MAIL)
        acting.note(desk, "100001", by=ANN, text="@bob this customer has never paid anything, so take all the time")
        work_off(desk)
        [*_, alert] = [each for each in smtp_sink.mails if each.recipients == (BOB,)]
        body = alert.message.get_body(("plain",))
        assert body is not None
        assert "never paid" in body.get_content()
        wrapped = "".join(f"> {line}\n" for line in body.get_content().splitlines())
        wrapped = wrapped.replace("has never paid", "has\nnever paid")
        above = "" if below else "Fixed.\n\n"
        raw = (
            f"{TRUSTED}\nFrom: {BOB}\nTo: {alert.message['Reply-To']}\nSubject: Re: x\nMessage-ID: <w@example.com>\n\n"
            f"{above}On Mon, 2 Mar 2026 at 09:00, Helpdesk <support@example.com> wrote:\n{wrapped}{below}"
        )
        assert names(receive(desk, raw.encode()))[0] == "reply_posted"
        assert last_entry(desk).text == "Fixed."


def test_an_answer_that_says_nothing_new_posts_nothing(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    with opened(desk_for(tmp_path, database_url, smtp_sink, agent_mail="reply"), clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        before = len(smtp_sink.mails)
        assert names(receive(desk, answer(alert, sender=BOB, text=""))) == ["message_posted"]
        work_off(desk)
        assert not [each for each in smtp_sink.mails[before:] if each.recipients == (ADA,)]


def test_an_agent_answers_a_closed_ticket_and_it_stays_closed(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    folder = desk_for(tmp_path, database_url, smtp_sink, agent_mail="note")
    with opened(folder, clock=clock) as desk:
        alert = alert_to(desk, smtp_sink, BOB)
        acting.change_status(desk, "100001", by=ANN, status=TicketStatus.CLOSED)
        clock.advance(days=60)
        assert names(receive(desk, answer(alert, sender=BOB))) == ["note_posted"]
        with desk.db.reading() as session:
            assert tickets.find_number(session, "100001").status == "closed"


AGENTS = 100
CROWD = """
[settings]
agent_mail = "reply"

[departments.Support]
manager = "agent000@example.com"
members = [{members}]

[mailboxes.support]
address = "support@example.com"
department = "Support"
auth_server = "mx.example.com"
plus_addresses = true
agents_unproven = true

[options.new-ticket-alert]
audience.department_member = true
"""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Re: your mail", "Auto-Submitted: auto-replied"),
        ("Automatic reply: your mail", "X-Auto-Response-Suppress: All"),
        ("Out of Office", ""),
    ],
)
def test_m4_and_rfc_20_the_vacations_of_a_hundred_agents_reach_nobody(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock, subject: str, more: str
) -> None:
    addresses = [f"agent{number:03}@example.com" for number in range(AGENTS)]
    toml = "".join(f'[agents."{each}"]\nname = "{each[:8]}"\n' for each in addresses)
    toml += CROWD.format(members=", ".join(f'"{each}"' for each in addresses))
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=toml)
    with opened(folder, clock=clock) as desk:
        receive(desk, MAIL)
        work_off(desk)
        alerts = [each for each in smtp_sink.mails if each.recipients[0].startswith("agent")]
        assert len(alerts) == AGENTS
        with desk.db.reading() as session:
            ticket = tickets.find_number(session, "100001")
        acting.change_status(desk, "100001", by="agent000@example.com", status=TicketStatus.CLOSED)
        work_off(desk)
        before = len(smtp_sink.mails)
        for number, alert in enumerate(alerts):
            sender = alert.recipients[0]
            head = "\n".join(line for line in (TRUSTED, more) if line)
            raw = (
                f"{head}\nFrom: {sender}\nTo: {alert.message['Reply-To']}\nSubject: {subject}\n"
                f"Message-ID: <vacation{number}@example.com>\nIn-Reply-To: {alert.message['Message-ID']}\n\nI am away.\n"
            )
            assert receive(desk, raw.encode()) == ()
        work_off(desk)
        assert len(smtp_sink.mails) == before
        with desk.db.reading() as session:
            entries = tickets.entries(session, ticket.id)
            assert tickets.find_number(session, "100001").status == "closed"
        away = [each for each in entries if each.text.strip() == "I am away."]
        assert len(away) == AGENTS
        assert {(each.kind, each.automatic) for each in away} == {("message", True)}


def test_m21_ticket_show_tells_what_is_known(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink, clock: FrozenClock
) -> None:
    folder = desk_for(tmp_path, database_url, smtp_sink, agent_mail="off")
    with opened(folder, clock=clock) as desk:
        vouched = "Authentication-Results: mx.example.com; dmarc=pass header.from=customer.example"
        receive(desk, raw_mail(sender=ADA, more=vouched))
        receive(desk, raw_mail(sender=ANN, message_id="<two@x>", more="Reply-To: eve@evil.example"))
        receive(desk, raw_mail(sender=ADA, message_id="<three@x>", more=vouched.replace("pass", "fail")))
    shown = Cli(folder)("ticket", "show", "100001")
    assert "(mx.example.com confirms that it comes from customer.example (dmarc=pass))" in shown
    forged = Cli(folder)("ticket", "show", "100003")
    assert "(mx.example.com found that it does not come from customer.example (dmarc=fail))" in forged
    assert "a trusted mail server found" not in forged  # once is enough
    shown = " ".join(Cli(folder)("ticket", "show", "100002").split())
    assert "its From is the address of an agent, which anybody can write: it has no rights of an agent" in shown
    assert "it asks for answers to another domain" in shown
