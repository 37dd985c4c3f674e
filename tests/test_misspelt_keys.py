"""Tests that misspell every key of scenarios, replies and configurations once: none of it passes unnoticed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ashr_labs import ConfigurationError, DatasetError, EvalRunner, grade
from ashr_labs.scenarios.scenario import read_scenario
from support.replay import DATA, WHY_SKIPPED, reference_runs, source_of

PAYLOADS = frozenset(("metadata", "usage", "result", "parameters", "form_data"))
"""Their content is the user's own."""

SCENARIO = {
    "title": "T",
    "description": "D",
    "tags": ["smoke"],
    "metadata": {"source": "sample"},
    "actions": [
        {"actor": "user", "content": "Cancel order W1 and tell me the refund", "name": "asks"},
        {
            "actor": "agent",
            "content": "Your order W1 is cancelled, the refund is 30 euros.",
            "expected_response": {
                "tool_calls": [
                    {"name": "get_order", "arguments": {"order": "W1"}},
                    {"name": "cancel_order", "arguments": {"order": "W1", "options": {"refund_to": "card"}}},
                ]
            },
        },
        {"actor": "user", "content": "Thanks"},
        {"actor": "agent", "expected_response": {"text": "You are welcome"}},
        {"actor": "environment", "content": "The customer leaves"},
    ],
}
CONFIG = {
    "tool_definitions": [
        {"name": "get_order", "description": "Reads", "annotations": {"readOnlyHint": True}, "parameters": {}},
        {"name": "cancel_order", "required": True, "side_effects": True},
    ],
    "behavior_rules": [{"rule": "Be kind", "strictness": "optional"}],
    "grading_config": {
        "tool_strictness": {"get_order": "required"},
        "side_effects": {"get_order": False},
        "argument_rules": {"cancel_order": {"order": "exact", "options": {"one_of": [{}]}}},
        "argument_modes": {"get_order": "exact"},
        "text_similarity_threshold": 0.4,
    },
    "form_data": {"preset": 1},
    "metadata": {"owner": "me"},
}


def misspellings(key: str) -> Iterator[str]:
    """Yield the key without a letter, with one twice, with two swapped, with a wrong one, and in capitals."""
    middle = len(key) // 2
    yield key[:middle] + key[middle + 1 :]
    yield key[:middle] + key[middle] + key[middle:]
    yield from [key[: middle - 1] + key[middle] + key[middle - 1] + key[middle + 1 :]] if middle else []
    yield key[:middle] + ("x" if key[middle] != "x" else "y") + key[middle + 1 :]
    yield key.upper()


def misspelt(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies of a JSON value, each with one misspelt key, and that key."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ((key, [*value[:index], one, *value[index + 1 :]]) for key, one in misspelt(item))
    if isinstance(value, dict):
        for key, item in value.items():
            for wrong in dict.fromkeys(misspellings(key)):
                if wrong not in value:
                    yield wrong, {(wrong if name == key else name): old for name, old in value.items()}
            if key not in PAYLOADS:
                yield from ((wrong, {**value, key: one}) for wrong, one in misspelt(item))


def with_objects(scenario: Any) -> Any:
    """Return a scenario whose calls have their arguments as objects, so that these have keys as well."""
    return json.loads(json.dumps(scenario), object_hook=_with_object)


def _with_object(fields: dict[str, Any]) -> dict[str, Any]:
    text = fields.pop("arguments_json", None)
    return fields if text is None else {**fields, "arguments": json.loads(text)}


def expected_replies(scenario: Any) -> list[Any]:
    """Return the replies that a scenario expects, one for each message and event."""
    replies: list[Any] = []
    for action in scenario["actions"]:
        response = action.get("expected_response", {})
        if action["actor"] != "agent":
            replies.append({"text": "", "tool_calls": []})
        elif replies:
            replies[-1]["text"] = action.get("content") or response.get("text") or replies[-1]["text"]
            replies[-1]["tool_calls"] += response.get("tool_calls", [])
    return replies


def outcome(scenario: Any, replies: list[Any], config: Any = None) -> tuple[Any, ...]:
    """Return the verdict on an agent that gives these replies, with all that is noted beside it."""
    left = iter(replies)
    runner = EvalRunner({"runs": {"s": scenario}})
    [test] = grade(runner.run(lambda _: next(left), on_environment=lambda *_: next(left)).build(), config)["tests"]
    calls = [call for action in test["action_results"] for call in action.get("tool_calls", [])]
    return test["verdict"], test["verdict_reasons"], test.get("warnings"), [call.get("match_status") for call in calls]


def is_noticed(scenario: Any, changed: Any, replies: list[Any], expected: tuple[Any, ...]) -> bool:
    """Return True if a changed scenario is refused, or its verdict is another one."""
    try:
        read_scenario("s", changed)
    except DatasetError:
        return True
    return expected != outcome(changed, replies)


def unnoticed(scenario: Any) -> list[str]:
    """Return the misspelt keys of a scenario that would go unnoticed."""
    replies = expected_replies(scenario)
    expected = outcome(scenario, replies)
    return [key for key, changed in misspelt(scenario) if not is_noticed(scenario, changed, replies, expected)]


def test_no_misspelt_key_of_a_scenario_is_ignored() -> None:
    """Whichever key is misspelt, the scenario is refused or its verdict is another one."""
    assert ("passed", []) == outcome(SCENARIO, expected_replies(SCENARIO))[:2]
    assert [] == unnoticed(SCENARIO)


@pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)
def test_no_misspelt_key_of_a_real_scenario_is_ignored() -> None:
    """Each key of 200 real scenarios is needed, those of the arguments included."""
    gold = [run for run in reference_runs() if run.agent == "gold"]
    scenarios = [one for run in gold for one in source_of(run)["runs"].values()][::15][:200]

    assert [] == [key for one in scenarios for key in unnoticed(with_objects(one))]
    assert 200 == len(scenarios)


def test_no_misspelt_key_of_a_reply_is_ignored() -> None:
    """Whichever key of a reply is misspelt, the test fails or its verdict is another one."""
    replies = expected_replies(SCENARIO)
    replies[0]["usage"] = {"input_tokens": 3}
    replies[0]["tool_calls"][0] |= {"result": {"total": 30}}
    replies[0]["tool_calls"].append({"name": "refund", "error": "not allowed"})
    expected = outcome(SCENARIO, replies)

    assert "passed" == expected[0]
    assert [] == [key for key, changed in misspelt(replies) if expected == outcome(SCENARIO, changed)]


def test_no_misspelt_key_of_a_configuration_is_ignored() -> None:
    """Whichever key of an agent's configuration is misspelt, it is refused or the verdict is another one."""
    replies = expected_replies(SCENARIO)
    replies[0]["tool_calls"] = [{"name": "cancel_order", "arguments": {"order": "w1", "options": {}}}]
    expected = outcome(SCENARIO, replies, CONFIG)
    ignored: list[str] = []
    for key, changed in misspelt(CONFIG):
        try:
            ignored += [key] if expected == outcome(SCENARIO, replies, changed) else []
        except ConfigurationError:
            continue

    assert [] == ignored
