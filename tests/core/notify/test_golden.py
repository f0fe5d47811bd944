"""Every built-in template, rendered for a handful of scenes, held against what was looked at and found good.

After a wanted change run ``pytest tests/core/notify/test_golden.py --golden`` and read the difference before committing it.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbell.core.contract.events import Event, TicketCreated
from deskbell.core.contract.notices import Notice
from deskbell.core.contract.people import Actor, ActorKind, Agent, EndUser
from deskbell.core.contract.tickets import (
    Attachment,
    Department,
    Entry,
    EntryKind,
    HelpTopic,
    Origin,
    Priority,
    Ticket,
    TicketStatus,
)
from deskbell.core.host.admission import Host
from deskbell.core.notify.context import for_agents, for_end_users
from deskbell.core.notify.rendering import Renderer
from deskbell.core.store.directory import DepartmentRecord, Directory, Profile

GOLDEN = Path(__file__).parent.parent.parent / "golden"
WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DIRECTORY = Directory(
    profile=Profile(desk_name="Example Help", domain="example.com"),
    departments={1: DepartmentRecord(id=1, name="Support", signature="The support team\nof Example Ltd")},
)


def created(*, verified: bool, full: bool, subject: str = "The printer <b>is</b> out of {{ toner }}") -> Event:
    """A new ticket; `full` has topic, assignee and an attachment, else only what every ticket has."""
    author = Actor(ActorKind.END_USER, 7, "Ada Möss", "ada@customer.example", verified=verified)
    entry = Entry(
        id=1,
        kind=EntryKind.MESSAGE,
        author=author,
        text="Hello,\n\nthe printer <script>alert(1)</script> is empty & cold.\nüäö 你好\n\nAda\n",
        posted_at=WHEN,
        verified=verified,
        attachments=(Attachment("photo.jpg", "image/jpeg", 345_678, "0" * 64),) if full else (),
    )
    ticket = Ticket(
        id=1,
        number="100001",
        subject=subject,
        status=TicketStatus.OPEN,
        priority=Priority.HIGH if full else Priority.NORMAL,
        origin=Origin.MAIL,
        owner=EndUser(7, "Ada Möss" if full or verified else "", "ada@customer.example"),
        department=Department(1, "Support"),
        created_at=WHEN,
        topic=HelpTopic(1, "Printers") if full else None,
        agent=Agent(3, "Bob Ray", "bob@example.com") if full else None,
    )
    return TicketCreated(id=1, act="a", at=WHEN, actor=author, ticket=ticket, entry=entry)


SCENES = {
    "verified": created(verified=True, full=True),
    "unverified": created(verified=False, full=True),
    "bare": created(verified=False, full=False, subject=""),
}
PLUGINS = {
    "new-ticket-autoresponse": ("verified", "unverified"),
    "new-ticket-alert": ("verified", "unverified", "bare"),
}


class NoFaults:
    def report(self, fault: object) -> None:
        pytest.fail(f"a template failed: {fault}")


@pytest.fixture(scope="module")
def host() -> Host:
    host = Host()
    host.load()
    return host


def test_every_built_in_plugin_has_golden_files(host: Host) -> None:
    assert {name for name, admitted in host.plugins.items() if admitted.built_in} == set(PLUGINS)


@pytest.mark.parametrize(
    ("plugin", "scene"), [(plugin, scene) for plugin, scenes in PLUGINS.items() for scene in scenes]
)
def test_the_words_are_the_golden_ones(host: Host, plugin: str, scene: str, pytestconfig: pytest.Config) -> None:
    admitted = host.plugins[plugin]
    context_of = for_end_users if admitted.plugin.speaks_to_end_users else for_agents
    context = context_of(Notice(plugin, about=SCENES[scene]), DIRECTORY)
    words = Renderer(overrides=None, faults=NoFaults()).render(plugin, admitted.templates, context)
    parts = {
        "subject.txt": words.subject + "\n",
        "body.txt": words.text,
        "body.html": words.html,
        "chat.txt": words.chat + "\n",
    }
    for part, text in parts.items():
        file = GOLDEN / plugin / f"{scene}.{part}"
        if pytestconfig.getoption("--golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{file.name} differs"


def test_no_unverified_word_reaches_an_end_user(host: Host) -> None:
    admitted = host.plugins["new-ticket-autoresponse"]
    notice = Notice("new-ticket-autoresponse", about=SCENES["unverified"], context={"extra": "text of the sender"})
    context = for_end_users(notice, DIRECTORY)
    words = Renderer(overrides=None, faults=NoFaults()).render(notice.template, admitted.templates, context)
    everything = words.subject + words.text + words.html + words.chat
    for secret in ("printer", "toner", "Möss", "alert(1)", "text of the sender"):
        assert secret not in everything
    assert "extra" not in context
