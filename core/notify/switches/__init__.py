"""Who may speak where: positions and shadow, options and ticks, each with the very place where it was set."""

from .checks import check_shadow, check_switch
from .names import Unknown, unknown_names, with_known_names
from .options import Provenance, Resolved, Tick, resolve_audience, resolve_options
from .positions import Effective, is_always_on, resolve

__all__ = [
    "Effective",
    "Provenance",
    "Resolved",
    "Tick",
    "Unknown",
    "check_shadow",
    "check_switch",
    "is_always_on",
    "resolve",
    "resolve_audience",
    "resolve_options",
    "unknown_names",
    "with_known_names",
]
