"""The rules of the filters as administrators see them: what they are, what they did, and what they would do with a mail."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import attrs

from ..contract.drafts import Refusal, TicketDraft
from ..contract.errors import UnknownName
from ..contract.faults import Fault
from ..contract.kinds import Level
from ..contract.structuring import sparse
from ..desk.answers import refusal_reason, ticket_answer
from ..desk.blueprint.emit import value_text
from ..host.before import BeforeHooks
from ..host.quarantine import Quarantine
from ..intake.parsing import MailLimits
from ..intake.receive import LARGEST_READ
from ..intake.trying import draft_of_mail
from ..notify import switches
from ..notify.terms import Terms
from ..store import filter_log
from ..store.directory import DepartmentRecord, Directory
from ..store.filter_log import Filtered
from .opening import Desk
from .plugin_views import admitted
from .stored_channels import PluginSecrets

PLUGIN = "ticket-filters"
WHOLE_DESK = "whole desk"
_RULE = re.compile(r"rule '([^']+)'")


@attrs.frozen(kw_only=True)
class RuleLine:
    """One rule: its place in its list, where that holds, its words as in the file, and what it did.

    :param state: ``on``, ``off``, or ``left out`` for a rule that names what the desk does not have.
    :param times: how often a rule of this name applied, as far back as the journal reaches.
    """

    number: int
    rule: str
    where: str
    when: str
    then: str
    state: str
    because: str
    times: int
    last_at: datetime | None


@attrs.frozen(kw_only=True)
class LogLine:
    """What the filters did to one ticket, or to one mail that became none."""

    at: datetime
    ticket: str
    mail: int | None
    subject: str
    outcome: str
    applied: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Trial:
    """What the filters would do with a mail: the ticket before and after, or why there would be none.

    :param notes: what would be reported to the administrator, such as rules that are left out.
    """

    offered: TicketDraft
    opened: TicketDraft | None
    refused: str
    notes: tuple[str, ...]


def listed(desk: Desk, *, department: str | None = None) -> tuple[RuleLine, ...]:
    """Every rule, those of the desk first and then those of each department that has its own.

    :param department: only the rules that hold in the department of this name.
    :raises UnknownName: when there is no such department, or the plugin is not in use.
    """
    admitted(desk, PLUGIN)
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
        done = _counted(filter_log.newest(session))
    places = [None, *_with_rules(directory)] if department is None else [directory.department(department)]
    return tuple(line for place in places for line in _lines(desk, directory, place, done))


def _with_rules(directory: Directory) -> list[DepartmentRecord]:
    """The departments that have rules of their own."""
    return [
        each
        for each in sorted(directory.departments.values(), key=lambda each: each.name)
        if "rules" in directory.option_index.get((PLUGIN, Level.DEPARTMENT, each.id), {})
    ]


@attrs.define
class _Done:
    times: int
    last_at: datetime


def _counted(found: Iterator[Filtered]) -> Mapping[str, _Done]:
    """How often each rule applied and when last; the newest come first."""
    done: dict[str, _Done] = {}
    for each in found:
        for rule in _rules(each):
            known = done.setdefault(rule, _Done(0, each.at))
            known.times += 1
    return done


def _rules(found: Filtered) -> frozenset[str]:
    """The names of the rules that applied, in small letters."""
    matches = (_RULE.match(line) for line in found.lines)
    return frozenset(match[1].casefold() for match in matches if match)


def _lines(
    desk: Desk, directory: Directory, department: DepartmentRecord | None, done: Mapping[str, _Done]
) -> Iterator[RuleLine]:
    plugin = desk.host.plugins[PLUGIN].plugin
    department_id = None if department is None else department.id
    where = WHOLE_DESK if department is None else department.name
    effective = switches.resolve(directory, plugin=PLUGIN, kind=plugin, department_id=department_id)
    options = switches.resolve_options(
        directory, plugin=PLUGIN, cls=plugin.Options, department_id=department_id
    ).options
    unknown = {each.item: each.because for each in switches.unknown_names(options, directory)}
    for number, rule in enumerate(getattr(options, "rules", ()), start=1):
        state, because = "on" if effective.on else "off", "" if effective.on else effective.because
        if effective.shadow:
            state, because = "off", effective.shadow_because
        if PLUGIN in directory.quarantined:
            state, because = "off", f"It is quarantined: {directory.quarantined[PLUGIN]}"
        if effective.on and f"'{rule.name}'" in unknown:
            state, because = "left out", unknown[f"'{rule.name}'"]
        applied = done.get(rule.name.casefold())
        yield RuleLine(
            number=number,
            rule=rule.name,
            where=where,
            when=_words(rule.when) or "always",
            then=_words(rule.then),
            state=state,
            because=because,
            times=applied.times if applied else 0,
            last_at=applied.last_at if applied else None,
        )


def _words(part: attrs.AttrsInstance) -> str:
    """What a rule says, as its file does, without what is as by default."""
    return "; ".join(f"{name} = {value_text(value)}" for name, value in sparse(part).items())


def log(desk: Desk, *, rule: str, limit: int) -> tuple[LogLine, ...]:
    """What the filters did, newest first.

    :param rule: only where the rule of this name applied, which need not be there any more; '' for all.
    :raises UnknownName: when nothing was ever done by a rule of this name and there is none.
    """
    found: list[LogLine] = []
    with desk.db.reading() as session:
        for each in filter_log.newest(session):
            if len(found) == limit:
                break
            if not rule or rule.casefold() in _rules(each):
                found.append(_log_line(each))
    if rule and not found:
        known = [line.rule for line in listed(desk)]
        if rule.casefold() not in map(str.casefold, known):
            raise UnknownName("rule", rule, known)
    return tuple(found)


def _log_line(found: Filtered) -> LogLine:
    return LogLine(
        at=found.at,
        ticket=found.ticket,
        mail=found.mail_id,
        subject=found.subject,
        outcome="refused" if found.refused else "opened",
        applied=found.lines,
    )


@attrs.define
class _Notes:
    """Takes what would be reported."""

    taken: list[str] = attrs.field(factory=list)

    def report(self, fault: Fault) -> None:
        """Keep it for the answer."""
        self.taken.append(f"{fault.title}. {fault.detail}".strip())


def tried(desk: Desk, content: bytes, *, mailbox: str) -> Trial:
    """What the filters would do with a mail that answers no ticket; nothing is written.

    :param mailbox: the mailbox that it would come by; '' for the one that it is addressed to.
    :raises NoTicket: when it would become no ticket anyway.
    :raises UnknownName: when there is no such mailbox.
    """
    notes = _Notes()
    quarantine = Quarantine(clock=desk.clock, faults=notes, hand_over=lambda *_: None)
    terms = Terms(opened=PluginSecrets(desk.secrets).opened, faults=notes)
    hooks = BeforeHooks(desk.host, calls=desk.calls, quarantine=quarantine, terms=terms)
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    limits = MailLimits(raw_octets=LARGEST_READ)
    offered = draft_of_mail(content, directory, mailbox=mailbox, limits=limits, now=desk.clock.now())
    answer = hooks.before_ticket_created(offered, directory=directory)
    if isinstance(answer, Refusal):
        return Trial(offered=offered, opened=None, refused=refusal_reason(answer), notes=tuple(notes.taken))
    opened = ticket_answer(directory, offered=offered, answered=answer, faults=notes)
    return Trial(offered=offered, opened=opened, refused="", notes=tuple(notes.taken))
