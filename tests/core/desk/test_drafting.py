"""How a draft is routed: topic before mailbox, what is given before both."""

import pytest

from deskbell.core.contract.drafts import TicketDraft
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.people import Actor, ActorKind, EndUser
from deskbell.core.contract.tickets import Department, HelpTopic, Origin, Priority, Ticket, TicketStatus
from deskbell.core.desk.drafting import draft_continuing, draft_ticket
from deskbell.core.store.directory import Directory
from stand_ins.clock import MONDAY_MORNING

SENDER = Actor(ActorKind.END_USER, address="o@x.example")


def routed(directory: Directory, **given: object) -> TicketDraft:
    return draft_ticket(
        directory,
        sender=SENDER,
        origin=Origin.WEB,
        subject="s",
        text="t",
        **given,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("given", "department", "topic", "priority", "agent", "team"),
    [
        ({}, "Support", "", Priority.NORMAL, "", ""),
        ({"mailbox": "support"}, "Support", "", Priority.NORMAL, "", ""),
        ({"mailbox": "HELP@example.com"}, "Support", "", Priority.NORMAL, "", ""),
        ({"mailbox": "sales"}, "Sales", "Quotes", Priority.HIGH, "sam@example.com", ""),
        ({"topic": "quotes"}, "Sales", "Quotes", Priority.HIGH, "sam@example.com", ""),
        ({"mailbox": "sales", "topic": "Lost cause"}, "Support", "Lost cause", Priority.NORMAL, "lea@example.com", "Absent"),
        ({"mailbox": "sales", "topic": "Anything"}, "Sales", "Anything", Priority.NORMAL, "", ""),
        ({"topic": "Quotes", "department": "support"}, "Support", "Quotes", Priority.HIGH, "sam@example.com", ""),
        ({"topic": "Quotes", "priority": Priority.LOW}, "Sales", "Quotes", Priority.LOW, "sam@example.com", ""),
        ({"topic": "Quotes", "team": "night"}, "Sales", "Quotes", Priority.HIGH, "", "Night"),
        ({"topic": "Quotes", "agent": "PIA@example.com"}, "Sales", "Quotes", Priority.HIGH, "pia@example.com", ""),
    ],
)  # fmt: skip
def test_routing(
    directory: Directory,
    given: dict[str, object],
    department: str,
    topic: str,
    priority: Priority,
    agent: str,
    team: str,
) -> None:
    draft = routed(directory, **given)
    assert (draft.department, draft.topic, draft.priority) == (department, topic, priority)
    assert (draft.agent, draft.team) == (agent, team)
    assert draft.mailbox in ("", "support", "sales")


@pytest.mark.parametrize("given", ["mailbox", "topic", "department", "team"])
def test_unknown_names_are_named(directory: Directory, given: str) -> None:
    with pytest.raises(UnknownName, match=f"no {given} named 'Suport'"):
        routed(directory, **{given: "Suport"})


def test_a_desk_without_departments_cannot_take_tickets() -> None:
    with pytest.raises(UnknownName):
        routed(Directory())


def test_a_continuation_is_routed_like_the_closed_ticket(directory: Directory) -> None:
    closed = Ticket(
        id=1,
        number="100001",
        subject="Old",
        status=TicketStatus.CLOSED,
        priority=Priority.URGENT,
        origin=Origin.MAIL,
        owner=EndUser(1, "O", "o@x.example"),
        department=Department(directory.department("Support").id, "Support"),
        created_at=MONDAY_MORNING,
        topic=HelpTopic(directory.topic("Quotes").id, "Quotes"),
    )
    draft = draft_continuing(directory, ticket=closed, sender=SENDER, origin=Origin.API, text="again", mailbox="sales")
    assert (draft.department, draft.topic, draft.priority) == ("Support", "Quotes", Priority.URGENT)
    assert (draft.subject, draft.text, draft.mailbox) == ("Old", "again", "sales")
