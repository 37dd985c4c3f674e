"""`ashr-labs report`: a run or a comparison for others to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..results import compare
from ..results.reports import SUFFIXES, check_suffixes, write_report
from ..results.reports.markdown import markdown_report
from ..results.reports.tables import rows_of
from ._failures import EXIT_CODES
from ._gates import check_gates, gate_options, gates_of
from ._options import FileToWrite, json_option
from ._runs import load_runs

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("report", epilog=EXIT_CODES)
@click.argument("run")
@click.option("--baseline", metavar="RUN", help="Report the comparison with this run, in .html and .md.")
@click.option(
    "--output", "outputs", type=FileToWrite(), metavar="FILE", multiple=True, help=f"A report: {SUFFIXES}. Repeatable."
)
@click.option("--title", help="The heading of the page.")
@click.option("--database", type=FileToWrite(), metavar="FILE", help="Where runs are looked up by their ids.")
@click.option("--remote", is_flag=True, help="Look ids up on the platform of ASHR_LABS_API_KEY; so without --database.")
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
    database: Path | None,
    remote: bool,
    **thresholds: Any,
) -> None:
    """Report RUN, a JSON file, a journal or the id of a stored run, in the formats that the files' names end with.

    .html is one page that needs no network; .md is for a comment on a pull request; .xml is JUnit's; .csv and .jsonl
    have a row for each test; .json is the graded result. Without --output, Markdown goes to stdout. Thresholds make
    it a gate.
    """
    check_suffixes(*outputs)
    found, *before = load_runs([run, *([baseline] if baseline else [])], database, remote=remote)
    comparison = compare(before[0], found) if before else None
    for path in outputs:
        write_report(path, found, comparison, title)
        out.note(f"wrote {path}")
    document = {"run": found.label, "tests": rows_of(found), "files": [str(path) for path in outputs]}
    if not outputs and not out.as_json:
        out.write(markdown_report(comparison or found))
    check_gates(gates_of(**thresholds), found, document, comparison)
    if out.as_json:
        out.document(document)
