"""Options of plugins that name what is no longer on the desk: what apply would refuse today."""

from collections.abc import Iterator

from ...contract.kinds import Level
from ...notify import switches
from ...store.directory import Directory
from ..opening import Desk
from .finding import Finding, fine, warning


def names(desk: Desk) -> Iterator[Finding]:
    """Whether all departments, agents and the like are there that options name; an item that names others is left out."""
    with desk.db.reading() as session:
        directory = desk.db.directory(session)
    found = [each for name in desk.host.plugins for each in _unknown(desk, directory, name)]
    yield from found
    if not found:
        yield fine("options", "All that the options of plugins name is there.")


def _unknown(desk: Desk, directory: Directory, name: str) -> Iterator[Finding]:
    cls = desk.host.plugins[name].plugin.Options
    for department_id in _places(directory, name):
        where = "" if department_id is None else f" in department '{directory.departments[department_id].name}'"
        resolved = switches.resolve_options(directory, plugin=name, cls=cls, department_id=department_id)
        for unknown in switches.unknown_names(resolved.options, directory):
            yield warning(
                "options",
                f"'{name}' leaves out {unknown.item}{where}: {unknown.because}",
                remedy=f"Correct options.{name} with 'deskbell export' and 'deskbell apply'.",
            )


def _places(directory: Directory, name: str) -> Iterator[int | None]:
    """The places where options of the plugin are set: the desk as None, and departments."""
    for (plugin, level, scope_id), _ in sorted(directory.option_index.items()):
        if plugin == name and level is Level.GLOBAL:
            yield None
        elif plugin == name and level is Level.DEPARTMENT and scope_id in directory.departments:
            yield scope_id
