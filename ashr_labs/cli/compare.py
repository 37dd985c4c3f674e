"""`ashr-labs compare`: is one run better than another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..results import compare
from ..results.reports.text import comparison_lines
from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._gates import check_gates, gate_options, gates_of
from ._options import FileToWrite, Number, json_option
from ._output import one_line
from ._runs import load_runs

if TYPE_CHECKING:
    from pathlib import Path

    from ..results import Comparison
    from ._output import Output

__all__ = ["command"]

_COLOURS = {"better": "green", "worse": "red"}


@click.command("compare", epilog=EXIT_CODES)
@click.argument("baseline")
@click.argument("candidate")
@click.option("--database", type=FileToWrite(), metavar="FILE", help="Where runs are looked up by their ids.")
@click.option("--remote", is_flag=True, help="Look ids up on the platform of ASHR_LABS_API_KEY; so without --database.")
@click.option("--metric", "metrics", multiple=True, help="Compare only this metric, as pass_rate; may be repeated.")
@click.option("--confidence", type=Number(0.5, 0.9999), default=0.95, show_default=True, help="Of the intervals.")
@click.option("--resamples", type=click.IntRange(100), default=10_000, show_default=True, help="Of the bootstrap.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same answer.")
@click.option("--no-regression", is_flag=True, help="A gate: the candidate must not be worse in any metric.")
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
    no_regression: bool,
    **thresholds: Any,
) -> None:
    """Compare CANDIDATE with BASELINE: better, worse, or cannot tell.

    Both are JSON files of runs, as `eval --output` writes them, journals, or ids of stored runs. Scenarios are
    paired by their ids; repeats of one count as one. The verdict is better or worse only where the paired test,
    corrected for the number of metrics, and the interval of the difference both say so. The thresholds are for the
    candidate.
    """
    before, after = load_runs([baseline, candidate], database, remote=remote)
    found = compare(before, after, metrics=metrics or None, confidence=confidence, resamples=resamples, seed=seed)
    if not found.changes:
        message = f"nothing to compare: no scenario is in both {before.label} and {after.label}"
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", message), found.document())
    if not out.as_json:
        out.write(_shown(out, found))
    check_gates(gates_of(no_regression=no_regression, **thresholds), after, found.document(), found)
    if out.as_json:
        out.document(found.document())


def _shown(out: Output, found: Comparison) -> str:
    first, *rest = map(one_line, comparison_lines(found))
    if out.terminal:
        first = click.style(first, fg=_COLOURS.get(found.verdict), bold=True)
    return "\n".join([first, *rest, ""])
