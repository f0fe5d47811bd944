"""What holds for every act on an existing ticket: who may, which ticket, and that a refused act leaves no trace."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.people import SYSTEM
from deskbell.core.contract.tickets import Priority, TicketStatus
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.acknowledge import acknowledge_ticket
from deskbell.core.desk.acts import AgentsOnly, MergedAway
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.collaborators import add_collaborator, remove_collaborator, set_collaborator_active
from deskbell.core.desk.merge import merge_tickets
from deskbell.core.desk.note import post_note
from deskbell.core.desk.priority import change_priority
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.status import change_status
from deskbell.core.desk.transfer import transfer_ticket
from deskbell.core.desk.unassign import unassign_ticket
from deskbell.core.desk.watch import unwatch_ticket, watch_ticket
from deskbell.core.store.end_users import Person
from stand_ins.small_desk import SmallDesk
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of

GUEST = "guest@customer.example"

ACTS: dict[str, tuple[Callable[..., Any], Callable[[SmallDesk], dict[str, Any]]]] = {
    "reply": (post_reply, lambda desk: {"reply": Reply(text="Soon.")}),
    "note": (post_note, lambda desk: {"text": "Hm."}),
    "assign": (assign_ticket, lambda desk: {"agent_id": desk.ids["Pia"]}),
    "unassign": (unassign_ticket, lambda desk: {}),
    "transfer": (transfer_ticket, lambda desk: {"department_id": desk.ids["Sales"]}),
    "close": (change_status, lambda desk: {"status": TicketStatus.CLOSED}),
    "priority": (change_priority, lambda desk: {"priority": Priority.URGENT}),
    "acknowledge": (acknowledge_ticket, lambda desk: {}),
    "watch": (watch_ticket, lambda desk: {}),
    "unwatch": (unwatch_ticket, lambda desk: {}),
    "add": (add_collaborator, lambda desk: {"person": Person("New", "new@customer.example")}),
    "deactivate": (set_collaborator_active, lambda desk: {"address": GUEST, "active": False}),
    "remove": (remove_collaborator, lambda desk: {"address": GUEST}),
}
ALL = list(ACTS)


@pytest.mark.parametrize("name", ALL)
def test_an_agent_without_access_is_refused_and_nothing_is_written(desk: SmallDesk, name: str) -> None:
    ticket = new_ticket(desk)
    desk.join(ticket.id, GUEST)
    before, entries = now_of(desk, ticket), desk.entries(ticket.id)
    command, given = ACTS[name]
    with pytest.raises(MayNotOpen, match="Sam may not open ticket 100001"):
        act(desk, command, ticket, desk.agent("Sam"), **given(desk))
    assert now_of(desk, ticket) == before
    assert desk.entries(ticket.id) == entries
    assert history_of(desk, ticket) == ["ticket_created"]


@pytest.mark.parametrize("name", ALL)
def test_a_ticket_that_was_merged_away_is_acted_on_no_more(desk: SmallDesk, name: str) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    desk.join(source.id, GUEST)
    with desk.writing() as (session, directory):
        merge_tickets(session, directory, source_id=source.id, target_id=target.id, actor=SYSTEM, now=desk.clock.now())
    command, given = ACTS[name]
    with pytest.raises(MergedAway, match=r"Ticket 100002 was merged into ticket 100001: act on that one."):
        act(desk, command, source, desk.agent("Mia"), **given(desk))


@pytest.mark.parametrize("name", ALL)
def test_a_ticket_that_is_not_there(desk: SmallDesk, name: str) -> None:
    ticket = new_ticket(desk)
    command, given = ACTS[name]
    missing = attrs.evolve(ticket, id=999)
    with pytest.raises(UnknownName, match="ticket with the id"):
        act(desk, command, missing, desk.agent("Mia"), **given(desk))


@pytest.mark.parametrize("name", ["reply", "note", "acknowledge", "watch", "unwatch"])
def test_what_only_agents_do(desk: SmallDesk, name: str) -> None:
    ticket = new_ticket(desk)
    command, given = ACTS[name]
    with pytest.raises(AgentsOnly, match="deskbell is no agent"):
        act(desk, command, ticket, SYSTEM, **given(desk))
