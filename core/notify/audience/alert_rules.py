"""The rules for pairs of an agent alert, each a few lines; `order` lists them in their order."""

from collections.abc import Mapping

from ...contract.events import TicketCreated
from ...contract.people import Role
from ...store.directory import RecipientsMode
from .case import Case
from .pairs import Pair, Verdict
from .roles import in_words

ON_LEAVE = "on_leave"

COUNTED: Mapping[RecipientsMode, tuple[str, ...]] = {
    RecipientsMode.MEMBERS: (Role.DEPARTMENT_MEMBER,),
    RecipientsMode.MEMBERS_AND_EXTENDED: (Role.DEPARTMENT_MEMBER, Role.EXTENDED_MEMBER),
    RecipientsMode.NOBODY: (),
}
"""In which roles a recipients mode lets people be members."""


def whole_role(_: Case, pair: Pair) -> Verdict | None:
    """Rule 2: a role that is not selected is judged as a whole; so is one that can stand for nobody."""
    return pair.whole


def assigned_at_creation(case: Case, _: Pair) -> Verdict | None:
    """Rule 3: a new ticket that has an assignee is not everybody's business."""
    event = case.occasion.event
    if not isinstance(event, TicketCreated):
        return None
    ticket = event.ticket
    assignee = ticket.agent or ticket.team
    if assignee is None:
        return None
    because = f"The ticket was assigned to {assignee.name} at creation, so the department's members are not alerted."
    return Verdict("assigned_at_creation", because)


def actor(case: Case, pair: Pair) -> Verdict | None:
    """Rule 4: nobody is told what they did themselves, in whichever role."""
    if pair.person.is_one_of(case.occasion.culprits):
        return Verdict("actor", f"{pair.person.called} is the one who did it.")
    return None


def inactive(_: Case, pair: Pair) -> Verdict | None:
    """Rule 5, first half."""
    agent = pair.person.agent
    if agent is not None and not agent.active:
        return Verdict("inactive", f"The account of {pair.person.called} is not active.")
    return None


def on_leave(case: Case, pair: Pair) -> Verdict | None:
    """Rule 5, second half; a substitute becomes a candidate, which is the judge's business."""
    agent = pair.person.agent
    if agent is None or not agent.on_leave(case.facts.moment):
        return None
    until = f"until {agent.leave_until:%Y-%m-%d %H:%M} UTC" if agent.leave_until is not None else "until further notice"
    substitute = case.occasion.roster.agents.get(agent.substitute_id) if agent.substitute_id is not None else None
    deputy = f"{substitute.called} stands in" if substitute is not None else "nobody stands in"
    return Verdict(ON_LEAVE, f"{pair.person.called} is on leave {until}; {deputy}.")


def no_access(case: Case, pair: Pair) -> Verdict | None:
    """Rule 6: who may not open the ticket is not told what is in it."""
    agent = pair.person.agent
    if agent is None:
        return Verdict("no_access", f"{pair.person.called} is not the address of an agent.")
    if case.may_open(agent):
        return None
    return Verdict("no_access", f"{pair.person.called} may not open this ticket.")


def membership_alerts_off(case: Case, pair: Pair) -> Verdict | None:
    """Rule 7: the alerts flag of an extended membership. Who stands in for somebody gets no more than that person would."""
    if pair.enabled:
        return None
    department = case.occasion.department
    where = f" of department '{department.name}'" if department is not None else ""
    return Verdict("membership_alerts_off", f"The extended membership of {_whose(pair)}{where} has its alerts off.")


def team_alerts_off(case: Case, pair: Pair) -> Verdict | None:
    """Rule 7: the switch of the team refuses members and lead, the own flag of a member that member only."""
    team = case.occasion.team
    if team is None:
        return None
    if not team.alerts:
        return Verdict("team_alerts_off", f"Team '{team.name}' has its alerts off.")
    if not pair.enabled:
        return Verdict("team_alerts_off", f"The membership of {_whose(pair)} in team '{team.name}' has its alerts off.")
    return None


def recipients_mode(case: Case, pair: Pair) -> Verdict | None:
    """Rule 7: the mode says who the members of a department are, and nothing else."""
    department = case.occasion.department
    if department is None or pair.role in COUNTED[department.recipients_mode]:
        return None
    counted = "only its primary members" if COUNTED[department.recipients_mode] else "nobody"
    because = f"Department '{department.name}' counts {counted} for alerts, so no {in_words(pair.role)} is told."
    return Verdict("recipients_mode", because)


def _whose(pair: Pair) -> str:
    return pair.absent.called if pair.absent is not None else pair.person.called
