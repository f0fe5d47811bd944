"""Mails as they leave a desk: who gets their bounces and answers, what marks them, and which files go along."""

from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from deskbell.core.app import acting
from deskbell.core.app.opening import Desk
from deskbell.core.app.rounds import work_off
from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.faults import Fault
from deskbell.core.contract.people import Actor, ActorKind
from deskbell.core.contract.tickets import Origin
from deskbell.core.desk.message import Posting, post_message
from deskbell.core.outbox.signed_addresses import Named, Purpose
from deskbell.core.store import delivery_log, tickets
from stand_ins.clock import FrozenClock
from stand_ins.desks import MAIL, new_desk, opened, receive
from stand_ins.smtp_sink import ReceivedMail, SmtpSink

NO_MARKER = '[settings]\nreply_marker = ""\n'
PLUS = "[mailboxes.support]\nplus_addresses = true\n"
ADMIN, ADA, BO = "admin@example.com", "ada@customer.example", "bo@customer.example"
NUMBER = "100001"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


def sent(desk: Desk, sink: SmtpSink) -> Mapping[str, ReceivedMail]:
    """What left since the last time, by plugin and recipient."""
    before = len(sink.mails)
    work_off(desk)
    with desk.db.reading() as session:
        log = delivery_log.list_deliveries(session, limit=100)
    plugins = {each.message_id + each.address: f"{each.plugin} {each.address}" for each in log}
    return {plugins[str(mail.message["Message-ID"]) + mail.recipients[0]]: mail for mail in sink.mails[before:]}


def answered(desk: Desk, *paths: Path, text: str = "New toner is on its way.") -> None:
    acting.reply(desk, NUMBER, acting.ReplyWish(text=text, files=paths), by=ADMIN)


def files_of(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}  # type: ignore[misc]  # no part of parts is among them


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def test_rfc_12_without_plus_addresses(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port)) as desk:
        receive(desk, MAIL)
        answered(desk)
        desk.watch.report(Fault(fingerprint="f", title="Something broke", detail=""))
        desk.ring(())
        mails = sent(desk, sink)
    assert {name: mail.sender for name, mail in mails.items()} == {
        f"new-ticket-autoresponse {ADA}": "",
        f"new-ticket-alert {ADMIN}": "support@example.com",
        f"reply-to-end-user {ADA}": "support@example.com",
        f"system-error-alert {ADMIN}": "",
    }
    assert not any("Reply-To" in mail.message for mail in mails.values())


def test_rfc_12_with_plus_addresses(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=PLUS)) as desk:
        receive(desk, MAIL)
        answered(desk)
        desk.watch.report(Fault(fingerprint="f", title="Something broke", detail=""))
        desk.ring(())
        mails = sent(desk, sink)
        with desk.db.reading() as session:
            ids = {
                f"{each.plugin} {each.address}": each.id for each in delivery_log.list_deliveries(session, limit=100)
            }
        assert len(mails) == 4
        for name, mail in mails.items():
            assert mail.sender.startswith("support+b.")
            assert desk.signed.read(mail.sender) == Named(Purpose.BOUNCE, ids[name])
            if name == f"system-error-alert {ADMIN}":
                # There is no ticket on which it could be answered.
                assert "Reply-To" not in mail.message
            else:
                [reply_to] = mail.message["Reply-To"].addresses
                assert reply_to.display_name == "Support"
                assert desk.signed.read(reply_to.addr_spec) == Named(Purpose.REPLY, ids[name])


def test_rfc_12_a_bounce_domain_comes_first(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    toml = f'[settings]\nbounce_domain = "bounces.example.com"\n{PLUS}'
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)) as desk:
        receive(desk, MAIL)
        for mail in sent(desk, sink).values():
            assert mail.sender.startswith("b.")
            assert mail.sender.endswith("@bounces.example.com")
            assert str(mail.message["Reply-To"]).startswith("Support <support+r.")


@pytest.mark.parametrize(
    ("mailboxes", "local"),
    [
        ('[mailboxes.other]\naddress = "other@example.com"\ndepartment = "Other"\nplus_addresses = true\n', "other"),
        (
            """[mailboxes.far]
address = "far@example.com"
department = "Other"
plus_addresses = true
[mailboxes.near]
address = "near@example.com"
department = "Support"
plus_addresses = true
""",
            "near",
        ),
    ],
)
def test_rfc_12_another_mailbox_helps_out(
    mailboxes: str, local: str, tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    toml = f"[departments.Other]\n{mailboxes}"
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)) as desk:
        receive(desk, MAIL)
        assert all(mail.sender.startswith(f"{local}+b.") for mail in sent(desk, sink).values())


def test_rfc_12_and_rfc_23_a_shared_mail_is_answered_apart(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=PLUS)) as desk:
        receive(desk, MAIL)
        acting.add_collaborator(desk, NUMBER, by=ADMIN, address=BO)
        sent(desk, sink)
        answered(desk)
        mails = sent(desk, sink)
        one, two = mails[f"reply-to-end-user {ADA}"], mails[f"reply-to-end-user {BO}"]
        assert one.message["Message-ID"] == two.message["Message-ID"]
        assert (one.message["To"], one.message["Cc"]) == (two.message["To"], two.message["Cc"])
        named = [desk.signed.read(each.message["Reply-To"].addresses[0].addr_spec) for each in (one, two)]
        assert None not in named
        assert named[0] != named[1]


def test_rfc_11_and_rfc_3_what_marks_which_mail(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port)) as desk:
        receive(desk, MAIL)
        answered(desk)
        mails = sent(desk, sink)
    fields = ("Auto-Submitted", "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe", "Precedence")
    assert {name: [mail.message[field] for field in fields] for name, mail in mails.items()} == {
        f"new-ticket-autoresponse {ADA}": ["auto-replied", "All", None, None, None],
        f"new-ticket-alert {ADMIN}": ["auto-generated", "All", "Support <support.example.com>", None, None],
        f"reply-to-end-user {ADA}": [None] * 5,
    }


def test_rfc_18_a_mail_that_got_another_message_id_on_its_way_is_known_all_the_same(
    tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    """As a mail service does that gives each mail an id of its own."""
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port)) as desk:
        receive(desk, MAIL)
        mails = sent(desk, sink)
        assert len(mails) == 2
        for number, mail in enumerate(mails.values()):
            own_id = f"Message-ID: {mail.message['Message-ID']}\r\n".encode()
            assert own_id in mail.data
            renamed = mail.data.replace(own_id, f"Message-ID: <{number}@service.example>\r\n".encode())
            assert [event.name for event in receive(desk, renamed)] == []


def test_rfc_13_mails_to_end_users_name_the_first_mail_of_their_thread(
    tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    """Also when the message behind them names none: it found its ticket by the number, or was typed at the desk."""
    toml = '[switches.new-message-autoresponse]\nposition = "on"\n'
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)) as desk:
        receive(desk, MAIL)
        sent(desk, sink)
        again = MAIL.replace(b"<one@", b"<two@").replace(b"Subject: ", b"Subject: [#100001] ")
        receive(desk, again)
        by_number = sent(desk, sink)[f"new-message-autoresponse {ADA}"].message
        assert by_number["In-Reply-To"] == "<two@customer.example>"
        assert by_number["References"] == "<one@customer.example> <two@customer.example>"
        with desk.db.writing() as session:
            directory = desk.db.directory(session)
            ticket_id = tickets.ids_by_number(session, [NUMBER])[NUMBER]
            draft = MessageDraft(
                sender=Actor(ActorKind.END_USER, name="Ada Moss", address=ADA),
                text="And it is loud.",
                ticket=NUMBER,
                origin=Origin.WEB,
            )
            posting = Posting(ticket_id=ticket_id, draft=draft)
            events = post_message(session, directory, posting=posting, now=desk.clock.now())
        desk.ring(events)
        typed = sent(desk, sink)[f"new-message-autoresponse {ADA}"].message
        assert typed["In-Reply-To"] == typed["References"] == "<one@customer.example>"


def test_rfc_49_only_who_watches_and_nothing_else_can_unsubscribe(
    tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    toml = """
[settings]
base_url = "https://desk.example/"
[agents."ann@example.com"]
name = "Ann"
[agents."bob@example.com"]
name = "Bob"
[departments.Support]
members = ["ann@example.com", "bob@example.com", "admin@example.com"]
[options.new-message-alert.audience]
watcher = true
"""
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)) as desk:
        receive(desk, MAIL)
        acting.assign(desk, NUMBER, by=ADMIN, agent="bob@example.com", team="", comment="")
        for agent in ("ann@example.com", "bob@example.com"):
            acting.watch(desk, NUMBER, by=agent, watching=True)
        sent(desk, sink)
        acting.post_message(desk, NUMBER, sender=ADA, text="It is still empty.")
        mails = sent(desk, sink)
        watcher = mails["new-message-alert ann@example.com"].message
        link = str(watcher["List-Unsubscribe"]).strip("<>")
        assert watcher["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert link.startswith("https://desk.example/unsubscribe/")
        assert desk.links.delivery_of(link.rpartition("/")[2]) is not None
        assert all("List-Unsubscribe" not in mail.message for name, mail in mails.items() if "ann@" not in name)
        assert "new-message-alert bob@example.com" in mails


def test_files_of_a_reply_go_along(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    pdf = tmp_path / "Büro plan.pdf"
    pdf.write_bytes(b"%PDF" + bytes(range(256)) * 20)
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=NO_MARKER)) as desk:
        receive(desk, MAIL)
        acting.add_collaborator(desk, NUMBER, by=ADMIN, address=BO)
        sent(desk, sink)
        answered(desk, pdf)
        mails = sent(desk, sink)
    assert len(mails) == 2
    for mail in mails.values():
        assert files_of(mail.message) == {"Büro plan.pdf": pdf.read_bytes()}
        assert text_of(mail.message) == "New toner is on its way.\n\n-- \nHelpdesk\n"


def test_files_of_end_users_are_not_passed_on(tmp_path: Path, database_url: str, sink: SmtpSink) -> None:
    head, _, text = MAIL.partition(b"Content-Type: text/plain; charset=utf-8\n\n")
    mail = head + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\n' + text
    mail += b'--b\nContent-Disposition: attachment; filename="a.txt"\n\nmine\n--b--\n'
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port)) as desk:
        receive(desk, mail)
        assert acting.viewed(desk, NUMBER).entries[0].attachments[0].file_name == "a.txt"
        assert all(files_of(each.message) == {} for each in sent(desk, sink).values())


@pytest.mark.parametrize("base_url", ["", "https://desk.example"])
def test_the_largest_files_stay_and_the_mail_says_so(
    base_url: str, tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    sizes = {"a.bin": 700, "b.bin": 1_500_000, "c.bin": 300, "d.bin": 25}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(name[:1].encode() * size)
    toml = f'{NO_MARKER}largest_files_kib = 1\nbase_url = "{base_url}"\n'
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port, toml=toml)) as desk:
        receive(desk, MAIL)
        sent(desk, sink)
        answered(desk, *(tmp_path / name for name in sizes))
        [mail] = sent(desk, sink).values()
        # 25 + 300 are less than 1,024 octets; 700 more would not be.
        assert list(files_of(mail.message)) == ["c.bin", "d.bin"]
        text = text_of(mail.message)
    said = text.removeprefix("New toner is on its way.\n\n").removesuffix("\n\n-- \nHelpdesk\n").splitlines()
    assert said[0] == "Too large to be mailed: a.bin (1 kB)"
    if base_url:
        assert said[2] == "Too large to be mailed: b.bin (1.5 MB)"
        assert all(each.startswith("https://desk.example/files/") for each in (said[1], said[3]))
        html = mail.message.get_body(("html",))
        assert html is not None
        assert f'<a href="{said[3]}">' in html.get_content()
    else:
        assert said[1:] == ["Too large to be mailed: b.bin (1.5 MB)"]


def test_a_mail_whose_file_is_missing_waits_for_it(
    tmp_path: Path, database_url: str, sink: SmtpSink, clock: FrozenClock
) -> None:
    (tmp_path / "a.txt").write_bytes(b"here")
    with opened(new_desk(tmp_path / "desk", database_url=database_url, smtp_port=sink.port), clock=clock) as desk:
        receive(desk, MAIL)
        sent(desk, sink)
        answered(desk, tmp_path / "a.txt")
        [stored] = [path for path in desk.files.folder.rglob("*") if path.is_file()]
        content = stored.read_bytes()
        stored.unlink()
        alerts = sent(desk, sink)
        assert list(alerts) == [f"system-error-alert {ADMIN}"]
        assert "A file that should go along with a mail cannot be read" in text_of(next(iter(alerts.values())).message)
        with desk.db.reading() as session:
            [waiting] = [
                each for each in delivery_log.list_deliveries(session, limit=100) if each.plugin == "reply-to-end-user"
            ]
        assert waiting.state == "queued"
        assert "restore it from a backup" in waiting.detail
        stored.write_bytes(content)
        clock.advance(hours=1)
        assert files_of(sent(desk, sink)[f"reply-to-end-user {ADA}"].message) == {"a.txt": b"here"}
