"""Which files go along with an agent's words, and what the mail says of the others."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.events import Event, ReplyPosted, TicketCreated
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Plugin
from deskbell.core.contract.people import Actor, ActorKind, EndUser
from deskbell.core.contract.tickets import (
    Attachment,
    Department,
    Entry,
    EntryKind,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from deskbell.core.notify.carried import carried, telling_of
from deskbell.core.notify.rendering import Words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWNER = EndUser(id=1, name="Ada", address="ada@customer.example")


def file(name: str, size: int, *, digest: str = "", content_id: str = "") -> Attachment:
    return Attachment(
        file_name=name, content_type="text/plain", size=size, digest=digest or name, content_id=content_id
    )


def event(*files: Attachment, kind: EntryKind = EntryKind.REPLY, opened: bool = False) -> Event:
    actor = Actor(kind=ActorKind.AGENT, id=1, name="Ann", address="ann@example.com")
    ticket = Ticket(
        id=1,
        number="100001",
        subject="s",
        status=TicketStatus.OPEN,
        priority=Priority.NORMAL,
        origin=Origin.MAIL,
        owner=OWNER,
        department=Department(1, "Support"),
        created_at=NOW,
    )
    entry = Entry(id=1, kind=kind, author=actor, text="t", posted_at=NOW, attachments=files)
    cls = TicketCreated if opened else ReplyPosted
    return cls(id=1, act="a", at=NOW, actor=actor, ticket=ticket, entry=entry)


def names(files: tuple[Attachment, ...]) -> list[str]:
    return [each.file_name for each in files]


@pytest.mark.parametrize(
    ("sizes", "going", "left"),
    [
        ([], [], []),
        ([2048], ["0"], []),
        ([2049], [], ["0"]),
        ([1024, 1024], ["0", "1"], []),
        ([1025, 1024], ["1"], ["0"]),
        ([1500, 10, 900, 1000], ["1", "2", "3"], ["0"]),
        ([0, 0, 2048], ["0", "1", "2"], []),
    ],
)
def test_the_largest_are_left_out(sizes: list[int], going: list[str], left: list[str]) -> None:
    files = [file(str(number), size) for number, size in enumerate(sizes)]
    found = carried(event(*files), Correspondence, largest_kib=2)
    assert (names(found.files), names(found.left_out)) == (going, left)


@given(st.lists(st.integers(0, 5000), max_size=8))
def test_no_file_is_lost_and_the_limit_holds(sizes: list[int]) -> None:
    files = tuple(file(str(number), size) for number, size in enumerate(sizes))
    found = carried(event(*files), Correspondence, largest_kib=4)
    assert sum(each.size for each in found.files) <= 4096
    assert sorted(names((*found.files, *found.left_out))) == sorted(names(files))
    # What was left out would not fit, and is no smaller than what goes.
    for each in found.left_out:
        assert sum(other.size for other in found.files if other.size <= each.size) + each.size > 4096


@pytest.mark.parametrize(
    ("manner", "kind", "count"),
    [
        (Correspondence, EntryKind.REPLY, 1),
        (Correspondence, EntryKind.MESSAGE, 0),
        (Autoresponder, EntryKind.REPLY, 0),
        (AgentAlert, EntryKind.REPLY, 0),
        (AgentAlert, EntryKind.NOTE, 0),
    ],
)
def test_only_an_agents_words_bring_their_files(manner: type[Plugin], kind: EntryKind, count: int) -> None:
    for opened in (True, False):
        found = carried(event(file("a", 1), kind=kind, opened=opened), manner, largest_kib=1)
        assert len(found.files) == count


def test_the_same_file_goes_once() -> None:
    same = file("a", 900, digest="d", content_id="x@y")
    found = carried(event(same, same, file("b", 100)), Correspondence, largest_kib=1)
    assert names(found.files) == ["a", "b"]


HTML = "<html><BODY><p>Hello</p></BODY></html>"


@pytest.mark.parametrize(
    ("text", "html", "told", "marked"),
    [
        (
            "Hello\n\n-- \nAcme\n",
            HTML,
            "Hello\n\nToo large to be mailed: a.pdf (30 MB)\n\n-- \nAcme\n",
            "<html><BODY><p>Hello</p><p>Too large to be mailed: a.pdf (30 MB)</p>\n</BODY></html>",
        ),
        (
            "Hello\n",
            "<p>x</p>",
            "Hello\n\nToo large to be mailed: a.pdf (30 MB)\n",
            "<p>x</p>\n<p>Too large to be mailed: a.pdf (30 MB)</p>\n",
        ),
        ("Hello\n", "", "Hello\n\nToo large to be mailed: a.pdf (30 MB)\n", ""),
    ],
)
def test_the_mail_names_what_is_missing(text: str, html: str, told: str, marked: str) -> None:
    words = Words(subject="s", text=text, html=html, chat="c")
    assert telling_of(words, [file("a.pdf", 30_000_000)], links={}) == Words(
        subject="s", text=told, html=marked, chat="c"
    )
    assert telling_of(words, [], links={}) is words


def test_links_and_evil_names_in_html() -> None:
    evil = file("<b>\u202ex\n.pdf", 5_000_000, digest="d")
    words = telling_of(Words(subject="s", text="x\n", html="<p>x</p>"), [evil], links={"d": "https://d.example/?a&b"})
    assert words.text == "x\n\nToo large to be mailed: <b>_x_.pdf (5.0 MB)\nhttps://d.example/?a&b\n"
    assert "&lt;b&gt;_x_.pdf" in words.html
    assert '<a href="https://d.example/?a&amp;b">' in words.html
