"""Several agents act on one ticket at once, on both databases: each act sees the one before it, and none is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import text

from deskbell.core.contract.drafts import MessageDraft
from deskbell.core.contract.events import Event, MessagePosted, ReplyPosted, TicketAssigned, TicketMerged
from deskbell.core.contract.tickets import Origin, Ticket, TicketStatus
from deskbell.core.desk.acts import MergedAway
from deskbell.core.desk.assign import assign_ticket
from deskbell.core.desk.collaborators import add_collaborator
from deskbell.core.desk.merge import merge_tickets
from deskbell.core.desk.message import Posting, post_message
from deskbell.core.desk.reply import Reply, post_reply
from deskbell.core.desk.status import change_status
from deskbell.core.store import journal, ticket_changes
from deskbell.core.store.end_users import Person
from stand_ins.small_desk import OWNER, SmallDesk, names_of
from stand_ins.ticket_acts import act, new_ticket, now_of

WAIT_SECONDS = 30
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads of their own that begin together; answer or raise what they did."""
    start = threading.Barrier(len(acts), timeout=WAIT_SECONDS)

    def run(each: Callable[[], Any]) -> Any:
        start.wait()
        return each()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(timeout=WAIT_SECONDS) for done in [pool.submit(run, each) for each in acts]]


def history(desk: SmallDesk, ticket: Ticket) -> tuple[Event, ...]:
    with desk.db.reading() as session:
        return journal.history(session, ticket.id)


@pytest.mark.parametrize("_", range(2))
def test_two_assign_agent_and_team(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    at_once(
        lambda: act(desk, assign_ticket, ticket, desk.agent("Mia"), agent_id=desk.ids["Pia"]),
        lambda: act(desk, assign_ticket, ticket, desk.agent("Eva"), team_id=desk.ids["Night"]),
    )
    after = now_of(desk, ticket)
    assert after.agent is not None
    assert after.team is not None
    assert (after.agent.name, after.team.name) == ("Pia", "Night")


@pytest.mark.parametrize("_", range(2))
def test_two_assign_different_agents(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    at_once(
        lambda: act(desk, assign_ticket, ticket, desk.agent("Mia"), agent_id=desk.ids["Pia"]),
        lambda: act(desk, assign_ticket, ticket, desk.agent("Mia"), agent_id=desk.ids["Eva"]),
    )
    first, second = (event for event in history(desk, ticket) if isinstance(event, TicketAssigned))
    # The second saw what the first had done, and the ticket is as the second said.
    assert second.agent_before == first.agent
    assert now_of(desk, ticket).agent == second.agent


@pytest.mark.parametrize("_", range(2))
def test_two_close_and_one_rings(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    acts = at_once(
        *(
            lambda name=name: act(desk, change_status, ticket, desk.agent(name), status=TicketStatus.CLOSED)
            for name in ("Mia", "Pia", "Eva")
        )
    )
    assert sorted(map(len, acts)) == [0, 0, 2]
    assert names_of(history(desk, ticket)) == ["ticket_created", "ticket_closed", "ticket_status_changed"]


@pytest.mark.parametrize("_", range(2))
def test_two_reply_and_one_claims(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    at_once(
        lambda: act(desk, post_reply, ticket, desk.agent("Pia"), reply=Reply(text="I do it.")),
        lambda: act(desk, post_reply, ticket, desk.agent("Eva"), reply=Reply(text="I do it.")),
    )
    first, second = (event for event in history(desk, ticket) if isinstance(event, ReplyPosted))
    assert first.ticket.agent is not None
    assert first.ticket.agent.id == first.actor.id
    assert second.ticket.agent == first.ticket.agent
    after = now_of(desk, ticket)
    assert after.last_respondent is not None
    assert (after.agent, after.last_respondent.id) == (first.ticket.agent, second.actor.id)


@pytest.mark.parametrize("_", range(2))
def test_one_replies_while_one_closes(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    at_once(
        lambda: act(desk, post_reply, ticket, desk.agent("Pia"), reply=Reply(text="One thing more.")),
        lambda: act(desk, change_status, ticket, desk.agent("Eva"), status=TicketStatus.CLOSED),
    )
    after = now_of(desk, ticket)
    assert after.status is TicketStatus.CLOSED
    assert after.agent is not None
    assert after.agent.name == "Pia"
    assert len(desk.entries(ticket.id)) == 2


@pytest.mark.parametrize("_", range(2))
def test_two_add_the_same_new_person(desk: SmallDesk, _: int) -> None:
    ticket = new_ticket(desk)
    person = Person("Bo", "bo@customer.example")
    acts = at_once(
        lambda: act(desk, add_collaborator, ticket, desk.agent("Pia"), person=person),
        lambda: act(desk, add_collaborator, ticket, desk.agent("Eva"), person=person),
    )
    assert sorted(map(len, acts)) == [0, 1]
    assert len(now_of(desk, ticket).collaborators) == 1


@pytest.mark.parametrize("_", range(2))
def test_two_merge_two_tickets_into_each_other(desk: SmallDesk, _: int) -> None:
    first, second = new_ticket(desk), new_ticket(desk)

    def merge(source: Ticket, target: Ticket) -> tuple[Event, ...]:
        with desk.writing() as (session, directory):
            try:
                return merge_tickets(
                    session,
                    directory,
                    source_id=source.id,
                    target_id=target.id,
                    actor=desk.agent("Mia"),
                    now=desk.clock.now(),
                )
            except MergedAway:
                return ()

    acts = at_once(lambda: merge(first, second), lambda: merge(second, first))
    [done] = filter(None, acts)
    assert isinstance(done[0], TicketMerged)
    left = {first.id: second, second.id: first}[done[0].ticket.id]
    assert now_of(desk, left).merged_into == done[0].ticket.number
    assert len(desk.entries(done[0].ticket.id)) == 2


def merge(desk: SmallDesk, source: Ticket, target: Ticket) -> tuple[Event, ...]:
    with desk.writing() as (session, directory):
        return merge_tickets(
            session,
            directory,
            source_id=source.id,
            target_id=target.id,
            actor=desk.agent("Mia"),
            now=desk.clock.now(),
        )


def wait_until_somebody_waits(desk: SmallDesk, one: "Future[Any]") -> None:
    """Return when another session waits for a lock; fail when the act ends without waiting."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    end = monotonic() + WAIT_SECONDS
    while monotonic() < end:
        with desk.db.reading() as session:
            if session.scalar(waiting):
                return
        assert not one.done(), one.result()
    pytest.fail("Nobody waited.")


@ON_POSTGRESQL
def test_a_message_to_a_merged_ticket_locks_in_the_order_of_the_ids(desk: SmallDesk) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    merge(desk, source, target)
    draft = MessageDraft(sender=desk.user(OWNER), origin=Origin.API, ticket=source.number, text="And?")

    def post() -> tuple[Event, ...]:
        with desk.writing() as (session, directory):
            posting = Posting(ticket_id=source.id, draft=draft)
            return post_message(session, directory, posting=posting, now=desk.clock.now())

    with ThreadPoolExecutor(1) as pool:
        with desk.writing() as (session, _):
            ticket_changes.lock_rows(session, [target.id])
            posted = pool.submit(post)
            wait_until_somebody_waits(desk, posted)
            # Were the other one to hold the merged ticket already, both would wait for each other.
            ticket_changes.lock_rows(session, [source.id])
        [event] = posted.result(timeout=WAIT_SECONDS)
    assert isinstance(event, MessagePosted)
    assert event.ticket.number == target.number


@ON_POSTGRESQL
def test_a_merging_locks_what_was_merged_before(desk: SmallDesk) -> None:
    older, source, target = (new_ticket(desk) for _ in range(3))
    merge(desk, older, source)
    with ThreadPoolExecutor(1) as pool:
        with desk.writing() as (session, _):
            ticket_changes.lock_rows(session, [older.id])
            merging = pool.submit(merge, desk, source, target)
            wait_until_somebody_waits(desk, merging)
            # The others come later in the order, so the merging does not hold them while it waits.
            ticket_changes.lock_rows(session, [source.id, target.id])
        assert names_of(merging.result(timeout=WAIT_SECONDS))[0] == "ticket_merged"
    assert [now_of(desk, each).merged_into for each in (older, source, target)] == ["100003", "100003", ""]


def test_a_message_follows_a_merging_that_comes_first(desk: SmallDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    target, source = new_ticket(desk), new_ticket(desk)
    draft = MessageDraft(sender=desk.user(OWNER), origin=Origin.API, ticket=source.number, text="And?")
    locked: list[set[int]] = []
    lock = ticket_changes.lock

    def merged_meanwhile(session: Any, ticket_ids: Any) -> Any:
        if not locked:
            locked.append(set())
            merge_tickets(
                session,
                desk.db.directory(session),
                source_id=source.id,
                target_id=target.id,
                actor=desk.agent("Mia"),
                now=desk.clock.now(),
            )
        locked.append(set(ticket_ids))
        return lock(session, ticket_ids)

    monkeypatch.setattr(ticket_changes, "lock", merged_meanwhile)
    with desk.writing() as (session, directory):
        posting = Posting(ticket_id=source.id, draft=draft)
        [event] = post_message(session, directory, posting=posting, now=desk.clock.now())
    assert isinstance(event, MessagePosted)
    assert event.ticket.number == target.number
    assert locked[-2:] == [{source.id}, {source.id, target.id}]
