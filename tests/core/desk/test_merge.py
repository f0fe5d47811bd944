"""Folding one ticket into another: what moves, what stays, what is rung, what is refused, and where later mail lands."""

import pytest

from deskbell.core.contract.events import Event, TicketMerged, TicketStatusChanged
from deskbell.core.contract.people import SYSTEM, Actor
from deskbell.core.contract.tickets import Attachment, Ticket, TicketStatus
from deskbell.core.desk.access import MayNotOpen
from deskbell.core.desk.acts import MergedAway
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.merge import CannotMerge, merge_tickets
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.status import change_status
from deskbell.core.desk.watch import watch_ticket
from deskbell.core.desk.words import Words
from deskbell.core.store import delivery_log, journal, merging, tickets
from deskbell.core.store.rows import BodyRow, DeliveryRow
from stand_ins.planned_desk import at, planned_desk
from stand_ins.small_desk import OWNER, SmallDesk, names_of
from stand_ins.ticket_acts import act, history_of, new_ticket, now_of, row_of

OTHER = "other@customer.example"
BO, CY, DI = "bo@customer.example", "cy@customer.example", "di@customer.example"
FILE = Attachment("photo.png", "image/png", 3, "ef" * 32)


def merged(desk: SmallDesk, source: Ticket, target: Ticket, by: Actor = SYSTEM) -> tuple[Event, ...]:
    with desk.writing() as (session, directory):
        return merge_tickets(
            session, directory, source_id=source.id, target_id=target.id, actor=by, now=desk.clock.now()
        )


def people(ticket: Ticket) -> list[tuple[str, bool]]:
    return sorted((each.user.address, each.active) for each in ticket.collaborators)


def test_what_is_rung(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner=OTHER)
    desk.clock.advance(hours=1)
    events = merged(desk, source, target, by=desk.agent("Mia"))
    assert names_of(events) == ["ticket_merged", "ticket_closed", "ticket_status_changed"]
    first, closed, change = events
    assert isinstance(first, TicketMerged)
    assert isinstance(change, TicketStatusChanged)
    assert (first.ticket, first.merged) == (now_of(desk, target), now_of(desk, source))
    assert (closed.ticket, change.ticket) == (first.merged, first.merged)  # type: ignore[attr-defined]
    assert (change.before, change.after) == (TicketStatus.OPEN, TicketStatus.CLOSED)
    assert len({event.act for event in events}) == 1
    assert {event.actor for event in events} == {desk.agent("Mia")}
    gone = first.merged
    assert (gone.status, gone.merged_into, gone.closed_at) == (TicketStatus.CLOSED, "100001", desk.clock.now())
    assert (first.ticket.status, first.ticket.merged_into) == (TicketStatus.OPEN, "")
    # What happened to the source stays its own.
    assert history_of(desk, source) == ["ticket_created", "ticket_closed", "ticket_status_changed"]
    assert history_of(desk, target) == ["ticket_created", "ticket_merged"]


def test_a_closed_ticket_rings_its_merging_only(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, change_status, source, SYSTEM, status=TicketStatus.CLOSED)
    closed_at = desk.clock.now()
    desk.clock.advance(hours=1)
    assert names_of(merged(desk, source, target)) == ["ticket_merged"]
    assert now_of(desk, source).closed_at == closed_at


def test_a_waiting_ticket_is_closed_too(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, change_status, source, SYSTEM, status=TicketStatus.WAITING)
    change = merged(desk, source, target)[-1]
    assert isinstance(change, TicketStatusChanged)
    assert (change.before, change.after) == (TicketStatus.WAITING, TicketStatus.CLOSED)


def test_into_a_closed_ticket(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, change_status, target, SYSTEM, status=TicketStatus.CLOSED)
    events = merged(desk, source, target)
    assert names_of(events) == [
        "ticket_merged",
        "ticket_closed",
        "ticket_status_changed",
        "ticket_reopened",
        "ticket_status_changed",
    ]
    assert len({event.act for event in events}) == 1
    after = now_of(desk, target)
    assert (after.status, after.closed_at) == (TicketStatus.OPEN, None)
    assert events[-2].ticket == events[-1].ticket == after  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source_is", "target_is", "target_becomes"),
    [
        ("closed", "closed", "closed"),
        ("waiting", "closed", "waiting"),
        ("open", "waiting", "open"),
        ("closed", "waiting", "waiting"),
        ("waiting", "open", "open"),
    ],
)
def test_no_work_is_out_of_sight_afterwards(
    desk: SmallDesk, source_is: str, target_is: str, target_becomes: str
) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, change_status, target, SYSTEM, status=TicketStatus(target_is))
    act(desk, change_status, source, SYSTEM, status=TicketStatus(source_is))
    merged(desk, source, target)
    assert now_of(desk, target).status is TicketStatus(target_becomes)
    assert now_of(desk, source).status is TicketStatus.CLOSED


def test_a_target_that_is_reopened_is_planned_anew(desk: SmallDesk) -> None:
    planned = planned_desk(desk)
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, change_status, target, SYSTEM, status=TicketStatus.CLOSED)
    desk.clock.advance(hours=3)
    merged(desk, source, target)
    # Support answers within eight business hours, and now it is Monday, 12:00.
    assert planned.due_at(target.id) == "Tue 12:00"


def test_the_manual_due_date_of_an_open_source_is_kept(desk: SmallDesk) -> None:
    planned = planned_desk(desk)
    target, source = new_ticket(desk), new_ticket(desk)
    planned.due(source.id, at(2, 15))
    merged(desk, source, target)
    assert planned.due_at(target.id) == "Mon 15:00"


def test_that_of_the_target_comes_first(desk: SmallDesk) -> None:
    planned = planned_desk(desk)
    target, source = new_ticket(desk), new_ticket(desk)
    planned.due(source.id, at(2, 15))
    planned.due(target.id, at(2, 16))
    merged(desk, source, target)
    assert planned.due_at(target.id) == "Mon 16:00"


def test_that_of_a_closed_source_promises_nothing_more(desk: SmallDesk) -> None:
    planned = planned_desk(desk)
    target, source = new_ticket(desk), new_ticket(desk)
    planned.due(source.id, at(2, 15))
    act(desk, change_status, source, SYSTEM, status=TicketStatus.CLOSED)
    merged(desk, source, target)
    assert planned.due_at(target.id) == "Mon 17:00"


def test_the_thread_moves_with_its_files(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(
        desk,
        post_reply,
        source,
        desk.agent("Pia"),
        reply=Reply(text="See this.", words=Words(attachments=(FILE,))),
    )
    act(desk, post_reply, target, desk.agent("Pia"), reply=Reply(text="And this."))
    merged(desk, source, target)
    assert desk.entries(source.id) == ()
    thread = desk.entries(target.id)
    assert [entry.text for entry in thread] == ["It smokes.", "It smokes.", "See this.", "And this."]
    assert thread[2].attachments == (FILE,)


def test_the_owner_becomes_a_collaborator(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner=OTHER, name="Otto")
    merged(desk, source, target)
    assert people(now_of(desk, target)) == [(OTHER, True)]


def test_the_same_owner_does_not(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner=OWNER.upper())
    merged(desk, source, target)
    assert people(now_of(desk, target)) == []


def test_an_owner_who_took_part_inactively_is_active_now(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner=OTHER)
    desk.join(target.id, OTHER, active=False)
    merged(desk, source, target)
    assert people(now_of(desk, target)) == [(OTHER, True)]


def test_an_owner_without_address_takes_part_in_nothing(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner="", name="")
    merged(desk, source, target)
    assert people(now_of(desk, target)) == []


def test_collaborators_move(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk, owner=OTHER)
    desk.join(source.id, OWNER)
    desk.join(source.id, BO)
    desk.join(source.id, CY, active=False)
    desk.join(source.id, DI)
    desk.join(target.id, DI, active=False)
    merged(desk, source, target)
    # The owner of the target is no collaborator, and who is one already stays as they are.
    assert people(now_of(desk, target)) == [(BO, True), (CY, False), (DI, False), (OTHER, True)]
    assert people(now_of(desk, source)) == []


def test_watchers_move(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    for name in ("Pia", "Eva"):
        act(desk, watch_ticket, source, desk.agent(name))
    act(desk, watch_ticket, target, desk.agent("Pia"))
    merged(desk, source, target)
    assert sorted(agent.name for agent in now_of(desk, target).watchers) == ["Eva", "Pia"]
    assert now_of(desk, source).watchers == ()


@pytest.mark.parametrize(("first", "second"), [("source", "target"), ("target", "source")])
def test_the_last_respondent_wrote_the_newest_reply_of_both(desk: SmallDesk, first: str, second: str) -> None:
    both = {"target": new_ticket(desk), "source": new_ticket(desk)}
    act(desk, post_reply, both[first], desk.agent("Pia"), reply=Reply(text="First."))
    desk.clock.advance(hours=1)
    act(desk, post_reply, both[second], desk.agent("Eva"), reply=Reply(text="Second."))
    merged(desk, both["source"], both["target"])
    last = now_of(desk, both["target"]).last_respondent
    assert last is not None
    assert last.name == "Eva"


def test_the_assignment_of_the_target_stays(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    act(desk, assign_ticket, source, SYSTEM, agent_id=desk.ids["Pia"])
    act(desk, assign_ticket, target, SYSTEM, agent_id=desk.ids["Eva"], team_id=desk.ids["Night"])
    before = now_of(desk, target)
    merged(desk, source, target)
    after = now_of(desk, target)
    assert (after.agent, after.team) == (before.agent, before.team)


def test_into_itself_is_refused(desk: SmallDesk) -> None:
    ticket = new_ticket(desk)
    with pytest.raises(CannotMerge, match="Ticket 100001 cannot be merged into itself"):
        merged(desk, ticket, ticket)
    assert now_of(desk, ticket) == ticket


def test_circles_and_second_mergings_are_refused(desk: SmallDesk) -> None:
    first, second, third = new_ticket(desk), new_ticket(desk), new_ticket(desk)
    merged(desk, second, first)
    with pytest.raises(MergedAway, match="Ticket 100002 was merged into ticket 100001"):
        merged(desk, first, second)
    with pytest.raises(MergedAway):
        merged(desk, second, third)
    with pytest.raises(MergedAway):
        merged(desk, third, second)
    assert history_of(desk, first) == ["ticket_created", "ticket_merged"]


def test_access_to_both_is_needed(desk: SmallDesk) -> None:
    mine, theirs = new_ticket(desk), new_ticket(desk)
    act(desk, assign_ticket, mine, SYSTEM, agent_id=desk.ids["Out"])
    for source, target in ((mine, theirs), (theirs, mine)):
        with pytest.raises(MayNotOpen, match="Out may not open ticket 100002"):
            merged(desk, source, target, by=desk.agent("Out"))
    assert now_of(desk, theirs) == theirs
    act(desk, assign_ticket, theirs, SYSTEM, agent_id=desk.ids["Out"])
    assert len(merged(desk, mine, theirs, by=desk.agent("Out"))) == 3


def test_all_former_numbers_lead_to_the_ticket_that_is_there(desk: SmallDesk) -> None:
    first, second, third = new_ticket(desk), new_ticket(desk), new_ticket(desk)
    merged(desk, third, second)
    merged(desk, second, first)
    with desk.db.reading() as session:
        found = tickets.ids_by_number(session, ["100001", "100002", "100003", "100004"])
        assert found == {"100001": first.id, "100002": first.id, "100003": first.id}
        assert tickets.find_living(session, "100003").number == "100001"
        # Who looks a ticket up sees that very one, and where it went.
        assert tickets.find_number(session, "100003").merged_into == "100001"
        ids = [first.id, second.id, third.id]
        assert merging.standing(session, ids) == {second.id: first.id, third.id: first.id}
        assert merging.standing(session, []) == {}


def test_an_answer_to_a_mail_about_the_source_lands_on_the_target(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    now = desk.clock.now()
    with desk.db.writing() as session:
        body = BodyRow(subject="s", text="t", html="", chat="", envelope={})
        session.add(body)
        session.flush()
        session.add(
            DeliveryRow(
                journal_id=journal.history(session, source.id)[0].id,
                ticket_id=source.id,
                plugin="reply-to-end-user",
                channel="smtp",
                person="user:1",
                address=OWNER,
                address_key=OWNER,
                body_id=body.id,
                message_id="<ours@example.com>",
                due_at=now,
                created_at=now,
                planned_from=now,
            )
        )
    merged(desk, source, target)
    with desk.db.reading() as session:
        [sent] = delivery_log.find_by_message_id(session, ["<ours@example.com>"])
    assert (sent.ticket_id, sent.address) == (target.id, OWNER)


def test_the_source_becomes_due_no_more(desk: SmallDesk) -> None:
    planned_desk(desk)
    target, source = new_ticket(desk), new_ticket(desk)
    due_at = target.due_at
    assert due_at is not None
    merged(desk, source, target)
    assert row_of(desk, source).next_look_at is None
    assert row_of(desk, source).escalates_from is None
    assert now_of(desk, target).due_at == due_at
    assert row_of(desk, target).next_look_at is not None
