"""Raw mails: kept byte for byte, taken once, settled once."""

import hashlib

import pytest
from sqlalchemy import select

from deskbell.core.contract.errors import UnknownName
from deskbell.core.contract.people import SYSTEM
from deskbell.core.store import raw_mails, records
from deskbell.core.store.database import Database
from deskbell.core.store.directory import DepartmentRecord, MailboxRecord
from deskbell.core.store.raw_mails import NewRawMail, RawState, Settled
from deskbell.core.store.rows import RawMailRow
from stand_ins.clock import MONDAY_MORNING

ODD = b"From: \x00\xff\r\n\r\n\x80 not UTF-8"


def new(content: bytes = b"x", **changes: object) -> NewRawMail:
    return NewRawMail(**{"source": "test", "content": content, **changes})  # type: ignore[arg-type]


def insert(db: Database, *mails: NewRawMail) -> tuple[int, ...]:
    with db.writing() as session:
        return raw_mails.insert_new(session, mails, now=MONDAY_MORNING)


@pytest.fixture
def mailboxes(db: Database) -> tuple[int, int]:
    with db.writing() as session:
        department = records.save_department(
            session, DepartmentRecord(id=0, name="Support"), by=SYSTEM, now=MONDAY_MORNING
        )
        one, two = (
            records.save_mailbox(
                session,
                MailboxRecord(id=0, name=name, address=f"{name}@example.com", department_id=department),
            )
            for name in ("one", "two")
        )
        return one, two


def test_a_mail_is_kept_as_it_came(db: Database, mailboxes: tuple[int, int]) -> None:
    mail = new(ODD, mailbox_id=mailboxes[1], envelope_from="", envelope_to=("a@x", "b@x"), source_key="imap:1:7")
    [mail_id] = insert(db, mail)
    with db.reading() as session:
        kept = raw_mails.find(session, mail_id)
        assert raw_mails.content(session, mail_id) == ODD
    assert (kept.source, kept.source_key, kept.mailbox_id) == ("test", "imap:1:7", mailboxes[1])
    assert (kept.envelope_from, kept.envelope_to) == ("", ("a@x", "b@x"))
    assert (kept.size, kept.digest) == (len(ODD), hashlib.sha256(ODD).hexdigest())
    assert (kept.state, kept.tries, kept.received_at) == (RawState.WAITING, 0, MONDAY_MORNING)


def test_an_unknown_sender_is_not_the_null_sender(db: Database) -> None:
    first, second = insert(db, new(envelope_from=None), new(envelope_from=""))
    with db.reading() as session:
        assert raw_mails.find(session, first).envelope_from is None
        assert raw_mails.find(session, second).envelope_from == ""
        assert raw_mails.find(session, first).envelope_to == ()


def test_ids_come_in_the_order_of_the_mails(db: Database) -> None:
    ids = insert(db, *(new(str(number).encode()) for number in range(300)))
    with db.reading() as session:
        assert raw_mails.waiting_contents(session, ids) == {
            mail_id: str(number).encode() for number, mail_id in enumerate(ids)
        }


def test_a_mail_with_a_known_source_key_is_the_one_that_is_there(db: Database) -> None:
    first, plain, again = insert(db, new(b"1", source_key="k"), new(b"2"), new(b"3", source_key="k"))
    assert first == again != plain
    assert insert(db, new(b"4", source_key="k")) == (first,)
    with db.reading() as session:
        assert raw_mails.content(session, first) == b"1"


def test_taking_leaves_out_what_is_settled(db: Database) -> None:
    one, two, three = insert(db, new(), new(), new())
    with db.writing() as session:
        raw_mails.settle(session, [Settled(id=two, state=RawState.LOOP, reason="came back")])
    with db.writing() as session:
        assert raw_mails.take(session, [one, two, three, 99]) == {one, three}
    with db.reading() as session:
        assert [mail.id for mail in raw_mails.waiting(session, limit=10)] == [one, three]
        assert [mail.id for mail in raw_mails.waiting(session, limit=1)] == [one]
        assert [mail.id for mail in raw_mails.waiting_among(session, [three, two])] == [three]
        assert raw_mails.waiting_contents(session, [two]) == {}


def test_settling_is_done_once(db: Database, mailboxes: tuple[int, int]) -> None:
    [mail_id] = insert(db, new(mailbox_id=mailboxes[0]))
    with db.writing() as session:
        raw_mails.settle(session, [Settled(id=mail_id, state=RawState.REFUSED, reason="no", mailbox_id=mailboxes[1])])
        raw_mails.settle(session, [Settled(id=mail_id, state=RawState.STORED, reason="yes", mailbox_id=mailboxes[0])])
    with db.reading() as session:
        mail = raw_mails.find(session, mail_id)
    assert (mail.state, mail.reason, mail.mailbox_id) == (RawState.REFUSED, "no", mailboxes[1])


def test_settling_without_a_mailbox_leaves_the_one_of_the_door(db: Database, mailboxes: tuple[int, int]) -> None:
    one, two = insert(db, new(mailbox_id=mailboxes[0]), new(mailbox_id=mailboxes[0]))
    with db.writing() as session:
        outcomes = [
            Settled(id=one, state=RawState.STORED),
            Settled(id=two, state=RawState.STORED, mailbox_id=mailboxes[1]),
        ]
        raw_mails.settle(session, outcomes)
    with db.reading() as session:
        assert [raw_mails.find(session, each).mailbox_id for each in (one, two)] == list(mailboxes)


def test_tries_are_counted_before_the_attempt(db: Database) -> None:
    one, two, three = insert(db, new(), new(), new())
    with db.writing() as session:
        raw_mails.settle(session, [Settled(id=three, state=RawState.STORED)])
        assert raw_mails.begin_try(session, [one, two, three]) == (one, two)
    with db.writing() as session:
        assert raw_mails.begin_try(session, [one, two], excused=[two, 99]) == (one, two)
    with db.reading() as session:
        assert [mail.tries for mail in raw_mails.waiting(session, limit=9)] == [2, 1]


def test_a_try_is_taken_back_once_and_from_mails_that_wait(db: Database) -> None:
    one, two, three = insert(db, new(), new(), new())
    with db.writing() as session:
        raw_mails.begin_try(session, [one, three])
        raw_mails.begin_try(session, [one])
        raw_mails.settle(session, [Settled(id=three, state=RawState.QUARANTINED)])
        raw_mails.take_back_try(session, [one, two, three])
    with db.reading() as session:
        assert [mail.tries for mail in raw_mails.waiting(session, limit=9)] == [1, 0]
        assert raw_mails.find(session, three).tries == 1


def test_the_original_of_a_copy_is_the_first_that_is_none_itself(db: Database, mailboxes: tuple[int, int]) -> None:
    ids = insert(db, *(new(b"same") for _ in range(4)), new(b"other"))
    with db.writing() as session:
        first, second = mailboxes
        outcomes = [
            Settled(id=ids[0], state=RawState.STORED, reason=f"copy of mail {ids[1]}", mailbox_id=first),
            Settled(id=ids[1], state=RawState.STORED, mailbox_id=first),
            Settled(id=ids[2], state=RawState.REFUSED, mailbox_id=second),
            Settled(id=ids[4], state=RawState.STORED, mailbox_id=first),
        ]
        raw_mails.settle(session, outcomes)
    same, other = hashlib.sha256(b"same").hexdigest(), hashlib.sha256(b"other").hexdigest()
    with db.reading() as session:
        found = raw_mails.settled_originals(session, [same])
        assert {key: mail.id for key, mail in found.items()} == {(same, first): ids[1], (same, second): ids[2]}
        assert (other, first) in raw_mails.settled_originals(session, [other])


def test_refused_and_quarantined_mails_can_be_tried_again(db: Database) -> None:
    refused, quarantined, stored = insert(db, new(), new(), new())
    with db.writing() as session:
        raw_mails.begin_try(session, [quarantined])
        outcomes = [
            Settled(id=refused, state=RawState.REFUSED, reason="no"),
            Settled(id=quarantined, state=RawState.QUARANTINED, reason="odd"),
            Settled(id=stored, state=RawState.STORED),
        ]
        raw_mails.settle(session, outcomes)
    with db.writing() as session:
        assert [raw_mails.retry(session, each) for each in (refused, quarantined, stored, 99)] == [
            True,
            True,
            False,
            False,
        ]
    with db.reading() as session:
        waiting = raw_mails.waiting(session, limit=9)
    assert [(mail.id, mail.reason, mail.tries) for mail in waiting] == [(refused, "", 0), (quarantined, "", 0)]


def test_the_list_is_newest_first_and_filtered(db: Database) -> None:
    ids = insert(db, new(), new(), new())
    with db.writing() as session:
        raw_mails.settle(session, [Settled(id=ids[1], state=RawState.LOOP)])
    with db.reading() as session:
        assert [mail.id for mail in raw_mails.list_mails(session, limit=2)] == [ids[2], ids[1]]
        assert [mail.id for mail in raw_mails.list_mails(session, limit=2, before_id=ids[1])] == [ids[0]]
        looped = raw_mails.list_mails(session, states=[RawState.LOOP, RawState.REFUSED], limit=9)
    assert [mail.id for mail in looped] == [ids[1]]


def test_unknown_mails_are_named(db: Database) -> None:
    with db.reading() as session:
        with pytest.raises(UnknownName):
            raw_mails.find(session, 5)
        with pytest.raises(UnknownName):
            raw_mails.content(session, 5)


def test_nothing_to_keep_or_settle_writes_nothing(db: Database) -> None:
    with db.writing() as session:
        assert raw_mails.insert_new(session, [], now=MONDAY_MORNING) == ()
        raw_mails.settle(session, [])
        assert session.scalar(select(RawMailRow.id)) is None
