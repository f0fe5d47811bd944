"""What would change this? For every reason of a decision one sentence with the command or setting behind the outcome."""

import re
from collections.abc import Callable, Mapping

import attrs

from ..contract.decisions import Candidate, Outcome
from ..contract.events import Event, MessagePosted
from ..contract.kinds import Level, Plugin, Switch, SystemAlert
from ..contract.people import Role
from ..contract.tickets import Department, Ticket
from ..store.directory import Directory
from .audience.people import Person, roster_of
from .switchboard import place_of
from .switches import is_always_on, resolve_audience

NO_PLUGIN = "no_plugin"
"""No plugin listened to the event."""
PURGED = "purged"
"""What was decided is not kept any more."""
NOT_RUNG = "not_rung"
"""Nothing is decided yet."""
NOT_A_CANDIDATE = "not_a_candidate"
NO_CANDIDATE = "no_candidate"


@attrs.frozen(kw_only=True)
class Situation:
    """What a remedy is written for: one candidate of one plugin, or the plugin as a whole when `candidate` is None.

    `detail` is what stands behind the colon of the reason, `because` the sentence behind it. `kind` is None when the plugin
    is not installed any more.
    """

    event: Event
    plugin: str
    kind: Plugin | None
    directory: Directory
    candidate: Candidate | None = None
    detail: str = ""
    because: str = ""

    @property
    def ticket(self) -> Ticket | None:
        """The ticket of the event, if it has one."""
        return getattr(self.event, "ticket", None)

    @property
    def department(self) -> str:
        """The name of the department that the event belongs to, '' if it belongs to none."""
        own = getattr(self.event, "department", None)
        place = own if isinstance(own, Department) else self.ticket.department if self.ticket is not None else None
        if place is None:
            return ""
        now = self.directory.departments.get(place.id)
        return now.name if now is not None else place.name

    @property
    def team(self) -> str:
        """The name of the ticket's team."""
        team = getattr(self.event, "team", None) or (self.ticket.team if self.ticket is not None else None)
        return team.name if team is not None else ""

    @property
    def called(self) -> str:
        """What a sentence calls the person."""
        if self.candidate is None:
            return "the person"
        return self.candidate.name or self.candidate.address or self.candidate.person

    @property
    def agent(self) -> Person | None:
        """The agent of the desk who the candidate is."""
        if self.candidate is None:
            return None
        roster = roster_of(self.directory)
        word, _, number = self.candidate.person.partition(":")
        if word == "agent" and number.isdigit():
            return roster.agents.get(int(number))
        return roster.by_address.get(self.candidate.address.casefold())

    @property
    def address(self) -> str:
        """The candidate's address, that of the desk's own books for an agent."""
        if self.agent is not None:
            return self.agent.address
        return self.candidate.address if self.candidate is not None else ""

    @property
    def role(self) -> str:
        """The role as an administrator ticks it."""
        role = self.candidate.roles[0] if self.candidate is not None and self.candidate.roles else ""
        ticks = self.kind.audience if self.kind is not None else {}
        return next((tick for tick in (role, *_TICKED_AS.get(role, ())) if tick in ticks), role)

    def switch(self, position: str, *, level: str) -> str:
        """The command that sets the plugin's switch at this level, of this event's place."""
        return f"deskbell plugins switch {self.plugin} {position}{self.at(level)}"

    def at(self, level: str) -> str:
        """The option that names this event's place at a level; '' for the whole desk."""
        name = {
            Level.DEPARTMENT.value: self.department,
            Level.TOPIC.value: self._topic,
            Level.MAILBOX.value: self._mailbox,
        }.get(level, "")
        return f" --{level} {quoted(name)}" if name else ""

    @property
    def _topic(self) -> str:
        own = getattr(self.event, "topic", None)
        topic = self.ticket.topic if self.ticket is not None else own
        return topic.name if topic is not None else ""

    @property
    def _mailbox(self) -> str:
        incoming = getattr(self.event, "incoming", None)
        return incoming.mailbox.name if incoming is not None else ""


Remedy = Callable[[Situation], str]

_TICKED_AS: Mapping[str, tuple[str, ...]] = {
    Role.EXTENDED_MEMBER: (Role.DEPARTMENT_MEMBER,),
    Role.ASSIGNED_AGENT: (Role.NEWLY_ASSIGNED_AGENT, Role.ASSIGNEE),
    Role.ASSIGNED_TEAM_MEMBER: (Role.ASSIGNEE,),
}


def quoted(name: str) -> str:
    """A name as a shell takes it, always between quotes."""
    return "'" + name.replace("'", "'\\''") + "'"


def what_would_change(
    reason: str,
    *,
    outcome: Outcome,
    event: Event,
    plugin: str,
    kind: Plugin | None,
    directory: Directory,
    candidate: Candidate | None = None,
    because: str = "",
) -> str:
    """One sentence: what an administrator can do so that the outcome is another one next time.

    :param reason: the code of the decision, with its detail behind the colon; '' for somebody who was told.
    :param directory: the desk as it is now, for commands work on that.
    :param because: the sentence behind the reason.
    """
    code, _, detail = reason.partition(":")
    situation = Situation(
        event=event,
        plugin=plugin,
        kind=kind,
        directory=directory,
        candidate=candidate,
        detail=detail,
        because=because,
    )
    if not reason and outcome is Outcome.NOTIFIED:
        return _told(situation)
    remedy = REMEDIES.get(code)
    if remedy is None:
        return _unknown(situation, reason)
    return remedy(situation)


def _told(it: Situation) -> str:
    if it.kind is not None and is_always_on(type(it.kind)):
        return f"Nothing: '{it.plugin}' is always on."
    ticks = it.kind.audience if it.kind is not None and not isinstance(it.kind, SystemAlert) else {}
    if it.role in ticks:
        return f"To leave the role '{_words(it.role)}' out: {_set_role(it, on=False)}"
    return f"To say it no more: {it.switch('off', level=_narrowest(it))}"


def _set_role(it: Situation, *, on: bool) -> str:
    word = "true" if on else "false"
    return f"deskbell plugins set {it.plugin} audience.{it.role} {word}{it.at(_narrowest(it))}"


def _narrowest(it: Situation) -> str:
    """The nearest level at which options and switches of this plugin are looked up for this event."""
    levels = it.kind.levels if it.kind is not None else frozenset(Level)
    return Level.DEPARTMENT.value if it.department and Level.DEPARTMENT in levels else Level.GLOBAL.value


def _words(role: str) -> str:
    return role.replace("_", " ")


def _entry_of(table: str, key: str, *settings: str) -> str:
    """Settings of one thing as the file of `deskbell apply` says them."""
    return f'apply a file that says {"; ".join(settings)} under [{table}."{key}"] (deskbell apply FILE)'


# --- the plugin as a whole ---


def _plugin_off(it: Situation) -> str:
    if it.detail in (Level.TOPIC.value, Level.MAILBOX.value):
        return f"Let it inherit again: {it.switch('inherit', level=it.detail)}"
    if it.detail == Level.DEPARTMENT.value:
        return f"Switch it on: {it.switch('on', level=it.detail)}"
    if it.department and _is_opt_in(it):
        return f"Switch it on for this department: {it.switch('on', level=Level.DEPARTMENT.value)}"
    return f"Switch it on for the whole desk: {it.switch('on', level=Level.GLOBAL.value)}"


def _is_opt_in(it: Situation) -> bool:
    row = it.directory.switch_index.get((it.plugin, Level.GLOBAL, 0))
    stored = row.position if row is not None else None
    default = it.kind.default if it.kind is not None else None
    return (stored or default) is Switch.OPT_IN


def _quarantined(it: Situation) -> str:
    return f"When its fault is mended, take it back into use: deskbell plugins retry {it.plugin}"


def _declined(it: Situation) -> str:
    if it.kind is None or not attrs.fields(it.kind.Options):
        return f"Nothing: '{it.plugin}' itself has nothing to say about this {it.event.name}."
    return f"Perhaps one of its options: deskbell plugins show {it.plugin}{it.at(_narrowest(it))}"


def _failed(it: Situation) -> str:
    how = {"timed_out": "is too slow", "crashed": "ended the process"}.get(it.detail, "has a fault")
    return f"'{it.plugin}' {how}: mend or update it, or switch it off: {it.switch('off', level='global')}"


def _shadow(it: Situation) -> str:
    """The same position once more: any position ends the shadow at its place."""
    if it.detail == Level.DEPARTMENT.value:
        name, position = _shadowed_department(it)
        return f"End its shadow, so that it is sent: deskbell plugins switch {it.plugin} {position} --department {name}"
    row = it.directory.switch_index.get((it.plugin, Level.GLOBAL, 0))
    stored = row.position if row is not None else None
    position = (stored or (it.kind.default if it.kind is not None else Switch.ON)).value
    return f"End its shadow, so that it is sent: {it.switch(position, level=Level.GLOBAL.value)}"


def _shadowed_department(it: Situation) -> tuple[str, str]:
    """The nearest department with the shadow, quoted, and the position that it has."""
    department_id = place_of(it.event).department_id
    path = it.directory.department_path(department_id) if department_id is not None else iter(())
    for department in path:
        row = it.directory.switch_index.get((it.plugin, Level.DEPARTMENT, department.id))
        if row is not None and row.shadow:
            return quoted(department.name), (row.position or Switch.INHERIT).value
    return quoted(it.department), Switch.INHERIT.value


# --- the pair ---


def _not_selected(it: Situation) -> str:
    if it.kind is not None and it.role not in it.kind.audience:
        return f"Nothing: '{it.plugin}' does not speak to this role."
    if _is_ticked(it):
        # An escalation speaks to the roles of its step; others leave out whom the event does not concern.
        return f"Nothing: the role is selected, and '{it.plugin}' left it out of this notice."
    return f"Select the role: {_set_role(it, on=True)}"


def _is_ticked(it: Situation) -> bool:
    if it.kind is None:
        return False
    department_id = place_of(it.event).department_id
    ticks = resolve_audience(it.directory, plugin=it.plugin, kind=it.kind, department_id=department_id)
    return it.role in ticks and ticks[it.role].on


def _actor(_: Situation) -> str:
    return "Nothing: nobody is told of the own act."


def _assigned_at_creation(it: Situation) -> str:
    topic = it.ticket.topic if it.ticket is not None else None
    if topic is None:
        return "Open the ticket without assigning it: department members are told of unassigned new tickets only."
    change = _entry_of("topics", topic.name, 'agent = ""', 'team = ""')
    return f"Members are told of unassigned new tickets only; if the topic assigns them, {change}."


def _inactive(it: Situation) -> str:
    return f"If {it.called} works here again, {_entry_of('agents', it.address, 'active = true')}."


def _on_leave(it: Situation) -> str:
    ended = _entry_of("agents", it.address, 'leave_from = ""', 'leave_until = ""')
    return f'End the leave or name a substitute: {ended}, or substitute = "ADDRESS" there.'


def _no_access(it: Situation) -> str:
    if it.agent is None:
        return f"Make {it.address or it.called} an agent who may open the ticket: {_membership(it)}."
    return f"Give {it.called} a place that opens the ticket, as a member or by assignment: {_membership(it)}."


def _membership(it: Situation) -> str:
    if not it.department:
        return "a membership in its department, or an assignment"
    return _entry_of("departments", it.department, f'members = [..., "{it.address}"]')


def _membership_alerts_off(it: Situation) -> str:
    place = f'{it.department}".extended."{_absent_or_own(it)}'
    return f"Turn the alerts of that membership on: {_entry_of('departments', place, 'alerts = true')}."


def _absent_or_own(it: Situation) -> str:
    return it.address or "ADDRESS"


def _team_alerts_off(it: Situation) -> str:
    team = next((each for each in it.directory.teams.values() if each.name == it.team), None)
    if team is not None and not team.alerts:
        return f"Turn the alerts of the team on: {_entry_of('teams', team.name, 'alerts = true')}."
    left_out = f'without_alerts without "{_absent_or_own(it)}"'
    return f"Turn the alerts of that membership on: {_entry_of('teams', it.team or 'TEAM', left_out)}."


def _recipients_mode(it: Situation) -> str:
    primary = it.candidate is not None and Role.DEPARTMENT_MEMBER in it.candidate.roles
    mode = "members" if primary else "members_and_extended"
    setting = f'recipients_mode = "{mode}"'
    return f"Let the department count them: {_entry_of('departments', it.department, setting)}."


def _unknown_role(it: Situation) -> str:
    return f"Install or release the plugin that gives this role, or correct '{it.plugin}': deskbell plugins list"


# --- end users ---


def _no_send(_: Situation) -> str:
    return 'The agent decides that: leave "do not send" unticked and choose everybody who shall get it.'


_CHECKS: Mapping[str, str] = {
    "null_sender": "mail without an envelope sender is a report or an answer of a machine",
    "auto_submitted": "its Auto-Submitted header says that a machine wrote it",
    "mailing_list": "it came through a mailing list",
    "precedence": "its Precedence header calls it bulk, list or junk mail",
    "auto_header": "a header of it says that a machine wrote it or that no answer is wanted",
    "report": "it is a delivery report",
    "robot_address": "its sender's address is that of a machine",
}


def _automatic(it: Situation) -> str:
    if it.detail == "not_addressed":
        mailbox = getattr(getattr(it.event, "incoming", None), "mailbox", None)
        name = mailbox.name if mailbox is not None else "MAILBOX"
        answered = _entry_of("mailboxes", name, "answer_unaddressed = true")
        return f"Let the mailbox answer mail that does not name it in To or Cc: {answered}."
    because = _CHECKS.get(it.detail, "a machine wrote it")
    return f"No setting: {because}, and an answer could go round in circles; a message by a person is answered."


def _filtered(it: Situation) -> str:
    return f"Take 'autoresponse = false' out of the rule, or switch the filters off: deskbell filters list{it.at('department')}"


def _system_address(it: Situation) -> str:
    return f"Nothing, as long as {it.address or 'it'} is an address of this desk: the desk does not write to itself."


def _banned(it: Situation) -> str:
    address = _struck(it)
    domain = address.rpartition("@")[2]
    return f"Lift the ban: deskbell bans lift {address}; that of its domain: deskbell bans lift @{domain}"


def _struck(it: Situation) -> str:
    """The address that a guard is about: the sentence of the rule begins with it, and it may be that of the envelope."""
    found = re.match(r"(\S+@\S+) ", it.because)
    return found[1] if found is not None else _absent_or_own(it)


def _unverified(it: Situation) -> str:
    entry = getattr(it.event, "entry", None)
    if it.ticket is None or entry is None or not isinstance(it.event, MessagePosted):
        return "Nothing: nobody verified who sent the first message, so only its sender hears of it."
    return f"Let the others see it: deskbell ticket release {it.ticket.number} {entry.id}"


def _already(it: Situation) -> str:
    return f"Nothing: {it.called} has the mail itself already."


def _inactive_collaborator(it: Situation) -> str:
    return f"Make {it.called} an active collaborator of the ticket."


# --- the person ---


def _duplicate(it: Situation) -> str:
    return f"Nothing: {it.called} is told already, once is enough."


def _suppressed(it: Situation) -> str:
    address = _struck(it)
    return f"When mail reaches {address} again: deskbell suppressions release {address}"


def _once(it: Situation) -> str:
    # The sentence of the rule names the end; nothing else of a decision holds it.
    end = re.search(r"before (\d{4}-\d\d-\d\d \d\d:\d\d UTC)", it.because)
    when = f"from {end[1]} on" if end is not None else "when its window has ended"
    return f"Time alone: it may be said again {when}."


def _rate_capped(it: Situation) -> str:
    # The sentence of the rule says which cap it was, and when there is room again.
    again = re.search(r"from (\d{4}-\d\d-\d\d \d\d:\d\d UTC) on", it.because)
    if again is not None:
        return f"Time alone, from {again[1]} on, or higher caps: {_caps('answers_per_hour or answers_per_day')}"
    return f"Time alone, or a higher cap: {_caps('mailbox_answers_per_hour')}"


def _caps(names: str) -> str:
    return f"{names} under [settings] (deskbell apply FILE; 0 lifts it)."


def _loop_guard(it: Situation) -> str:
    return f"End the circle at the other side: {it.address or 'it'} answers our answers."


def _no_address(it: Situation) -> str:
    if it.role == Role.ADMIN_ADDRESS and not it.address:
        return 'Name one: apply a file that says admin_address = "ADDRESS" under [settings] (deskbell apply FILE).'
    if it.agent is not None:
        return f"Give {it.called} an address that mail can be sent to, in a file (deskbell apply FILE)."
    return f"An address that mail can be sent to: that of {it.called} is none."


def _personal(it: Situation) -> str:
    return f"The own preferences of {it.called} decide that."


# --- looking back ---


def _not_a_candidate(it: Situation) -> str:
    roles = ", ".join(_words(role) for role in it.kind.audience) if it.kind is not None else ""
    if it.kind is None:
        return f"'{it.plugin}' is not installed any more."
    return f"A place in one of its roles would: {roles}." if roles else "A role that the plugin speaks to would."


def _no_candidate(it: Situation) -> str:
    return f"Somebody in a selected role: deskbell plugins show {it.plugin}{it.at(_narrowest(it))}"


def _no_plugin(it: Situation) -> str:
    return f"Install or write a plugin that implements the hook '{it.event.name}': deskbell plugins list"


def _purged(_: Situation) -> str:
    return "Keep decisions longer: apply a file that says keep_decisions_days = N under [settings] (0: for ever)."


def _not_rung(_: Situation) -> str:
    return "Ring what waits: deskbell work --once"


def _unknown(it: Situation, reason: str) -> str:
    name, colon, _ = reason.partition(":")
    if colon:
        return f"Plugin '{name}' decided that: see its options, or switch it off: deskbell plugins show {name}"
    return f"Nothing that the desk knows of: '{it.plugin}' gave the reason '{reason}'."


REMEDIES: Mapping[str, Remedy] = {
    "plugin_off": _plugin_off,
    "plugin_quarantined": _quarantined,
    "plugin_declined": _declined,
    "plugin_failed": _failed,
    "shadow": _shadow,
    "role_not_selected": _not_selected,
    "actor": _actor,
    "assigned_at_creation": _assigned_at_creation,
    "inactive": _inactive,
    "on_leave": _on_leave,
    "no_access": _no_access,
    "membership_alerts_off": _membership_alerts_off,
    "team_alerts_off": _team_alerts_off,
    "recipients_mode": _recipients_mode,
    "unknown_role": _unknown_role,
    "agent_chose_no_send": _no_send,
    "automatic_message": _automatic,
    "filtered": _filtered,
    "system_address": _system_address,
    "banned": _banned,
    "sender_unverified": _unverified,
    "already_addressed": _already,
    "inactive_collaborator": _inactive_collaborator,
    "duplicate_of": _duplicate,
    "address_suppressed": _suppressed,
    "once_per_window": _once,
    "rate_capped": _rate_capped,
    "loop_guard": _loop_guard,
    "no_address": _no_address,
    "preference_off": _personal,
    "deferred_quiet_hours": _personal,
    "digested": _personal,
    NOT_A_CANDIDATE: _not_a_candidate,
    NO_CANDIDATE: _no_candidate,
    NO_PLUGIN: _no_plugin,
    PURGED: _purged,
    NOT_RUNG: _not_rung,
}
"""The remedy of every reason that the house itself writes, by the code before its colon."""

REASONS: tuple[str, ...] = (
    "plugin_off:global",
    "plugin_off:department",
    "plugin_off:topic",
    "plugin_off:mailbox",
    "plugin_quarantined",
    "plugin_declined",
    "plugin_failed:raised",
    "plugin_failed:timed_out",
    "plugin_failed:wrong_type",
    "plugin_failed:crashed",
    "shadow:global",
    "shadow:department",
    "role_not_selected",
    "actor",
    "assigned_at_creation",
    "inactive",
    "on_leave",
    "no_access",
    "membership_alerts_off",
    "team_alerts_off",
    "recipients_mode",
    "unknown_role",
    "agent_chose_no_send",
    "automatic_message:null_sender",
    "automatic_message:auto_submitted",
    "automatic_message:mailing_list",
    "automatic_message:precedence",
    "automatic_message:auto_header",
    "automatic_message:report",
    "automatic_message:robot_address",
    "automatic_message:not_addressed",
    "filtered",
    "system_address",
    "banned",
    "sender_unverified",
    "already_addressed",
    "inactive_collaborator",
    "duplicate_of",
    "address_suppressed",
    "once_per_window",
    "rate_capped",
    "loop_guard",
    "no_address",
    "preference_off",
    "deferred_quiet_hours",
    "digested",
    NOT_A_CANDIDATE,
    NO_CANDIDATE,
    NO_PLUGIN,
    PURGED,
    NOT_RUNG,
)
"""Every reason that the house itself can write, with every detail."""
