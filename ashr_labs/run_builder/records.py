"""What a result says about calls, turns and totals."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, cast

from ..comparators import extract_tool_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ashr_labs_types import (
        AggregateMetrics,
        RecordedToolCall,
        TestResult,
        TokenUsage,
        TurnResult,
    )

__all__ = [
    "aggregate_metrics",
    "built_turn",
    "recorded_call",
    "total_usage",
]


def built_turn(action_index: int, latency_ms: float, usage: TokenUsage | None) -> TurnResult:
    """Return how one reply of the agent was measured, as results hold it."""
    built: TurnResult = {"action_index": action_index, "latency_ms": round(latency_ms, 3)}
    if usage:
        built["usage"] = usage
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
    call_statuses: list[str] = []
    text_statuses: list[str | None] = []
    similarities: list[float] = []
    for test in tests:
        for action in test["action_results"]:
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
