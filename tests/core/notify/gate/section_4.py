"""The gate table for alerts: written by hand from the contract, never by the code under test."""

from .cells import SAME, Cell, both, changed, everybody, exactly, instead, never, whole

NEW = ("new-ticket-alert",)
MESSAGE = ("new-message-alert",)
AUTOMATIC = ("new-message-alert, automatic message",)
NOTE = ("internal-note-alert",)
ASSIGNMENT = ("ticket-assignment-alert",)
TRANSFER = ("ticket-transfer-alert",)
OVERDUE = ("ticket-overdue-alert",)
DUE_SOON = ("ticket-due-soon-alert",)
STEP = ("escalation-alert",)
MENTION = ("mention-alert",)
ASSIGNED = ("delivery-failed-alert, assigned", "delivery-bounced-alert, assigned")
UNASSIGNED = ("delivery-failed-alert, unassigned", "delivery-bounced-alert, unassigned")

MESSAGES = MESSAGE + AUTOMATIC
DELIVERIES = ASSIGNED + UNASSIGNED
CLOCK = OVERDUE + DUE_SOON + STEP
TO_MIA = NEW + TRANSFER + UNASSIGNED
TO_SUE = MESSAGES + NOTE + ASSIGNMENT + CLOCK + ASSIGNED
WITH_MEMBERS = NEW + TRANSFER + OVERDUE
WITHOUT_MEMBERS = MESSAGES + NOTE + ASSIGNMENT + DUE_SOON + STEP + MENTION + DELIVERIES
ALL = TO_MIA + TO_SUE + MENTION

NOBODY_DID_IT = never("the desk rings it: nobody did it")
NO_MAIL = never("no mail causes it")
NOT_HELD = never("only a message on an existing ticket is held")
NOTHING_OPENED = never("no ticket is opened")
TO_AGENTS = never("no end user is among its recipients")
EVERY_EVENT = never("it answers every event of its kind")
NO_STAND_IN = never("it stands in for no other notice")
NO_CHOICE = never("only who opens a ticket or replies can choose to send nothing")
CAPS = never("the caps count answers to end users")
NO_MEMBERS = never("department members are none of its roles")
NO_ADMIN_ADDRESS = never("the admin address is none of its roles")


def _one(code: str) -> dict[tuple[str, ...], Cell]:
    """The one whom conditions about one person hit: Mia, Sue, or Ann where she is mentioned."""
    return {
        TO_MIA: changed(f"Mia department_manager {code}"),
        TO_SUE: changed(f"Sue assigned_agent {code}"),
        MENTION: changed(f"Ann mentioned_agent {code}"),
    }


NO_MEMBERS_AT_CREATION = changed(
    "Ann department_member assigned_at_creation",
    "Bob department_member assigned_at_creation",
    "Ed extended_member assigned_at_creation",
)

TABLE: dict[str, dict[tuple[str, ...], Cell]] = {
    "plain": {
        NEW: exactly(
            "boss admin_address +",
            "Ada administrator +",
            "Mia department_manager +",
            "Ann department_member +",
            "Bob department_member +",
            "Ed extended_member recipients_mode",
            "Gus account_manager +",
        ),
        MESSAGES: exactly(
            "Bob last_respondent +",
            "Sue assigned_agent +",
            "Mia department_manager +",
            "Ed watcher +",
        ),
        NOTE: exactly(
            "Bob last_respondent +",
            "Sue assigned_agent +",
            "Tom assigned_team_member +",
            "Mia department_manager +",
            "Ed watcher +",
        ),
        ASSIGNMENT: exactly(
            "Sue assigned_agent +",
            "Lea team_lead +",
            "Tom assigned_team_member +",
        ),
        TRANSFER: exactly(
            "Sue assigned_agent +",
            "Tom assigned_team_member +",
            "Mia department_manager +",
            "Ann department_member +",
            "Bob department_member +",
            "Ed extended_member recipients_mode",
            "Ed watcher +",
        ),
        OVERDUE: exactly(
            "boss admin_address +",
            "Ada administrator +",
            "Sue assigned_agent +",
            "Mia department_manager +",
            "Ann department_member +",
            "Bob department_member +",
            "Ed extended_member recipients_mode",
            "Ed watcher +",
        ),
        DUE_SOON: exactly(
            "Sue assigned_agent +",
            "Mia department_manager +",
        ),
        # The step names seven roles; those that it does not name are recorded once each.
        STEP: exactly(
            "boss admin_address +",
            "- administrator role_not_selected",
            "Bob last_respondent +",
            "- assignee role_not_selected",
            "Sue assigned_agent +",
            "Tom assigned_team_member +",
            "Lea team_lead +",
            "Mia department_manager +",
            "- department_member role_not_selected",
            "- account_manager role_not_selected",
            "Ed watcher +",
        ),
        MENTION: exactly("Ann mentioned_agent +"),
        # The manager is told when the ticket is unassigned, and only then.
        ASSIGNED: exactly("Sue assigned_agent +", "- department_manager role_not_selected"),
        UNASSIGNED: exactly("Mia department_manager +"),
    },
    "as shipped": {
        NEW: exactly(
            "boss admin_address +",
            "- administrator role_not_selected",
            "Mia department_manager +",
            "- department_member role_not_selected",
            "- account_manager role_not_selected",
        ),
        MESSAGES + NOTE: instead("Mia department_manager", "- department_manager role_not_selected"),
        ASSIGNMENT: instead("Tom assigned_team_member", "- assigned_team_member role_not_selected"),
        TRANSFER: exactly(
            "Sue assigned_agent +",
            "Tom assigned_team_member +",
            "Mia department_manager +",
            "- department_member role_not_selected",
            "Ed watcher +",
        ),
        OVERDUE: exactly(
            "boss admin_address +",
            "- administrator role_not_selected",
            "Sue assigned_agent +",
            "Mia department_manager +",
            "- department_member role_not_selected",
            "Ed watcher +",
        ),
        DUE_SOON + STEP: whole("plugin_off:global"),
        MENTION + DELIVERIES: SAME,
    },
    "off for the desk": {ALL: whole("plugin_off:global")},
    "off for the desk, on in the department": {ALL: whole("plugin_off:global")},
    "off in the department": {ALL: whole("plugin_off:department")},
    "off in the parent": {ALL: whole("plugin_off:department")},
    "off for the topic": {ALL: whole("plugin_off:topic")},
    "off for the mailbox": {ALL: never("a mailbox has no switch for agent alerts")},
    "opt-in, nobody opted in": {ALL: whole("plugin_off:global")},
    "opt-in, the parent opted in": {ALL: SAME},
    "shadow for the desk": {ALL: everybody("shadow:global")},
    "shadow in the department": {ALL: everybody("shadow:department")},
    "shadow in the parent": {ALL: everybody("shadow:department")},
    "quarantined": {ALL: whole("plugin_quarantined")},
    "role not selected": {
        TO_MIA: instead("Mia department_manager", "- department_manager role_not_selected"),
        # A ticked assignee is recorded as who it is, one that is not ticked as the tick itself.
        MESSAGES + OVERDUE + DUE_SOON + ASSIGNED: instead("Sue assigned_agent", "- assignee role_not_selected"),
        NOTE: instead("Sue assigned_agent", "- assigned_agent role_not_selected"),
        ASSIGNMENT: instead("Sue assigned_agent", "- newly_assigned_agent role_not_selected"),
        MENTION: exactly("- mentioned_agent role_not_selected"),
        # It is the step that names the roles.
        STEP: SAME,
    },
    "not its business": {
        # What the desk could not send to an agent raises no alert.
        DELIVERIES: whole("plugin_declined"),
        NEW + MESSAGES + NOTE + ASSIGNMENT + TRANSFER + CLOCK + MENTION: EVERY_EVENT,
    },
    "the notice it stands in for speaks": {ALL: NO_STAND_IN},
    "the notice it stands in for is off in the department": {ALL: NO_STAND_IN},
    "the notice it stands in for is quarantined": {ALL: NO_STAND_IN},
    "the notice it stands in for is in shadow": {ALL: NO_STAND_IN},
    "auto-reply": {
        NEW + AUTOMATIC + ASSIGNMENT: SAME,
        MESSAGE: never("then it is the row of the automatic message"),
        NOTE + MENTION: never("an automatic mail of an agent is stored and rings nothing"),
        TRANSFER + CLOCK + DELIVERIES: NO_MAIL,
    },
    "bounce or report": {
        NEW + ASSIGNMENT: SAME,
        MESSAGES: never("a report rings delivery_bounced or opens a ticket: it is no message on one"),
        NOTE + MENTION: never("an automatic mail of an agent is stored and rings nothing"),
        TRANSFER + CLOCK: NO_MAIL,
        DELIVERIES: never("the report that rings it is itself no candidate for an answer"),
    },
    "mailing list": {
        NEW + MESSAGE + NOTE + ASSIGNMENT + MENTION: SAME,
        AUTOMATIC: never("what comes by a list was not written by a machine"),
        TRANSFER + CLOCK + DELIVERIES: NO_MAIL,
    },
    # The forger wrote in the name of somebody who is told: a From that anybody can write silences nobody.
    "sender unverified": {
        NEW + MESSAGES + ASSIGNMENT: SAME,
        NOTE + MENTION: never("the mail of an agent whom nobody verified is a message and no note"),
        TRANSFER + CLOCK + DELIVERIES: NO_MAIL,
    },
    # Agents are alerted though the mail went to them too.
    "already addressed": {
        NEW + MESSAGES + NOTE + ASSIGNMENT + MENTION: SAME,
        TRANSFER + CLOCK + DELIVERIES: NO_MAIL,
    },
    "held message": {
        MESSAGES: SAME,
        NEW + NOTE + ASSIGNMENT + TRANSFER + CLOCK + MENTION + DELIVERIES: NOT_HELD,
    },
    # An agent's address that is marked alert-only is there to be alerted; bans are about end users.
    "system address": {ALL: SAME},
    "ban": {ALL: SAME},
    "suppressed address": _one("address_suppressed"),
    "no address": _one("no_address"),
    "case-different addresses": {
        NEW: changed("Mia department_manager actor"),
        MESSAGES + ASSIGNMENT: changed("Sue assigned_agent actor"),
        OVERDUE + STEP: both(
            instead("boss admin_address", "Sue<SUE@Example.COM> admin_address,assigned_agent +"),
            changed("Sue assigned_agent duplicate_of"),
        ),
        NOTE + DUE_SOON + ASSIGNED: changed("Sue assigned_agent address_suppressed"),
        TRANSFER + UNASSIGNED: changed("Mia department_manager address_suppressed"),
        MENTION: changed("Ann mentioned_agent address_suppressed"),
    },
    "duplicate roles": {
        WITH_MEMBERS: both(
            instead("Mia department_manager", "Mia department_manager,department_member +"),
            instead("Bob department_member", "Bob department_member +", "Mia department_member duplicate_of"),
        ),
        MESSAGES + NOTE + STEP: both(
            instead("Bob last_respondent", "Sue last_respondent,assigned_agent +"),
            changed("Sue assigned_agent duplicate_of"),
        ),
        ASSIGNMENT: both(
            instead("Sue assigned_agent", "Sue assigned_agent,team_lead +"),
            instead("Lea team_lead", "Sue team_lead duplicate_of"),
        ),
        DUE_SOON: exactly("Mia assigned_agent,department_manager +", "Mia department_manager duplicate_of"),
        MENTION: never("it has one role"),
        DELIVERIES: never("it speaks to the assignee or to the manager, never to both"),
    },
    "said within the window": {
        AUTOMATIC: whole("once_per_window"),
        # Only what machines write is counted, and only against what machines write.
        MESSAGE: SAME,
        NEW + NOTE + ASSIGNMENT + TRANSFER + CLOCK + MENTION + DELIVERIES: never("it is said every time"),
    },
    "answered as often as one may be": {ALL: CAPS},
    "mailbox full, sender known": {ALL: CAPS},
    "mailbox full, nobody vouches for the sender": {ALL: CAPS},
    "three answers in ten minutes": {ALL: CAPS},
    "inactive collaborator": {ALL: TO_AGENTS},
    "collaborator not chosen": {ALL: TO_AGENTS},
    "agent chose no send": {
        NEW: SAME,
        MESSAGES + NOTE + ASSIGNMENT + TRANSFER + CLOCK + MENTION + DELIVERIES: NO_CHOICE,
    },
    "assigned at creation": {
        NEW: NO_MEMBERS_AT_CREATION,
        ASSIGNMENT: exactly("Sue assigned_agent +"),
        MESSAGES + NOTE + TRANSFER + CLOCK + MENTION + DELIVERIES: NOTHING_OPENED,
    },
    "assigned at creation to a recipient": {
        NEW: both(NO_MEMBERS_AT_CREATION, changed("Mia department_manager duplicate_of")),
        ASSIGNMENT: exactly("Mia assigned_agent +"),
        MESSAGES + NOTE + TRANSFER + CLOCK + MENTION + DELIVERIES: NOTHING_OPENED,
    },
    "the same, assignment alert in shadow": {
        NEW: NO_MEMBERS_AT_CREATION,
        ASSIGNMENT: exactly("Mia assigned_agent shadow:global"),
        MESSAGES + NOTE + TRANSFER + CLOCK + MENTION + DELIVERIES: NOTHING_OPENED,
    },
    "assigned at creation to a team": {
        NEW: NO_MEMBERS_AT_CREATION,
        ASSIGNMENT: exactly("Lea team_lead +", "Tom assigned_team_member +"),
        MESSAGES + NOTE + TRANSFER + CLOCK + MENTION + DELIVERIES: NOTHING_OPENED,
    },
    "actor": {
        NEW + TRANSFER: changed("Mia department_manager actor"),
        MESSAGES + NOTE + ASSIGNMENT: changed("Sue assigned_agent actor"),
        MENTION: changed("Ann mentioned_agent actor"),
        CLOCK + DELIVERIES: NOBODY_DID_IT,
    },
    "inactive": _one("inactive"),
    "on leave": _one("on_leave"),
    # Sam has no place in the desk and may open the ticket because Mia, Sue or Ann may.
    "on leave with a substitute": {
        TO_MIA: instead("Mia department_manager", "Mia department_manager on_leave", "Sam department_manager +"),
        TO_SUE: instead("Sue assigned_agent", "Sue assigned_agent on_leave", "Sam assigned_agent +"),
        MENTION: instead("Ann mentioned_agent", "Ann mentioned_agent on_leave", "Sam mentioned_agent +"),
    },
    "the substitute is the actor": {
        NEW + TRANSFER: instead(
            "Mia department_manager", "Mia department_manager on_leave", "Sam department_manager actor"
        ),
        MESSAGES + NOTE + ASSIGNMENT: instead(
            "Sue assigned_agent", "Sue assigned_agent on_leave", "Sam assigned_agent actor"
        ),
        MENTION: instead("Ann mentioned_agent", "Ann mentioned_agent on_leave", "Sam mentioned_agent actor"),
        CLOCK + DELIVERIES: NOBODY_DID_IT,
    },
    "the substitute is inactive": {
        TO_MIA: instead("Mia department_manager", "Mia department_manager on_leave", "Sam department_manager inactive"),
        TO_SUE: instead("Sue assigned_agent", "Sue assigned_agent on_leave", "Sam assigned_agent inactive"),
        MENTION: instead("Ann mentioned_agent", "Ann mentioned_agent on_leave", "Sam mentioned_agent inactive"),
    },
    "substitutes in a circle": {
        TO_MIA: instead("Mia department_manager", "Mia department_manager on_leave", "Sam department_manager on_leave"),
        TO_SUE: instead("Sue assigned_agent", "Sue assigned_agent on_leave", "Sam assigned_agent on_leave"),
        MENTION: instead("Ann mentioned_agent", "Ann mentioned_agent on_leave", "Sam mentioned_agent on_leave"),
    },
    "no access": {
        MESSAGES + NOTE + STEP: both(
            instead("Bob last_respondent", "Sam last_respondent no_access"),
            instead("Ed watcher", "Sam watcher no_access"),
        ),
        TRANSFER + OVERDUE: instead("Ed watcher", "Sam watcher no_access"),
        MENTION: exactly("Sam mentioned_agent no_access"),
        NEW + ASSIGNMENT + DUE_SOON + DELIVERIES: never("whoever stands in one of its roles may open the ticket"),
    },
    "extended membership without alerts": {
        WITH_MEMBERS: changed("Ed extended_member membership_alerts_off"),
        WITHOUT_MEMBERS: NO_MEMBERS,
    },
    "team without alerts": {
        NOTE + TRANSFER: changed("Tom assigned_team_member team_alerts_off"),
        ASSIGNMENT + STEP: changed("Lea team_lead team_alerts_off", "Tom assigned_team_member team_alerts_off"),
        # The ticket has no agent here, so that the members of the team are its assignee.
        MESSAGES + OVERDUE + DUE_SOON + ASSIGNED: instead(
            "Sue assigned_agent", "Tom assigned_team_member team_alerts_off"
        ),
        NEW + MENTION: never("a team is none of its roles"),
        UNASSIGNED: never("the ticket has no team"),
    },
    "team member without alerts": {
        NOTE + TRANSFER + ASSIGNMENT + STEP: changed("Tom assigned_team_member team_alerts_off"),
        MESSAGES + OVERDUE + DUE_SOON + ASSIGNED: instead(
            "Sue assigned_agent", "Tom assigned_team_member team_alerts_off"
        ),
        NEW + MENTION: never("a team is none of its roles"),
        UNASSIGNED: never("the ticket has no team"),
    },
    # The mode says who members are and nothing else: it silences no assignee, no team, no manager, no last respondent.
    "mode members": {ALL: SAME},
    "mode members_and_extended": {
        NEW: changed("Ed extended_member +"),
        TRANSFER + OVERDUE: both(
            instead("Ed extended_member", "Ed extended_member,watcher +"), changed("Ed watcher duplicate_of")
        ),
        WITHOUT_MEMBERS: SAME,
    },
    "mode nobody": {
        WITH_MEMBERS: changed("Ann department_member recipients_mode", "Bob department_member recipients_mode"),
        WITHOUT_MEMBERS: SAME,
    },
    "admin address is an agent's": {
        NEW: both(
            instead("boss admin_address", "Mia admin_address,department_manager +"),
            changed("Mia department_manager duplicate_of"),
        ),
        OVERDUE + STEP: both(
            instead("boss admin_address", "Sue admin_address,assigned_agent +"),
            changed("Sue assigned_agent duplicate_of"),
        ),
        MESSAGES + NOTE + ASSIGNMENT + TRANSFER + DUE_SOON + MENTION + DELIVERIES: NO_ADMIN_ADDRESS,
    },
    "admin address is the actor's": {
        NEW: both(instead("boss admin_address", "Mia admin_address actor"), changed("Mia department_manager actor")),
        OVERDUE + STEP: NOBODY_DID_IT,
        MESSAGES + NOTE + ASSIGNMENT + TRANSFER + DUE_SOON + MENTION + DELIVERIES: NO_ADMIN_ADDRESS,
    },
    # A leave never silences the configured address.
    "admin address is of an agent on leave": {
        NEW: both(instead("boss admin_address", "Mia admin_address +"), changed("Mia department_manager on_leave")),
        OVERDUE + STEP: both(
            instead("boss admin_address", "Sue admin_address +"), changed("Sue assigned_agent on_leave")
        ),
        MESSAGES + NOTE + ASSIGNMENT + TRANSFER + DUE_SOON + MENTION + DELIVERIES: NO_ADMIN_ADDRESS,
    },
    # Nor does anything else that is said of the account.
    "admin address is of an inactive agent": {
        NEW: both(instead("boss admin_address", "Mia admin_address +"), changed("Mia department_manager inactive")),
        OVERDUE + STEP: both(
            instead("boss admin_address", "Sue admin_address +"), changed("Sue assigned_agent inactive")
        ),
        MESSAGES + NOTE + ASSIGNMENT + TRANSFER + DUE_SOON + MENTION + DELIVERIES: NO_ADMIN_ADDRESS,
    },
}
