"""`ashr-labs completion`: print the completion script for a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from ._commands import program_command
from ._options import json_option

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]

_SHELLS = ("bash", "zsh", "fish")


@program_command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@json_option
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and files in SHELL.

    For bash and zsh add eval "$(ashr-labs completion bash)" to ~/.bashrc or ~/.zshrc, with the name of the shell; for
    fish write the script to ~/.config/fish/completions/ashr-labs.fish.
    """
    out: Output = ctx.obj
    completion = get_completion_class(shell)
    assert completion is not None, "click supports each of them"  # noqa: S101 (a fact, not a check)
    script = completion(ctx.find_root().command, {}, "ashr-labs", "_ASHR_LABS_COMPLETE").source()
    if out.as_json:
        out.write_json({"shell": shell, "script": script})
    else:
        out.write(f"{script}\n")
