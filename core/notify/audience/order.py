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
    inactive_collaborator,
    sender_unverified,
    system_address,
)
from .pairs import Pair, Verdict
from .people import Person
from .person_rules import before_delivery, no_address, shadow
from .roles import AGENT_ROLES, END_USER_ROLES, SYSTEM_ROLES, Finder

PairRule = Callable[[Case, Pair], Verdict | None]
PersonRule = Callable[[Case, Person, tuple[str, ...]], Verdict | None]


@attrs.frozen(kw_only=True)
class Order:
    """How one kind of plugin is judged.

    The first rule of `pair` that has a verdict decides about a pair; `stand_in` are the rules for a pair that a leave brought
    up, `admin_address` those for the pair of that role. Then duplicates go, and the first rule of `person` decides.
    `finders` are the roles that the kind can speak to, beside those of plugins if it `admits_custom_roles`, which stand for
    agents; `always` is the one role of a kind that no tick can silence.
    """

    finders: Mapping[str, Finder]
    pair: tuple[PairRule, ...]
    stand_in: tuple[PairRule, ...] = ()
    admin_address: tuple[PairRule, ...] = ()
    person: tuple[PersonRule, ...]
    always: Role | None = None
    admits_custom_roles: bool = False

    def rules_for(self, pair: Pair) -> tuple[PairRule, ...]:
        """The rules that judge this pair."""
        return self.admin_address if pair.role == Role.ADMIN_ADDRESS else self.pair


_FROM_RULE_4: tuple[PairRule, ...] = (
    actor,
    inactive,
    on_leave,
    no_access,
    membership_alerts_off,
    team_alerts_off,
    recipients_mode,
)

AGENT_ALERT = Order(
    finders=AGENT_ROLES,
    admits_custom_roles=True,
    pair=(whole_role, assigned_at_creation, *_FROM_RULE_4),
    stand_in=_FROM_RULE_4,
    admin_address=(whole_role, actor),
    person=(no_address, before_delivery, shadow),
)

AUTORESPONDER = Order(
    finders=END_USER_ROLES,
    pair=(
        agent_chose_no_send,
        whole_role,
        automatic_message,
        system_address,
        sender_unverified,
        already_addressed,
        inactive_collaborator,
    ),
    person=(no_address, before_delivery, shadow),
)

# "Nothing else refuses it" (behaviour section 9): an agent's own words pass even the plugins' before_delivery.
CORRESPONDENCE = Order(
    finders=END_USER_ROLES,
    pair=(agent_chose_no_send, whole_role, system_address, inactive_collaborator),
    person=(no_address, shadow),
)

SYSTEM_ALERT = Order(
    finders=SYSTEM_ROLES,
    pair=(),
    admin_address=(whole_role,),
    person=(no_address, shadow),
    always=Role.ADMIN_ADDRESS,
)

_OTHERS = ((Autoresponder, AUTORESPONDER), (Correspondence, CORRESPONDENCE), (SystemAlert, SYSTEM_ALERT))


def order_of(plugin: Plugin) -> Order:
    """The order for a plugin's kind; what is no kind of ours is judged as strictly as an `AgentAlert`."""
    return next((order for kind, order in _OTHERS if isinstance(plugin, kind)), AGENT_ALERT)
