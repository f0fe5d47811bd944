"""Roles become people, people become decisions with reasons: the one place where it is decided who is told.

Everything here is a pure function of the event, the plugin and the directory, so that the live run, simulate and previews
cannot differ.
"""

from .access import may_open
from .acts import settle_act
from .judging import Facts, decide
from .looking_back import answers_for

__all__ = ["Facts", "answers_for", "decide", "may_open", "settle_act"]
