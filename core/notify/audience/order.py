"""Which rules judge which kind of plugin, in which order: a new rule is one function and one line here."""

from collections.abc import Callable, Mapping

import attrs

from ...contract.kinds import Autoresponder, Correspondence, Plugin, SystemAlert
from ...contract.people import Role
from .alert_rules import (
    actor,
    assigned_at_creation,
    inactive,
    membership_alerts_off,
    no_access,
    on_leave,
    recipients_mode,
    team_alerts_off,
    whole_role,
)
from .case import Case
from .end_user_rules import (
    agent_chose_no_send,
    already_addressed,
    automatic_message,
    banned,
    filtered,
    inactive_collaborator,
    not_chosen,
    sender_unverified,
    system_address,
)
from .pairs import Pair, Verdict
from .people import Person
from .person_rules import (
    address_suppressed,
    answered_enough,
    before_delivery,
    no_address,
    once_per_window,
    shadow,
)
from .roles import AGENT_ROLES, END_USER_ROLES, SYSTEM_ROLES, Finder

PairRule = Callable[[Case, Pair], Verdict | None]
PersonRule = Callable[[Case, Person, tuple[str, ...]], Verdict | None]


@attrs.frozen
class Judges:
    """A rule for pairs and the roles that it judges: `only` these, or all but `never` those.

    Who stands in for somebody on leave is judged from rule 4 on; rules before it do not judge `stand_ins`.
    """

    rule: PairRule
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    stand_ins: bool = True

    def judges(self, role: str) -> bool:
        """Whether a pair of this role is the rule's business."""
        return role not in self.never and (not self.only or role in self.only)


@attrs.frozen(kw_only=True, eq=False)
class Order:
    """How one kind of plugin is judged.

    The first rule of `pair` that has a verdict decides about a pair. Then duplicates go, and the first rule of `person` that
    has a verdict decides; one that only holds back lets those behind it speak as well.
    `finders` are the roles that the kind can speak to, beside those of plugins if it `admits_custom_roles`, which stand for
    agents; `always` is the one role of a kind that no tick can silence. With `to_return_address` whoever wrote the mail that
    is answered gets the answer where that was sent from.
    """

    finders: Mapping[str, Finder]
    pair: tuple[Judges, ...]
    person: tuple[PersonRule, ...]
    always: Role | None = None
    admits_custom_roles: bool = False
    to_return_address: bool = False
    _by_role: dict[tuple[str, bool], tuple[PairRule, ...]] = attrs.field(factory=dict, init=False, repr=False)

    def rules_for(self, role: str, *, stand_in: bool) -> tuple[PairRule, ...]:
        """The rules that judge a pair of this role, in order."""
        rules = self._by_role.get((role, stand_in))
        if rules is None:
            asked = (each for each in self.pair if each.judges(role) and (each.stand_ins or not stand_in))
            rules = self._by_role[role, stand_in] = tuple(each.rule for each in asked)
        return rules


_ADMIN_ADDRESS = frozenset({Role.ADMIN_ADDRESS})
_EXTENDED = frozenset({Role.EXTENDED_MEMBER})
_MEMBERS = frozenset({Role.DEPARTMENT_MEMBER, Role.EXTENDED_MEMBER})
_COLLABORATORS = frozenset({Role.COLLABORATOR})
_PARTICIPANTS = frozenset({Role.OWNER, Role.COLLABORATOR})
_TEAM = frozenset({Role.ASSIGNED_TEAM_MEMBER, Role.TEAM_LEAD})

AGENT_ALERT = Order(
    finders=AGENT_ROLES,
    admits_custom_roles=True,
    pair=(
        Judges(whole_role, stand_ins=False),
        Judges(assigned_at_creation, only=_MEMBERS, stand_ins=False),
        Judges(actor),
        Judges(inactive, never=_ADMIN_ADDRESS),
        Judges(on_leave, never=_ADMIN_ADDRESS),
        Judges(no_access, never=_ADMIN_ADDRESS),
        Judges(membership_alerts_off, only=_EXTENDED),
        Judges(team_alerts_off, only=_TEAM),
        Judges(recipients_mode, only=_MEMBERS),
    ),
    person=(address_suppressed, once_per_window, no_address, before_delivery, shadow),
)

AUTORESPONDER = Order(
    finders=END_USER_ROLES,
    pair=(
        Judges(agent_chose_no_send),
        Judges(whole_role),
        Judges(automatic_message),
        Judges(filtered),
        Judges(system_address),
        Judges(banned),
        Judges(sender_unverified),
        Judges(already_addressed, only=_PARTICIPANTS),
        Judges(inactive_collaborator, only=_COLLABORATORS),
    ),
    person=(address_suppressed, once_per_window, answered_enough, no_address, before_delivery, shadow),
    to_return_address=True,
)

# "Nothing else refuses it": an agent's own words pass even the plugins' before_delivery.
CORRESPONDENCE = Order(
    finders=END_USER_ROLES,
    pair=(
        Judges(agent_chose_no_send),
        Judges(whole_role),
        Judges(not_chosen, only=_COLLABORATORS),
        Judges(system_address),
        Judges(banned),
        Judges(inactive_collaborator, only=_COLLABORATORS),
    ),
    person=(address_suppressed, no_address, shadow),
)

# No suppression and no window: mail to the admin address about the desk itself cannot be taken away.
SYSTEM_ALERT = Order(
    finders=SYSTEM_ROLES, pair=(Judges(whole_role),), person=(no_address, shadow), always=Role.ADMIN_ADDRESS
)

_OTHERS = ((Autoresponder, AUTORESPONDER), (Correspondence, CORRESPONDENCE), (SystemAlert, SYSTEM_ALERT))


def order_of(manner: type[Plugin]) -> Order:
    """The order for a kind of notice; what is no kind of ours is judged as strictly as an `AgentAlert`."""
    return next((order for kind, order in _OTHERS if issubclass(manner, kind)), AGENT_ALERT)
