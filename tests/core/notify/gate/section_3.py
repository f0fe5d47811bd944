"""The gate table for autoresponders and correspondence: written by hand from the contract, never by the code under test."""

from .cells import SAME, Cell, changed, everybody, exactly, never, whole

NEW = ("new-ticket-autoresponse",)
BY_AGENT = ("new-ticket-by-agent-notice",)
BY_AGENT_REPLY = ("new-ticket-by-agent-notice, first reply",)
CONFIRM = ("new-message-autoresponse",)
OTHERS = ("new-message-participant-notice",)
REACHED = ("overlimit-notice, reached",)
REFUSED = ("overlimit-notice, refused",)
REPLY = ("reply-to-end-user",)
STAND_IN = ("reply-to-end-user, first reply",)

OWNER_ONLY = NEW + REACHED + REFUSED
OF_MAIL = OWNER_ONLY + CONFIRM + OTHERS
CORRESPONDENCE = BY_AGENT_REPLY + REPLY + STAND_IN
OF_AGENT = BY_AGENT + CORRESPONDENCE
OPENED_BY_AGENT = BY_AGENT + BY_AGENT_REPLY + STAND_IN
ALL = OF_MAIL + OF_AGENT

NO_MAIL = never("an agent opens the ticket by hand: no mail causes it")
NOT_HELD = never("only a message on an existing ticket is held")
EVERY_EVENT = never("it answers every event of its kind")
NO_STAND_IN = never("it stands in for no other notice")
NO_AGENT = never("no agent is among its recipients")


def _one(code: str) -> dict[tuple[str, ...], Cell]:
    """The one whom conditions about one person hit: Olga, for the participant notice Carl, for she wrote the message."""
    return {
        OWNER_ONLY + OF_AGENT: changed(f"Olga owner {code}"),
        CONFIRM: changed(f"Olga poster {code}"),
        OTHERS: changed(f"Carl collaborator {code}"),
    }


TABLE: dict[str, dict[tuple[str, ...], Cell]] = {
    "plain": {
        OWNER_ONLY: exactly("Olga owner +"),
        OF_AGENT: exactly("Olga owner +", "Carl collaborator +", "Tess collaborator +"),
        CONFIRM: exactly("Olga poster +"),
        OTHERS: exactly("Carl collaborator +", "Tess collaborator +"),
    },
    "as shipped": {
        CONFIRM: whole("plugin_off:global"),
        OWNER_ONLY + OTHERS + OF_AGENT: SAME,
    },
    "off for the desk": {ALL: whole("plugin_off:global")},
    "off for the desk, on in the department": {ALL: whole("plugin_off:global")},
    "off in the department": {ALL: whole("plugin_off:department")},
    "off in the parent": {ALL: whole("plugin_off:department")},
    "off for the topic": {
        NEW + BY_AGENT + CONFIRM + OTHERS + REACHED: whole("plugin_off:topic"),
        # With the agent's own words it is correspondence: the switch that holds for the bare notice does not count.
        BY_AGENT_REPLY: SAME,
        REFUSED: never("a refused request has no ticket, so it has no help topic"),
        REPLY + STAND_IN: never("correspondence has no topic switch"),
    },
    "off for the mailbox": {
        OF_MAIL: whole("plugin_off:mailbox"),
        BY_AGENT + BY_AGENT_REPLY: NO_MAIL,
        REPLY + STAND_IN: never("correspondence has no mailbox switch"),
    },
    "opt-in, nobody opted in": {ALL: whole("plugin_off:global")},
    "opt-in, the parent opted in": {ALL: SAME},
    "shadow for the desk": {ALL: everybody("shadow:global")},
    "shadow in the department": {ALL: everybody("shadow:department")},
    "shadow in the parent": {ALL: everybody("shadow:department")},
    "quarantined": {ALL: whole("plugin_quarantined")},
    "role not selected": {
        OWNER_ONLY: exactly("- owner role_not_selected"),
        OF_AGENT: exactly("Olga owner +", "- collaborator role_not_selected"),
        CONFIRM: exactly("- poster role_not_selected"),
        OTHERS: exactly("- collaborator role_not_selected"),
    },
    "not its business": {
        NEW + BY_AGENT + REFUSED: whole("plugin_declined"),
        BY_AGENT_REPLY + STAND_IN: never("nobody but an agent writes a first reply"),
        CONFIRM + OTHERS + REACHED + REPLY: EVERY_EVENT,
    },
    "the notice it stands in for speaks": {
        STAND_IN: whole("plugin_declined"),
        OF_MAIL + BY_AGENT + BY_AGENT_REPLY + REPLY: NO_STAND_IN,
    },
    "the notice it stands in for is off in the department": {
        STAND_IN: SAME,
        OF_MAIL + BY_AGENT + BY_AGENT_REPLY + REPLY: NO_STAND_IN,
    },
    "the notice it stands in for is quarantined": {
        STAND_IN: SAME,
        OF_MAIL + BY_AGENT + BY_AGENT_REPLY + REPLY: NO_STAND_IN,
    },
    # What is in shadow sends nothing, and takes no mail of another plugin away.
    "the notice it stands in for is in shadow": {
        STAND_IN: SAME,
        OF_MAIL + BY_AGENT + BY_AGENT_REPLY + REPLY: NO_STAND_IN,
    },
    "auto-reply": {
        OF_MAIL: everybody("automatic_message:auto_submitted"),
        OPENED_BY_AGENT: NO_MAIL,
        REPLY: never("an automatic mail of an agent is stored and rings nothing"),
    },
    "bounce or report": {
        OWNER_ONLY: everybody("automatic_message:report"),
        CONFIRM + OTHERS: never("a report rings delivery_bounced or opens a ticket: it is no message on one"),
        OPENED_BY_AGENT: NO_MAIL,
        REPLY: never("an automatic mail of an agent is stored and rings nothing"),
    },
    "mailing list": {
        OF_MAIL: everybody("automatic_message:mailing_list"),
        OPENED_BY_AGENT: NO_MAIL,
        # The mail of an agent, which no machine wrote: correspondence knows no gate.
        REPLY: SAME,
    },
    "sender unverified": {
        OWNER_ONLY + CONFIRM: SAME,
        OTHERS: everybody("sender_unverified"),
        OPENED_BY_AGENT: NO_MAIL,
        REPLY: never("the mail of an agent whom nobody verified is a message and no reply"),
    },
    "already addressed": {
        # Who sent a copy to the own address is answered all the same.
        OWNER_ONLY + CONFIRM: SAME,
        OTHERS: changed("Carl collaborator already_addressed"),
        OPENED_BY_AGENT: NO_MAIL,
        REPLY: SAME,
    },
    "held message": {
        CONFIRM: exactly("Stan poster sender_unverified"),
        OTHERS: exactly(
            "Olga owner sender_unverified", "Carl collaborator sender_unverified", "Tess collaborator sender_unverified"
        ),
        OWNER_ONLY + OF_AGENT: NOT_HELD,
    },
    "system address": _one("system_address"),
    "ban": _one("banned"),
    "suppressed address": _one("address_suppressed"),
    "no address": _one("no_address"),
    "case-different addresses": _one("banned"),
    "duplicate roles": {
        OWNER_ONLY + CONFIRM: never("it has one role"),
        OF_AGENT: exactly(
            "Olga owner,collaborator +", "Olga collaborator duplicate_of", "Carl collaborator +", "Tess collaborator +"
        ),
        # Tess wrote the message, so she is no candidate.
        OTHERS: exactly("Olga owner,collaborator +", "Olga collaborator duplicate_of", "Carl collaborator +"),
    },
    "said within the window": {
        REACHED + REFUSED: changed("Olga owner once_per_window"),
        NEW + CONFIRM + OTHERS + OF_AGENT: never("it is said every time"),
    },
    # What counts are the answers to a mail of one's own; the notices about the limit have windows of their own.
    "answered as often as one may be": {
        NEW: changed("Olga owner rate_capped"),
        CONFIRM: changed("Olga poster rate_capped"),
        OTHERS + REACHED + REFUSED + OF_AGENT: SAME,
    },
    "mailbox full, sender known": {
        NEW: changed("Olga owner later:rate_capped"),
        CONFIRM: changed("Olga poster later:rate_capped"),
        OTHERS + REACHED + REFUSED + REPLY: SAME,
        OPENED_BY_AGENT: NO_MAIL,
    },
    "mailbox full, nobody vouches for the sender": {
        NEW: changed("Olga owner rate_capped"),
        # Who takes part in a ticket is no stranger.
        CONFIRM: changed("Olga poster later:rate_capped"),
        OTHERS: everybody("sender_unverified"),
        REACHED + REFUSED: SAME,
        OPENED_BY_AGENT: NO_MAIL,
        REPLY: never("the mail of an agent whom nobody verified is a message and no reply"),
    },
    "three answers in ten minutes": {
        NEW + REACHED + REFUSED + OPENED_BY_AGENT: never("nothing was answered about a ticket before it is opened"),
        CONFIRM: changed("Olga poster loop_guard"),
        OTHERS + REPLY: SAME,
    },
    "inactive collaborator": {
        OF_AGENT + OTHERS: changed("Carl collaborator inactive_collaborator"),
        OWNER_ONLY: never("it speaks to no collaborator"),
        CONFIRM: never("it speaks to whoever wrote, in whichever place"),
    },
    "collaborator not chosen": {
        REPLY: changed("Tess collaborator agent_chose_no_send"),
        OF_MAIL: never("no agent sends it"),
        OPENED_BY_AGENT: never("only for a reply on an existing ticket collaborators are chosen"),
    },
    "agent chose no send": {
        OF_AGENT: everybody("agent_chose_no_send"),
        OF_MAIL: never("no agent sends it"),
    },
    "assigned at creation": {
        NEW + REACHED + OPENED_BY_AGENT: SAME,
        CONFIRM + OTHERS + REPLY + REFUSED: never("no ticket is opened"),
    },
    "assigned at creation to a recipient": {ALL: NO_AGENT},
    "the same, assignment alert in shadow": {ALL: NO_AGENT},
    "assigned at creation to a team": {
        NEW + REACHED + OPENED_BY_AGENT: SAME,
        CONFIRM + OTHERS + REPLY + REFUSED: never("no ticket is opened"),
    },
    # The rule that nobody is told of the own act is one of alerts: who acted is whom an autoresponder answers, and an agent
    # who is the owner of a ticket as well gets the answer.
    "actor": {ALL: SAME},
    "inactive": {ALL: NO_AGENT},
    "on leave": {ALL: NO_AGENT},
    "on leave with a substitute": {ALL: NO_AGENT},
    "the substitute is the actor": {ALL: NO_AGENT},
    "the substitute is inactive": {ALL: NO_AGENT},
    "substitutes in a circle": {ALL: NO_AGENT},
    "no access": {ALL: NO_AGENT},
    "extended membership without alerts": {ALL: NO_AGENT},
    "team without alerts": {ALL: NO_AGENT},
    "team member without alerts": {ALL: NO_AGENT},
    "mode members": {ALL: NO_AGENT},
    "mode members_and_extended": {ALL: NO_AGENT},
    "mode nobody": {ALL: NO_AGENT},
    "admin address is an agent's": {ALL: NO_AGENT},
    "admin address is the actor's": {ALL: NO_AGENT},
    "admin address is of an agent on leave": {ALL: NO_AGENT},
    "admin address is of an inactive agent": {ALL: NO_AGENT},
}
