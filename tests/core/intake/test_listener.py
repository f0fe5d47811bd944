"""The door for mail servers, spoken to over real sockets."""

import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import attrs
import pytest

from deskbell.core.contract.errors import DeskbellError
from deskbell.core.intake import listener as listener_module
from deskbell.core.intake.listener import CannotListen, Listener
from deskbell.core.intake.receive import Arrival, Intake
from deskbell.core.settings import ListenerSettings, MailProtocol
from deskbell.core.store import records
from deskbell.core.store.database import DatabaseUnavailable
from deskbell.core.store.directory import MailboxRecord
from stand_ins.letters import raw_mail
from stand_ins.small_desk import OWNER, SmallDesk

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PATIENCE = 5.0


@attrs.define(eq=False)
class Door:
    """A listener that is open, and how to talk to it."""

    listener: Listener
    protocol: MailProtocol

    @property
    def port(self) -> int:
        return int(self.listener.address.rpartition(":")[2])

    def client(self) -> smtplib.SMTP:
        kind = smtplib.LMTP if self.protocol is MailProtocol.LMTP else smtplib.SMTP
        client = kind("127.0.0.1", self.port)
        client.timeout = PATIENCE
        return client

    def wire(self) -> "Wire":
        return Wire(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE))


class Wire:
    """A conversation, octet by octet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines = connection.makefile("rb")
        self.greeting = self.answer()

    def answer(self) -> str:
        return self.lines.readline().decode().strip()

    def say(self, octets: bytes) -> str:
        self.connection.sendall(octets)
        return self.answer()

    def hello(self, verb: str = "EHLO") -> list[str]:
        found = [self.say(f"{verb} mx.example\r\n".encode())]
        while found[-1][3:4] == "-":
            found.append(self.answer())
        return found

    def close(self) -> None:
        self.lines.close()
        self.connection.close()


OpenDoor = Callable[..., Door]


@pytest.fixture
def open_door(desk: SmallDesk, intake: Intake) -> Iterator[OpenDoor]:
    """Opens doors to the intake, which are closed at the end."""
    opened: list[Listener] = []

    def open_one(protocol: MailProtocol = MailProtocol.SMTP, **settings: object) -> Door:
        chosen = ListenerSettings(protocol=protocol, port=0, **settings)  # type: ignore[arg-type]
        listener = Listener(intake, settings=chosen, on_mail=intake.process)
        listener.start()
        opened.append(listener)
        return Door(listener, protocol)

    yield open_one
    for listener in opened:
        listener.stop()


def wait_for_tickets(desk: SmallDesk, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(desk.tickets()) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(desk.tickets()) == count


@pytest.mark.parametrize("protocol", list(MailProtocol))
def test_a_mail_is_kept_then_answered_then_becomes_a_ticket(
    desk: SmallDesk, open_door: OpenDoor, protocol: MailProtocol
) -> None:
    door = open_door(protocol)
    with door.client() as client:
        assert client.sendmail(OWNER, ["support@example.com"], raw_mail()) == {}
        [row] = desk.raw_rows()
        assert (row.source, row.envelope_from, row.envelope_to) == (protocol.value, OWNER, "support@example.com")
        assert row.content == raw_mail()
        client.sendmail(OWNER, ["sales@example.com"], raw_mail(message_id="<2@x>"))
    wait_for_tickets(desk, 2)
    assert [ticket.department.name for ticket in desk.tickets()] == ["Support", "Sales"]


@ON_SQLITE
def test_lmtp_answers_for_each_recipient(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door(MailProtocol.LMTP).wire()
    wire.hello("LHLO")
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    codes = [
        wire.say(b"RCPT TO:<%s>\r\n" % address)[:3]
        for address in (b"support@example.com", b"stranger@example.com", b"help@example.com", b"sales@example.com")
    ]
    assert codes == ["250", "550", "250", "250"]
    wire.say(b"DATA\r\n")
    answers = [wire.say(raw_mail() + b".\r\n"), wire.answer(), wire.answer()]
    assert [answer[:9] for answer in answers] == ["250 2.0.0"] * 3
    assert wire.say(b"NOOP\r\n")[:3] == "250"
    # One raw mail for each mailbox, with the recipients that it stands for.
    assert [row.envelope_to.split() for row in desk.raw_rows()] == [
        ["support@example.com", "help@example.com"],
        ["sales@example.com"],
    ]
    wait_for_tickets(desk, 2)
    wire.close()


@ON_SQLITE
def test_smtp_answers_once_for_all(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door().wire()
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    wire.say(b"RCPT TO:<support@example.com>\r\n")
    wire.say(b"RCPT TO:<sales@example.com>\r\n")
    wire.say(b"DATA\r\n")
    assert wire.say(raw_mail() + b".\r\n")[:3] == "250"
    assert wire.say(b"NOOP\r\n") == "250 OK"
    wire.close()


@ON_SQLITE
@pytest.mark.parametrize("address", ["stranger@example.com", "support@example.org", "ada@example.com", "x"])
def test_it_relays_nothing(desk: SmallDesk, open_door: OpenDoor, address: str) -> None:
    with open_door().client() as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail(OWNER, [address], raw_mail())
        assert refused.value.recipients[address][0] == 550
    assert desk.raw_rows() == []


@ON_SQLITE
@pytest.mark.parametrize("address", ["SUPPORT@example.com", "help+tag@EXAMPLE.com", "offers@example.com"])
def test_own_addresses_are_taken_in_every_form(desk: SmallDesk, open_door: OpenDoor, address: str) -> None:
    with open_door().client() as client:
        client.sendmail(OWNER, [address], raw_mail())
    assert len(desk.raw_rows()) == 1


@ON_SQLITE
def test_a_mailbox_that_was_just_made_takes_mail(desk: SmallDesk, open_door: OpenDoor) -> None:
    with open_door().client() as client:
        client.sendmail(OWNER, ["support@example.com"], raw_mail())
        with desk.db.writing() as session:
            box = MailboxRecord(id=0, name="new", address="new@example.com", department_id=desk.ids["Sales"])
            records.save_mailbox(session, box)
        client.sendmail(OWNER, ["new@example.com"], raw_mail())
    assert len(desk.raw_rows()) == 2


@ON_SQLITE
def test_the_null_sender_is_kept_as_one(desk: SmallDesk, open_door: OpenDoor) -> None:
    with open_door().client() as client:
        client.sendmail("", ["support@example.com"], raw_mail())
    assert desk.raw_rows()[0].envelope_from == ""


@ON_SQLITE
def test_what_is_offered(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door(max_mail_bytes=12_345).wire()
    assert wire.greeting.startswith("220 ")
    offered = {line[4:] for line in wire.hello()[1:]}
    assert {"SIZE 12345", "8BITMIME", "SMTPUTF8", "PIPELINING"} <= offered
    assert not any(line.startswith(("AUTH", "STARTTLS")) for line in offered)
    wire.close()


@ON_SQLITE
def test_lmtp_has_a_greeting_of_its_own(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door(MailProtocol.LMTP).wire()
    assert wire.say(b"EHLO mx.example\r\n")[:3] == "500"
    assert wire.hello("LHLO")[-1][:4] == "250 "
    wire.close()


@ON_SQLITE
@pytest.mark.parametrize("protocol", list(MailProtocol))
def test_a_mail_over_the_size_is_refused_and_the_conversation_goes_on(
    desk: SmallDesk, open_door: OpenDoor, protocol: MailProtocol
) -> None:
    wire = open_door(protocol, max_mail_bytes=2_000).wire()
    wire.hello("LHLO" if protocol is MailProtocol.LMTP else "EHLO")
    assert wire.say(b"MAIL FROM:<a@b.example> SIZE=2001\r\n")[:3] == "552"
    for length, code in ((2_001, "552"), (300_000, "552"), (2_000, "250")):
        wire.say(b"MAIL FROM:<a@b.example>\r\n")
        wire.say(b"RCPT TO:<support@example.com>\r\n")
        wire.say(b"RCPT TO:<help@example.com>\r\n")
        wire.say(b"DATA\r\n")
        answers = [wire.say(b"x" * (length - 2) + b"\r\n.\r\n")]
        if protocol is MailProtocol.LMTP:
            answers.append(wire.answer())
        assert {answer[:3] for answer in answers} == {code}
    assert [len(row.content) for row in desk.raw_rows()] == [2_000]
    wire.close()


@ON_SQLITE
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"Subject: x\r\n\r\n..dot\r\n...\r\n.\r\n", b"Subject: x\r\n\r\n.dot\r\n..\r\n"),
        (b"..\r\n..\r\n.\r\n", b".\r\n.\r\n"),
        (b"a.\r\n.b\r\n.\r\n", b"a.\r\nb\r\n"),
        (b"a\n.\nb\r.\rc\n.\r\nd\r\n.\r\n", b"a\n.\nb\r.\rc\n.\r\nd\r\n"),
        (b"x" * 70_000 + b".\r\n" + b"y" * 200_000 + b"\r\n.\r\n", b"x" * 70_000 + b".\r\n" + b"y" * 200_000 + b"\r\n"),
        (b"\x00\xff\x80\r\n.\r\n", b"\x00\xff\x80\r\n"),
    ],
    ids=["nothing", "a line end", "stuffed", "first line", "end of line", "bare line ends", "long lines", "octets"],
)  # fmt: skip
def test_dots_and_line_ends_are_taken_as_the_rfc_says(
    desk: SmallDesk, open_door: OpenDoor, sent: bytes, kept: bytes
) -> None:
    wire = open_door().wire()
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    wire.say(b"RCPT TO:<support@example.com>\r\n")
    wire.say(b"DATA\r\n")
    assert wire.say(sent)[:3] == "250"
    assert wire.say(b"NOOP\r\n") == "250 OK"
    assert [row.content for row in desk.raw_rows()] == [kept]
    wire.close()


@ON_SQLITE
def test_a_mail_in_small_pieces_is_the_same_mail(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door().wire()
    wire.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    wire.say(b"RCPT TO:<support@example.com>\r\n")
    wire.say(b"DATA\r\n")
    for octet in b"a.\r\n..\r\nb\r\n.\r":
        wire.connection.sendall(bytes([octet]))
        time.sleep(0.002)
    assert wire.say(b"\n")[:3] == "250"
    assert desk.raw_rows()[0].content == b"a.\r\n.\r\nb\r\n"
    wire.close()


@ON_SQLITE
def test_commands_in_one_go_are_answered_in_order(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door().wire()
    wire.hello()
    mail = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<support@example.com>\r\nRCPT TO:<no@example.com>\r\nDATA\r\n"
    codes = [wire.say(mail)[:3], *(wire.answer()[:3] for _ in range(3))]
    assert codes == ["250", "250", "550", "354"]
    codes = [wire.say(raw_mail() + b".\r\nQUIT\r\n")[:3], wire.answer()[:3]]
    assert codes == ["250", "221"]
    wire.close()


@ON_SQLITE
@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"MAIL FROM:<a@b.example>\r\n", "503"),
        (b"DATA\r\n", "503"),
        (b"RCPT TO:<support@example.com>\r\n", "503"),
        (b"HELLO\r\n", "500"),
        (b"\xff\xfe\r\n", "500"),
        (b"MAIL " + b"x" * 100_000 + b"\r\n", "500"),
        (b"VRFY \xff\r\n", "252"),
    ],
)
def test_nonsense_gets_an_answer(desk: SmallDesk, open_door: OpenDoor, said: bytes, code: str) -> None:
    wire = open_door().wire()
    assert wire.say(said)[:3] == code
    assert wire.hello()[-1][:3] == "250"
    wire.close()


@ON_SQLITE
def test_addresses_that_are_not_utf8_hurt_nobody(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door().wire()
    wire.hello()
    assert wire.say(b"MAIL FROM:<\xff@b.example> SMTPUTF8\r\n")[:3] == "250"
    assert wire.say(b"RCPT TO:<\xff@example.com>\r\n")[:3] == "550"
    assert wire.say(b"RCPT TO:<support@example.com>\r\n")[:3] == "250"
    wire.say(b"DATA\r\n")
    assert wire.say(raw_mail() + b".\r\n")[:3] == "250"
    assert desk.raw_rows()[0].envelope_from == "\ufffd@b.example"
    wire.close()


@ON_SQLITE
def test_a_mail_has_a_thousand_recipients_at_most(desk: SmallDesk, open_door: OpenDoor) -> None:
    wire = open_door().wire()
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    codes = [wire.say(b"RCPT TO:<support+%d@example.com>\r\n" % number)[:3] for number in range(1_001)]
    assert codes == ["250"] * 1_000 + ["452"]
    wire.close()


@ON_SQLITE
def test_a_database_that_is_away_means_try_again(
    desk: SmallDesk, intake: Intake, open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("it is away")

    monkeypatch.setattr(intake, "accept_many", away)
    with open_door(MailProtocol.LMTP).client() as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail(OWNER, ["support@example.com"], raw_mail())
        assert refused.value.smtp_code == 451
    monkeypatch.setattr(intake, "router", away)
    with open_door().client() as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as unknown:
            client.sendmail(OWNER, ["support@example.com"], raw_mail())
        assert unknown.value.recipients["support@example.com"][0] == 451
    assert [fault.fingerprint for fault in desk.faults.reported] == ["intake:DatabaseUnavailable"]


def test_many_at_once_share_commits_and_lose_nothing(
    desk: SmallDesk, intake: Intake, open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_many = intake.accept_many
    groups: list[int] = []

    def slowly(arrivals: Sequence[Arrival]) -> tuple[int, ...]:
        groups.append(len(arrivals))
        time.sleep(0.02)
        return accept_many(arrivals)

    monkeypatch.setattr(intake, "accept_many", slowly)
    door = open_door()

    def deliver(sender: int) -> None:
        with door.client() as client:
            for number in range(10):
                raw = raw_mail(
                    sender=f"{sender}@customer.example",
                    message_id=f"<{sender}.{number}@x>",
                    subject=f"{sender}.{number}",
                )
                client.sendmail(OWNER, ["support@example.com"], raw)

    threads = [threading.Thread(target=deliver, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.raw_rows()) == 80
    assert len(groups) < 50
    wait_for_tickets(desk, 80)
    assert {ticket.subject for ticket in desk.tickets()} == {f"{a}.{b}" for a in range(8) for b in range(10)}


@ON_SQLITE
def test_a_peer_that_goes_away_in_the_middle_leaves_nothing(desk: SmallDesk, open_door: OpenDoor) -> None:
    door = open_door()
    wire = door.wire()
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    wire.say(b"RCPT TO:<support@example.com>\r\n")
    wire.say(b"DATA\r\n")
    wire.connection.sendall(b"Subject: half of a m")
    wire.close()
    with door.client() as client:
        client.sendmail(OWNER, ["support@example.com"], raw_mail())
    assert [row.content for row in desk.raw_rows()] == [raw_mail()]


@ON_SQLITE
def test_stopping_says_goodbye_and_frees_the_port(desk: SmallDesk, intake: Intake) -> None:
    settings = ListenerSettings(port=0)
    listener = Listener(intake, settings=settings, on_mail=intake.process)
    assert listener.address == "127.0.0.1:0"
    listener.start()
    port = Door(listener, MailProtocol.SMTP).port
    wire = Door(listener, MailProtocol.SMTP).wire()
    wire.hello()
    started = time.monotonic()
    listener.stop()
    assert time.monotonic() - started < 2
    assert wire.answer()[:3] == "421"
    assert wire.answer() == ""
    wire.close()
    with closing(socket.socket()) as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))
    listener.stop()


@ON_SQLITE
def test_stopping_answers_the_mail_that_is_being_kept(
    desk: SmallDesk, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept_many = intake.accept_many
    keeping, go_on = threading.Event(), threading.Event()

    def held(arrivals: Sequence[Arrival]) -> tuple[int, ...]:
        keeping.set()
        assert go_on.wait(PATIENCE)
        return accept_many(arrivals)

    monkeypatch.setattr(intake, "accept_many", held)
    listener = Listener(intake, settings=ListenerSettings(port=0), on_mail=intake.process)
    listener.start()
    wire = Door(listener, MailProtocol.SMTP).wire()
    wire.hello()
    wire.say(b"MAIL FROM:<a@b.example>\r\n")
    wire.say(b"RCPT TO:<support@example.com>\r\n")
    wire.say(b"DATA\r\n")
    wire.connection.sendall(raw_mail() + b".\r\n")
    assert keeping.wait(PATIENCE)
    stopping = threading.Thread(target=listener.stop)
    stopping.start()
    go_on.set()
    assert wire.answer()[:3] == "250"
    stopping.join()
    assert [row.state for row in desk.raw_rows()] == ["stored"]
    wire.close()


@ON_SQLITE
def test_a_port_that_is_taken_is_said_in_a_sentence(desk: SmallDesk, intake: Intake, open_door: OpenDoor) -> None:
    taken = open_door().port
    listener = Listener(intake, settings=ListenerSettings(port=taken), on_mail=intake.process)
    with pytest.raises(CannotListen, match=rf"on 127\.0\.0\.1:{taken}.*change listener\.host"):
        listener.start()
    assert issubclass(CannotListen, DeskbellError)


@ON_SQLITE
def test_too_many_callers_are_told_so(desk: SmallDesk, open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "MOST_CONVERSATIONS", 2)
    door = open_door()
    one, two = door.wire(), door.wire()
    three = door.wire()
    assert three.greeting[:3] == "421"
    assert three.answer() == ""
    one.close()
    three.close()
    deadline = time.monotonic() + PATIENCE
    while (again := door.wire()).greeting[:3] == "421" and time.monotonic() < deadline:
        again.close()
        time.sleep(0.01)
    assert again.greeting[:3] == "220"
    again.close()
    two.close()
