"""Failed logins: what is counted, when it is told, and that it is told once."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, text

from deskbell.core.contract.errors import InvalidValue
from deskbell.core.contract.events import Event, LoginFailuresExceeded
from deskbell.core.desk import logins
from deskbell.core.desk.logins import AccountKind
from deskbell.core.store.database import Database
from stand_ins.clock import FrozenClock

ANN = "ann@example.com"


@pytest.fixture
def db(database_url: str, clock: FrozenClock) -> Iterator[Database]:
    db = Database(database_url, clock=clock)
    yield db
    db.close()


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that any engine of this process sends from now on."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def fail(
    db: Database,
    clock: FrozenClock,
    *,
    account: str = ANN,
    network: str = "192.0.2.7",
    kind: AccountKind = AccountKind.AGENT,
) -> tuple[Event, ...]:
    with db.writing() as session:
        return logins.record_failure(
            session, db.directory(session), kind=kind, account=account, network=network, now=clock.now()
        )


def told(events: tuple[Event, ...]) -> tuple[str, ...]:
    [event] = events
    assert isinstance(event, LoginFailuresExceeded)
    return event.counters


def test_the_eleventh_failure_is_told_and_the_next_are_not(db: Database, clock: FrozenClock) -> None:
    """W4: one account, a thousand passwords, each from another network."""
    for number in range(10):
        assert fail(db, clock, network=f"192.0.2.{number}") == ()
    [event] = fail(db, clock, network="192.0.2.10")
    assert isinstance(event, LoginFailuresExceeded)
    assert event.id > 0
    assert (event.counters, event.failures, event.window_seconds) == (("agent:ann@example.com",), 11, 900)
    for number in range(11, 50):
        assert fail(db, clock, network=f"192.0.2.{number}") == ()


def test_one_failure_gives_one_event_with_all_counters(db: Database, clock: FrozenClock) -> None:
    for _ in range(10):
        assert fail(db, clock) == ()
    assert told(fail(db, clock)) == ("agent:ann@example.com", "network:192.0.2.7")


def test_many_names_from_one_network_are_told_for_the_network(db: Database, clock: FrozenClock) -> None:
    """W4: a thousand accounts, one password each. None of these names exists; they count all the same."""
    for number in range(10):
        assert fail(db, clock, account=f"nobody{number}@example.com") == ()
    assert told(fail(db, clock, account="nobody10@example.com")) == ("network:192.0.2.7",)


def test_an_address_is_one_account_however_it_is_written(db: Database, clock: FrozenClock) -> None:
    for _ in range(10):
        fail(db, clock, account="ann@example.com", network="192.0.2.1")
    assert told(fail(db, clock, account=" ANN@EXAMPLE.COM ", network="192.0.2.2")) == ("agent:ann@example.com",)


def test_agents_and_end_users_are_counted_apart(db: Database, clock: FrozenClock) -> None:
    for number in range(10):
        fail(db, clock, network=f"192.0.2.{number}")
    assert fail(db, clock, kind=AccountKind.END_USER, network="192.0.2.99") == ()
    assert told(fail(db, clock, network="192.0.2.98")) == ("agent:ann@example.com",)


def test_the_window_slides(db: Database, clock: FrozenClock) -> None:
    """Fifteen failures, but never more than ten in one window; the sixteenth is the eleventh of its window."""
    for _ in range(5):
        fail(db, clock)
    clock.advance(minutes=14)
    for _ in range(5):
        fail(db, clock)
    # The first five leave the window at this very moment.
    clock.advance(minutes=1)
    for _ in range(5):
        assert fail(db, clock) == ()
    assert told(fail(db, clock)) == ("agent:ann@example.com", "network:192.0.2.7")


def test_after_a_window_it_is_told_again(db: Database, clock: FrozenClock) -> None:
    alerts = 0
    for _ in range(90):
        alerts += len(fail(db, clock))
        clock.advance(seconds=30)
    # 45 minutes; the eleventh comes after 5, then one per 15.
    assert alerts == 3


def test_a_clock_that_was_set_back_silences_nothing(db: Database, clock: FrozenClock) -> None:
    for _ in range(11):
        fail(db, clock)
    clock.advance(hours=-3)
    assert len(fail(db, clock)) == 1


def test_a_success_clears_the_account_and_not_the_network(db: Database, clock: FrozenClock) -> None:
    for _ in range(10):
        fail(db, clock)
    with db.writing() as session:
        logins.record_success(session, kind=AccountKind.AGENT, account="Ann@example.com")
    assert told(fail(db, clock)) == ("network:192.0.2.7",)


def test_too_many_is_what_a_login_page_asks(db: Database, clock: FrozenClock) -> None:
    def too_many(account: str, network: str) -> bool:
        with db.reading() as session:
            directory = db.directory(session)
            return logins.too_many(
                session, directory, kind=AccountKind.AGENT, account=account, network=network, now=clock.now()
            )

    for _ in range(9):
        fail(db, clock)
    assert not too_many(ANN, "192.0.2.7")
    fail(db, clock)
    assert too_many(ANN, "203.0.113.1")
    assert too_many("bob@example.com", "192.0.2.7")
    assert not too_many("bob@example.com", "203.0.113.1")
    clock.advance(minutes=15)
    assert not too_many(ANN, "192.0.2.7")


def test_old_rows_go(db: Database, clock: FrozenClock) -> None:
    for number in range(20):
        fail(db, clock, account=f"nobody{number}@example.com")
    clock.advance(minutes=16)
    fail(db, clock)
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM login_failures")) == 2
        assert session.scalar(text("SELECT count(*) FROM login_alerts")) == 0


def test_what_was_told_within_the_window_stays(db: Database, clock: FrozenClock) -> None:
    for _ in range(11):
        fail(db, clock)
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM login_alerts")) == 2


def test_purging_looks_for_no_failures_of_what_was_told(
    db: Database, clock: FrozenClock, statements: list[str]
) -> None:
    """Else each failure would cost as much as there are failures in the window."""
    fail(db, clock)
    of_alerts = [each for each in statements if "FROM login_alerts" in each]
    assert of_alerts
    assert not [each for each in of_alerts if "login_failures" in each]


def test_an_alert_says_how_many_there_were_and_not_how_many_it_takes(db: Database, clock: FrozenClock) -> None:
    events: list[Event] = []
    for _ in range(45):
        events += fail(db, clock)
        clock.advance(seconds=30)
    # The window takes the failures of 15 minutes, the one at its very beginning left out.
    assert [event.failures for event in events if isinstance(event, LoginFailuresExceeded)] == [11, 30]


def test_two_at_once_give_one_alert(db: Database, clock: FrozenClock) -> None:
    """Twelve failures in twelve threads: each counter is told by one of them."""
    start = threading.Barrier(12)
    events: list[Event] = []

    def attempt() -> None:
        start.wait()
        events.extend(fail(db, clock))

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(tuple(events)) == ("agent:ann@example.com", "network:192.0.2.7")


@pytest.mark.parametrize(
    ("network", "counter"),
    [
        ("192.0.2.7", "network:192.0.2.7"),
        ("::ffff:192.0.2.7", "network:192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "network:2001:db8:1:2::/64"),
        (" 2001:DB8:1:2::1 ", "network:2001:db8:1:2::/64"),
        ("fe80::1%eth0", "network:fe80::/64"),
    ],
)
def test_the_counter_of_an_address(network: str, counter: str) -> None:
    assert logins.network_counter(network) == counter


@pytest.mark.parametrize("network", ["", "somewhere", "192.0.2.7:80", "192.0.2.0/24", "192.0.2.7\n192.0.2.8"])
def test_what_is_no_address_is_refused(network: str) -> None:
    with pytest.raises(InvalidValue, match="no network address"):
        logins.network_counter(network)


@pytest.mark.parametrize("account", ["", "a" * 5000, "x\ny", "\0", "\ud800"])
def test_any_text_can_be_an_account(db: Database, clock: FrozenClock, account: str) -> None:
    for number in range(10):
        fail(db, clock, account=account, network=f"192.0.2.{number}")
    [counter] = told(fail(db, clock, account=account, network="192.0.2.99"))
    assert counter.startswith("agent:")
    assert len(counter) <= 300
