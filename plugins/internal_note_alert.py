"""Tells agents that one of them left an internal note."""

import attrs

from ..core.contract.events import NotePosted
from ..core.contract.hookspecs import hookimpl
from ..core.contract.kinds import AgentAlert
from ..core.contract.notices import Notice
from ..core.contract.people import Role


@attrs.define(eq=False)
class InternalNoteAlert(AgentAlert):
    """Rings for every note; who is mentioned in it gets the mention alert as well.

    Whoever watches a ticket asked to be told, so `watcher` is on.
    """

    title = "Internal note alert"
    audience = {
        Role.LAST_RESPONDENT: True,
        Role.ASSIGNED_AGENT: True,
        Role.ASSIGNED_TEAM_MEMBER: True,
        Role.DEPARTMENT_MANAGER: False,
        Role.WATCHER: True,
    }

    @hookimpl
    def note_posted(self, event: NotePosted) -> Notice:
        """Every note is worth it."""
        return Notice("internal-note-alert", about=event)
