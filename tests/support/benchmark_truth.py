"""Verdicts beside the truth: what a benchmark says of a model's run, and what our grading says of it.

The expectation is a task's gold actions; the answer is all that the model called and said in that task. Nothing here
knows a domain: a tool reads or it changes something, and its name says which.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ashr_labs import EvalRunner, grade
from support.eval_data import reply
from support.replay import DATA, dataset

_READS = re.compile(r"(get|search|find|list|calculate|think|check|can|run|transfer)(_|$)")


@dataclass(frozen=True, slots=True)
class Judged:
    """One run of a model."""

    succeeded: bool
    """What the benchmark says: its reward is 1."""
    passed: bool
    """What our grading says."""
    score: float
    """How good the run is by our grading: each failure counts one, each call that is not exact a little."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well verdicts and truth agree over the runs of a domain."""

    runs: Sequence[Judged]

    @property
    def share(self) -> float:
        return sum(run.passed == run.succeeded for run in self.runs) / len(self.runs)

    @property
    def area(self) -> float:
        """Return how often a run that succeeded has the better score than one that failed; a tie counts half."""
        good = [run.score for run in self.runs if run.succeeded]
        bad = [run.score for run in self.runs if not run.succeeded]
        wins = sum((one > other) + (one == other) / 2 for one in good for other in bad)
        return wins / (len(good) * len(bad))


class Transcript:
    """An agent that answers the one message of a task with everything that a model called and said."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._rows = rows
        self._row: Any = None

    def clone(self) -> Transcript:
        return Transcript(self._rows)

    def reset(self, scenario_id: str) -> None:
        self._row = self._rows[scenario_id]

    def respond(self, message: str) -> Mapping[str, Any]:
        if self._row.get("ended"):
            raise RuntimeError(f"the conversation ended with {self._row['ended']}")
        calls = [call for turn in self._row["turns"] for call in turn["tool_calls"]]
        return reply("\n".join(turn["text"] or "" for turn in self._row["turns"]), *calls)


def agreement(domain: str, argument_rules: Mapping[str, Any]) -> Agreement:
    """Grade every run of a domain's models and put the benchmark's own verdict beside ours."""
    scenarios = dataset(f"{domain}_tasks")["runs"]
    rows = list(map(json.loads, gzip.decompress((DATA / f"{domain}_transcripts.jsonl.gz").read_bytes()).splitlines()))
    config = grading_config(scenarios, rows, argument_rules)
    models = {(row["model"], row["trial"]) for row in rows}
    judged = [
        judgement
        for model in sorted(models)
        for judgement in _judged(
            {row["scenario_id"]: row for row in rows if (row["model"], row["trial"]) == model}, scenarios, config
        )
    ]
    return Agreement(judged)


def grading_config(scenarios: Any, rows: Sequence[Any], argument_rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a user states: tools that only read are optional, retries are forgiven, and rules for arguments."""
    called = {call["name"] for row in rows for turn in row["turns"] for call in turn["tool_calls"]}
    expected = {
        call["name"]
        for scenario in scenarios.values()
        for action in scenario["actions"]
        for call in (action.get("expected_response") or {}).get("tool_calls", [])
    }
    return {
        "tool_definitions": [{"name": name, "required": not _READS.match(name)} for name in sorted(called | expected)],
        "grading_config": {"forgive_retries": True, "argument_rules": argument_rules},
    }


def _judged(rows: Mapping[str, Any], scenarios: Any, config: Any) -> list[Judged]:
    source = {"runs": {key: scenarios[key] for key in rows}}
    graded = grade(EvalRunner(source).run(Transcript(rows)).build(), config)
    return [_judgement(test, rows[test["test_id"]]["reward"] >= 1) for test in graded["tests"]]


def _judgement(test: Any, succeeded: bool) -> Judged:
    reasons = [reason for reason in test["verdict_reasons"] if not reason.startswith("warning")]
    calls = [call for action in test["action_results"] for call in action.get("tool_calls", [])]
    inexact = sum(call["match_status"] != "exact" for call in calls)
    return Judged(succeeded, test["verdict"] == "passed", -len(reasons) - inexact / (1 + 10 * len(calls)))
