"""The gate table for system alerts: written by hand from the contract, never by the code under test."""

from .cells import SAME, Cell, everybody, exactly, never, whole

ALWAYS = ("system-error-alert", "system-error-alert, plugin set aside")
SWITCHED = ("database-error-alert", "excessive-login-alert")
ALL = ALWAYS + SWITCHED

NO_DEPARTMENT = never("it concerns no department, so none can switch it")
NO_TICKET = never("it concerns no ticket")
NO_MAIL = never("no mail causes it")
NO_STAND_IN = never("it stands in for no other notice")
NO_END_USER = never("no end user is among its recipients")
ONE_ADDRESS = never("the admin address is its only role")
NOBODY_DID_IT = never("the desk rings it: nobody did it")
CAPS = never("the caps count answers to end users")

TABLE: dict[str, dict[tuple[str, ...], Cell]] = {
    "plain": {ALL: exactly("boss admin_address +")},
    "as shipped": {ALL: SAME},
    "off for the desk": {ALWAYS: SAME, SWITCHED: whole("plugin_off:global")},
    "off for the desk, on in the department": {ALL: NO_DEPARTMENT},
    "off in the department": {ALL: NO_DEPARTMENT},
    "off in the parent": {ALL: NO_DEPARTMENT},
    "off for the topic": {ALL: NO_TICKET},
    "off for the mailbox": {ALL: NO_MAIL},
    "opt-in, nobody opted in": {ALL: NO_DEPARTMENT},
    "opt-in, the parent opted in": {ALL: NO_DEPARTMENT},
    "shadow for the desk": {ALWAYS: SAME, SWITCHED: everybody("shadow:global")},
    "shadow in the department": {ALL: NO_DEPARTMENT},
    "shadow in the parent": {ALL: NO_DEPARTMENT},
    "quarantined": {ALWAYS: SAME, SWITCHED: whole("plugin_quarantined")},
    # Mail to the admin address cannot be removed.
    "role not selected": {ALL: SAME},
    "not its business": {ALL: never("it answers every event of its kind")},
    "the notice it stands in for speaks": {ALL: NO_STAND_IN},
    "the notice it stands in for is off in the department": {ALL: NO_STAND_IN},
    "the notice it stands in for is quarantined": {ALL: NO_STAND_IN},
    "the notice it stands in for is in shadow": {ALL: NO_STAND_IN},
    "auto-reply": {ALL: NO_MAIL},
    "bounce or report": {ALL: NO_MAIL},
    "mailing list": {ALL: NO_MAIL},
    "sender unverified": {ALL: NO_MAIL},
    "already addressed": {ALL: NO_MAIL},
    "held message": {ALL: NO_MAIL},
    "system address": {ALL: exactly("Ada admin_address +")},
    "ban": {ALL: exactly("banned<banned@example.org> admin_address +")},
    "suppressed address": {ALL: exactly("gone<gone@example.org> admin_address +")},
    "no address": {ALL: exactly("- admin_address no_address")},
    "case-different addresses": {ALL: exactly("Ada<ADA@Example.COM> admin_address +")},
    "duplicate roles": {ALL: ONE_ADDRESS},
    "said within the window": {ALL: never("faults and failures are grouped before they ring")},
    "answered as often as one may be": {ALL: CAPS},
    "mailbox full, sender known": {ALL: CAPS},
    "mailbox full, nobody vouches for the sender": {ALL: CAPS},
    "three answers in ten minutes": {ALL: CAPS},
    "inactive collaborator": {ALL: NO_END_USER},
    "collaborator not chosen": {ALL: NO_END_USER},
    "agent chose no send": {ALL: NO_END_USER},
    "assigned at creation": {ALL: NO_TICKET},
    "assigned at creation to a recipient": {ALL: NO_TICKET},
    "the same, assignment alert in shadow": {ALL: NO_TICKET},
    "assigned at creation to a team": {ALL: NO_TICKET},
    "actor": {ALL: NOBODY_DID_IT},
    "inactive": {ALL: ONE_ADDRESS},
    "on leave": {ALL: ONE_ADDRESS},
    "on leave with a substitute": {ALL: ONE_ADDRESS},
    "the substitute is the actor": {ALL: ONE_ADDRESS},
    "the substitute is inactive": {ALL: ONE_ADDRESS},
    "substitutes in a circle": {ALL: ONE_ADDRESS},
    "no access": {ALL: NO_TICKET},
    "extended membership without alerts": {ALL: ONE_ADDRESS},
    "team without alerts": {ALL: ONE_ADDRESS},
    "team member without alerts": {ALL: ONE_ADDRESS},
    "mode members": {ALL: ONE_ADDRESS},
    "mode members_and_extended": {ALL: ONE_ADDRESS},
    "mode nobody": {ALL: ONE_ADDRESS},
    "admin address is an agent's": {ALL: exactly("Ada admin_address +")},
    "admin address is the actor's": {ALL: NOBODY_DID_IT},
    "admin address is of an agent on leave": {ALL: exactly("Ada admin_address +")},
    "admin address is of an inactive agent": {ALL: exactly("Ada admin_address +")},
}
