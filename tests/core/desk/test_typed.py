"""What people type: line ends take one form at every door, and what cannot be stored is refused in a sentence."""

from collections.abc import Callable

import pytest

from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Origin
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.reply import Reply
from deskbell.core.desk.requests import Requests
from deskbell.core.desk.typed import check_line, check_text
from deskbell.core.store.end_users import Person
from deskbell.core.store.rows import TicketRow
from stand_ins.small_desk import OWNER, SmallDesk, draft

BO = "bo@customer.example"
NUMBER = "100001"
OCTET = b"\xff".decode(errors="surrogateescape")


@pytest.fixture
def requests(desk: SmallDesk) -> Requests:
    """Requests of a desk with one ticket."""
    made = Requests(desk.db, hooks=desk.hooks, faults=desk.faults, clock=desk.clock)
    made.open(Opening(draft=draft(desk.user(OWNER))))
    return made


def test_line_ends_take_one_form(desk: SmallDesk, requests: Requests) -> None:
    typed = "one\r\ntwo\rthree\n"
    requests.open(Opening(draft=draft(desk.user(OWNER), text=typed)))
    requests.post("100002", sender=desk.user(OWNER), origin=Origin.WEB, text=typed)
    requests.reply("100002", actor=desk.agent("Pia"), reply=Reply(text=typed))
    requests.note("100002", actor=desk.agent("Pia"), text=typed)
    _, ticket = desk.tickets()
    assert [entry.text for entry in desk.entries(ticket.id)] == ["one\ntwo\nthree\n"] * 4


Door = Callable[[SmallDesk, Requests, str], object]


DOORS: dict[str, Door] = {
    "The text of the ticket": lambda desk, requests, text: requests.open(
        Opening(draft=draft(desk.user(OWNER), text=text))
    ),
    "The subject of the ticket": lambda desk, requests, text: requests.open(
        Opening(draft=draft(desk.user(OWNER), subject=text))
    ),
    "The name of the sender": lambda desk, requests, text: requests.open(
        Opening(draft=draft(desk.user(OWNER, name=text)))
    ),
    f"The name of {OWNER}": lambda desk, requests, text: requests.open(
        Opening(draft=draft(desk.agent("Pia")), owner=Person(text, OWNER))
    ),
    f"The name of {BO}": lambda desk, requests, text: requests.open(
        Opening(draft=draft(desk.user(OWNER)), collaborators=(Person(text, BO),))
    ),
    "The text of the message": lambda desk, requests, text: requests.post(
        NUMBER, sender=desk.user(OWNER), origin=Origin.API, text=text
    ),
    "The text of the reply": lambda desk, requests, text: requests.reply(
        NUMBER, actor=desk.agent("Pia"), reply=Reply(text=text)
    ),
    "The text of the note": lambda desk, requests, text: requests.note(NUMBER, actor=desk.agent("Pia"), text=text),
    "The comment": lambda desk, requests, text: requests.assign(
        NUMBER, actor=SYSTEM, agent="pia@example.com", comment=text
    ),
    "The name of the collaborator": lambda desk, requests, text: requests.add_collaborator(
        NUMBER, actor=SYSTEM, person=Person(text, BO)
    ),
}


@pytest.mark.parametrize("where", DOORS)
@pytest.mark.parametrize(
    ("unfit", "named"), [("a\0b", "the character U+0000"), (f"a{OCTET}b", "the character of the octet 0xFF")]
)
def test_what_cannot_be_stored_is_named(
    desk: SmallDesk, requests: Requests, where: str, unfit: str, named: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        DOORS[where](desk, requests, unfit)
    assert str(refused.value) == f"{where}: it holds {named}, which no text can. Leave it out."
    [ticket] = desk.tickets()
    assert len(desk.entries(ticket.id)) == 1


def test_a_comment_of_a_transfer_too(desk: SmallDesk, requests: Requests) -> None:
    with pytest.raises(InvalidValue, match=r"The comment: it holds the character U\+001B"):
        requests.transfer(NUMBER, actor=SYSTEM, department="Sales", comment="\x1b[31m")
    [moved] = requests.transfer(NUMBER, actor=SYSTEM, department="Sales", comment="They want\r\nto buy.")
    assert moved.comment == "They want\nto buy."  # type: ignore[attr-defined]


@pytest.mark.parametrize("where", ["The subject of the ticket", "The name of the sender", f"The name of {BO}"])
@pytest.mark.parametrize("end", ["\n", "\r"])
def test_what_is_one_line_has_no_second(desk: SmallDesk, requests: Requests, where: str, end: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        DOORS[where](desk, requests, f"one{end}two")
    assert str(refused.value) == f"{where}: it has more than one line. Write it in one."


@pytest.mark.parametrize("number", ["1\0", OCTET, "", "9" * 5000, "100001 ", "²"])
def test_what_is_no_number_is_no_ticket(requests: Requests, number: str) -> None:
    with pytest.raises(UnknownName):
        requests.assign(number, actor=SYSTEM, agent="pia@example.com")


@pytest.mark.parametrize("address", ["a\0@customer.example", OCTET])
def test_what_is_no_address_takes_no_part(desk: SmallDesk, requests: Requests, address: str) -> None:
    with pytest.raises(UnknownName, match="collaborator"):
        requests.remove_collaborator(NUMBER, actor=SYSTEM, address=address)
    with pytest.raises(UnknownName, match="collaborator"):
        requests.reply(NUMBER, actor=desk.agent("Pia"), reply=Reply(text="Soon."), to=(address,))


def test_a_long_subject_of_a_mail_hinders_no_ticket_that_continues(desk: SmallDesk, requests: Requests) -> None:
    long = "Printer " * 200
    [ticket] = desk.tickets()
    with desk.writing() as (session, _):
        session.get_one(TicketRow, ticket.id).subject = long
    desk.close(ticket.id)
    desk.clock.advance(days=31)
    requests.post(NUMBER, sender=desk.user(OWNER), origin=Origin.API, text="again")
    assert [each.subject for each in desk.tickets()] == [long, long]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x" * 999, "it has 999 characters, 998 are allowed. Shorten it."),
        (7, "it is of the type int."),
        ("a\x7f", "it holds the character U+007F, which no text can. Leave it out."),
    ],
)
def test_the_sentences(value: object, reason: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_line(value, "The subject")
    assert str(refused.value) == f"The subject: {reason}"


def test_tabs_and_lines_are_text() -> None:
    check_text("a tab\tand\na line", "The text")
