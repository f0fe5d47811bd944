"""A built-in plugin rung on the desk of paper: its own notice, and what the audience makes of it."""

from typing import Any

from deskbell.core.contract.decisions import Decision
from deskbell.core.contract.events import Event
from deskbell.core.contract.kinds import Plugin
from deskbell.core.contract.notices import Notice
from stand_ins.paper_desk import codes, decide


def answer(plugin: Plugin, event: Event) -> Notice | None:
    """What the plugin answers to the event; an error when it does not listen to it."""
    notice: Notice | None = getattr(plugin, event.name)(event)
    return notice


def decided(plugin: Plugin, event: Event, **more: Any) -> Decision:
    """What is decided about the plugin's notice; `more` goes to `paper_desk.decide`."""
    notice = answer(plugin, event)
    assert notice is not None
    assert notice.about is event
    return decide(
        plugin,
        event,
        name=notice.template,
        roles=notice.roles,
        without=notice.without,
        reply_all=notice.reply_all,
        **more,
    )


def told(plugin: Plugin, event: Event, **more: Any) -> list[str]:
    """The names of those who are told, in order."""
    return [each.name for each in decided(plugin, event, **more).notified]


def refused(plugin: Plugin, event: Event, **more: Any) -> list[tuple[str, str, str]]:
    """(name, role, reason) of those who are not told."""
    return [each for each in codes(decided(plugin, event, **more)) if each[2] != "notified"]
