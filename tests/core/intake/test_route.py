"""Which mailbox and department a mail goes to, by its recipients."""

import pytest

from deskbell.core.intake.parsing import Mail, Mailbox
from deskbell.core.intake.route import NO_OWN_RECIPIENT, Router
from deskbell.core.store.directory import DepartmentRecord, Directory, MailboxRecord

SUPPORT = MailboxRecord(
    id=2, name="support", address="Support@Example.com", aliases=("help@example.com",), department_id=1
)
SALES = MailboxRecord(id=3, name="sales", address="sales@example.com", department_id=2)
DIRECTORY = Directory(
    departments={
        1: DepartmentRecord(id=1, name="Support", address="support@example.com"),
        2: DepartmentRecord(id=2, name="Sales", address="offers@example.com", autoresponse_address="auto@example.com"),
        3: DepartmentRecord(id=3, name="Billing", address="billing@example.com"),
    },
    mailboxes={3: SALES, 2: SUPPORT},
)


def mail(*, to: str = "", cc: str = "", delivered_to: str = "") -> Mail:
    return Mail(
        to=(Mailbox("", to),) if to else (),
        cc=(Mailbox("", cc),) if cc else (),
        delivered_to=(delivered_to,) if delivered_to else (),
    )


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("support@example.com", SUPPORT),
        ("SUPPORT@EXAMPLE.com", SUPPORT),
        ("help@example.com", SUPPORT),
        ("help+b.123@example.com", SUPPORT),
        ("sales@example.com", SALES),
        ("offers@example.com", SALES),
        ("offers+x@example.com", SALES),
        ("auto@example.com", SALES),
        ("billing@example.com", SUPPORT),
        ("support@example.org", None),
        ("suppor@example.com", None),
        ("+support@example.com", None),
        ("support", None),
        ("", None),
    ],
)  # fmt: skip
def test_who_takes_mail_to_an_address(address: str, mailbox: MailboxRecord | None) -> None:
    router = Router(DIRECTORY)
    assert router.mailbox_of(address) == mailbox
    assert router.takes(address) is (mailbox is not None)


@pytest.mark.parametrize(
    ("envelope_to", "letter", "mailbox", "department"),
    [
        (("sales@example.com",), mail(to="support@example.com"), "sales", ""),
        (("x@y.example", "sales@example.com"), mail(), "sales", ""),
        ((), mail(to="support@example.com", delivered_to="sales@example.com"), "sales", ""),
        ((), mail(to="x@y.example", cc="sales@example.com"), "sales", ""),
        ((), mail(to="support@example.com", cc="sales@example.com"), "support", ""),
        (("x@y.example",), mail(to="sales@example.com"), "sales", ""),
        (("billing@example.com",), mail(to="support@example.com"), "support", "Billing"),
        (("offers@example.com",), mail(), "sales", "Sales"),
        # An address that a mailbox has is not the department's, even if it is written there too.
        (("support@example.com",), mail(), "support", ""),
    ],
)
def test_the_first_own_recipient_decides(
    envelope_to: tuple[str, ...], letter: Mail, mailbox: str, department: str
) -> None:
    route = Router(DIRECTORY).route(letter, mailbox_id=None, envelope_to=envelope_to)
    assert route is not None
    assert (route.mailbox.name, route.department, route.note) == (mailbox, department, "")


def test_the_mailbox_of_the_door_wins() -> None:
    route = Router(DIRECTORY).route(mail(to="support@example.com"), mailbox_id=3, envelope_to=("help@example.com",))
    assert route is not None
    assert (route.mailbox, route.note) == (SALES, "")


def test_a_mailbox_that_was_removed_meanwhile_does_not_win() -> None:
    route = Router(DIRECTORY).route(mail(to="sales@example.com"), mailbox_id=99, envelope_to=())
    assert route is not None
    assert route.mailbox == SALES


def test_nobodys_mail_goes_to_the_first_mailbox_with_a_note() -> None:
    route = Router(DIRECTORY).route(mail(to="x@y.example"), mailbox_id=None, envelope_to=("a@b.example",))
    assert route is not None
    assert (route.mailbox, route.note) == (SUPPORT, NO_OWN_RECIPIENT)


def test_without_a_mailbox_there_is_no_route() -> None:
    directory = Directory(departments=DIRECTORY.departments)
    router = Router(directory)
    assert router.route(mail(to="support@example.com"), mailbox_id=None, envelope_to=()) is None
    assert not router.takes("support@example.com")


def test_own_addresses_are_those_of_the_mailbox_and_of_the_named_department() -> None:
    router = Router(DIRECTORY)
    plain = router.route(mail(), mailbox_id=2, envelope_to=())
    named = router.route(mail(), mailbox_id=None, envelope_to=("billing@example.com",))
    assert plain is not None
    assert named is not None
    assert plain.own_addresses == {"support@example.com", "help@example.com"}
    assert named.own_addresses == {"support@example.com", "help@example.com", "billing@example.com"}
