"""`ashr-labs coverage`: what of the agent's tools does a dataset exercise?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..results.coverage import tool_coverage
from ._dataset_file import read_dataset_file
from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._json_file import read_json
from ._options import Number, json_option
from ._output import one_line

if TYPE_CHECKING:
    from ..results.coverage import ToolCoverage
    from ._output import Output

__all__ = ["command"]


@click.command("coverage", epilog=EXIT_CODES)
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--tools", type=click.Path(path_type=Path), required=True, help="JSON file with the agent's tools.")
@click.option("--cov-fail-under", type=Number(0, 1), metavar="SHARE", help="A gate, from 0 to 1: exit 1 below it.")
@click.option("--failures", is_flag=True, help="Count the failure of each tool as one of the things to exercise.")
@json_option
@click.pass_obj
def command(out: Output, /, dataset: Path, tools: Path, cov_fail_under: float | None, failures: bool) -> None:
    """Tell which tools, arguments, listed values and failures the scenarios of DATASET, a file, never expect.

    The file of --tools holds a list of tools with JSON Schemas, as a generation config or a model's API takes them.
    An expected call is a failure where its `error`, `is_error` or `result` says so.
    """
    found = tool_coverage(read_dataset_file(dataset).source, read_json(tools), count_failures=failures)
    if not out.as_json:
        out.write(_shown(found, failures=failures))
    if cov_fail_under is not None and found.share < cov_fail_under:
        message = f"a coverage of {found.share:.1%}, below {cov_fail_under:.1%}"
        raise CommandError(Failure(ExitCode.GATE_FAILED, "GateFailed", message), found.document())
    if out.as_json:
        out.document(found.document())


def _shown(found: ToolCoverage, *, failures: bool) -> str:
    things = "tools, arguments, listed values and failures" if failures else "tools, arguments and listed values"
    lines = [
        f"{found.share:.1%} of {len(found.hits)} {things}",
        *(f"never expected: {name}" for name in found.untested),
        *(f"never fails: {name}" for name in found.never_failing if not failures),
        *(f"not a tool of the agent: {name}" for name in found.unknown),
        *(f"{times} x {first}, then {then}" for (first, then), times in found.pairs.items()),
    ]
    return "".join(f"{one_line(line)}\n" for line in lines)
