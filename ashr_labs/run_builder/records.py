"""The record of a test: compact tuples while it is played, entries of the result when it is built.

A record is a plain tuple: its kind, the index of its action, and its content. A run keeps several for each action, and
a plain tuple of atoms is both quick to make and untracked by the garbage collector.
"""

from __future__ import annotations

import copy
import json
from operator import itemgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._format import suggestion
from .._json import as_json
from .._time import isoformat_seconds, utc_now
from .._unset import UNSET
from ..comparators import compare_arguments, extract_tool_args
from ..errors import ConfigurationError
from ..tool_call import ARGUMENT_KEYS, NONE_EXPECTED, NOT_CALLED, error_of, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from ashr_labs_types import (
        ActionResult,
        AggregateMetrics,
        ArgumentComparison,
        RecordedToolCall,
        TestError,
        TestResult,
        TokenUsage,
        ToolCallResult,
        TurnResult,
        VmStream,
    )

__all__ = [
    "NONE_EXPECTED",
    "NOT_CALLED",
    "KeptTest",
    "Record",
    "TestRecord",
    "aggregate_metrics",
    "built_call",
    "built_entries",
    "built_pair",
    "built_turn",
    "final_status",
    "given_call",
    "given_response",
    "recorded_call",
    "total_usage",
]

Record: TypeAlias = tuple[Any, ...]

_read_json = json.JSONDecoder().raw_decode


def given_response(index: int, expected: Mapping[str, Any], actual: Mapping[str, Any], *judgement: object) -> Record:
    """Return the record of a reply that was already compared: status, similarity, notes."""
    return ("response", index, expected, actual, *judgement)


def given_call(index: int, built: ToolCallResult) -> Record:
    """Return the record of a tool call that was already compared."""
    return ("call", index, built)


_OUTCOME_KEYS = frozenset(("result", "output", "error", "is_error", "isError"))
_FINAL_STATUSES = ("completed", "failed", "cancelled")


def final_status(status: str) -> str:
    """Return the status if a test or run can end with it."""
    if status not in _FINAL_STATUSES:
        hint = suggestion(status, _FINAL_STATUSES)
        raise ConfigurationError(f"status must be one of {', '.join(_FINAL_STATUSES)}, got {status!r}{hint}")
    return status


class TestRecord:
    """The record of a test, filled by the eval loop or through a `TestBuilder`."""

    __test__ = False  # pytest would collect a class of this name

    def __init__(self, test_id: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.test_id = test_id
        self.status = "pending"
        self.records: list[Record] = []
        self.error: TestError | None = None
        self.vm_stream: VmStream | None = None
        self._clock = clock
        self._started_at: datetime | None = None
        self._completed_at: datetime | None = None
        self._start_time: float | None = None
        self._duration_ms: float | None = None
        self.repeat: int | None = None
        """Which repeat of the scenario it is, from 0; None if scenarios are played once."""
        self.title = ""
        """The title of the scenario."""
        self.tags: tuple[str, ...] = ()
        """The tags of the scenario."""
        self.expects_no_calls = False
        """Whether the scenario expects nothing but that no tool is called."""
        self._attempt_errors: tuple[TestError, ...] = ()
        self._turns: list[tuple[int, float, TokenUsage | None]] = []
        self.cost_usd: float | None = None
        """The cost of all turns; None if none reports a cost."""
        self.has_checks = False
        """Whether the scenario names scorers."""
        self.is_traced = False
        """Whether its spans are part of a trace that is delivered without it."""
        self.output: object = UNSET
        """The output as a value; UNSET if it is the text of the last reply."""
        self.state: Mapping[str, Any] | None = None
        """The state that the agent returned last."""
        self.more: dict[str, Any] | None = None
        """Further fields of the result: the trace and its spans, scores, the values of a row."""

    def start(self) -> Self:
        """Mark the test as started."""
        self.status = "running"
        self._started_at = self._clock()
        self._start_time = perf_counter()
        return self

    def add_user_text(self, index: int, text: str, description: str) -> None:
        """Record a message from the user."""
        self.records.append(("user", index, "text", description, text))

    def add_call_pair(
        self, index: int, expected: Record, actual: Record, match_status: str | None, notes: str | None
    ) -> None:
        """Record an expected call and the actual one; without a status they are compared when the test is built.

        Args:
            index: The action.
            expected: The name of the call, its arguments as JSON text, and its other fields or None.
            actual: The same of the actual call.
            match_status: `exact`, `partial` or `mismatch`.
            notes: A description of the differences.
        """
        self.records.append(("pair", index, *expected, *actual, match_status, notes))

    def add_text_pair(
        self, index: int, expected: str, actual: str, status: str, similarity: float | None, notes: str | None
    ) -> None:
        """Record an expected text and the actual one."""
        self.records.append(("text", index, expected, actual, status, similarity, notes))

    def add_turn(self, index: int, latency_ms: float) -> None:
        """Record the latency of the reply to the message of an action."""
        self._turns.append((index, latency_ms, None))

    def set_usage(self, usage: TokenUsage) -> None:
        """Record the token usage of the last turn."""
        self._turns[-1] = (*self._turns[-1][:2], usage)
        if (cost := usage.get("cost_usd")) is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost

    def add_fields(self, **fields: Any) -> None:
        """Add fields to the result; new scores are merged with existing ones."""
        more = self.more or {}
        if "scores" in fields and "scores" in more:
            fields["scores"] = {**more["scores"], **fields["scores"]}
        self.more = {**more, **fields}

    def set_attempts(self, repeat: int | None, errors: Sequence[TestError]) -> None:
        """Record the repeat of the scenario, and the errors of earlier attempts."""
        self.repeat, self._attempt_errors = repeat, tuple(errors)

    def sort(self) -> None:
        """Sort the records by their action indexes; the sort is stable."""
        self.records.sort(key=itemgetter(1))

    @property
    def usage(self) -> TokenUsage:
        """The token usage of all turns; numbers that are never given are absent."""
        usages = [usage for _, _, usage in self._turns if usage]
        return total_usage(usages) if usages else {}

    def complete(self, status: str = "completed") -> Self:
        """Mark the test as ended: `completed`, `failed` or `cancelled`."""
        self.status = final_status(status)
        self._completed_at = self._clock()
        if self._start_time is not None:
            self._duration_ms = round((perf_counter() - self._start_time) * 1000, 3)
        return self

    def fail(self, error: TestError) -> Self:
        """Mark the test as failed."""
        self.error = error
        return self.complete("failed")

    def build(self) -> TestResult:
        """Return the test as a dict."""
        built: TestResult = {
            "test_id": self.test_id,
            "status": self.status,
            "action_results": built_entries(self.records),
        }
        if self._started_at is not None:
            built["started_at"] = isoformat_seconds(self._started_at)
        if self._completed_at is not None:
            built["completed_at"] = isoformat_seconds(self._completed_at)
        if self._duration_ms is not None:
            built["duration_ms"] = self._duration_ms
        if self.error is not None:
            built["error"] = self.error
        if self.vm_stream is not None:
            built["vm_stream"] = self.vm_stream
        self._build_measures(built)
        return built

    def _build_measures(self, built: TestResult) -> None:
        if self.title:
            built["title"] = self.title
        if self.tags:
            built["tags"] = [*self.tags]
        if self.expects_no_calls:
            built["expects_no_calls"] = True
        if self.repeat is not None:
            built["repeat"] = self.repeat
        if self._attempt_errors:
            built["attempts"] = len(self._attempt_errors) + 1
            built["attempt_errors"] = [*self._attempt_errors]
        if self._turns:
            built["turns"] = [built_turn(*turn) for turn in self._turns]
        if usage := self.usage:
            built["usage"] = usage
        built.update(self._values())
        if self.more:
            more: Any = self.more
            built.update(more)

    def _values(self) -> TestResult:
        """Return what the agent returned beside text and calls."""
        given = {"output": self.output, "state": UNSET if self.state is None else self.state}
        return cast("TestResult", {name: as_json(value) for name, value in given.items() if value is not UNSET})


class KeptTest:
    """A test as a dict, to which fields are added."""

    __slots__ = ("_built", "output")

    def __init__(self, built: TestResult) -> None:
        self._built = built
        self.output: object = UNSET
        """Recorded as JSON, if at all."""

    def build(self) -> TestResult:
        """Return the test as a dict."""
        return self._built

    def add_fields(self, **fields: Any) -> None:
        """Set further fields of the result; scores are added to those that it has."""
        if "scores" in fields:
            fields["scores"] = {**self._built.get("scores", {}), **fields["scores"]}
        self._built = cast("TestResult", {**self._built, **fields})


def built_entries(records: Iterable[Record]) -> list[ActionResult]:
    """Return the entries of `action_results`; the calls of one action share an entry."""
    entries: list[ActionResult] = []
    calls_at: dict[int, list[ToolCallResult]] = {}
    for record in records:
        kind, index = record[0], record[1]
        if kind == "pair" or kind == "call":  # noqa: PLR1714 - faster than a set, and there are many
            if index not in calls_at:
                calls_at[index] = []
                entries.append(_calls_entry(index, calls_at[index]))
            calls_at[index].append(record[2] if kind == "call" else built_pair(*record[2:]))
        elif kind == "user":
            entries.append(_user_entry(*record[1:]))
        elif kind == "text":
            entries.append(_response_entry(index, {"text": record[2]}, {"text": record[3]}, *record[4:]))
        else:
            entries.append(_response_entry(*record[1:]))
    return entries


def _user_entry(index: int, action_type: str, description: str, value: str) -> ActionResult:
    built: ActionResult = {
        "actor": "user",
        "action_type": action_type,
        "action_index": index,
        "description": description,
        "input_provided": True,
    }
    built["text" if action_type == "text" else "file_path"] = value
    return built


def _calls_entry(index: int, calls: list[ToolCallResult]) -> ActionResult:
    return {"actor": "agent", "action_type": "tool_call", "action_index": index, "tool_calls": calls}


def _response_entry(
    index: int,
    expected: dict[str, Any],
    actual: dict[str, Any],
    status: str,
    similarity: float | None,
    notes: str | None,
) -> ActionResult:
    built: ActionResult = {
        "actor": "agent",
        "action_type": "text",
        "action_index": index,
        "expected_response": expected,
        "actual_response": actual,
        "match_status": status,
        "divergence_notes": notes,
    }
    if similarity is not None:
        built["semantic_similarity"] = similarity
    return built


def built_pair(
    expected_name: str,
    expected_json: str,
    expected_extra: dict[str, Any] | None,
    actual_name: str,
    actual_json: str,
    actual_extra: dict[str, Any] | None,
    status: str | None,
    notes: str | None,
) -> ToolCallResult:
    """Return the entry of `tool_calls` for a pair of calls."""
    wanted, given = _arguments(expected_json), _arguments(actual_json)
    if expected_name != actual_name or actual_name == NOT_CALLED or expected_name == NONE_EXPECTED:
        compared, comparison = "mismatch", _nothing_compared()
    else:
        compared, comparison = compare_arguments(wanted, given)
    return {
        "expected": _built_call(expected_name, wanted, expected_json, expected_extra),
        "actual": _built_call(actual_name, given, actual_json, actual_extra),
        "match_status": status or compared,
        "divergence_notes": notes,
        "argument_comparison": comparison,
    }


def built_call(name: str, arguments_json: str, extra: dict[str, Any] | None) -> RecordedToolCall:
    """Return a call as stored in results; the arguments must be the text of a JSON object."""
    return _built_call(name, _arguments(arguments_json), arguments_json, extra)


def _arguments(arguments_json: str) -> dict[str, Any]:
    start = 0 if arguments_json[0] == "{" else arguments_json.index("{")
    return cast("dict[str, Any]", _read_json(arguments_json, start)[0])


def _built_call(
    name: str, arguments: dict[str, Any], arguments_json: str, extra: dict[str, Any] | None
) -> RecordedToolCall:
    built: RecordedToolCall = {
        "name": name,
        "tool_name": name,
        "arguments": arguments,
        "arguments_json": arguments_json,
    }
    if extra:
        cast("dict[str, Any]", built).update(copy.deepcopy(extra))
    return built


def _nothing_compared() -> ArgumentComparison:
    return {"matching": {}, "different": {}, "missing": {}, "extra": {}}


def built_turn(action_index: int, latency_ms: float, usage: TokenUsage | None) -> TurnResult:
    """Return the measurements of a reply as stored in results."""
    built: TurnResult = {"action_index": action_index, "latency_ms": round(latency_ms, 3)}
    if usage:
        built["usage"] = usage
    return built


def total_usage(usages: Iterable[TokenUsage]) -> TokenUsage:
    """Return the sum; numbers that are never given are absent."""
    total: dict[str, Any] = {}
    for usage in usages:
        for name, number in cast("dict[str, Any]", usage).items():
            total[name] = total.get(name, 0) + number
    return cast("TokenUsage", total)


def recorded_call(call: Mapping[str, Any]) -> RecordedToolCall:
    """Return a copy of a tool call with both spellings of its name and its arguments, its result and its error."""
    recorded: dict[str, Any] = copy.deepcopy(dict(call))
    if "name" in recorded:
        recorded.setdefault("tool_name", recorded["name"])
    elif "tool_name" in recorded:
        recorded["name"] = recorded["tool_name"]
    # Model clients return `arguments` as JSON text.
    written = recorded.get("arguments_json", recorded.get("arguments"))
    if written is None:  # other spellings
        written = next((call[key] for key in ARGUMENT_KEYS if call.get(key) is not None), None)
    arguments = extract_tool_args(
        {"arguments": recorded.get("arguments", written), "arguments_json": written if written != {} else None}
    )
    recorded["arguments"] = arguments
    recorded["arguments_json"] = written if isinstance(written, str) else json.dumps(arguments)
    if not _OUTCOME_KEYS.isdisjoint(recorded):
        if (result := result_of(recorded)) is not UNSET:
            recorded["result"] = result
        if (error := error_of(recorded)) is not None:
            recorded["error"] = error
    return cast("RecordedToolCall", recorded)


def aggregate_metrics(tests: Sequence[TestResult]) -> AggregateMetrics:
    """Return the totals of built tests; `tests_passed` counts the tests that ran to their end."""
    statuses = [test["status"] for test in tests]
    call_statuses: list[str] = []
    text_statuses: list[str | None] = []
    similarities: list[float] = []
    actions = (action for test in tests for action in test["action_results"])
    for action in actions:
        if action["actor"] != "agent":
            continue
        if "tool_calls" in action:
            call_statuses += [call["match_status"] for call in action["tool_calls"]]
        if action["action_type"] == "text":
            text_statuses.append(action.get("match_status"))
            if "semantic_similarity" in action:
                similarities.append(action["semantic_similarity"])
    return {
        "total_tests": len(tests),
        "tests_passed": statuses.count("completed"),
        "tests_failed": statuses.count("failed"),
        "average_similarity_score": round(sum(similarities) / len(similarities), 2) if similarities else None,
        "total_tool_call_divergence": len(call_statuses) - call_statuses.count("exact"),
        "total_response_divergence": len(text_statuses) - text_statuses.count("exact"),
    }
