"""Options that name what the desk does not have: the item of a list that does is left out, so that the others go on."""

from collections.abc import Callable, Mapping

import attrs

from ...contract.errors import UnknownName
from ...contract.structuring import namings
from ...store.directory import Directory


@attrs.frozen(kw_only=True)
class Unknown:
    """A name of nothing: the key path of the value, what the item that holds it is called, and the sentence about it."""

    path: str
    item: str
    because: str


def unknown_names(options: object, directory: Directory) -> tuple[Unknown, ...]:
    """Every name in the options that the desk does not have, in their order."""
    return tuple(
        Unknown(path=each.path, item=_called(options, each.path), because=because)
        for each in namings(options)
        if (because := _missing(directory, each.table, each.name))
    )


def with_known_names(options: object, directory: Directory) -> object:
    """The options without the items of lists that name what the desk does not have; all the rest is as it was."""
    culprits = {each.path.partition("]")[0] for each in unknown_names(options, directory) if "[" in each.path}
    changed: dict[str, object] = {}
    for field in attrs.fields(type(options)):  # type: ignore[arg-type]  # options are attrs values
        value = getattr(options, field.name)
        if isinstance(value, tuple):
            kept = tuple(item for number, item in enumerate(value) if f"{field.name}[{number}" not in culprits)
            if len(kept) < len(value):
                changed[field.name] = kept
    return attrs.evolve(options, **changed) if changed else options  # type: ignore[misc]  # likewise


def _called(options: object, path: str) -> str:
    """What the item of a list is called that the path leads into: by its own name, else by its place."""
    head, bracket, rest = path.partition("[")
    if not bracket or "." in head:
        return path
    number = rest.partition("]")[0]
    name: object = getattr(getattr(options, head)[int(number)], "name", "")
    return f"'{name}'" if isinstance(name, str) and name else f"{head}[{number}]"


def _missing(directory: Directory, table: str, name: str) -> str:
    """The sentence about a name that the desk does not have, '' when it has it."""
    try:
        _FINDERS[table](directory)(name)
    except UnknownName as error:
        return str(error)
    return ""


_FINDERS: Mapping[str, Callable[[Directory], Callable[[str], object]]] = {
    "agents": lambda directory: directory.agent,
    "departments": lambda directory: directory.department,
    "mailboxes": lambda directory: directory.mailbox,
    "teams": lambda directory: directory.team,
    "topics": lambda directory: directory.topic,
}
