"""Accounts and how their fetching goes, on both databases."""

from collections.abc import Iterator
from datetime import timedelta

import attrs
import pytest

from deskbell.core.store import fetch_accounts, raw_mails
from deskbell.core.store.database import Database
from deskbell.core.store.fetch_accounts import Auth, FetchAccount, FetchProtocol, FetchState, Security
from deskbell.core.store.raw_mails import NewRawMail
from deskbell.core.store.rows import DepartmentRow, MailboxRow
from stand_ins.clock import FrozenClock


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    made = Database(database_url, clock=clock)
    with made.writing() as session:
        session.add(DepartmentRow(id=1, name="Support"))
        session.flush()
        for number, name in ((1, "support"), (2, "sales")):
            address = f"{name}@example.com"
            session.add(MailboxRow(id=number, name=name, address=address, address_key=address, department_id=1))
    yield made
    made.close()


ACCOUNT = FetchAccount(
    mailbox_id=1,
    mailbox="support",
    protocol=FetchProtocol.POP3,
    host="pop.example.com",
    port=110,
    security=Security.STARTTLS,
    username="ada",
    auth=Auth.XOAUTH2,
    secret="enc:sealed",
    token_command="token --for ada",
    ca_file="/etc/authority.pem",
    folder="INBOX/Help",
    after="delete",
)


def test_an_account_comes_back_as_it_was_put(db: Database) -> None:
    sales = attrs.evolve(ACCOUNT, mailbox_id=2, mailbox="sales")
    with db.writing() as session:
        fetch_accounts.put_account(session, sales)
        fetch_accounts.put_account(session, ACCOUNT)
    with db.reading() as session:
        assert fetch_accounts.list_accounts(session) == (ACCOUNT, sales)
    assert "enc:sealed" not in repr(ACCOUNT)


def test_a_state_comes_back_and_goes_with_its_account(db: Database, clock: FrozenClock) -> None:
    now = clock.now()
    state = FetchState(
        uid_validity=2**32 - 1,
        last_uid=2**32 - 1,
        left_alone=frozenset({"a", "b"}),
        last_fetch_at=now,
        fetched=12,
        failures=2,
        failing_since=now - timedelta(minutes=3),
        next_try_at=now + timedelta(minutes=2),
        last_error="it hangs",
        told_at=now,
    )
    with db.writing() as session:
        fetch_accounts.put_account(session, ACCOUNT)
        assert fetch_accounts.state_of(session, 1) == FetchState()
        fetch_accounts.put_state(session, 1, attrs.evolve(state, fetched=3))
        fetch_accounts.put_state(session, 1, state)
    with db.writing() as session:
        assert fetch_accounts.state_of(session, 1) == state
        fetch_accounts.put_account(session, attrs.evolve(ACCOUNT, host="other.example.com"))
        session.flush()
        assert fetch_accounts.state_of(session, 1) == FetchState()
        assert fetch_accounts.remove_account(session, 1)
        session.flush()
        assert not fetch_accounts.remove_account(session, 1)
        # A fetcher that ends just now writes nothing more.
        fetch_accounts.put_state(session, 1, state)
    with db.reading() as session:
        assert fetch_accounts.list_accounts(session) == ()


def test_an_account_goes_with_its_mailbox(db: Database) -> None:
    with db.writing() as session:
        fetch_accounts.put_account(session, ACCOUNT)
        fetch_accounts.put_state(session, 1, FetchState(fetched=1))
    with db.writing() as session:
        session.delete(session.get_one(MailboxRow, 1))
    with db.reading() as session:
        assert fetch_accounts.list_accounts(session) == ()
        assert fetch_accounts.state_of(session, 1) == FetchState()


def test_known_keys_are_those_of_kept_mails(db: Database, clock: FrozenClock) -> None:
    with db.writing() as session:
        mails = [NewRawMail(source="imap", source_key=f"imap:{number}", content=b"x") for number in range(1200)]
        raw_mails.insert_new(session, mails, now=clock.now())
    with db.reading() as session:
        asked = [f"imap:{number}" for number in (0, 599, 1199, 1200)]
        assert fetch_accounts.known_keys(session, asked) == {"imap:0", "imap:599", "imap:1199"}
        everything = [f"imap:{number}" for number in range(2400)]
        assert len(fetch_accounts.known_keys(session, everything)) == 1200
