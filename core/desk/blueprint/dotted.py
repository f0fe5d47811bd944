"""Options by dotted name, one for each that can be set by itself, and the tables that they stand in."""

from collections.abc import Collection, Mapping

Options = Mapping[str, object]


def flat(options: Options, *, leaves: Collection[str], prefix: str = "") -> dict[str, object]:
    """Tables of options by dotted name.

    :param leaves: the dotted names of the options that there are; one of them may be a table by itself.
    """
    found: dict[str, object] = {}
    for name, value in options.items():
        if isinstance(value, Mapping) and prefix + name not in leaves:
            found |= flat(value, leaves=leaves, prefix=f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def nested(options: Options) -> dict[str, object]:
    """Options by dotted name as tables."""
    tables: dict[str, object] = {}
    for name, value in options.items():
        first, _, rest = name.partition(".")
        if rest:
            known = tables.get(first)
            tables[first] = {**(known if isinstance(known, Mapping) else {}), **nested({rest: value})}
        else:
            tables[first] = value
    return tables
