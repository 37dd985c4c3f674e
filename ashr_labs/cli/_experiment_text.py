"""Experiments as text: results with what did not hold, and comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._format import counted, one_line
from ._records import table_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..experiments import Comparison, RunResults, ScenarioResult

__all__ = ["comparison_text", "results_text"]

_MAX_OUTPUT = 300
_MAX_DIFF_LINES = 40


def results_text(results: RunResults) -> str:
    """Return the totals, and each scenario that did not pass with the reasons and the changed files."""
    totals = [
        f"{results.passed} of {counted(results.total_scenarios, 'scenario')} passed",
        *(f"{number} {name}" for name, number in _others(results) if number),
    ]
    metrics = results.metrics
    costs = f", ${metrics.total_cost_usd:.4f}" if metrics.total_cost_usd else ""
    head = f"{results.experiment_id} of {results.spec_id}@{results.spec_version}: {results.status}\n"
    times = f"{metrics.mean_wall_ms} ms on average, 95 % within {metrics.p95_wall_ms} ms{costs}\n"
    failed = [one for one in results.scenarios if one.status != "pass"]
    return head + f"{', '.join(totals)}; {times}" + "".join(map(_scenario_text, failed))


def comparison_text(found: Comparison) -> str:
    """Return the metrics side by side, and the verdict."""
    rows = [
        [one.name, f"{one.baseline:g}", f"{one.candidate:g}", f"{one.delta:+g}", one.direction] for one in found.metrics
    ]
    table = table_text([["metric", "baseline", "candidate", "delta", "direction"], *rows])
    if found.paired is None:
        return table
    paired = found.paired
    sure = (
        f"{paired.verdict}: the pass rate differs by {paired.difference:+.1%} over {counted(paired.pairs, 'scenario')}"
    )
    return f"{table}\n{sure} (p = {paired.p_value:.3g}, interval {paired.low:+.1%} to {paired.high:+.1%})\n"


def _others(results: RunResults) -> tuple[tuple[str, int], ...]:
    return (("failed", results.failed), ("flaky", results.flaky), ("without a verdict", results.errors))


def _scenario_text(scenario: ScenarioResult) -> str:
    parameters = "".join(f" {name}={value!r}" for name, value in scenario.parameters.items())
    alone = f" (this one: {scenario.outcome})" if scenario.status == "flaky" else ""
    return f"\n{scenario.status.upper()} {scenario.scenario_id}{parameters}{alone}\n" + "".join(
        f"  {line}\n" for line in _lines(scenario)
    )


def _lines(scenario: ScenarioResult) -> Iterator[str]:
    if scenario.error:
        yield one_line(scenario.error)
    yield from (one_line(check) for check in scenario.failed_checks)
    if scenario.timed_out:
        yield "the agent ran out of time"
    elif scenario.exit_code:
        last = one_line(scenario.agent_stderr.strip().rpartition("\n")[2])
        yield f"the agent ended with the exit code {scenario.exit_code}" + (f": {last[:_MAX_OUTPUT]}" if last else "")
    if scenario.agent_output.strip():
        said = one_line(scenario.agent_output.strip())
        yield f"the agent said: {said[:_MAX_OUTPUT]}{'...' if len(said) > _MAX_OUTPUT else ''}"
    if scenario.diff is not None and scenario.outcome:
        yield from _diff(scenario)


def _diff(scenario: ScenarioResult) -> Iterator[str]:
    diff = scenario.diff
    if diff is None:
        return
    marked = [("A", diff.added), ("D", diff.removed), ("M", diff.modified)]
    lines = [f"{mark} {path}" for mark, paths in marked for path in paths]
    yield "changed files:" if lines else "no file was changed"
    yield from lines
    if diff.omitted:
        yield f"and {counted(diff.omitted, 'more change')}"
    lines = [_printable(line) for line in diff.text.splitlines()]
    yield from lines[:_MAX_DIFF_LINES]
    if len(lines) > _MAX_DIFF_LINES:
        yield f"and {counted(len(lines) - _MAX_DIFF_LINES, 'more line')}; all of them with --json"


def _printable(line: str) -> str:
    """Return a line with its indentation, without control characters."""
    return "".join(one if one.isprintable() else " " for one in line)
