"""Options that several commands share, and the types that they are checked by."""

from __future__ import annotations

import os
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    PathType = click.ParamType[Path | str]
    BoundType = click.ParamType[bool | int | float]
else:
    PathType = BoundType = click.ParamType  # only newer versions of click have it generic at run time

__all__ = ["DatabaseToServe", "FileToWrite", "Number", "json_option", "run_options"]

json_option = click.option(
    "--json", is_flag=True, expose_value=False, help="Write one JSON object to stdout, and nothing else."
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `EvalRunner.run()`, under their names there."""
    for option in reversed(_RUN_OPTIONS):
        command = option(command)
    return command


class FileToWrite(click.Path):
    """The path of a file, which may be missing, in a folder that exists."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        if "://" in str(value):
            # Not quoted: it may hold a password.
            self.fail("it is a URL, and a file is meant; run `ashr-labs serve` on a URL, and use --remote", param, ctx)
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


class DatabaseToServe(PathType):
    """The path of a SQLite file, or the URL of a PostgreSQL database."""

    name = "database"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | str:
        """Return the path, or the URL as it is."""
        return value if isinstance(value, str) and "://" in value else FileToWrite().convert(value, param, ctx)


class Number(click.FloatRange):
    """A number in a range; NaN and infinity are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is not a number to count with", param, ctx)
        return number


class ErrorBound(BoundType):
    """How many scenarios may fail: a whole number, or a share such as 0.1."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool | int | float:
        """Return the bound."""
        if not isinstance(value, str):
            return bool(value)
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor a share such as 0.1", param, ctx)


_RUN_OPTIONS = (
    click.option("--max-workers", type=click.IntRange(1), default=1, show_default=True, help="Scenarios at a time."),
    click.option("--timeout", type=Number(0), metavar="SECONDS", help="Longest time for a reply."),
    click.option("--scenario-timeout", type=Number(0), metavar="SECONDS", help="Longest time for a scenario."),
    click.option("--retries", type=click.IntRange(0), default=0, show_default=True, help="New attempts after errors."),
    click.option("--retry-on", multiple=True, metavar="CLASS", help="An error that is retried; may be given again."),
    click.option("--requests-per-minute", type=Number(0), metavar="NUMBER", help="Most messages in a minute."),
    click.option("--repeats", type=click.IntRange(1), default=1, show_default=True, help="Times for each scenario."),
    click.option("--limit", type=click.IntRange(1), help="Most scenarios to play."),
    click.option("--filter", multiple=True, metavar="PATTERN", help="Ids, or tags as tag:PATTERN; may be given again."),
    click.option("--shuffle", type=click.IntRange(0), metavar="SEED", help="Play in the order that a seed stands for."),
    click.option(
        "--fail-on-error",
        type=ErrorBound(),
        default=False,
        help="Stop after so many failed scenarios, or such a share.",
    ),
    click.option("--journal", type=FileToWrite(), metavar="FILE", help="Keep every result in this file at once."),
    click.option("--resume", is_flag=True, help="Go on with the journal: play only what is missing in it."),
    click.option("--rerun-failed", is_flag=True, help="Go on with the journal, and play again what failed."),
    click.option(
        "--keep-results/--no-keep-results",
        default=True,
        show_default=True,
        help="Keep results in memory while it runs, or only in the journal.",
    ),
    click.option(
        "--progress/--no-progress", default=True, show_default=True, help="Show on stderr how far the run is."
    ),
    click.option("--teacher-forcing", is_flag=True, help="Keep the agent's memory on the expected path."),
)
