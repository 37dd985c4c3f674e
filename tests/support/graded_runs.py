"""Runs with verdicts, as the platform returns them, in few words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from support.replay import DATA


def graded_test(test_id: str, passed: bool, **more: Any) -> dict[str, Any]:
    return {"test_id": test_id, "status": "completed", "verdict": "passed" if passed else "failed", **more}


def graded_run(outcomes: Mapping[str, Iterable[bool]] | Iterable[bool]) -> dict[str, Any]:
    """Return a result: the outcomes of scenarios 0, 1, 2, ..., or of each scenario's repeats."""
    if not isinstance(outcomes, Mapping):
        outcomes = {str(number): [passed] for number, passed in enumerate(outcomes)}
    return {"tests": [graded_test(name, passed) for name, repeats in outcomes.items() for passed in repeats]}


@cache
def _rows(family: str) -> Any:
    lines = gzip.decompress((DATA / f"{family}_transcripts.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines]


def rewarded_run(family: str, model: str, trial: int = 0) -> dict[str, Any]:
    """Return a benchmark's run with its own rewards as verdicts."""
    rows = [row for row in _rows(family) if (row["model"], row["trial"]) == (model, trial)]
    return {"tests": [graded_test(row["scenario_id"], row["reward"] == 1) for row in rows]}
