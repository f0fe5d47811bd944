"""The kinds of plugin: whom each speaks to and where an administrator can switch it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

import attrs

from .people import Role


class Level(StrEnum):
    """Where a switch or an option can be set, widest first."""

    GLOBAL = "global"
    DEPARTMENT = "department"
    TOPIC = "topic"
    MAILBOX = "mailbox"


class Switch(StrEnum):
    """A switch position; `OPT_IN` exists at the global level only, `INHERIT` at every other."""

    ON = "on"
    OFF = "off"
    OPT_IN = "opt-in"
    INHERIT = "inherit"


API_VERSION = 1
"""The plugin API of this house; it grows when a plugin written for the one before would break."""


@attrs.frozen
class NoOptions:
    """The options of a plugin that has none."""


@attrs.define(eq=False)
class Plugin:
    """What all kinds share; subclass a kind, not this.

    `audience` names the roles that an administrator can tick, in the order in which duplicates are resolved, each with its
    default. `Options` is an attrs class of plain values with defaults. A plugin's name is the name of its entry point.
    `api` is the plugin API that it was written for; name it outright in a plugin that you publish. `yields_to` names
    plugins: whoever gets a notice of one of them about the same act does not get this one as well. `stands_in_for` names
    plugins that answer the same event: this one is heard about it only if none of them has a notice that is really sent.
    """

    api: ClassVar[int] = API_VERSION
    title: ClassVar[str] = ""
    default: ClassVar[Switch] = Switch.ON
    audience: ClassVar[Mapping[Role | str, bool]] = {}
    Options: ClassVar[type] = NoOptions
    levels: ClassVar[frozenset[Level]] = frozenset()
    speaks_to_end_users: ClassVar[bool] = False
    automatic: ClassVar[bool] = True
    yields_to: ClassVar[tuple[str, ...]] = ()
    stands_in_for: ClassVar[tuple[str, ...]] = ()


@attrs.define(eq=False)
class Autoresponder(Plugin):
    """Answers end users by itself; obeys every switch and the automatic-mail gate.

    With `carries_replies` a notice about an event that holds an agent's own words is judged, switched and sent as
    `Correspondence`. With `counts_as_answer` what it says to the sender of a mail counts as an answer, and beyond the caps on
    answers (`answers_per_hour`, `answers_per_day`, `mailbox_answers_per_hour`) it is refused or held.
    """

    levels = frozenset(Level)
    speaks_to_end_users = True
    carries_replies: ClassVar[bool] = False
    counts_as_answer: ClassVar[bool] = False


@attrs.define(eq=False)
class Correspondence(Plugin):
    """Carries an agent's own words to end users; not automatic mail, so no topic or mailbox switch and no gate."""

    levels = frozenset({Level.GLOBAL, Level.DEPARTMENT})
    speaks_to_end_users = True
    automatic = False


@attrs.define(eq=False)
class AgentAlert(Plugin):
    """Tells agents."""

    levels = frozenset({Level.GLOBAL, Level.DEPARTMENT, Level.TOPIC})


@attrs.define(eq=False)
class Filter(Plugin):
    """Changes or refuses what is about to happen; tells nobody, so it has no audience.

    With `idle_by_default` it does nothing as long as its options are the defaults, and is not even asked then.
    """

    levels = frozenset(Level)
    idle_by_default: ClassVar[bool] = False


@attrs.define(eq=False)
class SystemAlert(Plugin):
    """Tells the administrator about the desk itself. One that is `always_on` has no switch, and no quarantine silences it."""

    levels = frozenset({Level.GLOBAL})
    audience = {Role.ADMIN_ADDRESS: True}
    always_on: ClassVar[bool] = False
