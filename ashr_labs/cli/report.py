"""`ashr-labs report`: write a run or a comparison for others to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..results import compare
from ..results.reports import SUFFIXES, check_suffixes, write_report
from ..results.reports.markdown import markdown_report
from ..results.reports.tables import rows_of
from ._client import load_runs, run_source_options
from ._commands import program_command
from ._eval_report import failures_text
from ._gates import baseline_gate_options, finish, gate_options, pop_gates
from ._options import OutputFile, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@program_command("report")
@click.argument("run")
@click.option("--baseline", metavar="RUN", help="Report the comparison with this run, in .html and .md.")
@click.option(
    "--output",
    "outputs",
    type=OutputFile(),
    metavar="FILE",
    multiple=True,
    help=f"Report to write: {SUFFIXES}; repeatable.",
)
@click.option("--title", help="Heading of the HTML page.")
@run_source_options
@click.option("--scenario", metavar="ID", help="Only this scenario, as text with its transcript.")
@baseline_gate_options
@gate_options
@json_option
@click.pass_obj
def command(
    out: Output,
    /,
    run: str,
    baseline: str | None,
    outputs: tuple[Path, ...],
    title: str | None,
    scenario: str | None,
    database: Path | None,
    remote: bool,
    **thresholds: Any,
) -> None:
    """Report RUN, a JSON file, a journal or the id of a stored run, in the formats of the files' suffixes.

    .html is one page that needs no network; .md is for a comment on a pull request; .xml is JUnit XML; .csv and
    .jsonl have a row for each test; .json is the graded result. Without --output, Markdown goes to stdout. Thresholds
    make the command a gate.
    """
    check_suffixes(*outputs)
    found, *before = load_runs([run, *([baseline] if baseline else [])], database, remote=remote)
    if scenario:
        found = found.scenario(scenario)
    comparison = compare(before[0], found) if before else None
    for path in outputs:
        write_report(path, found, comparison, title)
        out.info(f"wrote {path}")
    document = {"run": found.label, "tests": rows_of(found), "files": [str(path) for path in outputs]}
    if not outputs and not out.as_json:
        out.write(failures_text(found.samples, verbose=True) if scenario else markdown_report(comparison or found))
    finish(out, pop_gates(thresholds), found, document, comparison)
