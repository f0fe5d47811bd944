"""Every built-in template, rendered for a handful of scenes, held against what was looked at and found good.

After a wanted change run ``pytest tests/core/notify/test_golden.py --golden`` and read the difference before committing it.
"""

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest

from deskbell.core.contract.events import Event
from deskbell.core.contract.kinds import Filter
from deskbell.core.contract.notices import Notice
from deskbell.core.contract.people import SYSTEM
from deskbell.core.host.admission import Host
from deskbell.core.notify.context import for_agents, for_end_users
from deskbell.core.notify.rendering import PARTS, Renderer, Words
from deskbell.core.store.directory import DepartmentRecord, Directory, Profile
from stand_ins import happenings
from stand_ins.happenings import (
    BY_BOB,
    CLEO,
    DUE,
    PHOTO,
    PRINTERS,
    bare_ticket,
    by_ada,
    message,
    note,
    reply,
    ticket,
)

GOLDEN = Path(__file__).parent.parent.parent / "golden"
DIRECTORY = Directory(
    profile=Profile(desk_name="Example Help", domain="example.com"),
    departments={1: DepartmentRecord(id=1, name="Support", signature="The support team\nof Example Ltd")},
)
STRANGER = by_ada(verified=False)
UNVERIFIED = {"actor": STRANGER, "entry": message(verified=False)}
WITH_PHOTO = (PHOTO,)
QUOTING = message(text="The red one.\n\n> Which one?\n", quoted=((14, 27),))

SCENES: Mapping[str, Mapping[str, Event]] = {
    "new-ticket-autoresponse": {
        "verified": happenings.created(entry=message(attachments=WITH_PHOTO)),
        "unverified": happenings.created(actor=STRANGER, entry=message(verified=False, attachments=WITH_PHOTO)),
        "filters-answer": happenings.created(
            actor=STRANGER,
            entry=message(verified=False),
            answer="Toner is in room 3 <left>, {{ 7 * 7 }}.\n\nYour number is {number}.",
        ),
    },
    "new-ticket-by-agent-notice": {
        "reply": happenings.created_by_agent(entry=reply()),
        "no-reply": happenings.created_by_agent(),
        "bare": happenings.created_by_agent(ticket=bare_ticket()),
    },
    "new-message-autoresponse": {
        "verified": happenings.message_posted(),
        "unverified": happenings.message_posted(**UNVERIFIED),
    },
    "new-message-participant-notice": {
        "verified": happenings.message_posted(),
        "unverified": happenings.message_posted(**UNVERIFIED),
        "nameless": happenings.message_posted(entry=message(author=attrs.evolve(by_ada(), name=""))),
        "quoting": happenings.message_posted(entry=QUOTING),
    },
    "overlimit-notice": {
        "reached": happenings.limit_reached(),
        "reached-by-agent": happenings.limit_reached(actor=BY_BOB, limit=1, open_tickets=1),
        "reached-unverified": happenings.limit_reached(actor=STRANGER),
        "refused": happenings.refused(),
        "refused-unverified": happenings.refused(actor=STRANGER),
        "refused-not-kept": happenings.refused(raw_mail_id=None),
    },
    "reply-to-end-user": {
        "reply": happenings.reply_posted(),
        "first-reply": happenings.created_by_agent(entry=reply()),
        "bare": happenings.reply_posted(ticket=bare_ticket()),
    },
    "new-ticket-alert": {
        "verified": happenings.created(entry=message(attachments=WITH_PHOTO)),
        "unverified": happenings.created(actor=STRANGER, entry=message(verified=False, attachments=WITH_PHOTO)),
        "bare": happenings.created(actor=STRANGER, entry=message(verified=False), ticket=bare_ticket()),
    },
    "new-message-alert": {
        "verified": happenings.message_posted(entry=message(attachments=WITH_PHOTO)),
        "unverified": happenings.message_posted(actor=STRANGER, entry=message(verified=False, held=True)),
        "automatic": happenings.message_posted(entry=message(automatic=True), ticket=bare_ticket()),
        "quoting": happenings.message_posted(entry=QUOTING),
    },
    "internal-note-alert": {
        "note": happenings.note_posted(),
        "bare": happenings.note_posted(entry=note(attachments=WITH_PHOTO), ticket=bare_ticket()),
    },
    "ticket-assignment-alert": {
        "agent": happenings.assigned(comment="You know <b>this</b> {{ printer }}.", agent_before=CLEO),
        "team": happenings.assigned(
            agent=None, team=PRINTERS, ticket=ticket(agent=None, team=PRINTERS, due_at=DUE), actor=SYSTEM
        ),
        "both": happenings.assigned(
            team=PRINTERS, ticket=ticket(team=PRINTERS), team_before=PRINTERS, agent_before=CLEO
        ),
    },
    "ticket-transfer-alert": {
        "commented": happenings.transferred(comment="Not a <b>sale</b>, {{ really }}.", ticket=ticket(due_at=DUE)),
        "bare": happenings.transferred(ticket=bare_ticket(), actor=SYSTEM),
    },
    "ticket-overdue-alert": {
        "first": happenings.overdue(),
        "repeat": happenings.overdue(repeat=2, ticket=bare_ticket()),
    },
    "ticket-due-soon-alert": {
        "assigned": happenings.due_soon(),
        "bare": happenings.due_soon(ticket=bare_ticket()),
    },
    "escalation-alert": {
        "due": happenings.escalated(ticket=ticket(due_at=DUE)),
        "bare": happenings.escalated(step=1, after_seconds=86_400, ticket=bare_ticket()),
    },
    "mention-alert": {
        "mentioned": happenings.mentioned(),
        "bare": happenings.mentioned(ticket=bare_ticket()),
    },
    "delivery-failed-alert": {
        "assigned": happenings.delivery_failed(),
        "bare": happenings.delivery_failed(ticket=bare_ticket()),
    },
    "delivery-bounced-alert": {
        "permanent": happenings.delivery_bounced(),
        "temporary": happenings.delivery_bounced(permanent=False, reason="452 4.2.2 mailbox full"),
    },
    "system-error-alert": {
        "error": happenings.system_error(count=7),
        "once": happenings.system_error(),
        "quarantined": happenings.quarantined(),
    },
    "database-error-alert": {
        "error": happenings.database_error(count=3),
    },
    "excessive-login-alert": {
        "two-counters": happenings.logins_failed(),
    },
}
UNVERIFIED_SCENES = [
    (plugin, scene)
    for plugin in (
        "new-ticket-autoresponse",
        "new-message-autoresponse",
        "new-message-participant-notice",
        "overlimit-notice",
    )
    for scene in SCENES[plugin]
    if scene.endswith("unverified")
]


class NoFaults:
    def report(self, fault: object) -> None:
        pytest.fail(f"a template failed: {fault}")


@pytest.fixture(scope="module")
def host() -> Host:
    host = Host()
    host.load()
    return host


def words_of(host: Host, plugin: str, event: Event) -> Words:
    """What the plugin says about the event, as the desk would render its own notice."""
    admitted = host.plugins[plugin]
    notice = getattr(admitted.plugin, event.name)(event)
    assert isinstance(notice, Notice)
    context_of = for_end_users if admitted.plugin.speaks_to_end_users else for_agents
    return Renderer(overrides=None, faults=NoFaults()).render(
        notice.template, admitted.templates, context_of(notice, DIRECTORY)
    )


def test_every_built_in_plugin_has_golden_files(host: Host) -> None:
    speaking = {name: each for name, each in host.plugins.items() if not isinstance(each.plugin, Filter)}
    assert {name for name, admitted in speaking.items() if admitted.built_in} == set(SCENES)


def test_every_built_in_plugin_has_all_parts_of_its_template(host: Host) -> None:
    for name in SCENES:
        [folder] = host.plugins[name].templates
        assert {file.name for file in (folder / name).iterdir()} == set(PARTS), name


@pytest.mark.parametrize(
    ("plugin", "scene"), [(plugin, scene) for plugin, scenes in SCENES.items() for scene in scenes]
)
def test_the_words_are_the_golden_ones(host: Host, plugin: str, scene: str, pytestconfig: pytest.Config) -> None:
    words = words_of(host, plugin, SCENES[plugin][scene])
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


def test_there_is_no_golden_file_of_a_scene_that_nobody_renders() -> None:
    rendered = {f"{plugin}/{scene}.{part}" for plugin, scenes in SCENES.items() for scene in scenes for part in PARTS}
    kept = (file for plugin in SCENES for file in (GOLDEN / plugin).iterdir())
    assert {file.relative_to(GOLDEN).as_posix() for file in kept} == rendered


@pytest.mark.parametrize(("plugin", "scene"), UNVERIFIED_SCENES)
def test_no_unverified_word_reaches_an_end_user(host: Host, plugin: str, scene: str) -> None:
    words = words_of(host, plugin, SCENES[plugin][scene])
    everything = words.subject + words.text + words.html + words.chat
    for secret in ("printer", "toner", "Möss", "alert(1)", "copier"):
        assert secret not in everything


def test_a_plugins_own_values_are_left_out_when_nobody_is_verified() -> None:
    event = SCENES["new-ticket-autoresponse"]["unverified"]
    notice = Notice("new-ticket-autoresponse", about=event, context={"extra": "text of the sender"})
    assert "extra" not in for_end_users(notice, DIRECTORY)


def test_an_agents_words_are_sent_whole_however_many(host: Host) -> None:
    text = "& and < are letters too. " * 40_000
    words = words_of(host, "reply-to-end-user", happenings.reply_posted(entry=reply(text=text)))
    marker = "-- Please write your answer above this line --"
    assert words.text.startswith(f"{marker}\n\n{text.strip()}\n\n-- \n")
    assert words.html.count("&amp;") == 6_000
    assert "the whole text is in the plain text part" in words.html
    short = words_of(host, "reply-to-end-user", happenings.reply_posted())
    assert "the whole text" not in short.html
