"""As what a plugin's notice counts: an autoresponder that carries an agent's own words is correspondence."""

from ..contract.events import Event
from ..contract.kinds import Autoresponder, Correspondence, Plugin
from ..contract.tickets import Entry, EntryKind


def manner_of(plugin: Plugin, event: Event) -> type[Plugin]:
    """The kind by whose rules a notice about `event` is switched, judged and sent."""
    if isinstance(plugin, Autoresponder) and plugin.carries_replies and _holds_a_reply(event):
        return Correspondence
    return type(plugin)


def _holds_a_reply(event: Event) -> bool:
    entry: Entry | None = getattr(event, "entry", None)
    return entry is not None and entry.kind is EntryKind.REPLY
