"""The agent alerts one by one: what they answer, and who of the agents is told on a desk where everybody has one place."""

from typing import Any

import pytest

from deskbell.core.contract.events import (
    AgentMentioned,
    DeliveryBounced,
    DeliveryFailed,
    Event,
    NotePosted,
    TicketAssigned,
    TicketDueSoon,
    TicketEscalated,
    TicketOverdue,
    TicketTransferred,
)
from deskbell.core.contract.kinds import Plugin
from deskbell.core.contract.notices import Once, Per
from deskbell.core.contract.people import SYSTEM, Actor, Role, Team
from deskbell.core.contract.tickets import Department, EntryKind
from deskbell.plugins.delivery_bounced_alert import DeliveryBouncedAlert
from deskbell.plugins.delivery_failed_alert import DeliveryFailedAlert
from deskbell.plugins.escalation_alert import EscalationAlert, in_words
from deskbell.plugins.internal_note_alert import InternalNoteAlert
from deskbell.plugins.mention_alert import MentionAlert
from deskbell.plugins.new_message_alert import NewMessageAlert
from deskbell.plugins.new_ticket_alert import NewTicketAlert
from deskbell.plugins.ticket_assignment_alert import TicketAssignmentAlert
from deskbell.plugins.ticket_due_soon_alert import TicketDueSoonAlert
from deskbell.plugins.ticket_overdue_alert import TicketOverdueAlert
from deskbell.plugins.ticket_transfer_alert import TicketTransferAlert
from stand_ins.paper_desk import NOW, OWNER, acting, agent, created, desk, entry, happened, message, ticket, writing
from stand_ins.paper_rings import answer, refused, told

ANN, BOB, SUE = agent("Ann"), agent("Bob"), agent("Sue")
NETWORK = Team(1, "Network")
SUPPORT, SALES = Department(1, "Support"), Department(2, "Sales")
ANNS = ticket(agent=ANN, last_respondent=BOB)
TEAMS = ticket(team=True)
WATCHED = ticket(agent=ANN, watchers=(BOB,))


def note(*, actor: Actor, **facts: Any) -> Event:
    return happened(NotePosted, actor=actor, entry=entry(actor, kind=EntryKind.NOTE), **facts)


# new-ticket-alert


def test_a_new_ticket_is_told_to_admin_address_and_manager() -> None:
    assert told(NewTicketAlert(), created()) == ["", "Mia"]
    unticked = {"administrator", "department_member", "account_manager"}
    assert {role for _, role, code in refused(NewTicketAlert(), created()) if code == "role_not_selected"} == unticked


# new-message-alert


def test_a_message_is_told_to_last_respondent_and_assignee() -> None:
    assert told(NewMessageAlert(), message(ticket=ANNS)) == ["Bob", "Ann"]
    assert told(NewMessageAlert(), message(ticket=TEAMS)) == ["Tom"]
    assert ("", "department_manager", "role_not_selected") in refused(NewMessageAlert(), message(ticket=ANNS))


def test_a_message_on_nobodys_ticket_is_told_to_nobody() -> None:
    assert told(NewMessageAlert(), message()) == []


def test_only_what_machines_write_is_told_once_a_day() -> None:
    automatic = answer(NewMessageAlert(), message(entry=entry(writing(), automatic=True)))
    human = answer(NewMessageAlert(), message())
    assert automatic is not None
    assert human is not None
    assert automatic.once == Once(Per.TICKET, "automatic", hours=24)
    assert human.once is None


# internal-note-alert


def test_a_note_is_told_to_agent_and_team_at_once() -> None:
    both = ticket(agent=ANN, team=True, last_respondent=BOB)
    assert told(InternalNoteAlert(), note(actor=acting("Mia"), ticket=both)) == ["Bob", "Ann", "Tom"]


def test_whoever_left_the_note_is_not_told() -> None:
    assert told(InternalNoteAlert(), note(actor=acting("Ann"), ticket=ANNS)) == ["Bob"]
    assert ("Ann", "assigned_agent", "actor") in refused(InternalNoteAlert(), note(actor=acting("Ann"), ticket=ANNS))


# ticket-assignment-alert


def test_an_assignment_is_told_to_the_new_agent_and_the_lead_of_the_new_team() -> None:
    to_ann = happened(TicketAssigned, actor=acting("Mia"), agent=ANN, ticket=ANNS)
    to_network = happened(TicketAssigned, actor=acting("Mia"), team=NETWORK, ticket=TEAMS)
    assert told(TicketAssignmentAlert(), to_ann) == ["Ann"]
    assert told(TicketAssignmentAlert(), to_network) == ["Lea"]
    assert ("", "assigned_team_member", "role_not_selected") in refused(TicketAssignmentAlert(), to_network)


def test_who_had_the_ticket_before_is_not_told_of_a_new_team() -> None:
    event = happened(TicketAssigned, actor=acting("Mia"), team=NETWORK, ticket=ticket(agent=ANN, team=True))
    assert told(TicketAssignmentAlert(), event) == ["Lea"]


def test_who_takes_a_ticket_is_not_told() -> None:
    event = happened(TicketAssigned, actor=acting("Ann"), agent=ANN, ticket=ANNS)
    assert refused(TicketAssignmentAlert(), event)[0] == ("Ann", "assigned_agent", "actor")


# ticket-transfer-alert


def test_a_transfer_is_told_to_the_assigned_and_to_the_manager_of_the_target() -> None:
    event = happened(TicketTransferred, actor=acting("Bob"), before=SALES, after=SUPPORT, ticket=ANNS)
    assert told(TicketTransferAlert(), event) == ["Ann", "Mia"]
    assert ("", "department_member", "role_not_selected") in refused(TicketTransferAlert(), event)


def test_a_manager_who_moves_a_ticket_is_not_told() -> None:
    event = happened(TicketTransferred, actor=acting("Mia"), before=SALES, after=SUPPORT, ticket=TEAMS)
    assert told(TicketTransferAlert(), event) == ["Tom"]
    assert ("Mia", "department_manager", "actor") in refused(TicketTransferAlert(), event)


# ticket-overdue-alert and ticket-due-soon-alert


def test_an_overdue_ticket_is_told_to_admin_address_assignee_and_manager() -> None:
    event = happened(TicketOverdue, actor=SYSTEM, due_at=NOW, ticket=ANNS)
    assert told(TicketOverdueAlert(), event) == ["", "Ann", "Mia"]
    unticked = [("", "administrator", "role_not_selected"), ("", "department_member", "role_not_selected")]
    assert refused(TicketOverdueAlert(), event) == unticked


def test_a_ticket_that_is_due_soon_is_told_to_the_assignee_only() -> None:
    event = happened(TicketDueSoon, actor=SYSTEM, due_at=NOW, ticket=ANNS)
    assert told(TicketDueSoonAlert(), event) == ["Ann"]
    assert refused(TicketDueSoonAlert(), event) == [("", "department_manager", "role_not_selected")]


# escalation-alert


def test_a_step_is_told_to_its_own_roles() -> None:
    roles = (Role.TEAM_LEAD, Role.DEPARTMENT_MEMBER, Role.ADMIN_ADDRESS)
    step = happened(TicketEscalated, actor=SYSTEM, step=1, after_seconds=600, roles=roles, ticket=TEAMS)
    assert told(EscalationAlert(), step) == ["", "Lea", "Ann", "Bob"]


def test_who_is_in_no_role_of_the_step_is_not_told() -> None:
    step = happened(TicketEscalated, actor=SYSTEM, step=1, after_seconds=600, roles=(Role.ASSIGNED_AGENT,), ticket=ANNS)
    assert told(EscalationAlert(), step) == ["Ann"]
    assert ("", "department_manager", "role_not_selected") in refused(EscalationAlert(), step)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3600, "1 hour"),
        (5400, "1 hour 30 minutes"),
        (86_400, "1 day"),
        (2 * 86_400 + 7200 + 119, "2 days 2 hours 1 minute"),
    ],
)
def test_a_step_says_how_long_nobody_moved(seconds: int, words: str) -> None:
    assert in_words(seconds) == words
    step = happened(TicketEscalated, actor=SYSTEM, step=1, after_seconds=seconds, roles=())
    notice = answer(EscalationAlert(), step)
    assert notice is not None
    assert notice.context == {"waited": words}


# mention-alert


def test_who_is_mentioned_is_told() -> None:
    told_of = entry(acting("Mia"), kind=EntryKind.NOTE)
    assert told(MentionAlert(), happened(AgentMentioned, actor=acting("Mia"), agent=ANN, entry=told_of)) == ["Ann"]


def test_who_may_not_open_the_ticket_is_not_told_what_the_note_says() -> None:
    told_of = entry(acting("Mia"), kind=EntryKind.NOTE)
    event = happened(AgentMentioned, actor=acting("Mia"), agent=SUE, entry=told_of)
    assert refused(MentionAlert(), event) == [("Sue", "mentioned_agent", "no_access")]


def test_a_mention_and_its_note_are_two_alerts() -> None:
    mention = happened(AgentMentioned, actor=acting("Mia"), agent=ANN, entry=entry(acting("Mia")), ticket=ANNS)
    assert told(MentionAlert(), mention) == ["Ann"]
    assert told(InternalNoteAlert(), note(actor=acting("Mia"), ticket=ANNS)) == ["Bob", "Ann"]


# delivery-failed-alert and delivery-bounced-alert

ENDINGS: list[tuple[type[DeliveryFailed | DeliveryBounced], Plugin, dict[str, Any]]] = [
    (DeliveryFailed, DeliveryFailedAlert(), {}),
    (DeliveryBounced, DeliveryBouncedAlert(), {"permanent": True}),
]


def _ended(kind: type[DeliveryFailed | DeliveryBounced], more: dict[str, Any], **changes: Any) -> Event:
    facts = {
        "delivery_id": 17,
        "plugin": "reply-to-end-user",
        "channel": "smtp",
        "address": OWNER.address,
        "reason": "550 user unknown",
        "to_end_user": True,
    }
    return happened(kind, actor=SYSTEM, **{**facts, **more, **changes})


@pytest.mark.parametrize(("recent", "once"), [(0, None), (1, None), (10, None), (11, Once(Per.PERSON, "storm", 1.0))])
def test_m34_only_in_a_storm_of_bounces_a_person_is_told_once_an_hour(recent: int, once: Once | None) -> None:
    event = _ended(DeliveryBounced, {"permanent": True}, ticket=ANNS, recent=recent)
    assert isinstance(event, DeliveryBounced)
    notice = DeliveryBouncedAlert().delivery_bounced(event)
    assert notice is not None
    assert notice.once == once


@pytest.mark.parametrize(("kind", "plugin", "more"), ENDINGS)
def test_a_lost_delivery_is_told_to_the_assignee(
    kind: type[DeliveryFailed | DeliveryBounced], plugin: Plugin, more: dict[str, Any]
) -> None:
    left_out = ("", "department_manager", "role_not_selected")
    for held, names in ((ANNS, ["Ann"]), (TEAMS, ["Tom"])):
        event = _ended(kind, more, ticket=held)
        assert told(plugin, event) == names
        assert left_out in refused(plugin, event)


@pytest.mark.parametrize(("kind", "plugin", "more"), ENDINGS)
def test_a_lost_delivery_of_nobodys_ticket_is_told_to_the_manager(
    kind: type[DeliveryFailed | DeliveryBounced], plugin: Plugin, more: dict[str, Any]
) -> None:
    assert told(plugin, _ended(kind, more, ticket=ticket())) == ["Mia"]


@pytest.mark.parametrize(("kind", "plugin", "more"), ENDINGS)
def test_a_lost_alert_raises_no_alert(
    kind: type[DeliveryFailed | DeliveryBounced], plugin: Plugin, more: dict[str, Any]
) -> None:
    assert answer(plugin, _ended(kind, more, ticket=ANNS, to_end_user=False)) is None
    assert answer(plugin, _ended(kind, more, ticket=None)) is None


# Watchers

WATCHABLE: list[tuple[Plugin, Event]] = [
    (NewMessageAlert(), message(ticket=WATCHED)),
    (InternalNoteAlert(), note(actor=acting("Mia"), ticket=WATCHED)),
    (
        TicketTransferAlert(),
        happened(TicketTransferred, actor=acting("Mia"), before=SALES, after=SUPPORT, ticket=WATCHED),
    ),
    (TicketOverdueAlert(), happened(TicketOverdue, actor=SYSTEM, due_at=NOW, ticket=WATCHED)),
]


@pytest.mark.parametrize(("plugin", "event"), WATCHABLE)
def test_who_watches_a_ticket_is_told_last(plugin: Plugin, event: Event) -> None:
    assert told(plugin, event)[-1] == "Bob"


@pytest.mark.parametrize(("plugin", "event"), WATCHABLE)
def test_a_watcher_who_may_not_open_the_ticket_any_more_is_not_told(plugin: Plugin, event: Event) -> None:
    without_bob = desk(department={"members": (ANN.id,)})
    assert ("Bob", "watcher", "no_access") in refused(plugin, event, directory=without_bob)
