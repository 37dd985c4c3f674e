"""`ashr-labs coverage`: show which tools and arguments a dataset exercises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._format import one_line
from ..results.coverage import tool_coverage
from ._commands import program_command
from ._dataset_file import read_dataset_file
from ._exit import CommandError, ExitCode, Failure
from ._options import Number, json_option, read_json

if TYPE_CHECKING:
    from ..results.coverage import ToolCoverage
    from ._output import Output

__all__ = ["command"]


@program_command("coverage")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="JSON file with the agent's tools.")
@click.option("--cov-fail-under", type=Number(0, 1), metavar="SHARE", help="Gate, 0 to 1: exit with 1 below it.")
@click.option("--failures", is_flag=True, help="Count the failure of each tool as an item.")
@json_option
@click.pass_obj
def command(out: Output, /, dataset: Path, tools: Path, cov_fail_under: float | None, failures: bool) -> None:
    """List the tools, arguments, enumerated values and failures that the scenarios of DATASET, a file, never expect.

    The file of --tools holds a list of tools with JSON Schemas, as in a generation config or the API of a model.
    An expected call counts as a failure if its `error`, `is_error` or `result` says so.
    """
    found = tool_coverage(read_dataset_file(dataset).source, read_json(tools), count_failures=failures)
    if not out.as_json:
        out.write(_coverage_text(found, failures=failures))
    if cov_fail_under is not None and found.share < cov_fail_under:
        message = f"coverage is {found.share:.1%}, below {cov_fail_under:.1%}"
        raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", message), found.document())
    if out.as_json:
        out.write_json(found.document())


def _coverage_text(found: ToolCoverage, *, failures: bool) -> str:
    items = "tools, arguments, enumerated values and failures" if failures else "tools, arguments and enumerated values"
    lines = [
        f"{found.share:.1%} of {len(found.hits)} {items}",
        *(f"never expected: {name}" for name in found.untested),
        *(f"no scenario with a failing call: {name}" for name in found.never_failing if not failures),
        *(f"not a tool of the agent: {name}" for name in found.unknown),
        *(f"{times} x {first}, then {then}" for (first, then), times in found.pairs.items()),
    ]
    return "".join(f"{one_line(line)}\n" for line in lines)
