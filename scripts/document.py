"""Write the generated parts of the documents; with `--check`, fail if a document is out of date.

- `docs/cli/`: the output of some commands, and a page for each command with the `--help` of its subcommands;
- `docs/grading.md`: the numbered rules of `ashr_labs.grading`;
- `mkdocs.yml`: the pages of the command line in the navigation.
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

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CLI = DOCS / "cli"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\\+00:00)")
SESSION = """
init
eval ashr_dataset.json --agent ashr_agent:MyAgent --min-pass-rate 1
datasets import ashr_dataset.json
datasets get 1
runs get 7
plan --difference 0.1 --baseline 0.8 --disagreement 0.1
"""
"""Commands whose output docs/cli/index.md shows."""


def main() -> int:
    """Write or check the documents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a document differs")
    check = parser.parse_args().check
    fresh = {**cli_documents(), DOCS / "grading.md": grading_document(DOCS / "grading.md")}
    fresh[ROOT / "mkdocs.yml"] = navigation(ROOT / "mkdocs.yml", [path.stem for path in fresh if path.parent == CLI])
    removed = sorted(set(CLI.glob("*.md")) - set(fresh))
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in [*stale, *removed]:
        if check:
            print(f"{path.relative_to(ROOT)}: is out of date; run `make sdk`")
        elif path in fresh:
            path.write_text(fresh[path], "utf-8")
        else:
            path.unlink()
    return 1 if check and (stale or removed) else 0


def cli_documents() -> dict[Path, str]:
    """Return the pages of the command line: the index, whose beginning is written by hand, and one for each command."""
    index = CLI / "index.md"
    context = click.Context(PROGRAM, info_name="ashr-labs")
    pages = {index: cli_index(index.read_text("utf-8")) + help_of(PROGRAM, context, level=2)}
    for name in PROGRAM.list_commands(context):
        if (command := PROGRAM.get_command(context, name)) is not None:
            pages[CLI / f"{name}.md"] = command_page(command, click.Context(command, info_name=name, parent=context))
    return pages


def cli_index(text: str) -> str:
    """Return the part of docs/cli/index.md that is written by hand, with the output of the session."""
    before, _, rest = text.partition("\n## ashr-labs\n")[0].partition("```console\n")
    after = rest.partition("```\n")[2]
    return f"{before}{session()}{after}\n"


def command_page(command: click.Command, context: click.Context) -> str:
    """Return the page of a command of the program, and of the commands below it."""
    parts = [
        help_of(one, its, level=min(len(its.command_path.split()) - 1, 2)) for one, its in commands(command, context)
    ]
    return "\n".join(parts)


def help_of(command: click.Command, context: click.Context, *, level: int) -> str:
    """Return the help of a command below a heading."""
    context.max_content_width = 80
    return f"{'#' * level} {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"


def navigation(path: Path, names: list[str]) -> str:
    """Return mkdocs.yml with the pages of the command line."""
    before, start, rest = path.read_text("utf-8").partition("    - cli/index.md\n")
    after = re.sub(r"\A( +- cli/\S+\n)*", "", rest)
    pages = "".join(f"    - cli/{name}.md\n" for name in names if name != "index")
    return f"{before}{start}{pages}{after}"


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


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield a command and its subcommands, in their order."""
    yield command, context
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
