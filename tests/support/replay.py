"""Benchmark data: its datasets and transcripts, agents that replay them, and what a reference made of them.

The reference is the public package 0.3.1. Its runs were made with agents that follow a policy:

- `gold` answers each message with everything that is expected until the next one;
- `silent` answers nothing;
- `index` replays a transcript, its n-th turn at the n-th message;
- `align` replays each turn at the message that it answers best;
- `flatten` answers the first message with all calls of a transcript and its last text;
- `steps` replays one assistant message at a time, the next one after each environment action.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ashr_labs import EvalRunner, RunBuilder
from support.eval_data import reply

DATA = Path(os.environ.get("ASHR_BENCHMARK_DATA") or "nowhere")
WHY_SKIPPED = "ASHR_BENCHMARK_DATA does not name a folder with the benchmark data"


@dataclass(frozen=True, slots=True)
class ReferenceRun:
    """One run that the reference made."""

    dataset: str
    agent: str
    """`gold`, `silent`, or a model and a trial such as `gpt-4o/trial1`."""
    policy: str

    def __str__(self) -> str:
        return f"{self.dataset}|{self.agent}|{self.policy}"

    @property
    def plays_steps(self) -> bool:
        """Whether the agent speaks after environment actions, too."""
        return self.dataset.endswith("_env") and self.agent != "silent"


def reference_runs() -> list[ReferenceRun]:
    return [ReferenceRun(*key.split("|")) for key in _reference_digests()] if DATA.is_dir() else []


def reference_digests(run: ReferenceRun) -> dict[str, str]:
    """Return the digest of each test of a reference run, by its scenario."""
    return _reference_digests()[str(run)]


def reference_result(run: ReferenceRun) -> Any:
    """Return the totals of a reference run."""
    results = json.loads((DATA / "reference_results.json").read_text("utf-8"))["runs"]
    return next(one for one in results if run == ReferenceRun(one["dataset"], one["agent"], one["policy"]))


def timeless(test: Mapping[str, Any]) -> str:
    """Return a test as JSON, without its times and without what the reference does not record."""
    own = {"started_at", "completed_at", "duration_ms", "turns", "expects_no_calls", "title"}
    kept = {key: value for key, value in test.items() if key not in own}
    if "action_results" in kept:
        kept["action_results"] = [_without_outcomes(action) for action in kept["action_results"]]
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _without_outcomes(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an action without the results and errors of the agent's calls."""
    if "tool_calls" not in action:
        return action
    calls = [
        {**call, "actual": {key: value for key, value in call["actual"].items() if key not in {"result", "error"}}}
        for call in action["tool_calls"]
    ]
    return {**action, "tool_calls": calls}


def digest(test: Mapping[str, Any]) -> str:
    """Return what the reference's digests are: sixteen digits of the hash of a test without its times."""
    return hashlib.sha256(timeless(test).encode()).hexdigest()[:16]


@cache
def dataset(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def source_of(run: ReferenceRun) -> Any:
    """Return the dataset with the scenarios that a reference run played."""
    played = reference_digests(run)
    return {"runs": {key: scenario for key, scenario in dataset(run.dataset)["runs"].items() if key in played}}


def replay(run: ReferenceRun, runner: EvalRunner, max_workers: int = 1) -> RunBuilder:
    """Run the agent of a reference run."""
    agent = replaying(run)
    return runner.run(
        agent,
        on_environment=agent.on_environment if run.plays_steps else None,
        max_workers=max_workers,
    )


def replaying(run: ReferenceRun) -> Replay:
    """Return the agent of a reference run."""
    return Replay({key: _turns(run, key, scenario) for key, scenario in source_of(run)["runs"].items()})


@dataclass(frozen=True, slots=True)
class Replaying:
    """Makes the agent of a reference run wherever the benchmark data is: what travels there is only its name."""

    run: ReferenceRun

    def __call__(self) -> Replay:
        return _replaying_here(self.run).clone()


@cache
def _replaying_here(run: ReferenceRun) -> Replay:
    return replaying(run)


def replayed(run: ReferenceRun, max_workers: int = 1) -> RunBuilder:
    """Run the agent of a reference run over the scenarios of that run."""
    return replay(run, EvalRunner(source_of(run)), max_workers)


Turn = Sequence[Mapping[str, Any]]
"""The agent's replies to one message: several if environment actions come between them."""


class Replay:
    """Answers the n-th message of a scenario with its n-th turn."""

    def __init__(self, turns: Mapping[str, Sequence[Turn]]) -> None:
        self._turns = turns
        self._scenario_id = ""
        self._heard = 0
        self._steps = iter(list[Mapping[str, Any]]())

    def clone(self) -> Replay:
        return Replay(self._turns)

    def reset(self, scenario_id: str = "") -> None:
        self._scenario_id, self._heard = scenario_id, 0

    def respond(self, message: str) -> Mapping[str, Any]:
        turns = self._turns[self._scenario_id][self._heard :][:1]
        self._heard += 1
        self._steps = iter([step for turn in turns for step in turn])
        return next(self._steps, reply())

    def on_environment(self, content: str, action: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return next(self._steps, None)


@cache
def _reference_digests() -> Any:
    return json.loads(gzip.decompress((DATA / "reference_digests.json.gz").read_bytes()))


@cache
def _transcripts(name: str) -> Any:
    """Return the transcripts of a dataset by scenario and agent."""
    family = name if name.startswith("bfcl") else name.rpartition("_")[0]
    lines = gzip.decompress((DATA / f"{family}_transcripts.jsonl.gz").read_bytes()).splitlines()
    rows = map(json.loads, lines)
    return {(row["scenario_id"], f"{row['model']}/trial{row['trial']}"): row for row in rows}


def _turns(run: ReferenceRun, scenario_id: str, scenario: Any) -> Sequence[Turn]:
    expected = _expected_turns(scenario)
    if run.agent == "silent":
        return []
    if run.agent == "gold":
        return expected if run.plays_steps else [[_joined(turn)] for turn in expected]
    row = _transcripts(run.dataset)[scenario_id, run.agent]
    match run.policy:
        case "steps":
            return list(row["steps"])
        case "index":
            return [[turn] for turn in row["turns"]]
        case "align":
            at = list(zip(row["turns"], row["align"], strict=True))
            return [[_joined([turn for turn, place in at if place == n])] for n in range(len(expected))]
        case "flatten":
            texts = [turn["text"] for turn in row["turns"] if turn["text"]]
            return [[_joined(row["turns"]) | {"text": (texts or [""])[-1]}]]
        case unknown:
            raise AssertionError(unknown)


def _expected_turns(scenario: Any) -> list[Turn]:
    """Return what is expected of the agent after each message."""
    turns: list[list[Mapping[str, Any]]] = []
    for action in scenario["actions"]:
        if action["actor"] not in {"agent", "environment"}:
            turns.append([])
        elif action["actor"] == "agent" and turns:
            calls = action.get("expected_response", {}).get("tool_calls", [])
            made = [{"name": call["name"], "arguments": json.loads(call["arguments_json"])} for call in calls]
            turns[-1].append(reply(action["content"], *made))
    return [list(turn) for turn in turns]


def _joined(steps: Turn) -> dict[str, Any]:
    """Return several replies as one."""
    calls = [call for step in steps for call in step["tool_calls"]]
    return reply("\n\n".join(step["text"] for step in steps if step["text"]), *calls)
