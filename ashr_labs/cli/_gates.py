"""Options for gates, and the failure of a command whose run misses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..results import Gates
from ._exit import CommandError, ExitCode, Failure
from ._options import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..results import Comparison, RunResults

__all__ = ["GATE_NAMES", "check_gates", "gate_options", "gates_of"]

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


_OPTIONS = (
    click.option("--min-pass-rate", type=Number(0, 1), metavar="RATE", help="Minimum pass rate, from 0 to 1."),
    click.option(
        "--max-errors", type=click.IntRange(0), metavar="COUNT", help="Maximum number of tests that end with an error."
    ),
    _named("--min-score", Number(), "Minimum mean of a score; repeatable."),
    _named("--min-tag", Number(0, 1), "Minimum pass rate of the tests with a tag; repeatable."),
    _named("--min-scenario", Number(0, 1), "Minimum pass rate of a scenario; repeatable."),
)

GATE_NAMES = ("min_pass_rate", "max_errors", "min_score", "min_tag", "min_scenario")
"""Parameter names of the options."""


def gate_options(command: _Command) -> _Command:
    """Add the options for the gates of a run; their parameters are those of `gates_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def gates_of(
    *,
    min_pass_rate: float | None,
    max_errors: int | None,
    min_score: Mapping[str, float],
    min_tag: Mapping[str, float],
    min_scenario: Mapping[str, float],
    no_regression: bool = False,
) -> Gates:
    """Return the gates for the values of the options."""
    return Gates(min_pass_rate, max_errors, min_score, min_tag, min_scenario, no_regression)


def check_gates(
    gates: Gates, run: RunResults, document: Mapping[str, Any], comparison: Comparison | None = None
) -> None:
    """Check that a run passes the gates.

    Raises:
        CommandError: It does not, or nothing ran.
    """
    failures = gates.failures(run, comparison)
    if not failures:
        return
    document = {**document, "gates": failures}
    if failures == ["nothing ran"]:
        message = f"nothing ran: no test of {run.label} ran to its end"
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", message), document)
    raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", "; ".join(failures)), document)
