"""The outbox for workers: what goes in comes out once, under a lease, and is marked by who holds it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
from sqlalchemy import delete, event, func, select

from deskbell.core import outbox
from deskbell.core.contract.channel import Delivery, DeliveryFailure, PermanentFailure, Receipt, TemporaryFailure
from deskbell.core.outbox import Buried
from deskbell.core.store.rows import AttemptRow, BodyRow, DeliveryRow, JournalRow
from stand_ins.outbox_bench import BODY, ENVELOPE, LEASE, OutboxBench

MakeBox = Callable[[], OutboxBench]

OK = Receipt(detail="250 queued")
BUSY = TemporaryFailure("450 try later", code="450")
DOWN = TemporaryFailure("connection refused", fault="The mail server does not answer")
NO_SUCH_USER = PermanentFailure("550 no such user", code="550")


def _count(box: OutboxBench, table: type) -> int:
    with box.db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _tries(box: OutboxBench, delivery_id: int) -> list[tuple[int, str]]:
    return [(each.number, each.outcome) for each in box.shown(delivery_id).attempts]


# --- enqueue ---


def test_a_delivery_comes_out_as_it_was_put_in(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery("Ann.Other@Example.com"))
    (claimed,) = box.claim()
    assert claimed.delivery == Delivery(
        id=number,
        key=f"deskbell-{number}",
        attempt=1,
        address="Ann.Other@Example.com",
        subject="Hello",
        text="Hello.",
        html="<p>Hello.</p>",
        chat="Hello",
        date="Mon, 02 Mar 2026 09:00:00 +0000",
        message_id="<Ann.Other@Example.com.new-ticket-alert.smtp>",
        sender=("Support", "support@example.com"),
        envelope_sender="",
        to=(("Ann.Other", "Ann.Other@Example.com"),),
    )
    assert (claimed.plugin, claimed.channel, claimed.journal_id, claimed.ticket_id, claimed.person) == (
        "new-ticket-alert",
        "smtp",
        1,
        None,
        "address:Ann.Other@Example.com",
    )


def test_a_shared_header_comes_out_with_each_delivery(box: OutboxBench) -> None:
    envelope = attrs.evolve(
        ENVELOPE,
        to=(("Eve", "eve@example.org"),),
        cc=(("Cid", "cid@example.org"), ("", "dan@example.org")),
        reply_to=("Desk", "desk@example.com"),
        in_reply_to="<b@example.org>",
        references=("<a@example.org>", "<b@example.org>"),
        automatic="auto-replied",
    )
    box.put(
        box.delivery("eve@example.org"),
        box.delivery("cid@example.org"),
        bodies=[attrs.evolve(BODY, envelope=envelope)],
    )
    for claimed in box.claim():
        delivery = claimed.delivery
        assert delivery.to == envelope.to
        assert delivery.cc == envelope.cc
        assert delivery.reply_to == ("Desk", "desk@example.com")
        assert (delivery.in_reply_to, delivery.references) == ("<b@example.org>", envelope.references)
        assert delivery.automatic == "auto-replied"
    assert _count(box, BodyRow) == 1


def test_each_delivery_has_its_own_body(box: OutboxBench) -> None:
    bodies = [attrs.evolve(BODY, subject=subject) for subject in ("one", "two", "three")]
    box.put(box.delivery("a@x.example", body=2), box.delivery("b@x.example", body=0), bodies=bodies)
    assert {each.delivery.address: each.delivery.subject for each in box.claim()} == {
        "a@x.example": "three",
        "b@x.example": "one",
    }
    assert _count(box, BodyRow) == 2


@pytest.mark.parametrize("again", ["ann@example.com", "ANN@EXAMPLE.COM"])
def test_ringing_twice_puts_in_once(box: OutboxBench, again: str) -> None:
    assert len(box.put(box.delivery("ann@example.com"))) == 1
    assert box.put(box.delivery(again)) == ()
    assert [each.delivery.address for each in box.claim()] == ["ann@example.com"]
    assert _count(box, BodyRow) == 1


def test_only_what_is_new_is_put_in_and_its_body_kept(box: OutboxBench) -> None:
    (first,) = box.put(box.delivery("a@x.example"))
    bodies = [attrs.evolve(BODY, subject=subject) for subject in ("again", "new")]
    new = box.put(box.delivery("a@x.example", body=0), box.delivery("b@x.example", body=1), bodies=bodies)
    assert len(new) == 1
    assert box.shown(new[0]).body.subject == "new"
    assert box.shown(first).body.subject == "Hello"
    assert _count(box, BodyRow) == 2


def test_twice_the_same_address_in_one_go_is_one_delivery(box: OutboxBench) -> None:
    assert len(box.put(box.delivery("a@x.example"), box.delivery("A@X.example"))) == 1


@pytest.mark.parametrize("change", [{"plugin": "other-plugin"}, {"channel": "slack"}])
def test_another_plugin_or_channel_is_another_delivery(box: OutboxBench, change: dict[str, str]) -> None:
    box.put(box.delivery("a@x.example"))
    assert len(box.put(box.delivery("a@x.example", **change))) == 1  # type: ignore[arg-type]


def test_another_event_is_another_delivery(box: OutboxBench) -> None:
    box.put(box.delivery("a@x.example"))
    assert len(attrs.evolve(box, journal_id=2).put(box.delivery("a@x.example"))) == 0
    other = attrs.evolve(box, journal_id=2)
    assert len(other.put(other.delivery("a@x.example"))) == 1


def test_two_who_ring_at_once_put_in_once(make_box: MakeBox) -> None:
    new: list[int] = []

    def ring() -> None:
        own = make_box_lock(make_box)
        new.extend(own.put_many(40))

    _at_once(ring, ring, ring)
    box = make_box()
    assert len(new) == len(set(new)) == 40
    assert _count(box, DeliveryRow) == 40


_making = threading.Lock()


def make_box_lock(make_box: MakeBox) -> OutboxBench:
    with _making:
        return make_box()


def _at_once(*calls: Callable[[], None]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_thousand_deliveries_cost_few_statements(box: OutboxBench) -> None:
    statements: list[str] = []
    bodies = [attrs.evolve(BODY, subject=str(number)) for number in range(100)]
    new = [box.delivery(f"a{number}@x.example", body=number % 100) for number in range(1000)]
    with box.db.writing() as session:
        session.connection()
        event.listen(session.connection(), "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        assert len(outbox.enqueue(session, bodies, new, now=box.clock.now())) == 1000
    assert len(statements) <= 5


def test_nothing_to_put_in_is_nothing(box: OutboxBench) -> None:
    assert box.put() == ()
    assert _count(box, BodyRow) == 0


# --- claim ---


def test_due_longest_comes_first_and_the_limit_holds(box: OutboxBench) -> None:
    now = box.clock.now()
    box.put(
        box.delivery("late@x.example", due_at=now - timedelta(minutes=1)),
        box.delivery("later@x.example", due_at=now + timedelta(minutes=1)),
        box.delivery("first@x.example", due_at=now - timedelta(minutes=3)),
        box.delivery("second@x.example", due_at=now - timedelta(minutes=2)),
    )
    assert [each.delivery.address for each in box.claim(limit=2)] == ["first@x.example", "second@x.example"]
    assert [each.delivery.address for each in box.claim()] == ["late@x.example"]
    assert box.claim() == ()
    box.clock.advance(seconds=20)
    assert box.claim() == ()


def test_only_the_channels_asked_for_are_claimed(box: OutboxBench) -> None:
    for channel in ("smtp", "slack", "webhook"):
        box.put(box.delivery("a@x.example", channel=channel))
    assert [each.channel for each in box.claim(channels=("slack", "smtp"))] == ["smtp", "slack"]
    assert box.claim(channels=()) == ()
    assert [each.channel for each in box.claim(channels=("webhook",))] == ["webhook"]


def test_what_is_claimed_is_nobody_elses(box: OutboxBench) -> None:
    box.put_many(5)
    assert len(box.claim(limit=3)) == 3
    assert len(box.claim()) == 2
    assert box.claim() == ()


def test_an_ended_lease_lets_the_next_one_in_and_is_recorded(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (first,) = box.claim()
    box.clock.advance(seconds=29)
    assert box.claim() == ()
    box.clock.advance(seconds=1)
    (second,) = box.claim()
    assert second.delivery.id == number
    assert second.fence > first.fence
    assert (first.delivery.attempt, second.delivery.attempt) == (1, 2)
    assert (second.attempts, second.losses) == (0, 1)
    assert first.delivery.message_id == second.delivery.message_id
    assert first.delivery.key == second.delivery.key
    assert _tries(box, number) == [(1, "lost")]


def test_a_lease_that_is_renewed_does_not_end(box: OutboxBench) -> None:
    box.put(box.delivery())
    (claimed,) = box.claim()
    for _ in range(5):
        box.clock.advance(seconds=20)
        box.renew(claimed)
        assert box.claim() == ()
    box.clock.advance(seconds=30)
    assert len(box.claim()) == 1


def test_a_lost_lease_cannot_be_renewed(box: OutboxBench) -> None:
    box.put(box.delivery())
    (zombie,) = box.claim()
    box.clock.advance(seconds=30)
    (owner,) = box.claim()
    box.clock.advance(seconds=20)
    box.renew(zombie)
    box.clock.advance(seconds=10)
    assert [each.losses for each in box.claim()] == [2]
    assert owner.fence == zombie.fence + 1


def test_what_takes_workers_along_comes_alone_and_ends(box: OutboxBench) -> None:
    ids = box.put_many(3)
    sizes = []
    poison = None
    # All three vanish with two workers; then they come one by one, and one of them goes on to kill.
    for _ in range(20):
        claimed = box.claim()
        sizes.append(len(claimed))
        results: list[tuple[outbox.Claimed, Receipt | DeliveryFailure]] = []
        for each in claimed:
            failure = outbox.poison(each)
            if failure is not None:
                poison = each.delivery.id
                results.append((each, failure))
            elif each.losses >= 2 and each.delivery.id != ids[0]:
                results.append((each, OK))
        box.record(*results)
        if not box.states(*ids).count("leased") and not box.states(*ids).count("queued"):
            break
        if not results:
            box.clock.advance(seconds=30)
    assert sizes[:3] == [3, 3, 1]
    assert set(sizes[2:]) == {1}
    assert poison == ids[0]
    assert box.states(*ids) == ["dead", "sent", "sent"]
    assert box.shown(ids[0]).delivery.detail == "5 workers vanished while they were sending it"
    assert _tries(box, ids[0]) == [*((number, "lost") for number in range(1, 6)), (6, "permanent")]


def test_threads_never_claim_the_same(make_box: MakeBox) -> None:
    ids = make_box().put_many(300)
    seen: list[int] = []

    def work() -> None:
        own = make_box_lock(make_box)
        while claimed := own.claim(limit=7):
            seen.extend(each.delivery.id for each in claimed)
            own.record(*((each, OK) for each in claimed))

    _at_once(work, work, work, work)
    assert sorted(seen) == sorted(ids)


WORKER = """
import json, sys
from datetime import datetime, timedelta, UTC
from deskbell.core import outbox
from deskbell.core.contract.channel import Receipt
from deskbell.core.contract.clock import SystemClock
from deskbell.core.store.database import Database

db = Database(sys.argv[1], clock=SystemClock())
now = datetime.fromisoformat(sys.argv[2])
seen = []
while True:
    with db.writing() as session:
        claimed = outbox.claim(session, channels=["smtp"], limit=7, now=now, lease=timedelta(seconds=30))
    if not claimed:
        break
    seen += [each.delivery.id for each in claimed]
    with db.writing() as session:
        outbox.record(session, [(each, Receipt()) for each in claimed], now=now)
print(json.dumps(seen))
"""


def test_processes_never_claim_the_same(box: OutboxBench) -> None:
    ids = box.put_many(200)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    words = [sys.executable, "-c", WORKER, box.db.url, box.clock.now().isoformat()]
    workers = [subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    seen = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sorted(seen[0] + seen[1]) == sorted(ids)
    assert set(box.states(*ids)) == {"sent"}


def test_a_worker_killed_while_sending_loses_nothing(box: OutboxBench) -> None:
    ids = box.put_many(10)
    killed = WORKER.replace(
        "    with db.writing() as session:\n        outbox.record",
        "    import os; os.kill(os.getpid(), 9)\n    with db.writing() as session:\n        outbox.record",
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    words = [sys.executable, "-c", killed, box.db.url, box.clock.now().isoformat()]
    assert subprocess.run(words, env=env, timeout=60, check=False).returncode == -9
    assert [each.delivery.id for each in box.claim()] == list(ids[7:])
    box.clock.advance(seconds=30)
    assert sorted(each.delivery.id for each in box.claim()) == sorted(ids)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_due_deliveries_are_found_by_the_index_of_waiting_ones(box: OutboxBench) -> None:
    statements: list[tuple[str, tuple[object, ...]]] = []
    box.put_many(3)
    with box.db.writing() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *seen: statements.append((seen[2], seen[3])))
        outbox.claim(session, channels=("smtp",), limit=50, now=box.clock.now(), lease=LEASE)
        statement, values = statements[0]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert [row.detail for row in plan] == ["SEARCH deliveries USING INDEX ix_deliveries_due (due_at<?)"]


# --- record ---


def test_what_was_sent_is_sent_and_stays_so(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (claimed,) = box.claim()
    box.clock.advance(seconds=2)
    marked = box.record((claimed, Receipt(remote_id="4AB", detail="250 2.0.0 Ok")))
    assert (marked.sent, marked.postponed, marked.buried, marked.late) == (1, 0, (), ())
    shown = box.shown(number)
    assert (shown.delivery.state, shown.delivery.sent_at, shown.delivery.attempts) == ("sent", box.clock.now(), 1)
    assert [(each.number, each.outcome, each.detail, each.at) for each in shown.attempts] == [
        (1, "sent", "4AB 250 2.0.0 Ok", box.clock.now())
    ]
    box.clock.advance(days=10)
    assert box.claim() == ()


def test_a_temporary_failure_comes_again_as_planned(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    waits = []
    for attempt in (1, 2, 3):
        (claimed,) = box.claim()
        assert claimed.delivery.attempt == attempt
        assert box.record((claimed, BUSY)).postponed == 1
        shown = box.shown(number).delivery
        assert (shown.state, shown.attempts, shown.detail) == ("queued", attempt, "450 try later")
        waits.append((shown.due_at - box.clock.now()).total_seconds())
        assert box.claim() == ()
        box.clock.advance(seconds=waits[-1])
    assert 48 <= waits[0] <= 72
    assert 96 <= waits[1] <= 144
    assert 240 <= waits[2] <= 360
    assert _tries(box, number) == [(1, "temporary"), (2, "temporary"), (3, "temporary")]
    assert box.shown(number).attempts[0].code == "450"


def test_what_failed_together_does_not_come_back_together(box: OutboxBench) -> None:
    ids = box.put_many(50)
    box.record(*((claimed, BUSY) for claimed in box.claim()))
    assert len({box.shown(each).delivery.due_at for each in ids}) == 50


def test_the_service_may_name_the_wait(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (claimed,) = box.claim()
    box.record((claimed, TemporaryFailure("429", retry_after=30)))
    assert box.shown(number).delivery.due_at == box.clock.now() + timedelta(seconds=30)


def test_a_permanent_failure_is_buried_and_said(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery("nobody@x.example"))
    (claimed,) = box.claim()
    marked = box.record((claimed, NO_SUCH_USER))
    assert marked.buried == (
        Buried(
            delivery_id=number,
            ticket_id=None,
            plugin="new-ticket-alert",
            channel="smtp",
            address="nobody@x.example",
            person="address:nobody@x.example",
            reason="550 no such user",
        ),
    )
    assert box.states(number) == ["dead"]
    box.clock.advance(days=10)
    assert box.claim() == ()


def test_after_five_days_it_is_given_up(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    end = box.clock.now() + timedelta(days=5)
    box.clock.advance(days=4, hours=23, minutes=50)
    (claimed,) = box.claim()
    assert box.record((claimed, BUSY)).buried == ()
    assert box.shown(number).delivery.due_at <= end
    box.clock.advance(minutes=10)
    (claimed,) = box.claim()
    (buried,) = box.record((claimed, BUSY)).buried
    assert buried.reason == "given up after 5 days: 450 try later"
    assert box.states(number) == ["dead"]
    assert _tries(box, number) == [(1, "temporary"), (2, "temporary")]


def test_one_refused_of_many_hurts_no_other(box: OutboxBench) -> None:
    ids = box.put_many(50)
    claimed = box.claim()
    marked = box.record(*((each, NO_SUCH_USER if each.delivery.id == ids[17] else OK) for each in claimed))
    assert (marked.sent, [each.delivery_id for each in marked.buried]) == (49, [ids[17]])
    assert box.states(*ids).count("sent") == 49


def test_a_channel_in_trouble_counts_no_try_and_waits_longer_with_time(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    waits = []
    for minutes in (0, 1, 4, 60):
        box.clock.advance(minutes=minutes)
        (claimed,) = box.claim()
        assert claimed.delivery.attempt == 1
        box.record((claimed, DOWN))
        shown = box.shown(number).delivery
        assert (shown.state, shown.attempts, shown.detail) == ("queued", 0, "connection refused")
        waits.append(shown.due_at - box.clock.now())
        box.clock.advance(seconds=waits[-1].total_seconds())
    assert 48 <= waits[0].total_seconds() <= 72
    assert 96 <= waits[1].total_seconds() <= 144
    assert 240 <= waits[2].total_seconds() <= 720
    assert waits[3].total_seconds() >= 1920


def test_a_channel_in_trouble_lets_all_its_deliveries_wait_but_no_other_channels(box: OutboxBench) -> None:
    box.put_many(5)
    box.put_many(2, channel="slack")
    box.record(*((each, DOWN) for each in box.claim(limit=1)))
    assert {each.channel for each in box.claim(channels=("smtp", "slack"))} == {"slack"}
    box.clock.advance(minutes=1)
    assert len(box.claim(limit=50)) >= 4


def test_the_order_survives_an_outage(box: OutboxBench) -> None:
    ids = box.put_many(6)
    box.record(*((each, DOWN) for each in box.claim(limit=1)))
    box.clock.advance(minutes=1)
    assert [each.delivery.id for each in box.claim() if each.delivery.id != ids[0]] == list(ids[1:])


def test_an_outage_of_five_days_ends_too(box: OutboxBench) -> None:
    box.put(box.delivery())
    box.clock.advance(days=5)
    (claimed,) = box.claim()
    (buried,) = box.record((claimed, DOWN)).buried
    assert buried.reason == "given up after 5 days: connection refused"


def test_a_zombie_marks_nothing(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (zombie,) = box.claim()
    box.clock.advance(seconds=30)
    (owner,) = box.claim()
    late = box.record((zombie, NO_SUCH_USER))
    assert late.late == (zombie,)
    assert (late.sent, late.postponed, late.buried) == (0, 0, ())
    assert box.states(number) == ["leased"]
    assert box.record((owner, OK)).sent == 1
    assert box.record((zombie, BUSY)).late == (zombie,)
    assert box.states(number) == ["sent"]
    assert _tries(box, number) == [(1, "lost"), (2, "sent")]


def test_a_result_told_twice_is_marked_once(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (claimed,) = box.claim()
    assert box.record((claimed, OK)).sent == 1
    assert box.record((claimed, OK)).late == (claimed,)
    assert _tries(box, number) == [(1, "sent")]


def test_a_delivery_that_was_deleted_meanwhile_is_late(box: OutboxBench) -> None:
    box.put(box.delivery())
    (claimed,) = box.claim()
    with box.db.writing() as session:
        session.execute(delete(JournalRow))
    assert box.record((claimed, OK)).late == (claimed,)
    assert _count(box, AttemptRow) == 0


def test_words_that_no_database_takes_spoil_no_batch(box: OutboxBench) -> None:
    first, second = box.put_many(2)
    one, two = box.claim()
    box.record((one, TemporaryFailure("bad \x00 and \ud800", code="4\x0050")), (two, Receipt(detail="ok\r\n\x00")))
    assert box.shown(first).delivery.detail == "bad and"
    assert box.shown(second).attempts[0].detail == "ok"
    assert box.states(first, second) == ["queued", "sent"]


def test_a_bare_failure_is_tried_again(box: OutboxBench) -> None:
    (number,) = box.put(box.delivery())
    (claimed,) = box.claim()
    assert box.record((claimed, DeliveryFailure("who knows"))).postponed == 1
    assert box.states(number) == ["queued"]


def test_a_batch_is_marked_with_few_statements(box: OutboxBench) -> None:
    box.put_many(50)
    claimed = box.claim()
    statements: list[str] = []
    with box.db.writing() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *seen: statements.append(seen[2]))
        outbox.record(session, [(each, OK) for each in claimed], now=box.clock.now())
    assert len(statements) == 3


def test_nothing_to_record_is_nothing(box: OutboxBench) -> None:
    assert box.record() == outbox.Marked()
