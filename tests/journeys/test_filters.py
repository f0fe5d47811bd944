"""Filters from the raw mail to the mail that arrives: routed, assigned, answered, kept silent, refused and tried again."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskbell.core.app import configuring, filters, kept_mail, reasons, switching
from deskbell.core.app.doctor import State, examine
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.drafts import TicketDraft
from deskbell.core.contract.errors import DeskbellError, UnknownName
from deskbell.core.contract.events import Event, TicketCreated, TicketRefused
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import Filter
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Ticket
from deskbell.core.store import filter_log, records, tickets
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import new_desk, opened, receive
from stand_ins.lively_desk import mail
from stand_ins.smtp_sink import SmtpSink

TOML = """
[agents."ann@example.com"]
name = "Ann Lee"

[agents."cleo@example.com"]
name = "Cleo Ortiz"

[departments.Support]
manager = "ann@example.com"

[departments.Billing]
manager = "cleo@example.com"

[topics.Refund]
department = "Billing"
priority = "high"

[[options.ticket-filters.rules]]
name = "Newsletter"
when = { headers = { "List-Id" = ["*"] } }
then = { refuse = "newsletters are no requests" }

[[options.ticket-filters.rules]]
name = "VIP"
when = { sender = ["@globex.example"] }
then = { priority = "urgent", agent = "ann@example.com" }

[[options.ticket-filters.rules]]
name = "Money"
when = { subject = ["refund"] }
then = { topic = "Refund", answer = "We look into it.\\n\\nYour number is {number}." }

[[options.ticket-filters.rules]]
name = "Quiet"
when = { subject = ["monitoring"] }
then = { autoresponse = false }
"""
RULE = (
    '[[options.ticket-filters.rules]]\nname = "Old"\nwhen = { subject = ["old"] }\nthen = { department = "Billing" }\n'
)


@pytest.fixture
def folder(tmp_path: Path, database_url: str, smtp_sink: SmtpSink) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port, toml=TOML)


@pytest.fixture
def desk(folder: Path, clock: FrozenClock) -> Iterator[Desk]:
    with opened(folder, clock=clock) as open_desk:
        yield open_desk


def created(events: tuple[Event, ...]) -> TicketCreated:
    assert isinstance(events[0], TicketCreated)
    return events[0]


def ticket_of(desk: Desk, number: str) -> Ticket:
    with desk.db.reading() as session:
        return tickets.find_number(session, number)


def applied(desk: Desk, tmp_path: Path, toml: str) -> None:
    file = tmp_path / "change.toml"
    file.write_text(toml, encoding="utf-8")
    configuring.apply(desk, file, prune=False)


def test_routed_assigned_and_answered_in_words_of_the_desk(desk: Desk, smtp_sink: SmtpSink) -> None:
    event = created(receive(desk, mail(1, sender="Hank <hank@globex.example>", subject="A refund, please")))
    work_off(desk)

    ticket = ticket_of(desk, "100001")
    assert ticket.agent is not None
    assert ticket.topic is not None
    assert (ticket.department.name, ticket.topic.name, ticket.priority.value) == ("Billing", "Refund", "urgent")
    assert ticket.agent.address == "ann@example.com"
    assert event.applied == (
        "rule 'VIP': priority normal -> urgent, assigned to ann@example.com",
        "rule 'Money': topic none -> Refund, an answer of its own",
        "help topic 'Refund': department Support -> Billing",
    )
    [answer] = [each for each in smtp_sink.mails if each.recipients == ("hank@globex.example",)]
    words = answer.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    # The sender is not verified: nothing of the mail is in the answer, and all that the desk has to say is.
    assert "\n\nWe look into it.\n\nYour number is 100001.\n" in words.replace("\r\n", "\n")
    assert "refund, please" not in str(answer.message).casefold()
    assert "thank you for writing" not in words


def test_no_automatic_answer_and_the_reason_names_the_rule(desk: Desk, smtp_sink: SmtpSink) -> None:
    receive(desk, mail(1, subject="Monitoring: disk full"))
    work_off(desk)
    assert "ada@customer.example" not in {to for each in smtp_sink.mails for to in each.recipients}
    assert any("ann@example.com" in each.recipients for each in smtp_sink.mails)
    lines = reasons.recorded(desk, ticket="100001", event_id=None, refused_id=None, person=None)
    [refused] = [line for line in lines if line.reason == "filtered"]
    assert (refused.plugin, refused.address, refused.outcome) == (
        "new-ticket-autoresponse", "ada@customer.example", "refused",
    )  # fmt: skip
    assert refused.because == (
        "The filters let nothing answer this ticket automatically: rule 'Quiet': no automatic answer."
    )
    assert "deskbell filters list" in refused.change
    assert [line.because for line in lines if line.outcome == "changed"] == [
        "Before it was opened: rule 'Quiet': no automatic answer"
    ]


def test_a_refused_mail_is_kept_and_becomes_a_ticket_when_the_rule_has_changed(desk: Desk, tmp_path: Path) -> None:
    [event] = receive(desk, mail(1, **{"List-Id": "<news.example>"}))
    assert isinstance(event, TicketRefused)
    [kept] = kept_mail.listed(desk, states=(), limit=10)
    assert (kept.state.value, kept.reason) == ("refused", "rule 'Newsletter': newsletters are no requests")
    assert isinstance(kept_mail.retry(desk, kept.id)[0], TicketRefused)

    applied(desk, tmp_path, RULE)
    event = created(tuple(kept_mail.retry(desk, kept.id)))
    assert (event.ticket.number, event.applied) == ("100001", ())
    assert [(line.outcome, line.mail, line.applied) for line in filters.log(desk, rule="", limit=9)] == [
        ("refused", kept.id, ("rule 'Newsletter': newsletters are no requests",)),
        ("refused", kept.id, ("rule 'Newsletter': newsletters are no requests",)),
    ]


@pytest.mark.parametrize("at_once", [1, 1_000])
def test_what_each_rule_did_can_be_listed(
    desk: Desk, clock: FrozenClock, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filter_log, "_AT_ONCE", at_once)
    receive(desk, mail(1, sender="hank@globex.example"))
    clock.advance(minutes=5)
    receive(desk, mail(2, sender="hank@globex.example", subject="Refund"))
    receive(desk, mail(3))
    listed = {
        line.rule: (line.number, line.where, line.state, line.times, line.last_at) for line in filters.listed(desk)
    }
    assert listed == {
        "Newsletter": (1, "whole desk", "on", 0, None),
        "VIP": (2, "whole desk", "on", 2, clock.now()),
        "Money": (3, "whole desk", "on", 1, clock.now()),
        "Quiet": (4, "whole desk", "on", 0, None),
    }
    assert [line.ticket for line in filters.log(desk, rule="vip", limit=9)] == ["100002", "100001"]
    assert [line.ticket for line in filters.log(desk, rule="", limit=1)] == ["100002"]
    assert filters.log(desk, rule="Quiet", limit=9) == ()
    with pytest.raises(UnknownName, match="Did you mean 'Money'"):
        filters.log(desk, rule="Mony", limit=9)


def test_a_department_has_rules_and_a_switch_of_its_own(desk: Desk, tmp_path: Path) -> None:
    own = TOML.partition("[[")[0] + (
        '[mailboxes.billing]\naddress = "billing@example.com"\ndepartment = "Billing"\n'
        '[[options.ticket-filters.departments.Billing.rules]]\nname = "Bills"\nthen = { priority = "low" }\n'
    )
    applied(desk, tmp_path, own)
    to_billing = mail(1, sender="hank@globex.example").replace(b"support@", b"billing@")
    assert created(receive(desk, to_billing)).applied == ("rule 'Bills': priority normal -> low",)
    assert [line.rule for line in filters.listed(desk, department="Billing")] == ["Bills"]

    switching.switch(desk, "ticket-filters", "off", department="Billing", topic=None, mailbox=None)
    again = to_billing.replace(b"<mail1@", b"<mail2@")
    assert created(receive(desk, again)).applied == ()
    assert [line.state for line in filters.listed(desk, department="Billing")] == ["off"]
    assert created(receive(desk, mail(3, sender="hank@globex.example"))).applied == (
        "rule 'VIP': priority normal -> urgent, assigned to ann@example.com",
    )

    switching.switch(desk, "ticket-filters", "off", department=None, topic=None, mailbox="support")
    assert created(receive(desk, mail(4, sender="hank@globex.example"))).applied == ()


def test_an_agent_on_leave_gets_nothing_and_the_history_says_so(desk: Desk, tmp_path: Path) -> None:
    applied(desk, tmp_path, '[agents."ann@example.com"]\nleave_from = 2026-03-01\nleave_until = 2026-04-01\n')
    event = created(receive(desk, mail(1, sender="hank@globex.example")))
    assert event.ticket.agent is None
    assert event.applied[-1] == "not assigned to ann@example.com, who is not available"


def test_a_rule_that_names_what_is_gone_is_left_out_and_told(desk: Desk, folder: Path, tmp_path: Path) -> None:
    applied(desk, tmp_path, RULE + '[[options.ticket-filters.rules]]\nname = "New"\nthen = { priority = "low" }\n')
    with desk.db.configuring() as session:
        directory = desk.db.directory(session)
        records.remove_topic(session, directory.topic("Refund").id, by=SYSTEM, now=desk.clock.now())
        records.remove_department(session, directory.department("Billing").id, by=SYSTEM, now=desk.clock.now())

    event = created(receive(desk, mail(1, subject="Old thing")))
    assert (event.ticket.department.name, event.applied) == ("Support", ("rule 'New': priority normal -> low",))
    because = "There is no department named 'Billing'."
    assert [(line.rule, line.state, line.because) for line in filters.listed(desk)] == [
        ("Old", "left out", because), ("New", "on", ""),
    ]  # fmt: skip
    trial = filters.tried(desk, mail(2, subject="Old thing"), mailbox="")
    assert trial.notes == (
        f"An option of 'ticket-filters' names what the desk does not have and is left out. 'Old': {because}",
    )
    found = [each for each in examine(folder) if each.area == "options"]
    assert [(each.state, each.what) for each in found] == [
        (State.WARNING, f"'ticket-filters' leaves out 'Old': {because}")
    ]


@pytest.mark.parametrize(
    ("then", "sentence"),
    [
        ('department = "Biling"', "rules[0].then.department names 'Biling', but there is no such department. Did you mean 'Billing'?"),
        ('agent = "bob@example.com"', "rules[0].then.agent names 'bob@example.com', but there is no such agent."),
        ('team = "Night"', "rules[0].then.team names 'Night', but there is no such team."),
        ('topic = "Fund"', "rules[0].then.topic names 'Fund', but there is no such topic."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_apply_refuses_names_of_nothing(desk: Desk, tmp_path: Path, then: str, sentence: str) -> None:
    with pytest.raises(DeskbellError) as error:
        applied(desk, tmp_path, f'[[options.ticket-filters.rules]]\nname = "A"\nthen = {{ {then} }}\n')
    assert f"options.ticket-filters.{sentence}" in str(error.value)
    with pytest.raises(
        DeskbellError, match=r"rules\[0\]\.when\.mailbox\[0\] names 'sales', but there is no such mailbox"
    ):
        applied(desk, tmp_path, RULE.replace('{ subject = ["old"] }', '{ mailbox = ["sales"] }'))
    assert len(filters.listed(desk)) == 4


class Nosy(Filter):
    """Wants no options, and routes to where nothing is."""

    @hookimpl
    def before_ticket_created(self, draft: TicketDraft) -> TicketDraft:
        return draft.__class__(sender=draft.sender, origin=draft.origin, subject="x", text="y", department="Nowhere")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_another_plugin_s_mistake_is_left_out_and_stands_in_the_history(folder: Path, clock: FrozenClock) -> None:
    with opened(folder, clock=clock, plugins={"nosy": Nosy()}) as desk:
        event = created(receive(desk, mail(1)))
        assert event.ticket.department.name == "Support"
        assert any(
            line.startswith("left out: department: There is no department named 'Nowhere'") for line in event.applied
        )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_commands(folder: Path, tmp_path: Path) -> None:
    cli = Cli(folder)
    file = tmp_path / "mail.eml"
    file.write_bytes(mail(1, sender="Hank <hank@globex.example>"))
    assert "rule 'VIP': priority normal -> urgent, assigned to ann@example.com" in cli("filters", "try", str(file))
    assert "No ticket would be opened: rule 'Newsletter': newsletters are no requests" in cli(
        "filters", "try", "-", stdin=mail(2, **{"List-Id": "<x>"})
    )
    assert "Error: There is no mail in standard input." in cli("filters", "try", "-", code=2)
    assert "There are no such tickets." in cli("ticket", "list")
    assert '{ name = "Quiet", when = { subject = ["monitoring"] }, then = { autoresponse = false } }' in cli(
        "plugins", "show", "ticket-filters"
    )
    assert "No rule has applied yet." in cli("filters", "log")

    cli("mail", "receive", stdin=file.read_bytes())
    assert cli.json("filters", "log")[0]["applied"] == [
        "rule 'VIP': priority normal -> urgent, assigned to ann@example.com"
    ]
    assert "What the filters did:\n  rule 'VIP': priority" in cli("ticket", "show", "100001")
    assert [line["times"] for line in cli.json("filters", "list")] == [0, 1, 0, 0]

    # What is exported is what was written, and applying it changes nothing.
    exported = cli("export")
    rules = tomllib.loads(exported)["options"]["ticket-filters"]["rules"]
    assert rules == tomllib.loads(TOML)["options"]["ticket-filters"]["rules"]
    again = tmp_path / "again.toml"
    again.write_text(exported, encoding="utf-8")
    assert "Nothing to change" in cli("apply", str(again))

    said = cli("plugins", "set", "ticket-filters", "rules", '[{ name = "One", then = { priority = "low" } }]')
    assert said.startswith("'rules' of 'ticket-filters' is now [{")
    assert [(line["rule"], line["then"]) for line in cli.json("filters", "list")] == [("One", 'priority = "low"')]
    assert "is no list as TOML writes it" in cli("plugins", "set", "ticket-filters", "rules", "[{", code=1)
    assert "cannot be set as text" in cli("plugins", "set", "ticket-filters", "rules", "One", code=1)
    cli("plugins", "unset", "ticket-filters", "rules")
    assert "[[options.ticket-filters.rules]]" in cli("filters", "list")
