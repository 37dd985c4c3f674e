"""A group of commands whose modules are imported when they are used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """Knows a line about each of its commands; the command is in the module of its name."""

    def __init__(
        self, name: str, lines: Mapping[str, str], *, description: str, epilog: str | None = None, prefix: str = ""
    ) -> None:
        """Make a group.

        Args:
            name: Its name.
            lines: Its commands by their names, each with the line that the list of commands shows.
            description: What it is for.
            epilog: What its help ends with.
            prefix: What the names of the commands' modules begin with.
        """
        super().__init__(name, help=description, epilog=epilog, no_args_is_help=False)
        self._lines = lines
        self._prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self._lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name not in self._lines:
            return None
        return cast("click.Command", import_module(f".{self._prefix}{cmd_name}", __package__).command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin so, without importing a command."""
        named = [CompletionItem(name, help=line) for name, line in self._lines.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._lines.items()))
