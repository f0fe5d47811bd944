"""Odd mails on their way into either database: what is missing, dirty, hostile or sealed is stored, and one ticket each."""

from deskbell.core.contract.tickets import Ticket
from deskbell.core.intake.receive import Arrival, Intake
from stand_ins.letters import raw_mail
from stand_ins.small_desk import SmallDesk

DIRT = bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"") + b"\xed\xa0\x80\xff\xfe"


def received(desk: SmallDesk, intake: Intake, *raws: bytes) -> tuple[Ticket, ...]:
    """The tickets that the mails became; each mail was stored."""
    intake.process(intake.accept_many([Arrival(content=raw, source="test", mailbox="support") for raw in raws]))
    rows = desk.raw_rows()
    assert [row.state for row in rows] == ["stored"] * len(raws)
    assert [row.content for row in rows] == list(raws)
    return desk.tickets()


def test_rfc_33_without_any_field_and_body_it_is_one_ticket_all_the_same(desk: SmallDesk, intake: Intake) -> None:
    [ticket] = received(desk, intake, b"X-Nothing: here\r\n\r\n")
    assert ticket.subject
    [entry] = desk.entries(ticket.id)
    assert entry.attachments == ()


def test_rfc_33_without_message_id_the_octets_tell_copies(desk: SmallDesk, intake: Intake) -> None:
    first, second = raw_mail(message_id=None), raw_mail(message_id=None, text="Another text.")
    tickets = received(desk, intake, first, first, second)
    assert len(tickets) == 2


def test_m18_dirt_everywhere_is_stored(desk: SmallDesk, intake: Intake) -> None:
    raw = (
        b"From: x" + DIRT.replace(b"<", b"").replace(b'"', b"") + b"<a@customer.example>\r\nSubject: s" + DIRT + b"\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody" + DIRT + b"\r\n--b\r\n"
        b"Content-Type: text/html\r\n\r\n<p>" + DIRT + b"</p>\r\n"
        b'--b\r\nContent-Type: a/b; name="n' + DIRT.replace(b'"', b"") + b'"\r\n\r\n' + DIRT + b"\r\n--b--\r\n"
    )  # fmt: skip
    [ticket] = received(desk, intake, raw)
    [entry] = desk.entries(ticket.id)
    assert entry.text.startswith("body")
    assert "\x00" not in entry.text + ticket.subject
    assert len(entry.attachments) == 1


def test_m19_and_m20_a_subject_and_a_name_are_one_line_and_one_person(desk: SmallDesk, intake: Intake) -> None:
    raw = raw_mail(
        sender="=?utf-8?Q?x=0D=0ABcc:_v=40w.example,?= <owner@customer.example>",
        subject="=?utf-8?Q?x=0D=0ABcc:_victim@example.org?=",
    )
    [ticket] = received(desk, intake, raw)
    assert ticket.subject == "x Bcc: victim@example.org"
    assert ticket.owner.address == "owner@customer.example"
    assert "@" not in ticket.owner.name


def test_m27_and_m32_names_in_the_database_show_what_they_are(desk: SmallDesk, intake: Intake) -> None:
    raw = (
        "From: Ann\u202egro.live <owner@customer.example>\r\nSubject: Pay\u202e\u2066 now\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody\r\n"
        '--b\r\nContent-Type: a/b; name="../../photo\u202egpj.exe"\r\n\r\n1\r\n'
        '--b\r\nContent-Type: text/plain; name="C:\\x\\CON"\r\nContent-Disposition: attachment\r\n\r\n2\r\n'
        f'--b\r\nContent-Type: a/b; name="{"n" * 4_000}.pdf"\r\n\r\n3\r\n'
        "--b\r\nContent-Type: image/png\r\n\r\n4\r\n--b--\r\n"
    ).encode()
    [ticket] = received(desk, intake, raw)
    assert (ticket.subject, ticket.owner.name) == ("Pay now", "Anngro.live")
    [entry] = desk.entries(ticket.id)
    assert [file.file_name for file in entry.attachments] == [
        "photogpj.exe",
        "attachment-2.txt",
        "n" * 251 + ".pdf",
        "attachment-4.png",
    ]


def test_m35_sealed_and_packed_parts_are_stored(desk: SmallDesk, intake: Intake) -> None:
    parts = (
        ("application/pkcs7-mime; name=smime.p7m", "smime.p7m"),
        ("application/ms-tnef; name=winmail.dat", "winmail.dat"),
        ("text/calendar", "attachment-3.ics"),
        ('message/external-body; access-type=URL; URL="http://evil.example/"', "attachment-4.bin"),
        ("application/applefile; name=fork", "fork"),
    )
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\ndata\r\n" for kind, _ in parts)
    raw = raw_mail(more="Content-Type: multipart/mixed; boundary=b", text=f"--b\r\n\r\nSee there.\r\n{body}--b--")
    [ticket] = received(desk, intake, raw)
    [entry] = desk.entries(ticket.id)
    assert entry.text == "See there."
    assert [file.file_name for file in entry.attachments] == [name for _, name in parts]
