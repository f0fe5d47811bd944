"""The columns of the gate table: what each condition changes of a plain case, in the groups in which the page shows them."""

from collections.abc import Callable
from typing import Any

import attrs

from deskbell.core.contract.events import MessagePosted, TicketAssigned, TicketCreated
from deskbell.core.contract.kinds import Level, Switch
from deskbell.core.contract.people import ActorKind, EndUser, Role
from deskbell.core.contract.tickets import Collaborator, EntryKind, Mailbox
from deskbell.core.store.directory import ExtendedMember, RecipientsMode, SwitchRecord, TeamMember
from stand_ins.paper_desk import ID, OTHER, OWNER, acting, agent, on_leave

from .scene import (
    BANNED,
    BY_MAIL,
    COMPANY,
    FULL_MAILBOX,
    GONE,
    LOOPED_TICKET,
    OFTEN,
    PRINTERS,
    SUPPORT,
    SUPPORT_MAILBOX,
    TOLD_TICKET,
    TOLD_USER,
    Scene,
)

Change = Callable[[Scene], Scene]

STRANGER = EndUser(50, "Stan Stranger", "stan@example.net")


# --- switches ---


def as_shipped(scene: Scene) -> Scene:
    """Nothing is set: every switch and every tick stands at its default."""
    return scene.but(position=None, ticks=())


def lower(level: Level, scope_id: int, position: Switch | None = None, *, shadow: bool = False) -> Change:
    """A switch below the global level."""
    return lambda scene: scene.switched(level, scope_id, position, shadow=shadow)


def off_though_on_in_department(scene: Scene) -> Scene:
    return scene.but(position=Switch.OFF).switched(Level.DEPARTMENT, SUPPORT, Switch.ON)


def opted_in(scene: Scene) -> Scene:
    return scene.but(position=Switch.OPT_IN).switched(Level.DEPARTMENT, COMPANY, Switch.ON)


def role_not_selected(scene: Scene) -> Scene:
    """The department unticks the role in which the plain case tells somebody: the collaborators where there are some."""
    some = {
        "new-ticket-by-agent-notice": Role.COLLABORATOR,
        "new-message-participant-notice": Role.COLLABORATOR,
        "reply-to-end-user": Role.COLLABORATOR,
        "new-message-autoresponse": Role.POSTER,
        "internal-note-alert": Role.ASSIGNED_AGENT,
        "ticket-assignment-alert": Role.NEWLY_ASSIGNED_AGENT,
        "mention-alert": Role.MENTIONED_AGENT,
        "escalation-alert": Role.DEPARTMENT_MANAGER,
    }
    of_subject = {"Olga": Role.OWNER, "Mia": Role.DEPARTMENT_MANAGER, "Sue": Role.ASSIGNEE, "boss": Role.ADMIN_ADDRESS}
    return scene.but(unticked=some.get(scene.plugin) or of_subject[scene.subject])


# --- the mail ---


def checked(check: str, *, automatic: bool) -> Change:
    """The mail that causes it fails a check of the gate."""
    mail = attrs.evolve(BY_MAIL, check=check, automatic=automatic)

    def change(scene: Scene) -> Scene:
        # Only what is assigned while it is opened is assigned by a mail.
        by_owner = scene.written_by(OWNER) if scene.kind is TicketAssigned else scene
        return by_owner.but(incoming=mail)

    return change


def sender_unverified(scene: Scene) -> Scene:
    """Only From says who it is: the owner, or for alerts one of those who would be told."""
    if scene.plugin.endswith("-alert"):
        return scene.written_by(EndUser(50, "Forger", f"{scene.subject.lower()}@example.com"), verified=False)
    return scene.but(actor=attrs.evolve(scene.actor, verified=False))


def already_addressed(scene: Scene) -> Scene:
    """Whom it is for stands in To or Cc of the mail."""
    addresses = {"Olga": OWNER.address, "Carl": OTHER.address}
    address = addresses.get(scene.subject, f"{scene.subject.lower()}@example.com")
    return scene.but(incoming=attrs.evolve(scene.incoming or BY_MAIL, addressed=frozenset({address})))


def held(scene: Scene) -> Scene:
    """It is by somebody who takes no part in the ticket."""
    actor = attrs.evolve(scene.actor, id=STRANGER.id, name=STRANGER.name, address=STRANGER.address)
    return scene.but(actor=actor, held=True)


# --- the recipient ---


def addressed(address: str) -> Change:
    """The subject has this address."""
    return lambda scene: scene.addressed(address)


def system_address(scene: Scene) -> Scene:
    """The address is a mailbox; that of an agent is one for alerts only."""
    if scene.subject in ("Olga", "Carl"):
        return scene.addressed("support@example.com")
    name = "Ada" if scene.subject == "boss" else scene.subject
    return scene.but(agents={name: {"alert_only": True}}, **_admin_is(scene, name))


def no_address(scene: Scene) -> Scene:
    return scene.addressed("at home" if scene.subject in ("Olga", "Carl") else "")


def _admin_is(scene: Scene, name: str) -> dict[str, Any]:
    return {"admin_address": f"{name.lower()}@example.com"} if scene.subject == "boss" else {}


def another_spelling(scene: Scene) -> Scene:
    """Where one person can be met in two spellings of an address, in both; else an address that is known in small letters."""
    if scene.subject in ("Olga", "Carl"):
        return scene.addressed("BANNED@Example.ORG")
    if scene.subject == "boss":
        return scene.addressed("ADA@Example.COM")
    shouted = f"{scene.subject.upper()}@Example.COM"
    if scene.plugin in ("ticket-overdue-alert", "escalation-alert"):
        return scene.but(admin_address=shouted)
    if scene.kind in (TicketCreated, MessagePosted, TicketAssigned):
        return scene.written_by(EndUser(50, scene.subject, shouted))
    return scene.addressed("GONE@Example.ORG")


def once_per_window(scene: Scene) -> Scene:
    """The same was said an hour ago."""
    told = attrs.evolve(scene.owner, id=TOLD_USER)
    return scene.but(owner=told, actor=attrs.evolve(scene.actor, id=TOLD_USER), ticket={"id": TOLD_TICKET})


# --- answered before ---


def full_mailbox(scene: Scene) -> Scene:
    """The mail came by a mailbox that gave as many answers as it may."""
    mail = scene.incoming or BY_MAIL
    return scene.but(incoming=attrs.evolve(mail, mailbox=Mailbox(FULL_MAILBOX, "full", "full@example.com")))


def full_mailbox_and_a_stranger(scene: Scene) -> Scene:
    """So it did, and nothing but From says who wrote it."""
    return sender_unverified(full_mailbox(scene))


def in_a_circle(scene: Scene) -> Scene:
    """About this ticket its owner got three answers within ten minutes."""
    return scene.but(ticket={"id": LOOPED_TICKET})


# --- agents ---


def assigned_to(name: str = "") -> Change:
    """The ticket is assigned while it is created, to an agent or to the team; the act holds both events, its owner did both."""
    assignee = {"agent": agent(name) if name else None, "team": not name}

    def change(scene: Scene) -> Scene:
        if scene.kind is TicketAssigned:
            bare = {"last_respondent": None, "watchers": ()}
            scene = attrs.evolve(scene, facts={}, ticket=bare).written_by(OWNER)
        # What limits ring stands in the same act, and what it says of the ticket is all that matters to it.
        return scene.but(ticket=assignee, assigned=scene.kind in (TicketCreated, TicketAssigned))

    return change


def assigned_in_shadow(scene: Scene) -> Scene:
    shadow = SwitchRecord(plugin="ticket-assignment-alert", level=Level.GLOBAL, shadow=True)
    return assigned_to("Mia")(scene).but(others=(shadow,))


def away(substitute: str = "") -> Change:
    return lambda scene: scene.but(agents={scene.subject: on_leave(substitute)})


def inactive(scene: Scene) -> Scene:
    return scene.but(agents={scene.subject: {"active": False}})


def substitute_acts(scene: Scene) -> Scene:
    """Who stands in did it."""
    return actor(attrs.evolve(away("Sam")(scene), subject="Sam"))


def substitute_inactive(scene: Scene) -> Scene:
    return away("Sam")(scene).but(agents={"Sam": {"active": False}})


def substitutes_in_a_circle(scene: Scene) -> Scene:
    """Each stands in for the other, and both are away."""
    return away("Sam")(scene).but(agents={"Sam": on_leave(scene.subject)})


def no_access(scene: Scene) -> Scene:
    """Sam, who has no place in the desk, once answered the ticket, watches it or is mentioned."""
    facts = {"agent": agent("Sam")} if scene.plugin == "mention-alert" else {}
    return scene.but(ticket={"last_respondent": agent("Sam"), "watchers": (agent("Sam"),)}, facts=facts)


def extended_alerts_off(scene: Scene) -> Scene:
    silent = ExtendedMember(agent_id=ID["Ed"], alerts=False)
    return scene.but(department={"recipients_mode": RecipientsMode.MEMBERS_AND_EXTENDED, "extended": (silent,)})


def _for_team(scene: Scene) -> Scene:
    """Where the team is told only if there is no agent, there is none."""
    assignee = scene.plugin in ("new-message-alert", "ticket-overdue-alert", "ticket-due-soon-alert")
    return scene.but(ticket={"agent": None}) if assignee or scene.plugin.startswith("delivery") else scene


def team_alerts_off(scene: Scene) -> Scene:
    return _for_team(scene).but(team={"alerts": False})


def member_alerts_off(scene: Scene) -> Scene:
    return _for_team(scene).but(team={"members": (TeamMember(agent_id=ID["Tom"], alerts=False),)})


def mode(which: RecipientsMode) -> Change:
    return lambda scene: scene.but(department={"recipients_mode": which})


def actor(scene: Scene) -> Scene:
    """Who would be told did it; an agent who writes a mail to the desk does it as an end user with the same address."""
    if scene.subject in ("Olga", "Carl"):
        # The owner, as an agent of the same address, where an agent acts; where an end user acts, as in the plain case.
        return scene if scene.actor.kind is ActorKind.END_USER else scene.but(actor=_as_agent(OWNER.address))
    if scene.kind is MessagePosted:
        return scene.written_by(EndUser(50, scene.subject, f"{scene.subject.lower()}@example.com"))
    return scene.but(actor=acting(scene.subject), words=None if scene.kind is TicketCreated else scene.words)


def _as_agent(address: str) -> Any:
    return attrs.evolve(acting("Ada"), address=address)


def duplicate(scene: Scene) -> Scene:
    """Somebody stands in two roles of the plugin."""
    if scene.subject in ("Olga", "Carl"):
        return _owner_is_collaborator(scene)
    match scene.plugin:
        case "new-ticket-alert" | "ticket-transfer-alert" | "ticket-overdue-alert":
            return scene.but(department={"members": (ID["Ann"], ID["Bob"], ID["Mia"])})
        case "ticket-assignment-alert":
            return scene.but(team={"lead_id": ID["Sue"]})
        case "ticket-due-soon-alert":
            return scene.but(ticket={"agent": agent("Mia")})
        case _:
            return scene.but(ticket={"last_respondent": agent("Sue")})


def _owner_is_collaborator(scene: Scene) -> Scene:
    people = (Collaborator(OWNER), *scene.collaborators)
    if scene.kind is MessagePosted:
        scene = scene.but(actor=attrs.evolve(scene.actor, id=3, name="Tess Third", address="tess@example.net"))
    return scene.but(collaborators=people)


def admin_is_subject(scene: Scene) -> Scene:
    name = "Ada" if scene.subject == "boss" else scene.subject
    return scene.but(admin_address=f"{name.lower()}@example.com")


def admin_is_actor(scene: Scene) -> Scene:
    return actor(admin_is_subject(scene))


def admin_is_away(scene: Scene) -> Scene:
    name = "Ada" if scene.subject == "boss" else scene.subject
    return admin_is_subject(scene).but(agents={name: on_leave()})


def admin_is_inactive(scene: Scene) -> Scene:
    name = "Ada" if scene.subject == "boss" else scene.subject
    return admin_is_subject(scene).but(agents={name: {"active": False}})


# --- end users ---


def collaborator_inactive(scene: Scene) -> Scene:
    return scene.but(collaborators=(Collaborator(OTHER, active=False), *scene.collaborators[1:]))


def no_send(scene: Scene) -> Scene:
    """The agent ticked "do not send"; Sue opens the ticket where that is told to agents, for she is none of them."""
    scene = scene.but(facts={"send_notice": False})
    if scene.plugin.endswith("-alert"):
        return scene.but(actor=acting("Sue"), words=None, incoming=None)
    return scene


def not_chosen(scene: Scene) -> Scene:
    """The agent chose Carl and not Tess."""
    return scene.but(facts={"chosen": frozenset({OTHER.id})})


# --- what is said instead, or not at all ---


def not_its_business(scene: Scene) -> Scene:
    """An event of its kind that it does not speak about: by the other sort of person, for another reason, to somebody else."""
    if scene.plugin == "overlimit-notice":
        return scene.but(facts={"reason": "spam"})
    if scene.plugin.startswith("delivery"):
        return scene.but(facts={"to_end_user": False})
    if scene.plugin == "new-ticket-autoresponse":
        return scene.but(actor=acting("Ada"), words=None, incoming=None)
    return scene.written_by(OWNER).but(words=EntryKind.MESSAGE, incoming=BY_MAIL)


def by_agent_notice(
    position: Switch | None = None, *, level: Level = Level.GLOBAL, shadow: bool | None = None
) -> Change:
    """The notice that holds the first reply itself has this switch and no other."""
    scope_id = SUPPORT if level is Level.DEPARTMENT else 0
    row = SwitchRecord(
        plugin="new-ticket-by-agent-notice", level=level, scope_id=scope_id, position=position, shadow=shadow
    )
    return lambda scene: scene.but(others=(row,))


GROUPS: dict[str, dict[str, Change]] = {
    "Switches, shadow and ticks": {
        "plain": lambda scene: scene,
        "as shipped": as_shipped,
        "off for the desk": lambda scene: scene.but(position=Switch.OFF),
        "off for the desk, on in the department": off_though_on_in_department,
        "off in the department": lower(Level.DEPARTMENT, SUPPORT, Switch.OFF),
        "off in the parent": lower(Level.DEPARTMENT, COMPANY, Switch.OFF),
        "off for the topic": lower(Level.TOPIC, PRINTERS, Switch.OFF),
        "off for the mailbox": lower(Level.MAILBOX, SUPPORT_MAILBOX, Switch.OFF),
        "opt-in, nobody opted in": lambda scene: scene.but(position=Switch.OPT_IN),
        "opt-in, the parent opted in": opted_in,
        "shadow for the desk": lambda scene: scene.but(shadow=True),
        "shadow in the department": lower(Level.DEPARTMENT, SUPPORT, shadow=True),
        "shadow in the parent": lower(Level.DEPARTMENT, COMPANY, shadow=True),
        "quarantined": lambda scene: scene.but(quarantined=(scene.plugin,)),
        "role not selected": role_not_selected,
    },
    "What it answers": {
        "not its business": not_its_business,
        "the notice it stands in for speaks": by_agent_notice(),
        "the notice it stands in for is off in the department": by_agent_notice(Switch.OFF, level=Level.DEPARTMENT),
        "the notice it stands in for is quarantined": lambda scene: scene.but(
            others=(), quarantined=("new-ticket-by-agent-notice",)
        ),
        "the notice it stands in for is in shadow": by_agent_notice(shadow=True),
    },
    "The mail that caused it": {
        "auto-reply": checked("auto_submitted", automatic=True),
        "bounce or report": checked("report", automatic=True),
        "mailing list": checked("mailing_list", automatic=False),
        "sender unverified": sender_unverified,
        "already addressed": already_addressed,
        "held message": held,
    },
    "The recipient": {
        "system address": system_address,
        "ban": addressed(BANNED),
        "suppressed address": addressed(GONE),
        "no address": no_address,
        "case-different addresses": another_spelling,
        "duplicate roles": duplicate,
        "said within the window": once_per_window,
        "answered as often as one may be": addressed(OFTEN),
        "mailbox full, sender known": full_mailbox,
        "mailbox full, nobody vouches for the sender": full_mailbox_and_a_stranger,
        "three answers in ten minutes": in_a_circle,
        "inactive collaborator": collaborator_inactive,
        "collaborator not chosen": not_chosen,
        "agent chose no send": no_send,
    },
    "Agents": {
        "assigned at creation": assigned_to("Sue"),
        "assigned at creation to a recipient": assigned_to("Mia"),
        "the same, assignment alert in shadow": assigned_in_shadow,
        "assigned at creation to a team": assigned_to(),
        "actor": actor,
        "inactive": inactive,
        "on leave": away(),
        "on leave with a substitute": away("Sam"),
        "the substitute is the actor": substitute_acts,
        "the substitute is inactive": substitute_inactive,
        "substitutes in a circle": substitutes_in_a_circle,
        "no access": no_access,
        "extended membership without alerts": extended_alerts_off,
        "team without alerts": team_alerts_off,
        "team member without alerts": member_alerts_off,
        "mode members": mode(RecipientsMode.MEMBERS),
        "mode members_and_extended": mode(RecipientsMode.MEMBERS_AND_EXTENDED),
        "mode nobody": mode(RecipientsMode.NOBODY),
        "admin address is an agent's": admin_is_subject,
        "admin address is the actor's": admin_is_actor,
        "admin address is of an agent on leave": admin_is_away,
        "admin address is of an inactive agent": admin_is_inactive,
    },
}

CONDITIONS: dict[str, Change] = {name: change for group in GROUPS.values() for name, change in group.items()}
