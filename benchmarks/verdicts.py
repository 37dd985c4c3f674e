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
import random
import re
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ashr_labs.alignment import align_calls
from ashr_labs.comparators import text_similarity
from ashr_labs.grading import grade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

PAGE = Path(__file__).resolve().parent.parent / "docs" / "grading.md"
_BEGIN, _END = "<!-- begin of benchmarks/verdicts.py -->", "<!-- end of benchmarks/verdicts.py -->"
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

_HANDOVER = {"transfer_to_human_agents": "optional"}
_ITEMS = {"*": {"item_ids": "unordered"}}
SETTINGS: dict[str, dict[str, Any]] = {
    "tau airline": {"tool_strictness": _HANDOVER},
    "tau2 airline": {"tool_strictness": _HANDOVER},
    "tau2 retail": {"tool_strictness": _HANDOVER, "argument_rules": _ITEMS},
    "tau retail (assisted)": {"tool_strictness": _HANDOVER, "argument_rules": _ITEMS},
    "tau2 telecom": {
        "tool_strictness": {"*": "required"},
        "side_effects": {"*": False, "transfer_to_human_agents": True},
        "argument_rules": {"transfer_to_human_agents": {"summary": "ignore"}},
    },
}
"""How the reward is defined: a handover does not count, the order of items neither; telecom asks for each action."""

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
        pairs: list[tuple[Call | None, Call | None]]
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
    """Return the config that declares for each tool whether it changes something, as the reward is defined."""
    tools = {call.name for row in rows for call in (*row.made, *row.expected)}
    effects = {tool: is_write(benchmark, tool) for tool in sorted(tools)}
    return {"grading_config": {"side_effects": effects, **SETTINGS.get(benchmark, {})}}


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
    page = "\n".join([*verdict_table(benchmarks), "", *text_lines(measure_texts(folder))])
    print(page)
    if arguments.write:
        before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
        PAGE.write_text(f"{before}{_BEGIN}\n{page}\n{_END}{rest.partition(_END)[2]}", "utf-8")
    return 0


def measure(benchmarks: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Counts]]:
    """Return the agreement of each kind of verdict, by benchmark."""
    others = agentevals_baselines()
    measured: dict[str, dict[str, Counts]] = {}
    for name, rows in benchmarks.items():
        verdicts = {
            "every gold call": every_gold_call(rows),
            "same side effects": same_side_effects(name, rows),
            **{kind: baseline(rows) for kind, baseline in others.items()},
            "no configuration": by_grading(rows, None),
            "tools declared": by_grading(rows, declared(name, rows)),
        }
        measured[name] = {kind: compare(rows, one) for kind, one in verdicts.items()}
    return measured


def measure_halves(benchmarks: Mapping[str, Sequence[Row]]) -> list[Counts]:
    """Return the agreement without any configuration on each half of the tasks."""
    verdicts = {name: by_grading(rows, None) for name, rows in benchmarks.items()}
    return [pooled([compare(rows, verdicts[name], half) for name, rows in benchmarks.items()]) for half in (0, 1)]


def pooled(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    total = Counts()
    for one in counts:
        total.total += one.total
        total.false_passes += one.false_passes
        total.false_failures += one.false_failures
    return total


def verdict_table(benchmarks: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield a table: agreement, and in brackets false passes and false failures."""
    measured = measure(benchmarks)
    kinds = list(next(iter(measured.values())))
    yield f"| benchmark | runs | {' | '.join(kinds)} |"
    yield f"|---|---{'|---' * len(kinds)}|"
    for name, found in measured.items():
        yield f"| {name} | {len(benchmarks[name]):,} | {' | '.join(map(str, found.values()))} |"
    total = [pooled(found[kind] for found in measured.values()) for kind in kinds]
    yield f"| pooled | {total[0].total:,} | {' | '.join(map(str, total))} |"
    first, second = measure_halves(benchmarks)
    yield ""
    yield (
        f"Split by task, {first.agreement:.1%} of the {first.total:,} runs of one half agree without configuration, "
        f"and {second.agreement:.1%} of the {second.total:,} runs of the other half."
    )


def show(benchmark: str, rows: Sequence[Row], *, declared_tools: bool) -> None:
    """Print the reasons of wrong verdicts."""
    config = declared(benchmark, rows) if declared_tools else None
    graded = grade({"tests": [row.test() for row in rows]}, config)["tests"]
    for row, test in zip(rows, graded, strict=True):
        if (test["verdict"] == "passed") != row.succeeded:
            print("FALSE FAILURE" if row.succeeded else "FALSE PASS", row.key, row.task, half_of(row.task))
            for reason in test["verdict_reasons"]:
                print("   ", reason)


DIALOGS = ("tau_airline", "tau2_airline", "tau2_retail", "tau2_telecom")
TEXTS = (*(f"{name}_dialogs" for name in DIALOGS), "tooltalk", "apibank", "abcd_sample")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_NUMBER = re.compile(r"(?<![\w#.,-])\d+(?:\.\d+)?(?![\w-])")
_ID = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z_])\w{5,}\b")
_DAY = re.compile(rf"(?:(?<=-)|(?<=\b(?:{'|'.join(m[-3:] for m in _MONTHS.split('|'))}) ))\d{{2}}\b(?!-|:)")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|will|can|would|should|could|does|did)\b(?! not|n't)")


@dataclass
class TextCounts:
    """Contradictions that were reported, and successful runs that keep their verdict."""

    contradictions: int = 0
    failed: int = 0
    warned: int = 0
    successful: int = 0
    kept: int = 0

    @property
    def reported(self) -> int:
        """How many contradictions fail or warn."""
        return self.failed + self.warned


def measure_texts(folder: Path, number: int = 500) -> TextCounts:
    """Contradict real expected texts, and compare the verdicts on real runs with and without the rule."""
    counts = TextCounts()
    texts = sorted({text for name in TEXTS for text in _expected_texts(folder / f"{name}.json")})
    names = sorted({match[0] for text in texts for match in _NAME.finditer(text)})
    chance = random.Random(7)  # noqa: S311 - not for cryptography
    while counts.contradictions < number:
        changed = _contradict(text := chance.choice(texts), counts.contradictions % 5, names, chance)
        if changed != text:
            counts.contradictions += 1
            status = _text_status(text, changed)
            counts.failed += status == "divergent"
            counts.warned += status == "similar"
    for name in DIALOGS:
        for pairs in _successful(folder, name):
            before = all(text_similarity(*pair) >= 0.40 for pair in pairs)
            counts.successful += before
            counts.kept += before and all(_text_status(*pair) != "divergent" for pair in pairs)
    return counts


def text_lines(counts: TextCounts) -> Iterator[str]:
    """Yield the figures of texts."""
    share = counts.reported / counts.contradictions
    yield (
        f"Of {counts.contradictions} contradictions made from real expected texts (a number, id, date, name or "
        f"negation changed), {counts.failed} fail and {counts.warned} warn: {share:.1%} are reported. "
        f"Of {counts.successful} successful runs of real dialogs whose texts are similar to the expected ones, "
        f"{counts.kept} keep their verdict."
    )


def _expected_texts(path: Path) -> Iterator[str]:
    for scenario in json.loads(path.read_text("utf-8"))["runs"].values():
        for action in scenario["actions"]:
            text = action.get("content") or ""
            if action["actor"] == "agent" and len(text.split()) >= 4:
                yield text


def _contradict(text: str, kind: int, names: Sequence[str], chance: random.Random) -> str:
    """Return the text with one number, id, day, name or negation changed; unchanged if it has none."""
    found = list((_NUMBER, _ID, _DAY, _NAME, _VERB)[kind].finditer(text))
    if not found:
        return text
    match = chance.choice(found)
    old = match[0]
    match kind:
        case 0:
            new = chance.choice((f"{old}0", f"1{old}", str(int(float(old)) + chance.randint(1, 9))))
        case 1:
            digit = chance.choice([i for i, character in enumerate(old) if character.isdigit()])
            new = f"{old[:digit]}{(int(old[digit]) + chance.randint(1, 9)) % 10}{old[digit + 1 :]}"
        case 2:
            new = f"{int(old) % 28 + 1:02}"
        case 3:
            new = chance.choice(names)
        case _:
            new = f"{old} not"
    return text if kind == 0 and float(new) == float(old) else text[: match.start()] + new + text[match.end() :]


def _text_status(expected: str, actual: str) -> str:
    responses = {"expected_response": {"text": expected}, "actual_response": {"text": actual}}
    action = {"actor": "agent", "action_type": "text", "action_index": 1, **responses}
    graded = grade({"tests": [{"test_id": "t", "status": "completed", "action_results": [action]}]})
    return str(graded["tests"][0]["action_results"][0]["match_status"])


def _successful(folder: Path, name: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the expected and actual text of each turn of successful runs by other models than the expected one."""
    scenarios = json.loads((folder / f"{name}_dialogs.json").read_text("utf-8"))["runs"]
    with gzip.open(folder / f"{name}_transcripts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["reward"] >= 1 and not row.get("reference") and row["scenario_id"] in scenarios:
                expected = _turn_texts(scenarios[row["scenario_id"]]["actions"])
                actual: list[list[str]] = [[] for _ in expected]
                for turn, index in zip(row["turns"], row["align"], strict=True):
                    actual[index] += [turn["text"]] if turn["text"] else []
                pairs = zip(expected, actual, strict=True)
                yield [("\n\n".join(left), "\n\n".join(right)) for left, right in pairs if left and right]


def _turn_texts(actions: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    turns: list[list[str]] = []
    for action in actions:
        if action["actor"] == "user":
            turns.append([])
        elif action["actor"] == "agent" and turns and action.get("content"):
            turns[-1].append(action["content"])
    return turns


if __name__ == "__main__":
    sys.exit(main())
