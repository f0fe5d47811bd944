"""What a ring writes: windows, shared mails, stand-ins, template sets and alerts that no switch silences."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.decisions import Decision
from deskbell.core.contract.errors import InvalidValue
from deskbell.core.contract.events import Event, MessagePosted, SystemErrorReported, TicketCreated
from deskbell.core.contract.hookspecs import hookimpl
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Level, Switch, SystemAlert
from deskbell.core.contract.notices import Notice, Once, Per
from deskbell.core.contract.people import SYSTEM, Role
from deskbell.core.host.admission import Host
from deskbell.core.notify.switches import check_shadow, check_switch
from deskbell.core.store import decisions, end_users, guards, journal, windows
from deskbell.core.store.database import DatabaseUnavailable
from deskbell.core.store.end_users import Person
from deskbell.core.store.rows import (
    CollaboratorRow,
    DeliveryRow,
    DepartmentRow,
    QuarantineRow,
    SwitchRow,
    WindowRow,
)
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import SmtpSink

ANSWER = MAIL.replace(b"<one@", b"<two@").replace(b"Message-ID", b"In-Reply-To: <one@customer.example>\nMessage-ID")

ALWAYS = "system-error-alert"


class Speaker:
    """Brings its template along."""

    name = "speaker"
    title = "Speaker"

    def __init__(self, folder: Path, *, body: str = "Hello.") -> None:
        self.folder = folder
        (folder / self.name).mkdir(parents=True, exist_ok=True)
        (folder / self.name / "subject.txt").write_text("A word")
        (folder / self.name / "body.txt").write_text(body)

    @hookimpl
    def template_folders(self) -> Path:
        return self.folder


class OncePerPerson(Speaker, Autoresponder):
    audience = {Role.OWNER: True}

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice(self.name, about=event, once=Once(Per.PERSON, "word"))


class OncePerTicket(Speaker, AgentAlert):
    audience = {Role.ADMIN_ADDRESS: True}

    @hookimpl
    def message_posted(self, event: MessagePosted) -> Notice:
        return Notice(self.name, about=event, once=Once(Per.TICKET, "word", hours=1))


def decisions_of(desk: Desk, event: Event, plugin: str) -> Decision:
    with desk.db.reading() as session:
        return next(each.decision for each in decisions.of_event(session, event.id) if each.decision.plugin == plugin)


def outcomes(desk: Desk, event: Event, plugin: str = "speaker") -> list[str]:
    decision = decisions_of(desk, event, plugin)
    return [decision.reason] if decision.reason else [each.reason or each.outcome.value for each in decision.candidates]


def first(events: tuple[Event, ...], kind: type[Event]) -> Event:
    return next(event for event in events if isinstance(event, kind))


def test_a_window_per_person_lasts_over_restarts(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    plugins: dict[str, object] = {"speaker": OncePerPerson(tmp_path / "words")}
    with opened(folder, clock=clock, plugins=plugins) as desk:
        assert outcomes(desk, receive(desk, MAIL)[0]) == ["notified"]
    clock.advance(hours=23)
    with opened(folder, clock=clock, plugins=plugins) as desk:
        second = receive(desk, MAIL.replace(b"<one@", b"<second@"))[0]
        assert outcomes(desk, second) == ["once_per_window"]
        because = decisions_of(desk, second, "speaker").candidates[0].because
        assert because.endswith("it is said once in 24 hours, so not again before 2026-03-03 09:00 UTC.")
        clock.advance(hours=1, seconds=1)
        assert outcomes(desk, receive(desk, MAIL.replace(b"<one@", b"<third@"))[0]) == ["notified"]


def test_two_tickets_of_one_batch_take_one_window(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    """Both are decided before either is written: the window is taken when the decision is."""
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock, plugins={"speaker": OncePerPerson(tmp_path / "words")}) as desk:
        mails = (MAIL, MAIL.replace(b"<one@", b"<second@"))
        ids = [desk.intake.accept(each, envelope_from=None, envelope_to=(), source="test") for each in mails]
        events = desk.take_in(ids)
        created = [event for event in events if isinstance(event, TicketCreated)]
        assert [outcomes(desk, event) for event in created] == [["notified"], ["once_per_window"]]
        with desk.db.reading() as session:
            assert len(session.scalars(select(DeliveryRow).filter_by(plugin="speaker")).all()) == 1


def test_two_processes_take_one_window(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    plugins: dict[str, object] = {"speaker": OncePerPerson(tmp_path / "words")}
    with opened(folder, clock=clock, plugins=plugins) as one, opened(folder, clock=clock, plugins=plugins) as two:
        created = []
        for desk, mail in ((one, MAIL), (two, MAIL.replace(b"<one@", b"<second@"))):
            mail_id = desk.intake.accept(mail, envelope_from=None, envelope_to=(), source="test")
            created.append(desk.intake.process([mail_id]))
        barrier = Barrier(2)

        def ring(desk: Desk, events: tuple[Event, ...]) -> None:
            barrier.wait(timeout=10)
            desk.ring(events)

        threads = [Thread(target=ring, args=pair) for pair in zip((one, two), created, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        found = sorted(outcome for events in created for outcome in outcomes(one, events[0]))
        assert found == ["notified", "once_per_window"]


def test_a_window_per_ticket_is_one_decision(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock, plugins={"speaker": OncePerTicket(tmp_path / "words")}) as desk:
        receive(desk, MAIL)
        posted = [
            first(receive(desk, ANSWER.replace(b"<two@", f"<{number}@".encode())), MessagePosted) for number in (1, 2)
        ]
        assert [outcomes(desk, event) for event in posted] == [["notified"], ["once_per_window"]]
        assert decisions_of(desk, posted[1], "speaker").candidates == ()
        clock.advance(hours=1, seconds=1)
        assert outcomes(desk, first(receive(desk, ANSWER), MessagePosted)) == ["notified"]


def test_shadow_takes_no_window(tmp_path: Path, database_url: str, clock: FrozenClock) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock, plugins={"speaker": OncePerTicket(tmp_path / "words")}) as desk:
        with desk.db.writing() as session:
            session.add(SwitchRow(plugin="speaker", level="global", scope_id=0, position="on", shadow=True))
        receive(desk, MAIL)
        assert outcomes(desk, first(receive(desk, ANSWER), MessagePosted)) == ["shadow:global"]
        with desk.db.reading() as session:
            assert session.scalars(select(WindowRow)).all() == []


def test_bans_and_suppressions_count_from_the_next_ring_on(
    tmp_path: Path, database_url: str, clock: FrozenClock
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)

    def answer(desk: Desk, number: int) -> list[str]:
        created = receive(desk, MAIL.replace(b"<one@", f"<{number}@".encode()))[0]
        return outcomes(desk, created, "new-ticket-autoresponse")

    with opened(folder, clock=clock) as desk:
        assert answer(desk, 1) == ["notified"]
        with desk.db.writing() as session:
            guards.ban(session, "@Customer.Example", reason="abuse", now=clock.now())
        assert answer(desk, 2) == ["banned"]
        with desk.db.writing() as session:
            assert guards.lift_ban(session, "@customer.example")
            assert not guards.lift_ban(session, "@customer.example")
            guards.suppress(session, "ADA@customer.example", reason="550", now=clock.now())
        assert answer(desk, 3) == ["address_suppressed"]
        with desk.db.writing() as session:
            assert guards.release(session, "ada@customer.example")
        assert answer(desk, 4) == ["notified"]


def test_a_database_that_fails_while_a_window_is_read_loses_nothing(
    tmp_path: Path, database_url: str, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, clock=clock, plugins={"speaker": OncePerPerson(tmp_path / "words")}) as desk:

        def gone(*_: object) -> None:
            raise DatabaseUnavailable("the server went away")

        mail_id = desk.intake.accept(MAIL, envelope_from=None, envelope_to=(), source="test")
        events = desk.intake.process([mail_id])
        with monkeypatch.context() as patch:
            patch.setattr(windows, "last_said", gone)
            with pytest.raises(DatabaseUnavailable):
                desk.ringer.ring(events)
        clock.advance(seconds=30)
        assert desk.ringer.sweep() == len(events)
        assert outcomes(desk, events[0]) == ["notified"]


# --- one mail to all ---


class ToAll(Speaker, Autoresponder):
    audience = {Role.OWNER: True, Role.COLLABORATOR: True}

    @hookimpl
    def message_posted(self, event: MessagePosted) -> Notice:
        return Notice(self.name, about=event, reply_all=True)


def with_collaborators(desk: Desk, ticket_id: int, *addresses: str) -> None:
    with desk.db.writing() as session:
        people = end_users.ensure(session, [Person("", each) for each in addresses], now=desk.clock.now())
        session.add_all(
            CollaboratorRow(ticket_id=ticket_id, user_id=each.id, address=each.address, added_at=desk.clock.now())
            for each in people
        )


def test_reply_all_is_one_mail_in_as_many_envelopes(
    tmp_path: Path, database_url: str, clock: FrozenClock, smtp_sink: SmtpSink
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)
    words = tmp_path / "words"
    with opened(folder, clock=clock, plugins={"speaker": ToAll(words, body="Hello all.")}) as desk:
        created = receive(desk, MAIL)[0]
        assert isinstance(created, TicketCreated)
        with_collaborators(desk, created.ticket.id, "carl@x.example", "dora@x.example")
        work_off(desk)
        # By the owner, verified by the reference to a mail that was sent to her.
        with desk.db.reading() as session:
            sent = session.scalars(select(DeliveryRow.message_id).filter_by(plugin="new-ticket-autoresponse")).one()
        answer = ANSWER.replace(b"<one@customer.example>", sent.encode(), 1)
        posted = first(receive(desk, answer), MessagePosted)
        assert outcomes(desk, posted) == ["notified", "notified"]
        work_off(desk)
    mails = [mail for mail in smtp_sink.mails if mail.message["Subject"] == "A word"]
    assert sorted(mail.recipients[0] for mail in mails) == ["carl@x.example", "dora@x.example"]
    assert {mail.message["Message-ID"] for mail in mails} == {mails[0].message["Message-ID"]}
    shown = {(mail.message["To"], mail.message["Cc"]) for mail in mails}
    assert shown in ({("carl@x.example, dora@x.example", None)}, {("dora@x.example, carl@x.example", None)})


# --- who stands in for whom ---


class Carrier(Speaker, Autoresponder):
    name = "carrier"
    audience = {Role.OWNER: True}

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice(self.name, about=event)


class StandIn(Speaker, Correspondence):
    name = "stand-in"
    audience = {Role.OWNER: True}
    stands_in_for = ("carrier",)

    @hookimpl
    def ticket_created(self, event: TicketCreated) -> Notice:
        return Notice(self.name, about=event)


@pytest.mark.parametrize(
    ("position", "shadow", "carrier", "stand_in"),
    [
        ("on", None, ["notified"], ["plugin_declined"]),
        ("off", None, ["plugin_off:global"], ["notified"]),
        # What is in shadow sends nothing, so it takes no mail of another plugin away.
        ("on", True, ["shadow:global"], ["notified"]),
    ],
)
def test_a_stand_in_speaks_only_when_the_other_does_not(
    position: str, shadow: bool | None, carrier: list[str], stand_in: list[str], tmp_path: Path, database_url: str
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    words = tmp_path / "words"
    plugins: dict[str, object] = {"carrier": Carrier(words), "stand-in": StandIn(words)}
    with opened(folder, plugins=plugins) as desk:
        with desk.db.writing() as session:
            session.add(SwitchRow(plugin="carrier", level="global", scope_id=0, position=position, shadow=shadow))
        created = receive(desk, MAIL)[0]
        assert (outcomes(desk, created, "carrier"), outcomes(desk, created, "stand-in")) == (carrier, stand_in)


def test_a_stand_in_speaks_when_the_other_is_not_installed(tmp_path: Path, database_url: str) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder, plugins={"stand-in": StandIn(tmp_path / "words")}) as desk:
        assert outcomes(desk, receive(desk, MAIL)[0], "stand-in") == ["notified"]


# --- words of single departments ---


def test_a_department_has_its_own_words_and_its_children_have_them_too(
    tmp_path: Path, database_url: str, smtp_sink: SmtpSink
) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url, smtp_port=smtp_sink.port)
    own = folder / "templates" / "sets" / "sales" / "speaker"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("Hello from sales.")
    with opened(folder, plugins={"speaker": OncePerPerson(tmp_path / "words")}) as desk:
        with desk.db.writing() as session:
            department = session.scalars(select(DepartmentRow)).one()
            parent = DepartmentRow(name="Sales", template_set="sales")
            session.add(parent)
            session.flush()
            department.parent_id = parent.id
        receive(desk, MAIL)
        work_off(desk)
    [mail] = [mail for mail in smtp_sink.mails if mail.message["Subject"] == "A word"]
    assert mail.message.get_content().strip() == "Hello from sales."


# --- what nobody can silence ---


def test_no_switch_shadow_or_quarantine_silences_what_is_always_on(tmp_path: Path, database_url: str) -> None:
    folder = new_desk(tmp_path / "desk", database_url=database_url)
    with opened(folder) as desk:
        with desk.db.writing() as session:
            session.add(SwitchRow(plugin=ALWAYS, level="global", scope_id=0, position="off", shadow=True))
            session.add(QuarantineRow(plugin=ALWAYS, reason="it failed", since=desk.clock.now()))
        event = SystemErrorReported(
            id=0, act="a", at=desk.clock.now(), actor=SYSTEM, fingerprint="f", title="Full", detail=""
        )
        with desk.db.writing() as session:
            [written] = journal.append(session, [event])
        desk.ring([written])
        assert outcomes(desk, written, ALWAYS) == ["notified"]
    kind = type(desk.host.plugins[ALWAYS].plugin)
    with pytest.raises(InvalidValue, match="has no global switch"):
        check_switch(kind, level=Level.GLOBAL, position=Switch.OFF)
    with pytest.raises(InvalidValue, match="always on"):
        check_shadow(kind, level=Level.GLOBAL)


class Unsilenced(Speaker, SystemAlert):
    always_on = True


def test_a_stranger_cannot_be_always_on(tmp_path: Path) -> None:
    host = Host()
    host.offer("speaker", Unsilenced(tmp_path), origin="stranger")
    assert host.set_aside == {"speaker": "only a plugin of the house may be always on; leave always_on out"}
