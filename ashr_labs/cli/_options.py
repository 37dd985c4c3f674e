"""Options that commands share, their types, and the reading of JSON files."""

from __future__ import annotations

import json
import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from .._json import as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    PathType = click.ParamType[Path | str]
    BoundType = click.ParamType[bool | int | float]
else:
    PathType = BoundType = click.ParamType  # generic at run time only in newer versions of click

__all__ = [
    "DatabaseToServe",
    "Number",
    "OutputFile",
    "json_option",
    "limit_option",
    "read_json",
    "read_json_object",
    "run_options",
]

json_option = click.option(
    "--json", is_flag=True, expose_value=False, help="Write one JSON object to stdout and nothing else."
)
limit_option = click.option(
    "--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="Maximum number of rows."
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `EvalRunner.run()`, with the same names."""
    for option in reversed(_RUN_OPTIONS):
        command = option(command)
    return command


def read_json(path: Path) -> object:
    """Return the content of a JSON file.

    Raises:
        click.ClickException: The file cannot be read, or is not JSON.
    """
    try:
        return cast("object", json.loads(path.read_bytes()))
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is not JSON: {error}") from error


def read_json_object(path: Path, kind: str) -> Mapping[str, Any]:
    """Return the object in a JSON file; `kind` names it in the error message.

    Raises:
        click.ClickException: The file cannot be read, or is not an object.
    """
    content = as_object(read_json(path))
    if content is None:
        raise click.ClickException(f"{path} is not a valid {kind}: it must be a JSON object")
    return content


class OutputFile(click.Path):
    """The path of a file that may not exist yet, in an existing folder."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        if "://" in str(value):
            # The URL is not quoted: it may contain a password.
            self.fail("must be a file, not a URL; run `ashr-labs serve` on the URL, and use --remote", param, ctx)
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


class DatabaseToServe(PathType):
    """The path of a SQLite file, or the URL of a PostgreSQL database."""

    name = "database"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """Return the path, or the unchanged URL."""
        return value if isinstance(value, str) and "://" in value else OutputFile().convert(value, param, ctx)


class Number(click.FloatRange):
    """A finite number in a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


class ErrorBound(BoundType):
    """A number of scenarios that may fail: an integer, or a share such as 0.1."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool | int | float:
        """Return the bound."""
        if not isinstance(value, str):
            return bool(value)
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            self.fail(f"{value!r} is neither an integer nor a share such as 0.1", param, ctx)


_RUN_OPTIONS = (
    click.option("--max-workers", type=click.IntRange(1), default=1, show_default=True, help="Concurrent scenarios."),
    click.option("--timeout", type=Number(0), metavar="SECONDS", help="Maximum time for a reply."),
    click.option("--scenario-timeout", type=Number(0), metavar="SECONDS", help="Maximum time for a scenario."),
    click.option("--retries", type=click.IntRange(0), default=0, show_default=True, help="Retries after an error."),
    click.option("--retry-on", multiple=True, metavar="CLASS", help="An error that is retried; repeatable."),
    click.option("--requests-per-minute", type=Number(0), metavar="NUMBER", help="Maximum rate of messages."),
    click.option("--repeats", type=click.IntRange(1), default=1, show_default=True, help="Repeats of each scenario."),
    click.option("--limit", type=click.IntRange(1), help="Maximum number of scenarios."),
    click.option("--filter", multiple=True, metavar="PATTERN", help="Ids, or tags as tag:PATTERN; repeatable."),
    click.option("--shuffle", type=click.IntRange(0), metavar="SEED", help="Play in random order."),
    click.option(
        "--fail-on-error",
        type=ErrorBound(),
        default=False,
        help="Stop after this number, or share, of scenarios failed.",
    ),
    click.option("--journal", type=OutputFile(), metavar="FILE", help="Write every result to this file immediately."),
    click.option("--resume", is_flag=True, help="Continue the journal: play only missing scenarios."),
    click.option("--rerun-failed", is_flag=True, help="Continue the journal, and repeat failed scenarios."),
    click.option(
        "--keep-results/--no-keep-results",
        default=True,
        show_default=True,
        help="Keep results in memory during the run, or only in the journal.",
    ),
    click.option("--progress/--no-progress", default=True, show_default=True, help="Show progress on stderr."),
    click.option(
        "--scorer",
        "scorers",
        multiple=True,
        metavar="SCORER",
        help="Score each test: TYPE, TYPE:VALUE such as contains:refund, or MODULE:ATTRIBUTE; repeatable.",
    ),
    click.option(
        "--calls-from",
        type=click.Choice(["auto", "reply", "spans"]),
        default="auto",
        show_default=True,
        help="The source of tool calls: replies, or what was recorded of tools.",
    ),
    click.option(
        "--environment",
        type=click.Path(exists=True, dir_okay=False, resolve_path=True),
        metavar="SPEC",
        help="Play each scenario in a sandbox of this spec.",
    ),
    click.option("--teacher-forcing", is_flag=True, help="Replace the agent's history by the expected one."),
)
