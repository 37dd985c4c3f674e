"""Agreement of verdicts with the known outcome of real agent runs; run it with `python benchmarks/verdicts.py`.

`ASHR_BENCHMARK_DATA` names the folder with transcripts of public benchmarks: each row has the calls and texts of an
agent, the benchmark's own gold actions, facts to tell the user, and reward. Verdicts of `grade()`, without any
configuration and with each tool declared as reading or writing, are compared with the reward, next to the baselines in
the same run. `--write` puts the tables into `docs/grading.md`.

A second part changes numbers, names, dates, ids and negations in real expected texts and counts the contradictions
that `grade()` reports, and the real runs whose verdict changes because of that.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ashr_labs.alignment import align_calls
from ashr_labs.grading import grade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "grading.md"
Verdicts = dict[str, bool]
"""Whether a row passes, by row key."""

WRITES: dict[str, str] = {
    "tau airline": "book cancel update send",
    "tau2 airline": "book cancel update send",
    "tau2 retail": "cancel exchange modify return",
    "tau retail (assisted)": "cancel exchange modify return",
    "tau2 telecom": "enable disable refuel send resume suspend set",
    "WorkBench": "send create forward delete update reply add",
}
"""The first words of the tools that change what the benchmark's reward looks at; all others read."""

ORDER_FREE: dict[str, dict[str, dict[str, str]]] = {
    "tau2 retail": {"*": {"item_ids": "unordered"}},
    "tau retail (assisted)": {"*": {"item_ids": "unordered"}},
}
"""Arguments whose order does not matter to the benchmark."""

FILES = {
    "tau airline": "tau_airline_transcripts.jsonl.gz",
    "tau2 airline": "tau2_airline_transcripts.jsonl.gz",
    "tau2 retail": "tau2_retail_transcripts.jsonl.gz",
    "tau2 telecom": "tau2_telecom_transcripts.jsonl.gz",
    "tau retail (assisted)": "outcomes/tau_retail_assisted_transcripts.jsonl.gz",
    "WorkBench": "outcomes/workbench_transcripts.jsonl.gz",
}


@dataclass(frozen=True)
class Call:
    """A tool call of a transcript, or an expected one."""

    name: str
    arguments: Mapping[str, Any]
    ended: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The result and whether it is an error, if the transcript says so."""

    @property
    def arguments_json(self) -> str:
        """The arguments as canonical JSON."""
        return json.dumps(self.arguments, sort_keys=True)

    def record(self) -> dict[str, Any]:
        """Return the call for a result."""
        return {"name": self.name, "arguments": self.arguments, "arguments_json": self.arguments_json, **self.ended}


@dataclass(frozen=True)
class Row:
    """One run of a task by a model."""

    key: str
    task: str
    succeeded: bool
    expected: Sequence[Call]
    told: Sequence[str]
    made: Sequence[Call]
    said: str
    ended: str | None
    """Why the conversation ended early, if it did."""

    def test(self) -> dict[str, Any]:
        """Return the run as a recorded test of one action."""
        chosen = align_calls(self.expected, self.made)
        taken = set(chosen.values())
        pairs = [(call, self.made[chosen[i]] if i in chosen else None) for i, call in enumerate(self.expected)]
        pairs += [(None, call) for i, call in enumerate(self.made) if i not in taken]
        actions: list[dict[str, Any]] = [{"actor": "user", "action_type": "text", "action_index": 0, "text": "task"}]
        if pairs:
            entries = [_entry(*pair) for pair in pairs]
            actions.append({"actor": "agent", "action_type": "tool_call", "action_index": 1, "tool_calls": entries})
        if self.told:
            responses = {"expected_response": {"text": ", ".join(self.told)}, "actual_response": {"text": self.said}}
            actions.append({"actor": "agent", "action_type": "text", "action_index": 1, **responses})
        error = {"error": {"kind": "agent", "message": self.ended}} if self.ended else {}
        status = "failed" if error else "completed"
        expects_nothing = {"expects_no_calls": True} if not self.expected else {}
        return {"test_id": self.key, "status": status, "action_results": actions, **expects_nothing, **error}


def _entry(expected: Call | None, actual: Call | None) -> dict[str, Any]:
    return {
        "expected": expected.record() if expected else {"name": "NONE_EXPECTED", "arguments": {}},
        "actual": actual.record() if actual else {"name": "NOT_CALLED", "arguments": {}},
        "match_status": "pending",
    }


@dataclass
class Counts:
    """Verdicts beside the truth."""

    total: int = 0
    false_passes: int = 0
    false_failures: int = 0

    @property
    def agreement(self) -> float:
        """The share of rows whose verdict agrees with the reward."""
        return 1 - (self.false_passes + self.false_failures) / self.total if self.total else 0.0

    def add(self, passed: bool, succeeded: bool) -> None:
        """Count a row."""
        self.total += 1
        self.false_passes += passed and not succeeded
        self.false_failures += succeeded and not passed

    def __str__(self) -> str:
        return f"{self.agreement:.1%} ({self.false_passes}, {self.false_failures})"


def load(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of each benchmark."""
    gold = _gold_of_tasks(folder / "tau_airline_tasks.json")
    return {name: list(_rows(folder / path, gold)) for name, path in FILES.items()}


def _gold_of_tasks(path: Path) -> dict[str, tuple[list[Call], list[str]]]:
    found: dict[str, tuple[list[Call], list[str]]] = {}
    for key, scenario in json.loads(path.read_text("utf-8"))["runs"].items():
        for action in scenario["actions"]:
            if action["actor"] == "agent":
                calls = action["expected_response"]["tool_calls"]
                told = [action["content"]] if action["content"] else []
                found[key] = [Call(call["name"], json.loads(call["arguments_json"])) for call in calls], told
    return found


def _rows(path: Path, gold: Mapping[str, tuple[list[Call], list[str]]]) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            if "gold_actions" in row:
                actions = [one for one in row["gold_actions"] if one.get("requestor", "assistant") == "assistant"]
                expected = [Call(one["name"], one["arguments"]) for one in actions]
                told = [str(one) for one in row["told"]]
            else:
                expected, told = gold[row["scenario_id"]]
            calls = [call for turn in row["turns"] for call in turn["tool_calls"]]
            yield Row(
                key=f"{number}",
                task=row["scenario_id"],
                succeeded=row["reward"] >= 1,
                expected=expected,
                told=told,
                made=[_made(call) for call in calls],
                said="\n".join(turn["text"] or "" for turn in row["turns"]),
                ended=row.get("ended"),
            )


def _made(call: Mapping[str, Any]) -> Call:
    return Call(call["name"], call["arguments"], {key: call[key] for key in ("result", "is_error") if key in call})


def is_write(benchmark: str, tool: str) -> bool:
    """Return True if the benchmark documents that the tool changes something."""
    return re.split(r"[_\W]", tool.rpartition(".")[2])[0] in WRITES[benchmark].split()


def by_grading(rows: Sequence[Row], config: Mapping[str, Any] | None) -> Verdicts:
    """Return the verdicts of `grade()`."""
    graded = grade({"tests": [row.test() for row in rows]}, config)["tests"]
    return {test["test_id"]: test["verdict"] == "passed" for test in graded}


def declared(benchmark: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the config that declares for each tool whether it changes something."""
    tools = {call.name for row in rows for call in (*row.made, *row.expected)}
    effects = {tool: is_write(benchmark, tool) for tool in sorted(tools)}
    return {"grading_config": {"side_effects": effects, "argument_rules": ORDER_FREE.get(benchmark, {})}}


def every_gold_call(rows: Sequence[Row]) -> Verdicts:
    """Baseline: each expected call was made with equal arguments."""
    return {row.key: not row.ended and _counted(row.expected) <= _counted(row.made) for row in rows}


def same_side_effects(benchmark: str, rows: Sequence[Row]) -> Verdicts:
    """Baseline: the calls that change something are the expected ones, with equal arguments."""

    def writes(calls: Iterable[Call]) -> Counter[tuple[str, str]]:
        return _counted(call for call in calls if is_write(benchmark, call.name))

    return {row.key: not row.ended and writes(row.expected) == writes(row.made) for row in rows}


def _counted(calls: Iterable[Call]) -> Counter[tuple[str, str]]:
    return Counter((call.name, call.arguments_json) for call in calls)


def agentevals_baselines() -> dict[str, Callable[[Sequence[Row]], Verdicts]]:
    """Return the trajectory matchers of agentevals, if it is installed."""
    try:
        from agentevals.trajectory.match import create_trajectory_match_evaluator  # noqa: PLC0415
    except ImportError:
        return {}

    def verdicts(mode: str) -> Callable[[Sequence[Row]], Verdicts]:
        evaluate = create_trajectory_match_evaluator(trajectory_match_mode=mode)
        return lambda rows: {
            row.key: not row.ended
            and bool(evaluate(outputs=_messages(row.made), reference_outputs=_messages(row.expected))["score"])
            for row in rows
        }

    return {f"agentevals {mode}": verdicts(mode) for mode in ("superset", "unordered")}


def _messages(calls: Sequence[Call]) -> list[dict[str, Any]]:
    made = [{"function": {"name": call.name, "arguments": call.arguments_json}} for call in calls]
    return [{"role": "assistant", "content": "", "tool_calls": made}]


def half_of(task: str) -> int:
    """Return which half of the tasks a task is in."""
    return zlib.crc32(task.encode()) % 2


def compare(rows: Sequence[Row], verdicts: Verdicts, half: int | None = None) -> Counts:
    """Return how verdicts agree with the rewards."""
    counts = Counts()
    for row in rows:
        if half is None or half_of(row.task) == half:
            counts.add(verdicts[row.key], row.succeeded)
    return counts


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/grading.md")
    parser.add_argument("--show", metavar="BENCHMARK", help="print the reasons of wrong verdicts")
    parser.add_argument("--declared", action="store_true", help="with --show: with declared tools")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("ASHR_BENCHMARK_DATA") or "nowhere")
    if not folder.is_dir():
        print("ASHR_BENCHMARK_DATA must name the folder with the transcripts", file=sys.stderr)
        return 2
    benchmarks = load(folder)
    if arguments.show:
        show(arguments.show, benchmarks[arguments.show], declared_tools=arguments.declared)
        return 0
    page = "\n".join(verdict_table(benchmarks))
    print(page)
    return 0


def verdict_table(benchmarks: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield a table: agreement, and in brackets false passes and false failures."""
    others = agentevals_baselines()
    names = ["every gold call", "same side effects", *others, "no configuration", "tools declared", "halves"]
    yield f"| benchmark | runs | {' | '.join(names)} |"
    yield f"|---|---{'|---' * len(names)}|"
    pooled: list[Counts] = [Counts() for _ in names]
    for name, rows in benchmarks.items():
        plain, config = by_grading(rows, None), by_grading(rows, declared(name, rows))
        verdicts = [
            every_gold_call(rows),
            same_side_effects(name, rows),
            *(baseline(rows) for baseline in others.values()),
            plain,
            config,
        ]
        found = [compare(rows, one) for one in verdicts]
        for total, one in zip(pooled, found, strict=False):
            total.total += one.total
            total.false_passes += one.false_passes
            total.false_failures += one.false_failures
        halves = [f"{compare(rows, one, half).agreement:.1%}" for one in (plain, config) for half in (0, 1)]
        cells = [*map(str, found), " / ".join(halves)]
        yield f"| {name} | {len(rows):,} | {' | '.join(cells)} |"
    yield f"| pooled | {pooled[0].total:,} | {' | '.join(map(str, pooled[:-1]))} | |"


def show(benchmark: str, rows: Sequence[Row], *, declared_tools: bool) -> None:
    """Print the reasons of wrong verdicts."""
    config = declared(benchmark, rows) if declared_tools else None
    graded = grade({"tests": [row.test() for row in rows]}, config)["tests"]
    for row, test in zip(rows, graded, strict=True):
        if (test["verdict"] == "passed") != row.succeeded:
            print("FALSE FAILURE" if row.succeeded else "FALSE PASS", row.key, row.task, half_of(row.task))
            for reason in test["verdict_reasons"]:
                print("   ", reason)


if __name__ == "__main__":
    sys.exit(main())
