"""`ashr-labs plan`: how many scenarios does it take to see a difference?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..results import compare, plan
from ..results.power import discordant_share
from ._failures import EXIT_CODES
from ._options import FileToWrite, Number, json_option
from ._runs import load_runs

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

_BASELINE = 0.7


@click.command("plan", epilog=EXIT_CODES)
@click.argument("trials", nargs=-1)
@click.option("--scenarios", type=click.IntRange(1), help="Tell which difference so many scenarios see.")
@click.option("--difference", type=Number(0, 1, min_open=True, max_open=True), help="Tell how many scenarios see it.")
@click.option("--repeats", type=click.IntRange(1), default=1, show_default=True, help="Of each scenario in each run.")
@click.option("--baseline", type=Number(0, 1), help=f"Today's pass rate [default: {_BASELINE}, or that of the trials].")
@click.option(
    "--disagreement",
    type=Number(0, 1),
    help="Share of scenarios that two runs of the same agent disagree on [default: that of the trials, or the worst].",
)
@click.option("--power", type=Number(0.5, 0.999), default=0.8, show_default=True, help="How often to see it.")
@click.option("--confidence", type=Number(0.5, 0.9999), default=0.95, show_default=True, help="Against false alarms.")
@click.option("--database", type=FileToWrite(), metavar="FILE", help="Where runs are looked up by their ids.")
@click.option("--remote", is_flag=True, help="Look ids up on the platform of ASHR_LABS_API_KEY.")
@json_option
@click.pass_obj
def command(
    out: Output,
    trials: tuple[str, ...],
    scenarios: int | None,
    difference: float | None,
    repeats: int,
    baseline: float | None,
    disagreement: float | None,
    power: float,
    confidence: float,
    database: Path | None,
    remote: bool,
) -> None:
    """Tell what a pair of runs can see, before it is paid for.

    TRIALS are none, or two runs of the same agent, files, journals or ids: what they say about its pass rate and its
    disagreement with itself is then used.
    """
    if trials and len(trials) != 2:
        raise click.UsageError(f"give no trials or two, not {len(trials)}")
    if trials:
        found = compare(*load_runs(trials, database, remote=remote), metrics=["pass_rate"], resamples=1)
        baseline = found.baseline.mean() if baseline is None else baseline
        disagreement = discordant_share(found) if disagreement is None else disagreement
    planned = plan(
        scenarios=scenarios,
        difference=difference,
        repeats=repeats,
        baseline=_BASELINE if baseline is None else baseline,
        disagreement=disagreement,
        power=power,
        confidence=confidence,
    )
    if out.as_json:
        out.document(planned.document())
    else:
        samples = f"each run plays {planned.samples} times" if repeats > 1 else f"each run plays {planned.samples}"
        out.write(f"{planned}\n{samples}; two runs of one agent disagree on {100 * planned.disagreement:.0f} %\n")
