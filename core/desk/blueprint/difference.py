"""The difference between the objects that a file wants and those of the desk, and the desk after it."""

from collections.abc import Iterable, Iterator

from .changes import Action, Change, FieldChange
from .objects import PEOPLE, TABLES, DeskObject, Fields, Path, Ref, Tables, identity

BY_PLUGIN = ("switches", "options")
"""The tables whose objects exist by their fields alone; each field can be removed by itself."""


def changes_to(wanted: Tables, *, desk: Tables, prune: bool) -> tuple[Change, ...]:
    """What makes the desk say what is wanted; what is not named is left alone.

    :param prune: remove the objects that the wanted tables do not name, and switches and options with them.
    """
    gone = _gone(wanted, desk=desk) if prune else frozenset()
    changes: list[Change] = []
    for table in TABLES:
        for key, item in wanted.get(table, {}).items():
            changes += _named(table, key, item, now=desk[table].get(key), gone=gone, prune=prune)
        for key, now in desk[table].items():
            if key not in wanted.get(table, {}):
                changes += _unnamed(table, key, now, gone=gone)
    return tuple(changes)


def after(desk: Tables, *, changes: Iterable[Change]) -> Tables:
    """The desk as it will be."""
    tables = {table: dict(objects) for table, objects in desk.items()}
    for change in changes:
        objects = tables[change.table]
        if change.action is Action.REMOVE:
            del objects[change.identity]
        else:
            objects[change.identity] = _changed(objects.get(change.identity), change=change)
    return tables


def respelt(table: str) -> Path:
    """The field under which a plan shows that a key is spelled in another way."""
    return ("address",) if table in PEOPLE else ("name",)


def _gone(wanted: Tables, *, desk: Tables) -> frozenset[tuple[str, str]]:
    """Table and identity of what the wanted tables do not name."""
    return frozenset(
        (table, key) for table, objects in wanted.items() for key in desk[table] if key not in objects and key
    )


def _named(
    table: str, key: str, item: DeskObject, *, now: DeskObject | None, gone: frozenset[tuple[str, str]], prune: bool
) -> Iterator[Change]:
    """The change of an object that the file names, if there is any."""
    known: Fields = {} if now is None else now.fields
    edits = list(_respelling(table, item, now=now))
    edits += [
        FieldChange(path=path, before=known.get(path), after=value)
        for path, value in item.fields.items()
        if known.get(path) != value
    ]
    edits += [
        FieldChange(path=path, before=value, after=None)
        for path, value in known.items()
        if value is not None
        and path not in item.fields
        and (_orphaned(path, gone) or (prune and _prunable(table, path, item=item)))
    ]
    adds = now is None and (edits or table not in BY_PLUGIN)
    if adds or edits:
        action = Action.ADD if now is None else Action.CHANGE
        yield Change(action=action, table=table, key=item.key, identity=key, fields=tuple(edits))


def _respelling(table: str, item: DeskObject, *, now: DeskObject | None) -> Iterator[FieldChange]:
    if now is None or now.key == item.key:
        return
    # A person may be named by a further address; it becomes the primary one where the file lists all of them.
    if identity(table, now.key) == identity(table, item.key) or ("addresses",) in item.fields:
        yield FieldChange(path=respelt(table), before=now.key, after=item.key)


def _unnamed(table: str, key: str, now: DeskObject, *, gone: frozenset[tuple[str, str]]) -> Iterator[Change]:
    """What becomes of an object that the file does not name."""
    edits = tuple(
        FieldChange(path=path, before=value, after=None)
        for path, value in now.fields.items()
        if table in BY_PLUGIN and ((table, key) in gone or _orphaned(path, gone))
    )
    if (table, key) in gone:
        yield Change(action=Action.REMOVE, table=table, key=now.key, identity=key, fields=edits)
    elif edits:
        yield Change(action=Action.CHANGE, table=table, key=now.key, identity=key, fields=edits)


def _orphaned(path: Path, gone: frozenset[tuple[str, str]]) -> bool:
    """Whether a switch or option is for something that goes; anything else that names it keeps it from going."""
    return path[0] != "extended" and any(isinstance(part, Ref) and (part.table, part.identity) in gone for part in path)


def _prunable(table: str, path: Path, *, item: DeskObject) -> bool:
    """Whether `prune` takes the field by itself: switches and options, and extended members where the file has any."""
    if table in BY_PLUGIN:
        return True
    return path[0] == "extended" and len(path) == 2 and any(named[0] == "extended" for named in item.fields)


def _changed(now: DeskObject | None, *, change: Change) -> DeskObject:
    fields: dict[Path, object] = {} if now is None else dict(now.fields)
    key = change.key if now is None else now.key
    for edit in change.fields:
        if edit.path == respelt(change.table) and now is not None:
            key = str(edit.after)
        elif edit.after is None:
            fields = {path: value for path, value in fields.items() if path[: len(edit.path)] != edit.path}
        else:
            fields[edit.path] = edit.after
    return DeskObject(key=key, fields=fields)
