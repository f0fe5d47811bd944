"""A file that has been read: what it says about a desk, not yet compared with one."""

from collections.abc import Mapping

import attrs

from .objects import DeskObject, Fields, Path


@attrs.frozen(kw_only=True)
class OptionBlock:
    """The options that one place in the file names, still as they were written.

    `cls` is the attrs class that knows them, `prefix` where they stand in their object, `place` where in the file.
    """

    cls: type
    prefix: Path
    place: str
    values: Mapping[str, object]


@attrs.frozen(kw_only=True)
class OpenObject:
    """What is set for a plugin or a channel: `fields` are those that all of them have."""

    fields: Fields
    blocks: tuple[OptionBlock, ...]


@attrs.frozen(kw_only=True)
class Blueprint:
    """What a file says about a desk; a table that the file does not have is absent here too.

    `open_tables` are those of options and channels, whose fields depend on what is installed.
    """

    file: str
    tables: Mapping[str, Mapping[str, DeskObject]]
    open_tables: Mapping[str, Mapping[str, OpenObject]]
