"""`ashr-labs compare`: compare two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .._format import one_line
from ..results import compare
from ..results.reports.text import comparison_lines
from ._client import load_runs, run_source_options
from ._commands import program_command
from ._exit import CommandError, ExitCode, Failure
from ._gates import baseline_gate_options, finish, gate_options, pop_gates
from ._options import Number, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from ..results import Comparison
    from ._output import Output

__all__ = ["command"]

_COLOURS = {"better": "green", "worse": "red"}


@program_command("compare")
@click.argument("baseline")
@click.argument("candidate")
@run_source_options
@click.option("--metric", "metrics", multiple=True, help="Compare only this metric, such as pass_rate; repeatable.")
@click.option(
    "--confidence", type=Number(0.5, 0.9999), default=0.95, show_default=True, help="Confidence of the intervals."
)
@click.option(
    "--resamples", type=click.IntRange(100), default=10_000, show_default=True, help="Resamples of the bootstrap."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random numbers.")
@baseline_gate_options
@gate_options
@json_option
@click.pass_obj
def command(
    out: Output,
    /,
    baseline: str,
    candidate: str,
    database: Path | None,
    remote: bool,
    metrics: tuple[str, ...],
    confidence: float,
    resamples: int,
    seed: int,
    **thresholds: Any,
) -> None:
    """Compare CANDIDATE with BASELINE: better, worse, or cannot tell.

    Both are JSON files of runs, as `eval --output` writes them, journals, or ids of stored runs. Scenarios are
    paired by their ids; repeats of a scenario count as one. The verdict is better or worse only if both the paired
    test, corrected for the number of metrics, and the interval of the difference agree. Thresholds apply to the
    candidate.
    """
    before, after = load_runs([baseline, candidate], database, remote=remote)
    found = compare(before, after, metrics=metrics or None, confidence=confidence, resamples=resamples, seed=seed)
    if not found.changes:
        message = f"nothing to compare: no scenario has a verdict in both {before.label} and {after.label}"
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", message), found.document())
    if not out.as_json:
        out.write(_comparison_text(out, found))
    finish(out, pop_gates(thresholds), after, found.document(), found)


def _comparison_text(out: Output, found: Comparison) -> str:
    first, *rest = map(one_line, comparison_lines(found))
    if out.terminal:
        first = click.style(first, fg=_COLOURS.get(found.verdict), bold=True)
    return "\n".join([first, *rest, ""])
