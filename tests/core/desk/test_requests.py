"""Requests by other doors than mail: the plugins are asked first, outside any transaction."""

from typing import Any

import attrs
import pytest

from deskbell.core.contract.drafts import MessageDraft, Refusal, TicketDraft
from deskbell.core.contract.errors import InvalidValue, UnknownName
from deskbell.core.contract.events import MessagePosted, TicketCreated, TicketRefused
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Attachment, EntryKind, Origin, TicketStatus
from deskbell.core.desk.access import NotActive
from deskbell.core.desk.opening import Opening
from deskbell.core.desk.reply import Reply
from deskbell.core.desk.requests import RequestRefused, Requests
from deskbell.core.desk.words import Words
from deskbell.core.store.end_users import Person
from stand_ins.small_desk import OWNER, SmallDesk, draft, names_of

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def requests(desk: SmallDesk) -> Requests:
    return Requests(desk.db, hooks=desk.hooks, faults=desk.faults, clock=desk.clock)


def test_a_ticket_is_opened_as_the_plugins_leave_it(desk: SmallDesk, requests: Requests) -> None:
    desk.hooks.on_ticket = lambda offered: attrs.evolve(offered, department="Sales")
    [event] = requests.open(Opening(draft=draft(desk.user(OWNER))))
    assert isinstance(event, TicketCreated)
    assert event.ticket.department.name == "Sales"


def test_plugins_are_asked_outside_any_transaction(desk: SmallDesk, requests: Requests) -> None:
    def writes_itself(offered: Any) -> Any:
        # On SQLite this would wait for ever inside the transaction of the request.
        with desk.db.writing():
            return offered

    desk.hooks.on_ticket = desk.hooks.on_message = writes_itself
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    assert requests.post("100001", sender=desk.user(OWNER), origin=Origin.WEB, text="more")


def test_a_refused_ticket_is_rung_and_not_opened(desk: SmallDesk, requests: Requests) -> None:
    desk.hooks.on_ticket = lambda _: Refusal("Closed on Mondays.")
    [event] = requests.open(Opening(draft=draft(desk.user(OWNER, name="Olga"), department="Sales")))
    assert isinstance(event, TicketRefused)
    assert (event.reason, event.subject, event.raw_mail_id) == ("Closed on Mondays.", "Printer", None)
    assert (event.end_user.address, event.department.name) == (OWNER, "Sales")
    assert event.actor.id == event.end_user.id
    assert desk.tickets() == ()


def test_a_refused_ticket_of_an_agent_keeps_its_actor(desk: SmallDesk, requests: Requests) -> None:
    desk.hooks.on_ticket = lambda _: Refusal("no")
    [event] = requests.open(Opening(draft=draft(desk.agent("Pia")), owner=Person("Olga", OWNER)))
    assert isinstance(event, TicketRefused)
    assert (event.actor, event.end_user.address) == (desk.agent("Pia"), OWNER)


def test_a_message_is_posted_as_the_plugins_leave_it(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    desk.hooks.on_message = lambda offered: attrs.evolve(offered, text=offered.text.upper())
    [event] = requests.post("100001", sender=desk.user(OWNER), origin=Origin.WEB, text="hello")
    assert isinstance(event, MessagePosted)
    assert event.entry.text == "HELLO"
    asked = desk.hooks.asked[-1]
    assert isinstance(asked, MessageDraft)
    assert (asked.ticket, asked.text) == ("100001", "hello")


def test_a_refused_message_is_said_in_a_sentence(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    desk.hooks.on_message = lambda _: Refusal("Not like this.")
    with pytest.raises(RequestRefused, match="refused: Not like this"):
        requests.post("100001", sender=desk.user(OWNER), origin=Origin.WEB, text="x")
    assert len(desk.entries(desk.tickets()[0].id)) == 1


def test_after_the_reopen_window_a_new_ticket_continues(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER), department="Sales")))
    [old] = desk.tickets()
    desk.close(old.id)
    desk.clock.advance(days=31)
    events = requests.post(old.number, sender=desk.user(OWNER), origin=Origin.WEB, text="again")
    assert names_of(events) == ["ticket_created"]
    assert isinstance(desk.hooks.asked[-1], TicketDraft)
    _, new = desk.tickets()
    assert (new.subject, new.department, new.number) == (old.subject, old.department, "100002")
    message, link = desk.entries(new.id)
    assert (message.text, link.kind) == ("again", EntryKind.NOTE)
    assert old.number in link.text


def test_after_the_reopen_window_a_stranger_opens_nothing(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    [old] = desk.tickets()
    desk.close(old.id)
    desk.clock.advance(days=31)
    [event] = requests.post(
        old.number, sender=desk.user("eve@elsewhere.example"), origin=Origin.API, text="What is it?"
    )
    assert isinstance(event, MessagePosted)
    assert (event.entry.held, event.ticket.number, event.ticket.status) == (True, old.number, TicketStatus.CLOSED)
    assert len(desk.tickets()) == 1
    # A collaborator takes part, though not the owner.
    desk.join(old.id, "bo@customer.example", active=False)
    assert names_of(
        requests.post(old.number, sender=desk.user("BO@customer.example"), origin=Origin.API, text="And?")
    ) == ["ticket_created"]


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_message_without_anything_is_refused(desk: SmallDesk, requests: Requests, text: str) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    with pytest.raises(InvalidValue) as refused:
        requests.post("100001", sender=desk.user(OWNER), origin=Origin.API, text=text)
    assert str(refused.value) == "The message: it has neither text nor attachment. Write something."
    file = Attachment("photo.png", "image/png", 3, "ef" * 32)
    words = Words(attachments=(file,))
    [event] = requests.post("100001", sender=desk.user(OWNER), origin=Origin.API, text=text, words=words)
    assert event.entry.attachments == (file,)  # type: ignore[attr-defined]


def test_who_is_switched_off_opens_nothing(desk: SmallDesk, requests: Requests) -> None:
    with pytest.raises(NotActive, match="The account of Ian is not active"):
        requests.open(Opening(draft=draft(desk.agent("Ian")), owner=Person("Olga", OWNER)))
    assert desk.hooks.asked == []


def test_who_is_switched_off_gets_no_ticket_by_hand(desk: SmallDesk, requests: Requests) -> None:
    sentence = "cannot be assigned to Ian, whose account is not active. Activate it, or name somebody else."
    with pytest.raises(InvalidValue, match=sentence):
        requests.open(Opening(draft=draft(desk.user(OWNER), agent="ian@example.com"), by_hand=True))
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    with pytest.raises(InvalidValue, match=f"Ticket 100001: it {sentence}"):
        requests.assign("100001", actor=SYSTEM, agent="ian@example.com")
    # Leave is no obstacle to a person's own choice.
    [event] = requests.assign("100001", actor=SYSTEM, agent="lea@example.com")
    assert event.name == "ticket_assigned"


def test_assigning_by_name(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    assert names_of(requests.assign("100001", actor=SYSTEM, agent="PIA@example.com", team="night")) == [
        "ticket_assigned"
    ]
    assert requests.assign("100001", actor=SYSTEM, agent="pia@example.com") == ()
    with pytest.raises(UnknownName, match="agent"):
        requests.assign("100001", actor=SYSTEM, agent="nobody@example.com")
    with pytest.raises(UnknownName, match="ticket"):
        requests.assign("7", actor=SYSTEM, agent="pia@example.com")


def test_a_message_to_a_merged_ticket_goes_to_the_one_that_is_there(desk: SmallDesk, requests: Requests) -> None:
    for _ in range(2):
        requests.open(Opening(draft=draft(desk.user(OWNER))))
    assert names_of(requests.merge("100002", into="100001", actor=desk.agent("Mia"))) == [
        "ticket_merged",
        "ticket_closed",
        "ticket_status_changed",
    ]
    desk.clock.advance(days=31)
    [event] = requests.post("100002", sender=desk.user(OWNER), origin=Origin.WEB, text="And?")
    assert isinstance(event, MessagePosted)
    assert event.ticket.number == "100001"
    asked = desk.hooks.asked[-1]
    assert isinstance(asked, MessageDraft)
    assert asked.ticket == "100001"


def test_a_reply_to_some_by_their_addresses(desk: SmallDesk, requests: Requests) -> None:
    requests.open(Opening(draft=draft(desk.user(OWNER))))
    for address in ("bo@customer.example", "cy@customer.example"):
        requests.add_collaborator("100001", actor=SYSTEM, person=Person("", address))
    reply = Reply(text="Soon.")
    [some] = requests.reply("100001", actor=desk.agent("Pia"), reply=reply, to=("BO@customer.example",))
    [nobody] = requests.reply("100001", actor=desk.agent("Pia"), reply=reply, to=())
    [everybody] = requests.reply("100001", actor=desk.agent("Pia"), reply=reply)
    [ticket] = desk.tickets()
    bo = ticket.collaborators[0].user.id
    chosen = [event.chosen for event in (some, nobody, everybody)]  # type: ignore[attr-defined]
    assert chosen == [frozenset({bo}), frozenset(), None]
