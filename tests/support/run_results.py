"""Builders of run results, as short as the tests want them."""

from __future__ import annotations

import json
from typing import Any

from ashr_labs.grading import grade

NOT_CALLED = {"name": "NOT_CALLED", "arguments": {}}
NONE_EXPECTED = {"name": "NONE_EXPECTED", "arguments": {}}


def made(name: str = "book", **arguments: Any) -> dict[str, Any]:
    return {"name": name, "tool_name": name, "arguments": arguments, "arguments_json": json.dumps(arguments)}


def pair(expected: Any, actual: Any) -> dict[str, Any]:
    return {"expected": expected, "actual": actual, "match_status": "pending", "divergence_notes": None}


def missed(name: str = "book") -> dict[str, Any]:
    return pair(made(name), NOT_CALLED)


def unexpected(name: str = "book") -> dict[str, Any]:
    return pair(NONE_EXPECTED, made(name))


def calls(*entries: Any, index: int = 1) -> dict[str, Any]:
    return {"actor": "agent", "action_type": "tool_call", "action_index": index, "tool_calls": list(entries)}


def said(expected: Any, actual: Any, index: int = 1) -> dict[str, Any]:
    return {
        "actor": "agent",
        "action_type": "text",
        "action_index": index,
        "expected_response": {"text": expected},
        "actual_response": {"text": actual},
        "match_status": "pending",
        "divergence_notes": None,
    }


def asked(index: int = 0) -> dict[str, Any]:
    return {"actor": "user", "action_type": "text", "action_index": index, "text": "Hello", "input_provided": True}


def played(*actions: Any, status: str = "completed", **fields: Any) -> dict[str, Any]:
    return {"test_id": "t", "status": status, "action_results": list(actions), **fields}


def result_of(*tests: Any) -> dict[str, Any]:
    return {"tests": list(tests), "status": "completed", "aggregate_metrics": {"tests_passed": None}}


def graded_test(*actions: Any, config: Any = None) -> dict[str, Any]:
    test: dict[str, Any] = grade(result_of(played(*actions)), config)["tests"][0]
    return test


def graded_call(entry: Any, config: Any = None) -> tuple[str, str, str | None]:
    """Grade one call: the test's verdict, the call's status and its notes."""
    test = graded_test(calls(entry), config=config)
    call = test["action_results"][0]["tool_calls"][0]
    return test["verdict"], call["match_status"], call["divergence_notes"]


def strict(strictness: str, **more: Any) -> dict[str, Any]:
    return {"grading_config": {"tool_strictness": {"book": strictness}, **more}}


def defined(**tool: Any) -> dict[str, Any]:
    return {"tool_definitions": [{"name": "book", **tool}]}


def ruled(path: str, rule: Any) -> dict[str, Any]:
    return {"grading_config": {"argument_rules": {"book": {path: rule}}}}
