"""Write what the documents take from the code; with `--check`, fail when a document tells something else.

- `docs/cli.md`: each command's `--help`;
- `docs/grading.md`: the numbered rules of `ashr_labs.grading`.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ashr_labs import grading
from ashr_labs.cli._program import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent.parent / "docs"
CLI_HEAD = """# The command line

`pip install "ashr-labs[cli,local]"` brings the command `ashr-labs`; `python -m ashr_labs` is the same.
Results go to stdout, everything else to stderr; with `--json`, stdout gets one JSON object and nothing else.
An error is one line and an exit code; `ASHR_LABS_DEBUG=1` adds its traceback.

```console
$ ashr-labs eval examples/support_dataset.json --agent examples.support_bot:SupportBot --min-pass-rate 0.7
$ ashr-labs datasets import examples/support_dataset.json --database evals.db
$ ashr-labs serve --database evals.db
```
"""


def main() -> int:
    """Write the documents, or compare them with what is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when anything differs")
    check = parser.parse_args().check
    fresh = {DOCS / "cli.md": cli_document(), DOCS / "grading.md": grading_document(DOCS / "grading.md")}
    stale = [path for path, text in fresh.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if check:
            print(f"docs/{path.name}: is not what the code says; run `make sdk`")
        else:
            path.write_text(fresh[path], "utf-8")
    return 1 if check and stale else 0


def cli_document() -> str:
    """Return the page of the command line."""
    parts = [CLI_HEAD]
    for name, command, context in commands(PROGRAM, click.Context(PROGRAM, info_name="ashr-labs")):
        parts.append(f"\n## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "".join(parts)


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield a command and those below it, in their own order."""
    context.max_content_width = 80
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (below := command.get_command(context, name)) is not None:
                yield from commands(below, click.Context(below, info_name=name, parent=context))


def grading_document(path: Path) -> str:
    """Return the page of grading with the rules that the code states."""
    before = path.read_text("utf-8").partition("## Rules\n")[0]
    rules = inspect.cleandoc(grading.__doc__ or "").partition("\n\n")[2].partition("\n\n")[2]
    return f"{before}## Rules\n\n{rules}\n"


if __name__ == "__main__":
    sys.exit(main())
