"""Runs as tables: CSV, JSON Lines, a pandas data frame."""

from __future__ import annotations

import csv
import io
import json
from importlib import import_module
from statistics import median
from typing import TYPE_CHECKING, Any, cast

from ..runs import SCORE_PREFIX
from .text import escape_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..runs import RunResults, Sample

__all__ = ["csv_of", "csv_text", "json_text", "jsonl_text", "rows_of", "to_pandas"]

_LABEL_PREFIX = "label."
_LABEL_FIELDS = ("verdict", "score", "comment", "author")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters with which a formula begins in spreadsheets."""


def rows_of(
    run: RunResults, labels: Mapping[tuple[str, object], Mapping[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Return a row for each sample; scores are columns named `score.NAME`.

    Args:
        run: The run.
        labels: Labels as the platform answers them, by `test_id` and `repeat`; they are columns named `label.NAME`.
    """
    names = run.score_names
    return [
        {
            "scenario_id": one.scenario_id,
            "title": one.title,
            "repeat": one.record.get("repeat"),
            "outcome": one.outcome,
            "passed": one.passed,
            "has_run": one.has_run,
            "seconds": one.seconds,
            "cost_usd": one.cost_usd,
            "turns": len(one.latencies_ms),
            "median_turn_ms": median(one.latencies_ms) if one.latencies_ms else None,
            "tags": list(one.tags),
            "reasons": list(one.reasons),
            **{f"{SCORE_PREFIX}{name}": one.scores.get(name) for name in names},
            **_label_columns(one, labels),
        }
        for one in run.samples
    ]


def csv_text(run: RunResults) -> str:
    """Return the rows as CSV; lists are joined, and no cell begins as a formula."""
    return csv_of(rows_of(run))


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows with the same keys as CSV; lists are joined, and no cell begins as a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["scenario_id"], lineterminator="\n")
    writer.writerow({name: _cell(name) for name in writer.fieldnames})
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return escape_surrogates(text.getvalue())


def jsonl_text(run: RunResults) -> str:
    """Return the rows as JSON Lines."""
    return "".join(f"{json.dumps(row)}\n" for row in rows_of(run))


def json_text(run: RunResults) -> str:
    """Return the run as the JSON of a graded result, which `read_run()` reads."""
    return f"{json.dumps({'tests': [one.record for one in run.samples]}, indent=2, default=dict)}\n"


def to_pandas(run: RunResults) -> Any:
    """Return the rows as a pandas `DataFrame`; pandas must be installed."""
    return import_module("pandas").DataFrame(rows_of(run))  # an optional dependency


def _label_columns(sample: Sample, labels: Mapping[tuple[str, object], Mapping[str, Any]] | None) -> dict[str, Any]:
    if labels is None:
        return {}
    label = labels.get((sample.scenario_id, sample.record.get("repeat"))) or {}
    return {f"{_LABEL_PREFIX}{name}": label.get(name) for name in _LABEL_FIELDS}


def _cell(value: Any) -> Any:
    text: Any = "; ".join(cast("list[str]", value)) if isinstance(value, list) else value
    if not isinstance(text, str):
        return text
    text = text.replace("\0", "\ufffd")
    # Where the decimal separator is a comma, spreadsheets split the line at semicolons: escape each part.
    return ";".join(f"'{part}" if part.lstrip(" ").startswith(_FORMULA) else part for part in text.split(";"))
