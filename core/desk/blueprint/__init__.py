"""The desk as code: read a TOML file, plan what it changes, apply the plan, write the desk down as such a file."""

from .applying import apply
from .catalogue import Catalogue
from .changes import Action, Change, FieldChange, Plan
from .exporting import export
from .first_desk import first_desk
from .parsed import Blueprint
from .planning import plan
from .reading import read_blueprint
from .removal import InUse

__all__ = [
    "Action",
    "Blueprint",
    "Catalogue",
    "Change",
    "FieldChange",
    "InUse",
    "Plan",
    "apply",
    "export",
    "first_desk",
    "plan",
    "read_blueprint",
]
