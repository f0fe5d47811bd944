"""What a plugin answers: a template, an event and, if it must, its own roles."""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from .events import Event
from .people import Role


class Per(StrEnum):
    """Whom a window of time belongs to: each person who is told, or the ticket as a whole."""

    PERSON = "person"
    TICKET = "ticket"


@attrs.frozen
class Once:
    """At most once in so many hours: who was told less than `hours` ago is refused with ``once_per_window``.

    Only notices that name the same `key` of the same plugin count against each other.
    """

    per: Per
    key: str
    hours: float = 24.0


@attrs.frozen
class Notice:
    """One thing to say. The core finds the people, the words, the channel and the moment.

    :param template: a template folder of the plugin, usually the plugin's own name.
    :param about: the event that the hook was given, unchanged.
    :param context: further values for the template; user text in them is data and is never rendered itself.
    :param roles: roles instead of the plugin's configured audience; None for the audience.
    :param without: roles of the audience that this one notice leaves out, whether they are ticked or not.
    :param reply_all: one mail to all of them, the owner in To and the collaborators in Cc, but not to the end user whose
        message it is about.
    :param once: the window in which the same is not said again; None to say it every time.
    """

    template: str
    about: Event
    context: Mapping[str, object] = attrs.field(factory=dict)
    roles: tuple[Role | str, ...] | None = None
    without: tuple[Role | str, ...] = ()
    reply_all: bool = False
    once: Once | None = None
