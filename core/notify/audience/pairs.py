"""What the rules look at and what they find: the facts beside the directory, a person in a role, a verdict."""

from collections.abc import Callable, Mapping
from datetime import datetime

import attrs

from ...contract.decisions import Outcome
from ...contract.events import Event
from ...contract.notices import Once
from ...contract.tickets import Ticket
from ...store.guards import NO_GUARDS, Guards
from .answers import Tally
from .people import Person

Refusal = tuple[str, str]
"""A reason code and the sentence behind it, from outside the house's own rules."""

BeforeDelivery = Callable[[Event, str, tuple[str, ...]], Refusal | None]
RoleResolver = Callable[[Ticket], tuple[str, ...]]
LastSaid = Callable[[str], datetime | None]


@attrs.frozen(kw_only=True)
class Facts:
    """What a decision needs beside event, plugin and directory.

    :param moment: now, aware UTC; leaves are judged by it.
    :param shadow: '' or the level of the shadow that is in force, its sentence in `shadow_because`.
    :param before_delivery: asked with event, address and roles, once per surviving candidate; must not raise.
    :param roles: who gives the addresses of agents in roles that plugins registered; must not raise.
    :param guards: the bans and suppressed addresses.
    :param once: the window that the notice named.
    :param last_said: when the plugin last used a key of such a window.
    :param tally: the automatic answers that went lately; None where nothing is capped.
    """

    moment: datetime
    shadow: str = ""
    shadow_because: str = ""
    before_delivery: BeforeDelivery | None = None
    roles: Mapping[str, RoleResolver] = attrs.field(factory=dict)
    guards: Guards = NO_GUARDS
    once: Once | None = None
    last_said: LastSaid | None = None
    tally: Tally | None = None


@attrs.frozen
class Verdict:
    """What a rule found: the reason code, one sentence, the outcome."""

    reason: str
    because: str
    outcome: Outcome = Outcome.REFUSED


@attrs.frozen
class Pair:
    """A person in a role.

    `enabled` is the flag of the place that gives the role: the alerts of a membership, the activity of a collaborator.
    `absent` is for whom the person stands in. `whole` is the verdict on a role as a whole; then the person is `NOBODY`.
    """

    person: Person
    role: str
    enabled: bool = True
    absent: Person | None = None
    whole: Verdict | None = None
