"""Bans set and lifted by hand: what can be banned, what a ban does to mail that comes in, and who changed it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbell.core.app import bans, changes, reasons, undoing
from deskbell.core.app.opening import Desk
from deskbell.core.app.undoing import CannotUndo
from deskbell.core.contract.errors import DeskbellError, UnknownName
from deskbell.core.store import guards
from stand_ins.clock import FrozenClock
from stand_ins.command_line import Cli
from stand_ins.desks import new_desk, opened, receive
from stand_ins.lively_desk import mail

ADA = "ada@customer.example"
TOML = '[agents."eve@work.example"]\nname = "Eve"\nadmin = true\n[agents."ian@work.example"]\nname = "Ian"\n'


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    return new_desk(tmp_path / "desk", database_url=database_url, toml=TOML)


@pytest.fixture
def desk(folder: Path, clock: FrozenClock) -> Iterator[Desk]:
    with opened(folder, clock=clock) as open_desk:
        yield open_desk


def add(desk: Desk, pattern: str, *, reason: str = "", until: str = "", by: str | None = None) -> str:
    return bans.add(desk, pattern, reason=reason, until=until, by=by)


def outcomes(desk: Desk, number: str) -> set[tuple[str, str]]:
    """What each plugin's words about a ticket came to."""
    lines = reasons.recorded(desk, ticket=number, event_id=None, refused_id=None, person=None)
    return {(line.plugin, line.reason or line.outcome) for line in lines}


def test_who_is_banned_still_gets_a_ticket_and_no_answer(desk: Desk, clock: FrozenClock) -> None:
    said = add(desk, "ADA@Customer.Example", reason="writes daily", until="2026-03-04")
    assert said == (
        "ada@customer.example is banned until 2026-03-04 00:00 UTC: "
        "what it writes becomes tickets as before, and is not answered."
    )
    receive(desk, mail(1))
    assert ("new-ticket-autoresponse", "banned") in outcomes(desk, "100001")
    assert ("new-ticket-alert", "notified") in outcomes(desk, "100001")
    [line] = bans.listed(desk)
    assert (line.pattern, line.reason, line.since, line.until, line.holds) == (
        ADA, "writes daily", clock.now(), datetime(2026, 3, 4, tzinfo=UTC), True,
    )  # fmt: skip

    clock.advance(days=3)
    assert [each.holds for each in bans.listed(desk)] == [False]
    receive(desk, mail(2))
    assert ("new-ticket-autoresponse", "notified") in outcomes(desk, "100002")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        (" Ada@Customer.Example ", ADA),
        ("@Customer.Example", "@customer.example"),
        ("@BÜCHER.example", "@xn--bcher-kva.example"),
        ("ute@bücher.example", "ute@xn--bcher-kva.example"),
    ],
)
def test_a_ban_is_found_by_any_spelling(desk: Desk, pattern: str, kept: str) -> None:
    add(desk, pattern)
    assert [line.pattern for line in bans.listed(desk)] == [kept]
    with desk.db.reading() as session:
        known = guards.GuardBook().of(session)
    assert known.ban(kept if kept[0] != "@" else f"x{kept}", desk.clock.now()) is not None
    assert bans.lift(desk, pattern, by=None) == f"{kept} is answered again."
    assert bans.listed(desk) == ()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pattern", "until", "sentence"),
    [
        ("ada", "", "'ada': it is neither a mail address nor a domain. Write somebody@example.net, or @example.net"),
        ("@", "", "neither a mail address nor a domain"),
        ("@localhost", "", "neither a mail address nor a domain"),
        ("*@x.example", "@", "The end '@': it is neither a date nor a time"),
        ("support@example.com", "", "support@example.com is an address of this desk, and the desk cannot ban itself."),
        ("@example.com", "", "is an address of this desk, and the desk cannot ban itself. Ban single addresses of it."),
        ("Eve@work.example", "", "eve@work.example is an agent, and the desk cannot ban itself."),
        ("@work.example", "", "eve@work.example is an agent"),
        ("a@x.example", "2026-03-02", "The end '2026-03-02': it is past; it is 2026-03-02 09:00 UTC."),
        ("a@x.example", "tomorrow", "The end 'tomorrow': it is neither a date nor a time with its offset."),
    ],
)
def test_what_cannot_be_banned(desk: Desk, pattern: str, until: str, sentence: str) -> None:
    with pytest.raises(DeskbellError) as error:
        add(desk, pattern, until=until)
    assert sentence in str(error.value)
    assert bans.listed(desk) == ()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_changed_it_is_written_down(desk: Desk) -> None:
    add(desk, "@x.example", reason="spam", by="eve@work.example")
    add(desk, "@x.example", until="2027-01-01", by="eve@work.example")
    bans.lift(desk, "@x.example", by="eve@work.example")
    lines = [line for line in changes.listed(desk, limit=9) if line.what.startswith("ban ")]
    assert [(line.by, line.what, line.before, line.after) for line in lines] == [
        ("Eve", "ban of @x.example", '"no reason given, until 2027-01-01 00:00 UTC"', "not set"),
        ("Eve", "ban of @x.example", '"spam, for good"', '"no reason given, until 2027-01-01 00:00 UTC"'),
        ("Eve", "ban of @x.example", "not set", '"spam, for good"'),
    ]
    with pytest.raises(CannotUndo, match="deskbell bans --help"):
        undoing.undo(desk, lines[0].id, by=None)
    with pytest.raises(UnknownName, match=r"There is no ban named '@x\.example'"):
        bans.lift(desk, "@x.example", by=None)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_only_an_administrator_bans(desk: Desk) -> None:
    with pytest.raises(DeskbellError, match="Ian is no administrator"):
        add(desk, "@x.example", by="ian@work.example")
    assert bans.listed(desk) == ()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_commands(folder: Path) -> None:
    cli = Cli(folder)
    assert cli("bans") == "Nobody is banned. 'deskbell bans add ADDRESS' bans somebody.\n"
    cli("bans", "add", "@x.example", "--reason", "spam", "--until", "2999-01-01")
    [line] = cli.json("bans")
    assert (line["pattern"], line["reason"], line["until"]) == ("@x.example", "spam", "2999-01-01T00:00:00+00:00")
    assert "Did you mean '@x.example'?" in cli("bans", "lift", "@x.exampel", code=1)
    assert cli("bans", "lift", "@x.example") == "@x.example is answered again.\n"
