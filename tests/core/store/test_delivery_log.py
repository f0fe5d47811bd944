"""Looking into the outbox: lists by page, one delivery in full, counts, and whose mail a Message-ID was."""

from datetime import timedelta

import attrs
import pytest

from deskbell.core import outbox
from deskbell.core.contract.channel import PermanentFailure, Receipt
from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.events import SystemErrorReported
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import delivery_log, journal
from deskbell.core.store.database import Database
from deskbell.core.store.delivery_log import DeliveryRecord, Sent
from deskbell.core.store.rows import DepartmentRow, EndUserRow, TicketRow
from stand_ins.clock import FrozenClock
from stand_ins.outbox_bench import BODY, OutboxBench


@pytest.fixture
def box(db: Database, clock: FrozenClock) -> OutboxBench:
    """An outbox beside tickets 1 and 2."""
    now = clock.now()
    with db.writing() as session:
        session.add_all([DepartmentRow(id=1, name="Support"), EndUserRow(id=1, name="Eve", created_at=now)])
        session.flush()
        for number in (1, 2):
            session.add(
                TicketRow(
                    id=number,
                    number=f"10000{number}",
                    subject="Help",
                    origin="mail",
                    owner_id=1,
                    owner_address="eve@example.org",
                    department_id=1,
                    created_at=now,
                    updated_at=now,
                )
            )
        event = SystemErrorReported(id=0, act="a", at=now, actor=SYSTEM, fingerprint="f", title="t", detail="")
        journal.append(session, [event])
    return OutboxBench(db, clock, journal_id=1)


def _put(box: OutboxBench, address: str, *, ticket_id: int | None, message_id: str = "<m@example.com>") -> int:
    delivery = attrs.evolve(box.delivery(address), ticket_id=ticket_id, message_id=message_id)
    return box.put(delivery)[0]


def test_a_record_tells_all_about_a_delivery(box: OutboxBench) -> None:
    number = _put(box, "Ann@example.com", ticket_id=2)
    with box.db.reading() as session:
        (record,) = delivery_log.list_deliveries(session, limit=10)
    assert record == DeliveryRecord(
        id=number,
        journal_id=1,
        ticket_id=2,
        ticket="100002",
        plugin="new-ticket-alert",
        channel="smtp",
        person="address:Ann@example.com",
        name="Ann",
        address="Ann@example.com",
        subject="Hello",
        message_id="<m@example.com>",
        state="queued",
        attempts=0,
        created_at=box.clock.now(),
        due_at=box.clock.now(),
        sent_at=None,
        detail="",
    )


def test_lists_are_newest_first_by_page_and_filtered(box: OutboxBench) -> None:
    ids = [_put(box, f"a{number}@x.example", ticket_id=(1, 2, None)[number % 3]) for number in range(6)]
    box.record(*((each, PermanentFailure("no")) for each in box.claim(limit=2)))
    with box.db.reading() as session:

        def listed(**wanted: object) -> list[int]:
            found = delivery_log.list_deliveries(session, **wanted)  # type: ignore[arg-type]
            return [each.id for each in found]

        assert listed(limit=10) == ids[::-1]
        assert listed(limit=2) == [ids[5], ids[4]]
        assert listed(limit=2, before_id=ids[4]) == [ids[3], ids[2]]
        assert listed(limit=10, state="dead") == [ids[1], ids[0]]
        assert listed(limit=10, ticket_id=1) == [ids[3], ids[0]]
        assert listed(limit=10, ticket_id=1, state="dead") == [ids[0]]
        assert [each.ticket for each in delivery_log.list_deliveries(session, limit=1)] == [""]


def test_one_is_shown_with_words_and_tries(box: OutboxBench) -> None:
    number = _put(box, "ann@example.com", ticket_id=None)
    box.record(*((each, PermanentFailure("550 no", code="550")) for each in box.claim()))
    with box.db.reading() as session:
        shown = delivery_log.show(session, number)
    assert shown.body == BODY
    assert (shown.delivery.id, shown.delivery.state) == (number, "dead")
    assert [(each.number, each.outcome, each.code, each.detail) for each in shown.attempts] == [
        (1, "permanent", "550", "550 no")
    ]


def test_what_is_not_there_is_one_sentence(box: OutboxBench) -> None:
    with box.db.reading() as session, pytest.raises(UnknownName, match="There is no delivery named '4711'"):
        delivery_log.show(session, 4711)


def test_counts_and_how_long_something_waits(box: OutboxBench) -> None:
    with box.db.reading() as session:
        assert delivery_log.counts(session) == {}
        assert delivery_log.waiting_since(session) is None
    start = box.clock.now()
    held = _put(box, "a@x.example", ticket_id=None)
    _put(box, "sent@x.example", ticket_id=None)
    with box.db.writing() as session:
        outbox.hold(session, [held])
    box.record(*((each, Receipt()) for each in box.claim()))
    box.clock.advance(minutes=5)
    _put(box, "b@x.example", ticket_id=None)
    _put(box, "c@x.example", ticket_id=None)
    assert len(box.claim(limit=1)) == 1
    with box.db.reading() as session:
        assert delivery_log.counts(session) == {"held": 1, "sent": 1, "queued": 1, "leased": 1}
        assert delivery_log.waiting_since(session) == start + timedelta(minutes=5)


def test_our_own_mail_is_known_by_its_message_id(box: OutboxBench) -> None:
    first = _put(box, "eve@example.org", ticket_id=1, message_id="<one@example.com>")
    second = _put(box, "cid@example.org", ticket_id=2, message_id="<two@example.com>")
    _put(box, "dan@example.org", ticket_id=None, message_id="<three@example.com>")
    with box.db.reading() as session:
        found = delivery_log.find_by_message_id(
            session, ["<one@example.com>", "<nobody@example.org>", "<two@example.com>", "<three@example.com>"]
        )
        assert delivery_log.find_by_message_id(session, []) == ()
    assert found == (
        Sent(
            message_id="<two@example.com>",
            ticket_id=2,
            person="address:cid@example.org",
            address="cid@example.org",
            delivery_id=second,
            private=True,
        ),
        Sent(
            message_id="<one@example.com>",
            ticket_id=1,
            person="address:eve@example.org",
            address="eve@example.org",
            delivery_id=first,
            private=True,
        ),
    )
