"""Write the generated parts of the documents; with `--check`, fail if a document is out of date.

- `docs/cli.md`: the output of some commands, and the `--help` of each command;
- `docs/grading.md`: the numbered rules of `ashr_labs.grading`.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from ashr_labs import grading
from ashr_labs.cli._main import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent.parent / "docs"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\\+00:00)")
SESSION = """
init
eval ashr_dataset.json --agent ashr_agent:MyAgent --min-pass-rate 1
datasets import ashr_dataset.json
datasets get 1
runs get 7
plan --difference 0.1 --baseline 0.8 --disagreement 0.1
"""
"""Commands whose output docs/cli.md shows."""


def main() -> int:
    """Write or check the documents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a document differs")
    check = parser.parse_args().check
    fresh = {DOCS / "cli.md": cli_document(DOCS / "cli.md"), DOCS / "grading.md": grading_document(DOCS / "grading.md")}
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"docs/{path.name}: is out of date; run `make sdk`")
        else:
            path.write_text(fresh[path], "utf-8")
    return 1 if check and stale else 0


def cli_document(path: Path) -> str:
    """Return docs/cli.md: the hand-written part with the output of the session, and the help of each command."""
    head = path.read_text("utf-8").partition("\n## ashr-labs\n")[0]
    before, _, rest = head.partition("```console\n")
    parts = [before, session(), rest.partition("```\n")[2]]
    for name, command, context in commands(PROGRAM, click.Context(PROGRAM, info_name="ashr-labs")):
        parts.append(f"\n## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "".join(parts)


def session() -> str:
    """Run the session in a new folder; return the commands with their results and errors."""
    program = Path(sys.executable).parent / "ashr-labs"
    own = {"ASHR_LABS_API_KEY", "ASHR_LABS_BASE_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    lines: list[str] = []
    with TemporaryDirectory() as folder:
        for command in SESSION.strip().splitlines():
            done = subprocess.run(
                [program, *command.split()], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
            lines += [f"$ ashr-labs {command}", *done.stdout.splitlines(), *errors]
    return _MOMENT.sub("2026-11-21T09:30:00Z", "\n".join(["```console", *lines, "```", ""]))


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield a command and its subcommands, in their order."""
    context.max_content_width = 80
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (below := command.get_command(context, name)) is not None:
                yield from commands(below, click.Context(below, info_name=name, parent=context))


def grading_document(path: Path) -> str:
    """Return docs/grading.md with the rules from the docstring of `ashr_labs.grading`."""
    before = path.read_text("utf-8").partition("## Rules\n")[0]
    rules = inspect.cleandoc(grading.__doc__ or "").partition("\n\n")[2].partition("\n\n")[2]
    return f"{before}## Rules\n\n{rules}\n"


if __name__ == "__main__":
    sys.exit(main())
