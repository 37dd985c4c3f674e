"""`ashr-labs plan`: compute how many scenarios detect a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .._format import counted
from ..results import compare, plan
from ..results.power import discordant_share
from ._client import load_runs, run_source_options
from ._commands import program_command
from ._options import Number, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

_DEFAULT_BASELINE = 0.7


@program_command("plan")
@click.argument("trials", nargs=-1)
@click.option("--scenarios", type=click.IntRange(1), help="Compute which difference they detect.")
@click.option(
    "--difference", type=Number(0, 1, min_open=True, max_open=True), help="Compute how many scenarios detect it."
)
@click.option(
    "--no-worse-than",
    type=Number(0, 100, min_open=True, max_open=True),
    metavar="POINTS",
    help="Compute how many scenarios pass the gate of this name if the agents are equally good.",
)
@click.option(
    "--repeats", type=click.IntRange(1), default=1, show_default=True, help="Repeats of each scenario in each run."
)
@click.option(
    "--baseline", type=Number(0, 1), help=f"Current pass rate [default: that of TRIALS, or {_DEFAULT_BASELINE}]."
)
@click.option(
    "--disagreement",
    type=Number(0, 1),
    help="Share of scenarios on which two runs of the same agent disagree [default: that of TRIALS, or the largest].",
)
@click.option(
    "--power", type=Number(0.5, 0.999), default=0.8, show_default=True, help="Probability of detecting the difference."
)
@click.option(
    "--confidence",
    type=Number(0.5, 0.9999),
    default=0.95,
    show_default=True,
    help="1 minus the probability of a false alarm.",
)
@run_source_options
@json_option
@click.pass_obj
def command(
    out: Output,
    trials: tuple[str, ...],
    scenarios: int | None,
    difference: float | None,
    no_worse_than: float | None,
    repeats: int,
    baseline: float | None,
    disagreement: float | None,
    power: float,
    confidence: float,
    database: Path | None,
    remote: bool,
) -> None:
    """Compute the size of a comparison before running it.

    TRIALS are two runs of the same agent (files, journals or ids), from which the pass rate and the disagreement are
    measured; without them, defaults are used.
    """
    if trials and len(trials) != 2:
        raise click.UsageError(f"TRIALS must be two runs or none, got {len(trials)}")
    if trials:
        found = compare(*load_runs(trials, database, remote=remote), metrics=["pass_rate"], resamples=1)
        baseline = found.baseline.mean() if baseline is None else baseline
        disagreement = discordant_share(found) if disagreement is None else disagreement
    planned = plan(
        scenarios=scenarios,
        difference=difference,
        no_worse_than=None if no_worse_than is None else no_worse_than / 100,
        repeats=repeats,
        baseline=_DEFAULT_BASELINE if baseline is None else baseline,
        disagreement=disagreement,
        power=power,
        confidence=confidence,
    )
    if out.as_json:
        out.write_json(planned.document())
    else:
        share = f"{100 * planned.disagreement:.0f} %"
        out.write(f"{planned}\n{counted(planned.samples, 'test')} per run; two runs of one agent disagree on {share}\n")
