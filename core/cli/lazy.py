"""A group of commands that are listed without being imported, and a word for those who mistype one."""

import importlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from ..contract.errors import nearest, suggestion

COMMANDS_OF_PLUGINS = "deskbell.commands"


class LazyGroup(click.Group):
    """Commands by name: ``"module:attribute"`` beside this file and the line that the list shows.

    Commands of plugins come from the entry point group ``deskbell.commands``; they are listed by name and imported to run.
    """

    def __init__(self, *args: Any, commands: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, the house's own first, in the order in which a newcomer meets them."""
        return [*self._lazy, *sorted(self._foreign())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name."""
        if cmd_name in self._lazy:
            module, _, attribute = self._lazy[cmd_name][0].partition(":")
            command = getattr(importlib.import_module(f".{module}", __package__), attribute)
            return command if isinstance(command, click.Command) else None
        point = self._foreign().get(cmd_name)
        command = None if point is None else point.load()
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = suggestion(nearest(args[0], self.list_commands(ctx)))
            if hint:
                raise click.UsageError(f"There is no command '{args[0]}'.{hint}", ctx) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])
        foreign = self._foreign()
        if foreign:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(name, point.dist.name if point.dist else "") for name, point in foreign.items()])

    def _foreign(self) -> dict[str, EntryPoint]:
        found = entry_points(group=COMMANDS_OF_PLUGINS)
        return {point.name: point for point in found if point.name not in self._lazy}
