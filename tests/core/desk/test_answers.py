"""What plugins may change in a draft: the usable is taken, the rest is left out and reported."""

from typing import Any

import attrs
import pytest

from deskbell.core.contract.drafts import MessageDraft, Refusal, TicketDraft
from deskbell.core.contract.people import SYSTEM, Actor, ActorKind
from deskbell.core.contract.tickets import Origin, Priority
from deskbell.core.desk.answers import message_answer, refusal_reason, ticket_answer
from deskbell.core.store.directory import Directory
from stand_ins.small_desk import OWNER, Faults, draft

SENDER = Actor(ActorKind.END_USER, address=OWNER)


@attrs.define
class Border:
    """Where the answers of plugins are checked."""

    directory: Directory
    faults: Faults = attrs.field(factory=Faults)

    def checked(self, offered: TicketDraft, **changes: Any) -> TicketDraft:
        answered = attrs.evolve(offered, **changes)
        return ticket_answer(self.directory, offered=offered, answered=answered, faults=self.faults)


@pytest.fixture
def border(directory: Directory) -> Border:
    return Border(directory)


def test_what_is_left_alone_is_left_alone(border: Border) -> None:
    offered = draft(SENDER)
    assert border.checked(offered) == offered
    assert border.faults.reported == []


@pytest.mark.parametrize(
    "changes",
    [
        {"department": "Sales"},
        {"priority": Priority.URGENT},
        {"agent": "pia@example.com", "team": "Night"},
        {"agent": ""},
        {"subject": "Quiet", "text": "two\nlines\tand a tab"},
        {"answer": "Look\nhere.", "autoresponse": False, "applied": ("rule 'A': no automatic answer",)},
    ],
)
def test_usable_changes_are_taken(border: Border, changes: dict[str, Any]) -> None:
    offered = draft(SENDER, agent="mia@example.com")
    assert border.checked(offered, **changes) == attrs.evolve(offered, **changes)
    assert border.faults.reported == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender", SYSTEM),
        ("origin", Origin.WEB),
        ("mailbox", "sales"),
        ("headers", (("From", "x"),)),
        ("department", "Suport"),
        ("department", ""),
        ("department", None),
        ("topic", "No such"),
        ("agent", "nobody@example.com"),
        ("team", "Day"),
        ("team", 7),
        ("priority", "high"),
        ("subject", None),
        ("subject", "two\nlines"),
        ("subject", "x" * 999),
        ("subject", "bell\x07"),
        ("text", b"bytes"),
        ("text", "nul\x00"),
        ("text", "half \ud83d"),
        ("text", "x" * 1_000_001),
        ("files", ("a.pdf",)),
        ("automatic", True),
        ("answer", "x" * 10_001),
        ("answer", "half \ud83d"),
        ("autoresponse", 0),
        ("applied", "one text"),
        ("applied", ("two\nlines",)),
        ("applied", ("fine", 7)),
    ],
)
def test_unusable_changes_are_left_out_and_reported(border: Border, field: str, value: Any) -> None:
    offered = draft(SENDER)
    checked = border.checked(offered, **{field: value})
    [line] = checked.applied
    assert line.startswith(f"left out: {field}: ")
    assert attrs.evolve(checked, applied=()) == offered
    [fault] = border.faults.reported
    assert f"'{field}'" in fault.title
    assert fault.fingerprint == f"before_ticket_created:{field}"


def test_one_unusable_change_spoils_no_other(border: Border) -> None:
    offered = draft(SENDER)
    result = border.checked(offered, department="Suport", priority=Priority.LOW)
    assert (result.department, result.priority) == ("Support", Priority.LOW)


def test_routing_follows_a_changed_topic(border: Border) -> None:
    result = border.checked(draft(SENDER), topic="Quotes")
    assert (result.department, result.priority, result.agent) == ("Sales", Priority.HIGH, "sam@example.com")
    assert result.applied == (
        "help topic 'Quotes': department Support -> Sales, priority normal -> high, agent none -> sam@example.com",
    )


def test_routing_that_the_plugin_chose_stays(border: Border) -> None:
    offered = draft(SENDER, agent="mia@example.com")
    result = border.checked(offered, topic="Quotes", priority=Priority.LOW, agent="")
    assert (result.department, result.priority, result.agent) == ("Sales", Priority.LOW, "")


def test_a_message_can_be_changed_in_its_words_only() -> None:
    offered = MessageDraft(sender=SENDER, origin=Origin.MAIL, ticket="100001", text="secret 1234")
    answered = attrs.evolve(offered, text="secret ****", ticket="100002")
    faults = Faults()
    result = message_answer(offered=offered, answered=answered, faults=faults)
    assert (result.text, result.ticket) == ("secret ****", "100001")
    assert [fault.fingerprint for fault in faults.reported] == ["before_message_accepted:ticket"]


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("Not for us.", "Not for us."),
        ("two\r\nlines\x00 and \ud800", "two lines and"),
        ("", "A plugin refused it and gave no reason."),
        (None, "A plugin refused it and gave no reason."),
        ("x" * 600, "x" * 500),
    ],
)
def test_the_reason_of_a_refusal_is_one_line(reason: Any, kept: str) -> None:
    assert refusal_reason(Refusal(reason)) == kept
