"""Options for gates, and the failure of a command whose run misses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..results import Gates
from ..results.gates import NOTHING_CHECKED, NOTHING_RAN
from ._exit import CommandError, ExitCode, Failure
from ._options import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..results import Comparison, RunResults
    from ._output import Output

__all__ = ["baseline_gate_options", "finish", "gate_options", "pop_gates"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _thresholds(number: Number) -> Callable[..., dict[str, float]]:
    """Return a callback that parses `NAME=NUMBER`."""

    def read(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        for value in values:
            name, separator, minimum = value.rpartition("=")
            if not name or not separator:
                raise click.BadParameter(f"{value!r}: write it as NAME=NUMBER, such as refunds=0.9", ctx, param)
            found[name] = number.convert(minimum, param, ctx)
        return found

    return read


def _named(flag: str, number: Number, text: str) -> Callable[[_Command], _Command]:
    return click.option(flag, multiple=True, metavar="NAME=NUMBER", callback=_thresholds(number), help=text)


def _points(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    return None if value is None else value / 100


_OPTIONS = (
    click.option("--min-pass-rate", type=Number(0, 1), metavar="RATE", help="Minimum pass rate, from 0 to 1."),
    click.option(
        "--max-errors", type=click.IntRange(0), metavar="COUNT", help="Maximum number of tests that end with an error."
    ),
    _named("--min-score", Number(), "Minimum mean of a score; repeatable."),
    _named("--min-tag", Number(0, 1), "Minimum pass rate of the tests with a tag; repeatable."),
    _named("--min-scenario", Number(0, 1), "Minimum pass rate of a scenario; repeatable."),
    click.option(
        "--min-each", type=Number(0, 1), metavar="RATE", help="Minimum pass rate of every scenario, over its repeats."
    ),
)
_BASELINE_OPTIONS = (
    click.option("--no-regression", is_flag=True, help="Gate: fail if any metric is significantly worse."),
    click.option(
        "--max-regressed",
        type=click.IntRange(0),
        metavar="COUNT",
        help="Gate: maximum number of scenarios that passed in the baseline and fail now.",
    ),
    click.option(
        "--no-worse-than",
        type=Number(0, 100),
        callback=_points,
        metavar="POINTS",
        help="Gate: fail unless a loss of more percentage points is ruled out.",
    ),
)
_FIELDS = {
    "min_pass_rate": "min_pass_rate",
    "max_errors": "max_errors",
    "min_score": "min_scores",
    "min_tag": "min_tag_pass_rates",
    "min_scenario": "min_scenario_pass_rates",
    "min_each": "min_each",
    "no_regression": "no_regression",
    "max_regressed": "max_regressed",
    "no_worse_than": "no_worse_than",
}
"""Fields of `Gates` by the parameters of the options."""


def gate_options(command: _Command) -> _Command:
    """Add the options for the gates of a run; `pop_gates` reads their values."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def baseline_gate_options(command: _Command) -> _Command:
    """Add the options for gates that compare a run with a baseline; `pop_gates` reads their values."""
    for option in reversed(_BASELINE_OPTIONS):
        command = option(command)
    return command


def pop_gates(options: dict[str, Any]) -> Gates:
    """Remove the values of the gate options and return the gates."""
    return Gates(**{field: options.pop(name) for name, field in _FIELDS.items() if name in options})


def finish(
    out: Output, gates: Gates, run: RunResults, document: Mapping[str, Any], comparison: Comparison | None = None
) -> None:
    """Check that a run passes the gates, and end the command with the JSON object if one was asked for.

    Raises:
        CommandError: The run fails a gate, or nothing ran; the error holds the object.
    """
    failures = gates.failures(run, comparison)
    notes = [*gates.unscored(run), *(gates.notes(comparison) if comparison else [])]
    for note in notes:
        out.info(note)
    document = {**document, **({"notes": notes} if notes else {}), **({"gates": failures} if failures else {})}
    if failures == [NOTHING_RAN]:
        message = f"nothing ran: no test of {run.label} ran to its end"
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", message), document)
    if failures == [NOTHING_CHECKED]:
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingChecked", f"{run.label}: {NOTHING_CHECKED}"), document)
    if failures:
        raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", "; ".join(failures)), document)
    if out.as_json:
        out.write_json(document)
