"""What a plugin answers: a template, an event and, if it must, its own roles."""

from collections.abc import Mapping

import attrs

from .events import Event
from .people import Role


@attrs.frozen
class Notice:
    """One thing to say. The core finds the people, the words, the channel and the moment.

    :param template: a template folder of the plugin, usually the plugin's own name.
    :param about: the event that the hook was given, unchanged.
    :param context: further values for the template; user text in them is data and is never rendered itself.
    :param roles: roles instead of the plugin's configured audience; None for the audience.
    """

    template: str
    about: Event
    context: Mapping[str, object] = attrs.field(factory=dict)
    roles: tuple[Role | str, ...] | None = None
