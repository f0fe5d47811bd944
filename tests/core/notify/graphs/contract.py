"""The contract's tables as the oracle needs them, by hand: who listens, whom it speaks to, what is ticked by default."""

from deskbell.core.contract.kinds import Switch

AUTORESPONDER, CORRESPONDENCE, ALERT, SYSTEM_ALERT = "autoresponder", "correspondence", "alert", "system alert"

KINDS: dict[str, str] = {
    "new-ticket-autoresponse": AUTORESPONDER,
    "new-ticket-by-agent-notice": AUTORESPONDER,
    "new-message-autoresponse": AUTORESPONDER,
    "new-message-participant-notice": AUTORESPONDER,
    "overlimit-notice": AUTORESPONDER,
    "reply-to-end-user": CORRESPONDENCE,
    "new-ticket-alert": ALERT,
    "new-message-alert": ALERT,
    "internal-note-alert": ALERT,
    "ticket-assignment-alert": ALERT,
    "ticket-transfer-alert": ALERT,
    "ticket-overdue-alert": ALERT,
    "ticket-due-soon-alert": ALERT,
    "escalation-alert": ALERT,
    "mention-alert": ALERT,
    "delivery-failed-alert": ALERT,
    "delivery-bounced-alert": ALERT,
    "system-error-alert": SYSTEM_ALERT,
    "database-error-alert": SYSTEM_ALERT,
    "excessive-login-alert": SYSTEM_ALERT,
}

DEFAULTS: dict[str, Switch] = dict.fromkeys(
    ("new-message-autoresponse", "ticket-due-soon-alert", "escalation-alert"), Switch.OFF
)
"""All others are on."""

LISTENERS: dict[str, tuple[str, ...]] = {
    "ticket_created": (
        "new-ticket-alert",
        "new-ticket-autoresponse",
        "new-ticket-by-agent-notice",
        "reply-to-end-user",
    ),
    "message_posted": ("new-message-alert", "new-message-autoresponse", "new-message-participant-notice"),
    "reply_posted": ("reply-to-end-user",),
    "note_posted": ("internal-note-alert",),
    "agent_mentioned": ("mention-alert",),
    "ticket_assigned": ("ticket-assignment-alert",),
    "ticket_transferred": ("ticket-transfer-alert",),
    "ticket_overdue": ("ticket-overdue-alert",),
    "ticket_due_soon": ("ticket-due-soon-alert",),
    "ticket_escalated": ("escalation-alert",),
    "ticket_limit_reached": ("overlimit-notice",),
    "ticket_refused": ("overlimit-notice",),
    "delivery_failed": ("delivery-failed-alert",),
    "delivery_bounced": ("delivery-bounced-alert",),
    "system_error": ("system-error-alert",),
    "plugin_quarantined": ("system-error-alert",),
    "database_error": ("database-error-alert",),
    "login_failures_exceeded": ("excessive-login-alert",),
}
"""Every other event is nobody's."""

PARTICIPANTS = {"owner": True, "collaborator": True}

TICKS: dict[str, dict[str, bool]] = {
    "new-ticket-autoresponse": {"owner": True},
    "new-ticket-by-agent-notice": PARTICIPANTS,
    "new-message-autoresponse": {"poster": True},
    "new-message-participant-notice": PARTICIPANTS,
    "overlimit-notice": {"owner": True},
    "reply-to-end-user": PARTICIPANTS,
    "new-ticket-alert": {
        "admin_address": True,
        "administrator": False,
        "department_manager": True,
        "department_member": False,
        "account_manager": False,
    },
    "new-message-alert": {"last_respondent": True, "assignee": True, "department_manager": False, "watcher": True},
    "internal-note-alert": {
        "last_respondent": True,
        "assigned_agent": True,
        "assigned_team_member": True,
        "department_manager": False,
        "watcher": True,
    },
    "ticket-assignment-alert": {"newly_assigned_agent": True, "team_lead": True, "assigned_team_member": False},
    "ticket-transfer-alert": {
        "assigned_agent": True,
        "assigned_team_member": True,
        "department_manager": True,
        "department_member": False,
        "watcher": True,
    },
    "ticket-overdue-alert": {
        "admin_address": True,
        "administrator": False,
        "assignee": True,
        "department_manager": True,
        "department_member": False,
        "watcher": True,
    },
    "ticket-due-soon-alert": {"assignee": True, "department_manager": False},
    "escalation-alert": dict.fromkeys(
        (
            "admin_address",
            "administrator",
            "last_respondent",
            "assignee",
            "assigned_agent",
            "assigned_team_member",
            "team_lead",
            "department_manager",
            "department_member",
            "account_manager",
            "watcher",
        ),
        True,
    ),
    "mention-alert": {"mentioned_agent": True},
    "delivery-failed-alert": {"assignee": True, "department_manager": True},
    "delivery-bounced-alert": {"assignee": True, "department_manager": True},
    "system-error-alert": {"admin_address": True},
    "database-error-alert": {"admin_address": True},
    "excessive-login-alert": {"admin_address": True},
}

REPLY_ALL = frozenset({"new-ticket-by-agent-notice", "new-message-participant-notice", "reply-to-end-user"})
"""Whoever wrote the message gets none of these."""
