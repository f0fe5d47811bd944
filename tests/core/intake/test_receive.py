"""From bytes to tickets: nothing is lost, nothing is doubled, and what becomes of each mail is on its row."""

import hashlib
import threading
from base64 import encodebytes
from collections.abc import Callable, Iterator
from datetime import timedelta

import attrs
import pytest

from deskbell.core.contract import faults
from deskbell.core.contract.drafts import MessageDraft, Refusal, TicketDraft
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import Event, MessagePosted, TicketCreated, TicketRefused
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Attachment, EntryKind, Origin, Priority, Ticket, TicketStatus
from deskbell.core.desk.merge import merge_tickets
from deskbell.core.intake.processing import MOST_MAILS
from deskbell.core.intake.receive import Arrival, Intake
from deskbell.core.store import configuration, journal, records
from deskbell.core.store.database import Database, DatabaseUnavailable
from deskbell.core.store.files import AttachmentStore, FilesUnavailable
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk, names_of

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def accept(intake: Intake, raw: bytes, *, envelope_from: str | None = OWNER, **more: object) -> int:
    given: dict[str, object] = {"envelope_to": (), "source": "test", **more}
    return intake.accept(raw, envelope_from=envelope_from, **given)  # type: ignore[arg-type]


def receive(intake: Intake, raw: bytes, **more: object) -> tuple[Event, ...]:
    return intake.process([accept(intake, raw, **more)])  # type: ignore[arg-type]


@pytest.fixture
def armed() -> Iterator[Callable[[Callable[[str], None]], None]]:
    yield faults.arm
    faults.arm(None)


# --- new tickets ---


def test_a_mail_becomes_a_ticket(desk: SmallDesk, intake: Intake) -> None:
    [event] = receive(intake, raw_mail())
    assert isinstance(event, TicketCreated)
    ticket = event.ticket
    assert (ticket.number, ticket.subject, ticket.origin) == ("100001", "Printer", Origin.MAIL)
    assert (ticket.owner.name, ticket.owner.address, ticket.department.name) == ("Olga", OWNER, "Support")
    assert (event.actor.address, event.actor.verified) == (OWNER, False)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.text.strip(), event.entry.verified) == (
        EntryKind.MESSAGE,
        "It smokes.",
        False,
    )
    assert event.incoming is not None
    assert (event.incoming.mailbox.name, event.incoming.check) == ("support", "")
    assert event.incoming.message_id == "<first@customer.example>"
    assert event.incoming.addressed == {"support@example.com"}
    [row] = desk.raw_rows()
    assert (row.state, row.reason, row.ticket_id, row.mailbox_id) == (
        "stored",
        "",
        ticket.id,
        desk.ids["support mailbox"],
    )
    assert desk.tickets() == (ticket,)


def test_the_events_are_in_the_journal(desk: SmallDesk, intake: Intake) -> None:
    events = receive(intake, raw_mail(to="sales@example.com"))
    assert names_of(events) == ["ticket_created", "ticket_assigned"]
    with desk.db.reading() as session:
        assert journal.history(session, desk.tickets()[0].id) == events


def test_the_mailbox_routes(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(), envelope_to=("sales@example.com",))
    [ticket] = desk.tickets()
    assert ticket.topic is not None
    assert ticket.agent is not None
    assert (ticket.department.name, ticket.topic.name, ticket.priority) == ("Sales", "Quotes", Priority.HIGH)
    assert ticket.agent.name == "Sam"


def test_a_department_is_reached_by_its_own_address(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(to="offers@example.com"))
    assert desk.tickets()[0].department.name == "Sales"


def test_the_mailbox_that_the_door_names_wins(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(to="sales@example.com"), mailbox="support")
    assert desk.tickets()[0].department.name == "Support"


def test_an_unknown_mailbox_is_named_and_nothing_kept(desk: SmallDesk, intake: Intake) -> None:
    with pytest.raises(UnknownName, match="no mailbox named 'suport'"):
        accept(intake, raw_mail(), mailbox="suport")
    assert desk.raw_rows() == []


def test_nobodys_mail_is_noted(desk: SmallDesk, intake: Intake) -> None:
    [event] = receive(intake, raw_mail(to="who@elsewhere.example"))
    assert "first mailbox" in desk.raw_rows()[0].reason
    assert isinstance(event, TicketCreated)
    assert event.incoming is not None
    assert event.incoming.check == "not_addressed"


def test_attachments_are_stored_and_named(desk: SmallDesk, intake: Intake) -> None:
    body = (
        "--b\r\nContent-Type: text/html\r\n\r\n<p>See <b>picture</b></p>\r\n"
        "--b\r\nContent-Type: image/png; name=pic.png\r\nContent-ID: <p1>\r\n"
        "Content-Disposition: attachment; filename=pic.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encodebytes(PNG).decode()
        + "--b--\r\n"
    )
    [event] = receive(intake, raw_mail(more="MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b", text=body))
    assert isinstance(event, TicketCreated)
    assert event.entry is not None
    digest = hashlib.sha256(PNG).hexdigest()
    assert event.entry.attachments == (Attachment("pic.png", "image/png", len(PNG), digest, "p1"),)
    assert event.entry.text.split() == ["See", "picture"]
    assert desk.entries(event.ticket.id) == (event.entry,)
    with AttachmentStore(desk.folder / "attachments").open(digest) as file:
        assert file.read() == PNG


@ON_SQLITE
@pytest.mark.parametrize(
    ("raw", "name", "address", "subject", "text"),
    [
        (b"Subject: hi\r\n\r\ntext\r\n", "unknown", "", "hi", "text"),
        (b"From: a@b.example, c@d.example\r\nSubject: two\r\n\r\ntext\r\n", "unknown", "", "two", "text"),
        (b"From: ann@x.example\r\n\r\n", "", "ann@x.example", "(no subject)", "(no text)"),
        (b"nothing like a mail", "unknown", "", "(no subject)", "nothing like a mail"),
        (b'From: "victim@bank.example" <ann@x.example>\r\n\r\nx', "", "ann@x.example", "(no subject)", "x"),
        (b"From: Ann <ann@x.example>\r\nSubject: Re: AW: [#77] Hi\r\n\r\nx", "Ann", "ann@x.example", "Hi", "x"),
        (b"From: unknown@sender.invalid\r\nSubject: s\r\n\r\nx", "unknown", "", "s", "x"),
    ],
)
def test_what_is_missing_gets_a_placeholder(
    desk: SmallDesk, intake: Intake, raw: bytes, name: str, address: str, subject: str, text: str
) -> None:
    receive(intake, raw)
    [ticket] = desk.tickets()
    assert (ticket.owner.name, ticket.owner.address, ticket.subject) == (name, address, subject)
    assert desk.entries(ticket.id)[0].text.strip() == text
    assert desk.raw_rows()[0].state == "stored"


@ON_SQLITE
@pytest.mark.parametrize(
    ("raw", "envelope_from", "check", "automatic"),
    [
        (raw_mail(), "", "null_sender", True),
        (raw_mail(more="Auto-Submitted: auto-replied"), OWNER, "auto_submitted", True),
        (raw_mail(more="List-Id: <l.example>"), OWNER, "mailing_list", False),
        (raw_mail(), None, "", False),
    ],
)
def test_the_verdict_of_the_gate_is_on_the_event(
    desk: SmallDesk, intake: Intake, raw: bytes, envelope_from: str | None, check: str, automatic: bool
) -> None:
    [event] = receive(intake, raw, envelope_from=envelope_from)
    assert isinstance(event, TicketCreated)
    assert event.incoming is not None
    assert event.entry is not None
    assert (event.incoming.check, event.incoming.automatic, event.entry.automatic) == (check, automatic, automatic)


def test_a_mailbox_may_answer_mail_that_does_not_name_it(desk: SmallDesk, intake: Intake) -> None:
    with desk.db.writing() as session:
        box = attrs.evolve(desk.directory.mailbox("support"), answer_unaddressed=True)
        records.save_mailbox(session, box)
    [event] = receive(intake, raw_mail(to="list@elsewhere.example"), mailbox="support")
    assert isinstance(event, TicketCreated)
    assert event.incoming is not None
    assert event.incoming.check == ""


# --- messages ---


def test_an_answer_is_appended(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail())
    raw = raw_mail(message_id="<2@x>", answers="<first@customer.example>", text="More smoke.")
    [event] = receive(intake, raw)
    assert isinstance(event, MessagePosted)
    assert (event.entry.text.strip(), event.entry.held, event.ticket.number) == ("More smoke.", False, "100001")
    assert len(desk.tickets()) == 1
    assert [row.ticket_id for row in desk.raw_rows()] == [event.ticket.id] * 2


def test_an_answer_reopens(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail())
    desk.close(desk.tickets()[0].id)
    events = receive(intake, raw_mail(message_id="<2@x>", subject="Re: [#100001] Printer"))
    assert names_of(events) == ["message_posted", "ticket_reopened", "ticket_status_changed"]


def test_an_automatic_answer_is_stored_only(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail())
    desk.close(desk.tickets()[0].id)
    raw = raw_mail(message_id="<2@x>", answers="<first@customer.example>", more="Auto-Submitted: auto-replied")
    [event] = receive(intake, raw)
    assert isinstance(event, MessagePosted)
    assert event.entry.automatic
    assert desk.tickets()[0].status is TicketStatus.CLOSED


def test_after_the_window_an_answer_opens_a_ticket_that_links_back(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(to="sales@example.com"))
    [old] = desk.tickets()
    desk.close(old.id)
    desk.clock.advance(days=30, seconds=1)
    raw = raw_mail(
        message_id="<2@x>", answers="<first@customer.example>", subject="Re: Printer", to="support@example.com"
    )
    events = receive(intake, raw)
    assert names_of(events) == ["ticket_created", "ticket_assigned"]
    _, new = desk.tickets()
    assert (new.department, new.topic, new.subject) == (old.department, old.topic, "Printer")
    assert "100001" in desk.entries(new.id)[1].text


def closed_for_good(desk: SmallDesk, intake: Intake) -> Ticket:
    """A ticket of the owner in Sales, on which nothing can be reopened any more."""
    receive(intake, raw_mail(to="sales@example.com"))
    [old] = desk.tickets()
    desk.close(old.id)
    desk.clock.advance(days=31)
    return desk.tickets()[0]


def test_an_automatic_answer_after_the_window_stays_on_the_old_ticket(desk: SmallDesk, intake: Intake) -> None:
    old = closed_for_good(desk, intake)
    raw = raw_mail(message_id="<2@x>", answers="<first@customer.example>", more="Auto-Submitted: auto-replied")
    [event] = receive(intake, raw)
    assert isinstance(event, MessagePosted)
    assert (event.ticket, event.entry.automatic) == (old, True)
    assert desk.tickets() == (old,)


def test_an_agents_vacation_reply_after_the_window_rings_nothing(desk: SmallDesk, intake: Intake) -> None:
    old = closed_for_good(desk, intake)
    away = {"sender": "Pia <pia@example.com>", "more": "Auto-Submitted: auto-replied"}
    assert receive(intake, raw_mail(message_id="<2@x>", answers="<first@customer.example>", **away)) == ()
    assert desk.tickets() == (old,)
    assert [entry.automatic for entry in desk.entries(old.id)] == [False, True]
    assert [(row.state, row.ticket_id) for row in desk.raw_rows()] == [("stored", old.id)] * 2


@pytest.mark.parametrize("sender", ["eve@elsewhere.example", None])
def test_a_strangers_answer_after_the_window_is_held_there(desk: SmallDesk, intake: Intake, sender: str | None) -> None:
    old = closed_for_good(desk, intake)
    raw = raw_mail(sender=sender, message_id="<2@x>", answers="<first@customer.example>", subject="")
    [event] = receive(intake, raw)
    assert isinstance(event, MessagePosted)
    assert (event.ticket, event.entry.held) == (old, True)
    assert desk.tickets() == (old,)


@pytest.mark.parametrize("sender", [OWNER, "pia@example.com"])
def test_the_mail_names_the_ticket_where_it_landed(desk: SmallDesk, intake: Intake, sender: str) -> None:
    for number in (1, 2):
        receive(intake, raw_mail(message_id=f"<{number}@x>"))
    target, source = desk.tickets()

    def merged_meanwhile(offered: MessageDraft) -> MessageDraft:
        with desk.writing() as (session, directory):
            merge_tickets(
                session,
                directory,
                source_id=source.id,
                target_id=target.id,
                actor=desk.agent("Mia"),
                now=desk.clock.now(),
            )
        return offered

    desk.hooks.on_message = merged_meanwhile
    receive(intake, raw_mail(sender=sender, message_id="<3@x>", answers="<2@x>", more="Auto-Submitted: auto-replied"))
    assert desk.entries(target.id)[-1].automatic
    assert [row.ticket_id for row in desk.raw_rows()] == [target.id, source.id, target.id]


def test_an_agents_vacation_reply_rings_nothing(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail())
    away = {"sender": "Pia <pia@example.com>", "more": "Auto-Submitted: auto-replied"}
    assert receive(intake, raw_mail(message_id="<2@x>", answers="<first@customer.example>", **away)) == ()
    assert receive(intake, raw_mail(message_id="<3@x>", **away)) == ()
    assert len(desk.tickets()) == 1
    assert [entry.automatic for entry in desk.entries(desk.tickets()[0].id)] == [False, True]
    _, matched, unmatched = desk.raw_rows()
    assert (matched.state, unmatched.state) == ("stored", "refused")
    assert "automatic mail of an agent" in unmatched.reason


def test_other_mail_of_an_agent_is_an_unverified_end_users(desk: SmallDesk, intake: Intake) -> None:
    [event] = receive(intake, raw_mail(sender="ada@example.com"))
    assert isinstance(event, TicketCreated)
    assert (event.actor.kind, event.actor.verified, event.ticket.owner.address) == (
        "end_user",
        False,
        "ada@example.com",
    )


# --- plugins ---


def test_plugins_see_the_mail_before_it_is_a_ticket(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(more="X-Priority: 1"))
    [asked] = desk.hooks.asked
    assert isinstance(asked, TicketDraft)
    assert (asked.subject, asked.department, asked.mailbox, asked.origin) == (
        "Printer",
        "Support",
        "support",
        Origin.MAIL,
    )
    assert asked.sender.address == OWNER
    assert ("X-Priority", "1") in asked.headers


def test_a_plugin_reroutes(desk: SmallDesk, intake: Intake) -> None:
    desk.hooks.on_ticket = lambda draft: attrs.evolve(draft, department="Sales", agent="sam@example.com")
    assert names_of(receive(intake, raw_mail())) == ["ticket_created", "ticket_assigned"]
    assert desk.tickets()[0].department.name == "Sales"


def test_a_plugin_that_names_nonsense_loses_only_that(desk: SmallDesk, intake: Intake) -> None:
    desk.hooks.on_ticket = lambda draft: attrs.evolve(draft, department="Nowhere", priority=Priority.URGENT)
    receive(intake, raw_mail())
    assert (desk.tickets()[0].department.name, desk.tickets()[0].priority) == ("Support", Priority.URGENT)
    assert ["department" in fault.title for fault in desk.faults.reported] == [True]


def test_a_refused_mail_is_kept_and_listed(desk: SmallDesk, intake: Intake) -> None:
    desk.hooks.on_ticket = lambda _: Refusal("We are closed.")
    [event] = receive(intake, raw_mail())
    [row] = desk.raw_rows()
    assert isinstance(event, TicketRefused)
    assert (event.reason, event.raw_mail_id, event.subject) == ("We are closed.", row.id, "Printer")
    assert (event.end_user.address, event.department.name) == (OWNER, "Support")
    assert event.incoming is not None
    assert (row.state, row.reason, row.ticket_id) == ("refused", "We are closed.", None)
    assert row.content == raw_mail()
    assert desk.tickets() == ()


def test_a_refused_message_is_kept_and_listed(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail())
    desk.hooks.on_message = lambda _: Refusal("No.")
    assert receive(intake, raw_mail(message_id="<2@x>", answers="<first@customer.example>")) == ()
    assert isinstance(desk.hooks.asked[-1], MessageDraft)
    row = desk.raw_rows()[1]
    assert (row.state, row.reason, row.ticket_id) == ("refused", "No.", desk.tickets()[0].id)


# --- copies, loops, quarantine ---


def test_the_same_mail_twice_is_one_entry(desk: SmallDesk, intake: Intake) -> None:
    first = accept(intake, raw_mail())
    second = accept(intake, raw_mail())
    assert len(intake.process([first, second])) == 1
    assert receive(intake, raw_mail()) == ()
    assert [(row.state, row.reason) for row in desk.raw_rows()] == [
        ("stored", ""),
        ("stored", f"copy of mail {first}"),
        ("stored", f"copy of mail {first}"),
    ]
    assert {row.ticket_id for row in desk.raw_rows()} == {desk.tickets()[0].id}
    assert len(desk.entries(desk.tickets()[0].id)) == 1


def test_a_mail_without_message_id_is_told_by_its_octets(desk: SmallDesk, intake: Intake) -> None:
    for text in ("one", "two", "one"):
        receive(intake, raw_mail(message_id=None, text=text))
    assert len(desk.tickets()) == 2


def test_the_same_message_id_on_another_mail_is_another_mail(desk: SmallDesk, intake: Intake) -> None:
    receive(intake, raw_mail(text="one"))
    receive(intake, raw_mail(text="two"))
    assert len(desk.tickets()) == 2


def test_the_same_mail_to_another_mailbox_is_another_ticket(desk: SmallDesk, intake: Intake) -> None:
    for mailbox in ("support", "sales", "support"):
        receive(intake, raw_mail(), mailbox=mailbox)
    assert [ticket.department.name for ticket in desk.tickets()] == ["Support", "Sales"]


def test_a_copy_of_a_refused_mail_is_refused_unasked_again(desk: SmallDesk, intake: Intake) -> None:
    desk.hooks.on_ticket = lambda _: Refusal("no")
    receive(intake, raw_mail())
    assert receive(intake, raw_mail()) == ()
    assert [row.state for row in desk.raw_rows()] == ["refused", "refused"]


def test_a_source_key_makes_a_repeated_fetch_one_mail(desk: SmallDesk, intake: Intake) -> None:
    first = accept(intake, raw_mail(), source_key="imap:1:7")
    assert accept(intake, raw_mail(text="other"), source_key="imap:1:7") == first
    assert len(desk.raw_rows()) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "fields",
    [
        {"message_id": f"<db.{'a' * 32}@example.com>"},
        {"more": f"X-Deskbell-Token: {'a' * 32}@example.com"},
    ],
)
def test_our_own_mail_is_dropped_as_a_loop(desk: SmallDesk, intake: Intake, fields: dict[str, str]) -> None:
    assert receive(intake, raw_mail(**fields)) == ()
    [row] = desk.raw_rows()
    assert row.state == "loop"
    assert desk.tickets() == ()
    assert [fault.fingerprint for fault in desk.faults.reported] == ["intake:loop"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (raw_mail(more="\n".join(f"X-Line: {number}" for number in range(1100))), "too many header fields"),
        (raw_mail(more="\n".join(["Received: from a by b"] * 51)), "50 relays"),
        (raw_mail(subject="=?utf-8?q?a?= " * 1100), "encoded words"),
    ],
)
def test_a_mail_over_a_limit_is_quarantined(desk: SmallDesk, intake: Intake, raw: bytes, words: str) -> None:
    assert receive(intake, raw) == ()
    [row] = desk.raw_rows()
    assert (row.state, row.content) == ("quarantined", raw)
    assert words in row.reason
    assert len(desk.faults.reported) == 1


@ON_SQLITE
def test_an_attachment_of_25_mib_is_stored_and_one_of_26_quarantined(desk: SmallDesk, intake: Intake) -> None:
    def with_attachment(mib: int) -> bytes:
        line = b"A" * 76 + b"\r\n"
        head = raw_mail(more="Content-Type: application/zip\nContent-Transfer-Encoding: base64", text="")
        return head + line * (mib * 1024 * 1024 * 4 // 3 // 76)

    receive(intake, with_attachment(25))
    receive(intake, with_attachment(26))
    stored, quarantined = desk.raw_rows()
    assert (stored.state, quarantined.state) == ("stored", "quarantined")
    [file] = desk.entries(desk.tickets()[0].id)[0].attachments
    assert file.size > 26_200_000


def test_a_desk_without_mailboxes_quarantines(db_without_mailbox: tuple[SmallDesk, Intake]) -> None:
    desk, intake = db_without_mailbox
    assert receive(intake, raw_mail()) == ()
    assert "no mailbox" in desk.raw_rows()[0].reason


@pytest.fixture
def db_without_mailbox(desk: SmallDesk, intake: Intake) -> tuple[SmallDesk, Intake]:
    with desk.db.writing() as session:
        for name in ("support mailbox", "sales mailbox"):
            records.remove_mailbox(session, desk.ids[name], by=SYSTEM, now=desk.clock.now())
    return desk, intake


# --- batches and faults ---


def test_a_batch_shares_transactions(
    desk: SmallDesk, intake: Intake, armed: Callable[[Callable[[str], None]], None]
) -> None:
    with desk.db.writing() as session:
        configuration.set_setting(session, "ticket_limit", 0, by=SYSTEM, now=desk.clock.now())
    ids = intake.accept_many(
        [
            Arrival(content=raw_mail(message_id=f"<{number}@x>", text=str(number)), source="test")
            for number in range(MOST_MAILS + 1)
        ]
    )
    passed: list[str] = []
    armed(passed.append)
    events = intake.process(ids)
    assert passed.count("intake.parsed") == len(ids)
    assert passed.count("desk.committed") == 2
    assert [event.ticket.number for event in events] == [str(100_001 + place) for place in range(len(ids))]  # type: ignore[attr-defined]
    texts = [desk.entries(ticket.id)[0].text.strip() for ticket in desk.tickets()]
    assert texts == [str(number) for number in range(len(ids))]
    assert {ticket.owner.id for ticket in desk.tickets()} == {desk.tickets()[0].owner.id}


def test_an_answer_in_the_same_batch_finds_its_ticket(desk: SmallDesk, intake: Intake) -> None:
    ids = intake.accept_many(
        [
            Arrival(content=raw_mail(message_id="<1@x>"), source="test"),
            Arrival(content=raw_mail(message_id="<2@x>", references="<0@x> <1@x>"), source="test"),
            Arrival(content=raw_mail(message_id="<3@x>", answers="<2@x>"), source="test"),
        ]
    )
    assert names_of(intake.process(ids)) == ["ticket_created", "message_posted", "message_posted"]
    assert len(desk.tickets()) == 1


def test_a_bad_mail_is_quarantined_and_spoils_no_other(
    desk: SmallDesk, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(draft: TicketDraft) -> TicketDraft:
        if draft.subject == "bad":
            raise ZeroDivisionError("division by zero")
        return draft

    desk.hooks.on_ticket = fails
    ids = intake.accept_many(
        [
            Arrival(content=raw_mail(subject=subject, message_id=f"<{subject}@x>"), source="test")
            for subject in ("one", "bad", "two")
        ]
    )
    assert len(intake.process(ids)) == 2
    assert [ticket.subject for ticket in desk.tickets()] == ["one", "two"]
    bad = desk.raw_rows()[1]
    assert bad.state == "quarantined"
    assert bad.reason == "processing it failed twice: ZeroDivisionError: division by zero"
    assert bad.content == raw_mail(subject="bad", message_id="<bad@x>")
    [fault] = desk.faults.reported
    assert fault.fingerprint == "intake:quarantine:ZeroDivisionError"


@pytest.mark.parametrize("point", ["intake.parsed", "desk.rows_written", "desk.committed"])
def test_a_mail_that_fails_once_is_stored(
    desk: SmallDesk, intake: Intake, armed: Callable[[Callable[[str], None]], None], point: str
) -> None:
    mail_id = accept(intake, raw_mail())
    failures = ["once"]

    def fail(passed: str) -> None:
        if passed == point and failures:
            raise ZeroDivisionError(failures.pop())

    armed(fail)
    intake.process([mail_id])
    assert failures == []
    assert len(desk.tickets()) == 1
    assert desk.raw_rows()[0].state == "stored"


def test_points_are_passed_in_order(
    desk: SmallDesk, intake: Intake, armed: Callable[[Callable[[str], None]], None]
) -> None:
    passed: list[str] = []
    armed(passed.append)
    receive(intake, raw_mail())
    assert passed == [
        "intake.raw_read",
        "intake.raw_committed",
        "intake.parsed",
        "desk.rows_written",
        "desk.committed",
    ]


def test_what_is_not_waiting_is_left_alone(desk: SmallDesk, intake: Intake) -> None:
    mail_id = accept(intake, raw_mail())
    intake.process([mail_id])
    assert intake.process([mail_id, 999]) == ()
    assert intake.process([]) == ()
    assert len(desk.hooks.asked) == 1


def test_a_mail_that_another_process_settles_meanwhile_is_written_once(desk: SmallDesk, intake: Intake) -> None:
    other_db = Database(desk.db.url, clock=desk.clock)
    other = Intake(
        other_db,
        files=AttachmentStore(desk.folder / "attachments"),
        hooks=type(desk.hooks)(),
        faults=desk.faults,
        clock=desk.clock,
    )
    mail_id = accept(intake, raw_mail())

    def overtaken(draft: TicketDraft) -> TicketDraft:
        assert len(other.process([mail_id])) == 1
        return draft

    desk.hooks.on_ticket = overtaken
    assert intake.process([mail_id]) == ()
    assert len(desk.tickets()) == 1
    other_db.close()


def test_copies_that_are_processed_at_once_are_one_entry(desk: SmallDesk, intake: Intake) -> None:
    others = [Database(desk.db.url, clock=desk.clock) for _ in range(4)]
    intakes = [
        Intake(
            db,
            files=AttachmentStore(desk.folder / "attachments"),
            hooks=type(desk.hooks)(),
            faults=desk.faults,
            clock=desk.clock,
        )
        for db in others
    ]
    ids = [accept(intake, raw_mail(message_id=f"<{number % 3}@x>")) for number in range(12)]
    threads = [threading.Thread(target=each.process, args=(ids[place::4],)) for place, each in enumerate(intakes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for db in others:
        db.close()
    assert len(desk.tickets()) == 3
    assert [row.state for row in desk.raw_rows()] == ["stored"] * 12
    assert sorted(bool(row.reason) for row in desk.raw_rows()) == [False] * 3 + [True] * 9
    assert len({ticket.owner.id for ticket in desk.tickets()}) == 1


def test_odd_envelopes_are_kept(desk: SmallDesk, intake: Intake) -> None:
    accept(intake, raw_mail(), envelope_from="a\udcff\x00b@x", envelope_to=("c\nd@x", "é@x"))
    [row] = desk.raw_rows()
    assert (row.envelope_from, row.envelope_to) == ("a\ufffd\ufffdb@x", "c\ufffdd@x\né@x")


# --- the sweep ---


@pytest.fixture
def rung() -> list[Event]:
    return []


def test_the_sweep_processes_what_waits(desk: SmallDesk, intake: Intake, rung: list[Event]) -> None:
    for number in range(3):
        accept(intake, raw_mail(message_id=f"<{number}@x>", text=str(number)))
    assert intake.sweep(on_events=rung.extend) == 3
    assert names_of(tuple(rung)) == ["ticket_created"] * 3
    assert intake.sweep(on_events=rung.extend) == 0
    assert [row.tries for row in desk.raw_rows()] == [1, 1, 1]


class Killed(BaseException):
    """What a test raises where the process would end."""


def test_a_mail_that_kills_the_process_goes_alone_and_then_no_more(
    desk: SmallDesk, intake: Intake, rung: list[Event]
) -> None:
    def deadly(draft: TicketDraft) -> TicketDraft:
        if draft.subject == "deadly":
            raise Killed
        return draft

    desk.hooks.on_ticket = deadly
    for subject in ("one", "deadly", "two"):
        accept(intake, raw_mail(subject=subject, message_id=f"<{subject}@x>"))

    def swept_by_a_fresh_process() -> int:
        return restarted(desk).sweep(on_events=rung.extend)

    with pytest.raises(Killed):
        swept_by_a_fresh_process()
    assert [row.tries for row in desk.raw_rows()] == [1, 1, 1]
    with pytest.raises(Killed):
        swept_by_a_fresh_process()
    assert [(row.state, row.tries) for row in desk.raw_rows()] == [("stored", 2), ("waiting", 2), ("waiting", 1)]
    assert swept_by_a_fresh_process() == 1
    assert [row.state for row in desk.raw_rows()] == ["stored", "quarantined", "stored"]
    assert "the program ended" in desk.raw_rows()[1].reason
    assert [fault.fingerprint for fault in desk.faults.reported] == ["intake:deadly"]
    assert [ticket.subject for ticket in desk.tickets()] == ["one", "two"]


def restarted(desk: SmallDesk) -> Intake:
    """An intake as a process has it that was just started."""
    return Intake(
        desk.db,
        files=AttachmentStore(desk.folder / "attachments"),
        hooks=desk.hooks,
        faults=desk.faults,
        clock=desk.clock,
    )


def test_an_outage_does_not_count_as_a_try(desk: SmallDesk, intake: Intake, rung: list[Event]) -> None:
    def outage(draft: TicketDraft) -> TicketDraft:
        raise DatabaseUnavailable("it is away")

    accept(intake, raw_mail())
    desk.hooks.on_ticket = outage
    for _ in range(4):
        with pytest.raises(DatabaseUnavailable):
            intake.sweep(on_events=rung.extend)
    assert [(row.state, row.tries) for row in desk.raw_rows()] == [("waiting", 0)]
    desk.hooks.on_ticket = lambda draft: draft
    assert intake.sweep(on_events=rung.extend) == 1
    assert len(desk.tickets()) == 1


def test_a_full_disk_leaves_the_mail_waiting(desk: SmallDesk, intake: Intake, rung: list[Event]) -> None:
    (desk.folder / "attachments").write_bytes(b"in the way")
    raw = raw_mail(more="Content-Type: application/pdf")
    with pytest.raises(FilesUnavailable):
        receive(intake, raw)
    assert desk.raw_rows()[0].state == "waiting"
    (desk.folder / "attachments").unlink()
    assert intake.sweep(on_events=rung.extend) == 1
    assert len(desk.tickets()) == 1


def test_what_is_in_hand_is_not_swept(desk: SmallDesk, intake: Intake, rung: list[Event]) -> None:
    swept: list[int] = []

    def meanwhile(draft: TicketDraft) -> TicketDraft:
        swept.append(intake.sweep(on_events=rung.extend))
        return draft

    desk.hooks.on_ticket = meanwhile
    receive(intake, raw_mail())
    assert swept == [0]
    assert desk.raw_rows()[0].tries == 0


def test_times_come_from_the_clock(desk: SmallDesk, intake: Intake) -> None:
    mail_id = accept(intake, raw_mail())
    start = desk.raw_rows()[0].received_at
    desk.clock.advance(minutes=5)
    [event] = intake.process([mail_id])
    assert event.at - start == timedelta(minutes=5)
