"""Every built-in plugin against the tables of the contract: its kind, its switch, whom it can tell and what it listens to."""

from pathlib import Path

import attrs
import pytest

from deskbell.core.contract.events import EVENTS
from deskbell.core.contract.kinds import AgentAlert, Autoresponder, Correspondence, Filter, Plugin, SystemAlert
from deskbell.core.host.admission import Host
from deskbell.core.notify.audience import order

PLUGINS = Path(__file__).parent.parent.parent / "plugins"

# Name -> kind, switch at first, roles in order ("*" = ticked at first).
TABLE: dict[str, tuple[type[Plugin], str, str]] = {
    "new-ticket-autoresponse": (Autoresponder, "on", "owner*"),
    "new-ticket-by-agent-notice": (Autoresponder, "on", "owner* collaborator*"),
    "new-message-autoresponse": (Autoresponder, "off", "poster*"),
    "new-message-participant-notice": (Autoresponder, "on", "owner* collaborator*"),
    "overlimit-notice": (Autoresponder, "on", "owner*"),
    "reply-to-end-user": (Correspondence, "on", "owner* collaborator*"),
    "new-ticket-alert": (
        AgentAlert,
        "on",
        "admin_address* administrator department_manager* department_member account_manager",
    ),
    "new-message-alert": (AgentAlert, "on", "last_respondent* assignee* department_manager watcher*"),
    "internal-note-alert": (
        AgentAlert,
        "on",
        "last_respondent* assigned_agent* assigned_team_member* department_manager watcher*",
    ),
    "ticket-assignment-alert": (AgentAlert, "on", "newly_assigned_agent* team_lead* assigned_team_member"),
    "ticket-transfer-alert": (
        AgentAlert,
        "on",
        "assigned_agent* assigned_team_member* department_manager* department_member watcher*",
    ),
    "ticket-overdue-alert": (
        AgentAlert,
        "on",
        "admin_address* administrator assignee* department_manager* department_member watcher*",
    ),
    "ticket-due-soon-alert": (AgentAlert, "off", "assignee* department_manager"),
    "escalation-alert": (
        AgentAlert,
        "off",
        (
            "admin_address* administrator* last_respondent* assignee* assigned_agent* assigned_team_member* team_lead* "
            "department_manager* department_member* account_manager* watcher*"
        ),
    ),
    "ticket-filters": (Filter, "on", ""),
    "mention-alert": (AgentAlert, "on", "mentioned_agent*"),
    "delivery-failed-alert": (AgentAlert, "on", "assignee* department_manager*"),
    "delivery-bounced-alert": (AgentAlert, "on", "assignee* department_manager*"),
    "system-error-alert": (SystemAlert, "on", "admin_address*"),
    "database-error-alert": (SystemAlert, "on", "admin_address*"),
    "excessive-login-alert": (SystemAlert, "on", "admin_address*"),
}
LISTENERS = {
    "ticket_created": {
        "new-ticket-autoresponse",
        "new-ticket-by-agent-notice",
        "new-ticket-alert",
        "reply-to-end-user",
    },
    "message_posted": {"new-message-autoresponse", "new-message-participant-notice", "new-message-alert"},
    "reply_posted": {"reply-to-end-user"},
    "note_posted": {"internal-note-alert"},
    "ticket_assigned": {"ticket-assignment-alert"},
    "ticket_transferred": {"ticket-transfer-alert"},
    "ticket_due_soon": {"ticket-due-soon-alert"},
    "ticket_overdue": {"ticket-overdue-alert"},
    "ticket_escalated": {"escalation-alert"},
    "ticket_limit_reached": {"overlimit-notice"},
    "ticket_refused": {"overlimit-notice"},
    "agent_mentioned": {"mention-alert"},
    "delivery_failed": {"delivery-failed-alert"},
    "delivery_bounced": {"delivery-bounced-alert"},
    "login_failures_exceeded": {"excessive-login-alert"},
    "system_error": {"system-error-alert"},
    "plugin_quarantined": {"system-error-alert"},
    "database_error": {"database-error-alert"},
}


@pytest.fixture(scope="module")
def built_ins() -> dict[str, Plugin]:
    host = Host()
    host.load()
    return {name: admitted.plugin for name, admitted in host.plugins.items() if admitted.built_in}


def test_there_is_one_file_for_each_behaviour(built_ins: dict[str, Plugin]) -> None:
    assert set(built_ins) == set(TABLE)
    files = {file.stem.replace("_", "-") for file in PLUGINS.glob("*.py") if file.stem != "__init__"}
    assert files == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_kind_switch_and_roles_are_those_of_the_contract(name: str, built_ins: dict[str, Plugin]) -> None:
    kind, switch, roles = TABLE[name]
    plugin = built_ins[name]
    assert type(plugin).__bases__ == (kind,)
    assert plugin.default.value == switch
    assert " ".join(f"{role}{'*' if on else ''}" for role, on in plugin.audience.items()) == roles
    assert plugin.title.replace(" ", "-").lower() == name


@pytest.mark.parametrize("name", TABLE)
def test_every_role_is_one_that_the_kind_can_speak_to(name: str, built_ins: dict[str, Plugin]) -> None:
    plugin = built_ins[name]
    assert set(plugin.audience) <= set(order.order_of(type(plugin)).finders)


def test_who_listens_to_what(built_ins: dict[str, Plugin]) -> None:
    listeners = {event: {name for name, plugin in built_ins.items() if hasattr(plugin, event)} for event in EVENTS}
    assert {event: names for event, names in listeners.items() if names} == LISTENERS


def test_what_a_plugin_says_about_the_others(built_ins: dict[str, Plugin]) -> None:
    yielding = {name: plugin.yields_to for name, plugin in built_ins.items() if plugin.yields_to}
    standing_in = {name: plugin.stands_in_for for name, plugin in built_ins.items() if plugin.stands_in_for}
    assert yielding == {"new-ticket-alert": ("ticket-assignment-alert",)}
    assert standing_in == {"reply-to-end-user": ("new-ticket-by-agent-notice",)}


def test_what_only_one_plugin_may(built_ins: dict[str, Plugin]) -> None:
    carrying = {name for name, plugin in built_ins.items() if getattr(plugin, "carries_replies", False)}
    always_on = {name for name, plugin in built_ins.items() if getattr(plugin, "always_on", False)}
    assert carrying == {"new-ticket-by-agent-notice"}
    assert always_on == {"system-error-alert"}


def test_a_plugin_keeps_nothing_between_two_calls(built_ins: dict[str, Plugin]) -> None:
    assert {name: attrs.fields(type(plugin)) for name, plugin in built_ins.items() if attrs.fields(type(plugin))} == {}
