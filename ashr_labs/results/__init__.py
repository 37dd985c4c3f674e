"""From runs to decisions: compare, plan, gate and report."""

from __future__ import annotations

from .comparison import Change, Comparison, Difference, compare
from .gates import Gates
from .power import Plan, plan
from .prompts import PromptUse
from .reports.html import html_report
from .reports.junit import junit_xml
from .reports.markdown import markdown_report
from .reports.tables import csv_text, jsonl_text, rows_of, to_pandas
from .runs import RunResults, Sample, read_run
from .statistics import (
    Interval,
    bootstrap_interval,
    holm_adjusted,
    mcnemar_p_value,
    sign_flip_p_value,
    wilson_interval,
)

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "Gates",
    "Interval",
    "Plan",
    "PromptUse",
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
