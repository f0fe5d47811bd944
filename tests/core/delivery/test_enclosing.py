"""Files that are read when their mail is sent: little at a time, and each once."""

from datetime import UTC, datetime
from pathlib import Path

import attrs

from deskbell.core.contract.channel import Delivery, TemporaryFailure
from deskbell.core.contract.tickets import Attachment
from deskbell.core.delivery.enclosing import PORTION_OCTETS, enclosed, portions
from deskbell.core.outbox import Claimed
from deskbell.core.store.files import AttachmentStore

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HALF = PORTION_OCTETS // 2


def file(name: str, size: int, *, digest: str = "") -> Attachment:
    return Attachment(file_name=name, content_type="text/plain", size=size, digest=digest or name)


def claimed(number: int, *files: Attachment) -> Claimed:
    delivery = Delivery(
        id=number,
        key=f"k{number}",
        attempt=1,
        address="ann@example.com",
        subject="s",
        text="t",
        html="",
        chat="",
        date="d",
        message_id="<m@example.com>",
        sender=("", "s@example.com"),
        envelope_sender="",
        to=(),
    )
    return Claimed(
        delivery=delivery,
        fence=1,
        plugin="p",
        channel="smtp",
        person="user:1",
        journal_id=1,
        ticket_id=None,
        attempts=0,
        losses=0,
        planned_from=NOW,
        files=files,
    )


def parts_of(*all_claimed: Claimed) -> list[list[int]]:
    return [[each.delivery.id for each in part] for part in portions(all_claimed)]


def test_mails_without_files_are_one_part() -> None:
    assert parts_of() == []
    assert parts_of(*(claimed(number) for number in range(50))) == [list(range(50))]


def test_large_files_divide_a_batch_in_its_order() -> None:
    one, two, three = file("1", HALF), file("2", HALF), file("3", HALF)
    assert parts_of(claimed(1, one), claimed(2), claimed(3, two), claimed(4, three), claimed(5)) == [[1, 2, 3], [4, 5]]


def test_what_many_share_counts_once() -> None:
    shared = file("1", PORTION_OCTETS)
    assert parts_of(*(claimed(number, shared) for number in range(9))) == [list(range(9))]


def test_one_mail_may_be_larger_than_a_part() -> None:
    huge = file("1", 3 * PORTION_OCTETS)
    assert parts_of(claimed(1, file("2", 1)), claimed(2, huge), claimed(3)) == [[1], [2, 3]]


def test_contents_come_into_the_delivery_and_are_read_once(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path)
    stored = store.put(b"content")
    along = attrs.evolve(file("a.txt", stored.size, digest=stored.digest), content_id="x@y")
    first, second, plain = enclosed([claimed(1, along), claimed(2, along), claimed(3)], store)
    assert isinstance(first, Claimed)
    assert isinstance(second, Claimed)
    [carried] = first.delivery.files
    assert (carried.file_name, carried.content_type, carried.content, carried.content_id) == (
        "a.txt", "text/plain", b"content", "x@y"
    )  # fmt: skip
    assert second.delivery.files[0].content is carried.content
    assert plain == claimed(3)


def test_a_file_that_cannot_be_read_keeps_only_its_own_mail(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path)
    stored = store.put(b"content")
    good = file("a.txt", stored.size, digest=stored.digest)
    lost, evil = file("b.txt", 1, digest="0" * 64), file("c.txt", 1, digest="../../etc/passwd")
    results = enclosed([claimed(1, good, lost), claimed(2, good), claimed(3, evil)], store)
    assert [isinstance(each, TemporaryFailure) for each in results] == [True, False, True]
    # The channel is in order: no other delivery may wait for this.
    assert not any(each.fault for each in results if isinstance(each, TemporaryFailure))
