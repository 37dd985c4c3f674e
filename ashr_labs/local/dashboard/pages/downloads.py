"""Files to download: the tests that a page lists as a table, and a run or a comparison as one page of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ....results.reports.html import html_report
from ....results.reports.tables import csv_of, rows_of
from ....results.runs import RunResults
from ..exchange import PageResponse
from ..registry import page
from .labels import labels_of_run
from .run import load, selected

if TYPE_CHECKING:
    from ..view import View

__all__ = ["comparison_report", "run_report", "tests_as_csv", "tests_as_json"]


@page("runs/{run_id}/tests.csv")
def tests_as_csv(view: View) -> PageResponse:
    """Return the tests that the filters of a run select, with their labels, as CSV."""
    return _file(view, csv_of(_rows(view)), "text/csv; charset=utf-8", "tests.csv")


@page("runs/{run_id}/tests.json")
def tests_as_json(view: View) -> PageResponse:
    """Return the same as a JSON array."""
    return _file(view, json.dumps(_rows(view), indent=1), "application/json", "tests.json")


@page("runs/{run_id}/report.html")
def run_report(view: View) -> PageResponse:
    """Return a run as a page that needs no server."""
    found = load(view, view.number("run_id"))
    return _file(view, html_report(found.results), "text/html; charset=utf-8", "report.html")


@page("compare/report.html")
def comparison_report(view: View) -> PageResponse:
    """Return a comparison as a page that needs no server."""
    before, after = (load(view, view.integer(side, 0, 1)) for side in ("baseline", "candidate"))
    text = html_report(view.runs.compare(before, after))
    return _file(view, text, "text/html; charset=utf-8", f"run-{before.run_id}-{after.run_id}.html")


def _rows(view: View) -> list[dict[str, Any]]:
    found = load(view, view.number("run_id"))
    samples = tuple(found.results.samples[place] for place in selected(found, view))
    return rows_of(RunResults(found.results.label, samples), labels_of_run(view, found.run_id))


def _file(view: View, text: str, media_type: str, name: str) -> PageResponse:
    """Return a file that browsers save and do not show, as its texts are foreign."""
    number = view.parts.get("run_id")
    name = f"run-{number}-{name}" if number else name
    headers = {"content-type": media_type, "content-disposition": f'attachment; filename="{name}"'}
    content = text.encode("utf-8", "backslashreplace")
    return PageResponse(200, content, headers, tenant_id=view.principal.tenant_id)
