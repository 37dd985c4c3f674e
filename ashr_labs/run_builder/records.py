"""What a run consists of: records that stay compact until they build their entry of the result.

They are named tuples because there are several for each action: a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from ..comparators import extract_tool_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ashr_labs_types import (
        ActionResult,
        AggregateMetrics,
        ArgumentComparison,
        RecordedToolCall,
        TestResult,
        TokenUsage,
        ToolCallResult,
        TurnResult,
    )

__all__ = [
    "ActionRecord",
    "CallRecord",
    "GivenCall",
    "GivenResponse",
    "ToolCalls",
    "Turn",
    "UserInput",
    "aggregate_metrics",
    "recorded_call",
    "total_usage",
]


class ActionRecord(Protocol):
    """What happened at one action."""

    def build(self, action_index: int) -> ActionResult:
        """Return the entry of `action_results`."""
        ...


class CallRecord(Protocol):
    """An expected tool call beside the actual one."""

    def build(self) -> ToolCallResult:
        """Return the entry of `tool_calls`."""
        ...


class UserInput(NamedTuple):
    """Something that the user gave to the agent."""

    action_type: str
    """`text` or `file`."""
    description: str
    value: str
    """What was said, or the path of the file."""

    def build(self, action_index: int) -> ActionResult:
        """Return the entry of `action_results`."""
        built: ActionResult = {
            "actor": "user",
            "action_type": self.action_type,
            "action_index": action_index,
            "description": self.description,
            "input_provided": True,
        }
        built["text" if self.action_type == "text" else "file_path"] = self.value
        return built


class ToolCalls(NamedTuple):
    """All tool calls of one action; it grows."""

    records: list[CallRecord]

    def build(self, action_index: int) -> ActionResult:
        """Return the entry of `action_results`."""
        return {
            "actor": "agent",
            "action_type": "tool_call",
            "action_index": action_index,
            "tool_calls": [record.build() for record in self.records],
        }


class GivenCall(NamedTuple):
    """A tool call that came with its comparison."""

    expected: RecordedToolCall
    actual: RecordedToolCall
    match_status: str
    divergence_notes: str | None
    argument_comparison: ArgumentComparison | None

    def build(self) -> ToolCallResult:
        """Return the entry of `tool_calls`."""
        built: ToolCallResult = {
            "expected": self.expected,
            "actual": self.actual,
            "match_status": self.match_status,
            "divergence_notes": self.divergence_notes,
        }
        if self.argument_comparison is not None:
            built["argument_comparison"] = self.argument_comparison
        return built


class GivenResponse(NamedTuple):
    """An answer that came with its comparison."""

    expected: dict[str, Any]
    actual: dict[str, Any]
    match_status: str
    semantic_similarity: float | None
    divergence_notes: str | None

    def build(self, action_index: int) -> ActionResult:
        """Return the entry of `action_results`."""
        built: ActionResult = {
            "actor": "agent",
            "action_type": "text",
            "action_index": action_index,
            "expected_response": self.expected,
            "actual_response": self.actual,
            "match_status": self.match_status,
            "divergence_notes": self.divergence_notes,
        }
        if self.semantic_similarity is not None:
            built["semantic_similarity"] = self.semantic_similarity
        return built


class Turn(NamedTuple):
    """How one reply of the agent was measured."""

    action_index: int
    latency_ms: float
    usage: TokenUsage | None = None

    def build(self) -> TurnResult:
        """Return the entry of `turns`."""
        built: TurnResult = {"action_index": self.action_index, "latency_ms": round(self.latency_ms, 3)}
        if self.usage:
            built["usage"] = self.usage
        return built


def total_usage(usages: Iterable[TokenUsage]) -> TokenUsage:
    """Return the sum; a number that nobody gave is absent."""
    total: dict[str, Any] = {}
    for usage in usages:
        for name, number in cast("dict[str, Any]", usage).items():
            total[name] = total.get(name, 0) + number
    return cast("TokenUsage", total)


def recorded_call(call: Mapping[str, Any]) -> RecordedToolCall:
    """Return a copy of a tool call with both spellings of its name and of its arguments."""
    recorded: dict[str, Any] = copy.deepcopy(dict(call))
    if "name" in recorded:
        recorded.setdefault("tool_name", recorded["name"])
    elif "tool_name" in recorded:
        recorded["name"] = recorded["tool_name"]
    # Model clients hand over `arguments` as a string of JSON.
    written = recorded.get("arguments_json", recorded.get("arguments"))
    arguments = extract_tool_args({"arguments": recorded.get("arguments"), "arguments_json": written})
    recorded["arguments"] = arguments
    recorded["arguments_json"] = written if isinstance(written, str) else json.dumps(arguments)
    return cast("RecordedToolCall", recorded)


def aggregate_metrics(tests: Sequence[TestResult]) -> AggregateMetrics:
    """Return the totals of built tests; `tests_passed` counts those that ran to their end."""
    statuses = [test["status"] for test in tests]
    actions = [action for test in tests for action in test["action_results"] if action["actor"] == "agent"]
    calls = [call for action in actions for call in action.get("tool_calls", ())]
    responses = [action for action in actions if action["action_type"] == "text"]
    similarities = [action["semantic_similarity"] for action in responses if "semantic_similarity" in action]
    return {
        "total_tests": len(tests),
        "tests_passed": statuses.count("completed"),
        "tests_failed": statuses.count("failed"),
        "average_similarity_score": round(sum(similarities) / len(similarities), 2) if similarities else None,
        "total_tool_call_divergence": sum(call["match_status"] != "exact" for call in calls),
        "total_response_divergence": sum(action.get("match_status") != "exact" for action in responses),
    }
