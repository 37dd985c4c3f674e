"""Commands with the exit codes in their help, and groups of commands."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click
from click.shell_completion import CompletionItem

from .._format import suggestion
from ._exit import EXIT_CODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._output import Output

__all__ = ["Command", "Group", "LazyGroup", "program_command"]


class Command(click.Command):
    """A command whose help ends with the exit codes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"epilog": EXIT_CODES, **options})


program_command = partial(click.command, cls=Command)
"""Decorator for commands that are not in a group."""


class Group(click.Group):
    """A group of commands; without a command it shows its help."""

    command_class = Command

    def __init__(self, name: str, summary: str, **options: Any) -> None:
        super().__init__(name, help=summary, no_args_is_help=False, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of their definition."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help if there are no arguments."""
        if not args and not ctx.resilient_parsing:
            cast("Output", ctx.obj).write_help(ctx.get_help())
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return a command; suggest a similar name if there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"No such command {name!r}{suggestion(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group whose commands are imported on first use, from the modules of their names."""

    def __init__(self, name: str, summary: str, summaries: Mapping[str, str], **options: Any) -> None:
        """Create a group.

        Args:
            name: Name of the group.
            summary: Help of the group.
            summaries: The one-line help of each command by its name.
            options: Further options of `click.Group`.
        """
        super().__init__(name, summary, **options)
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self._summaries:
            return None
        return cast("click.Command", import_module(f".{cmd_name.replace('-', '_')}", __package__).command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the matching commands and options, without importing a command."""
        matching = [
            CompletionItem(name, help=summary)
            for name, summary in self._summaries.items()
            if name.startswith(incomplete)
        ]
        return [*matching, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
