"""From a run to a decision: compare, plan, gate, report."""

from __future__ import annotations

from .comparison import Change, Comparison, Difference, compare
from .gates import Gates
from .html import html_report
from .intervals import Interval, bootstrap_interval, wilson_interval
from .junit import junit_xml
from .markdown import markdown_report
from .planning import Plan, plan
from .reading import read_run
from .run_results import RunResults, Sample
from .significance import holm_adjusted, mcnemar_p_value, sign_flip_p_value
from .tables import csv_text, jsonl_text, rows_of, to_pandas

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "Gates",
    "Interval",
    "Plan",
    "RunResults",
    "Sample",
    "bootstrap_interval",
    "compare",
    "csv_text",
    "holm_adjusted",
    "html_report",
    "jsonl_text",
    "junit_xml",
    "markdown_report",
    "mcnemar_p_value",
    "plan",
    "read_run",
    "rows_of",
    "sign_flip_p_value",
    "to_pandas",
    "wilson_interval",
]
