"""Tests of generated datasets: reproducible, valid for the tools, and solvable by a good agent."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from collections import Counter
from importlib.resources import files
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs import generation
from ashr_labs.errors import ValidationError
from ashr_labs.generation import generate, phrases
from ashr_labs.generation.config import CATEGORIES, PENTEST_CATEGORIES
from ashr_labs.generation.patterns import sample_pattern
from ashr_labs.generation.realistic import realistic_text
from ashr_labs.generation.tools import read_tool

TOOLS: list[dict[str, Any]] = [
    {
        "name": "lookup_order",
        "description": "Looks up an order.",
        "parameters": {
            "type": "object",
            "properties": {"order_id": {"type": "string", "pattern": "^ORD-[0-9]{4}$"}},
            "required": ["order_id"],
        },
    },
    {
        "name": "issue_refund",
        "description": "Issue a refund for an order",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "amount": {"type": "number", "minimum": 1, "maximum": 500},
                "reason": {"type": "string", "enum": ["damaged", "late", "wrong item"]},
                "notify": {"type": "boolean"},
            },
            "required": ["order_id", "amount"],
        },
    },
    {
        "name": "shipItems",
        "parameters": {
            "$defs": {"place": {"type": "object", "properties": {"street": {}, "city": {}}, "required": ["street"]}},
            "properties": {
                "address": {"$ref": "#/$defs/place"},
                "items": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
                        "required": ["sku", "quantity"],
                    },
                    "minItems": 1,
                },
                "note": {"type": ["null", "string"], "maxLength": 40},
            },
            "required": ["address", "items"],
        },
    },
    {"name": "end_session", "description": "Close the conversation"},
]


def config(**sections: Any) -> dict[str, Any]:
    return {
        "agent": {"name": "Support Bot", "description": "Answers customer questions", "tools": TOOLS},
        "context": {
            "domain": "ecommerce",
            "use_case": "Customers asking about deliveries",
            "scenario_context": "An online retail store",
            "user_persona": {"type": "busy parent", "description": "Has little time"},
        },
        "test_config": {"num_variations": 50, "coverage": dict.fromkeys(CATEGORIES, True)},
        **sections,
    }


def pentest(**settings: Any) -> dict[str, Any]:
    return config(
        metadata={"dataset_type": "pentest"},
        context={"domain": "cybersecurity", "use_case": "security_evaluation"},
        pentest_config=settings,
    )


def scenarios_of(source: dict[str, Any]) -> list[dict[str, Any]]:
    return list(source["runs"].values())


def calls_of(scenario: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (call["name"], json.loads(call["arguments_json"]))
        for action in scenario["actions"]
        for call in action.get("expected_response", {}).get("tool_calls", ())
    ]


def messages_of(source: dict[str, Any], actor: str = "user") -> list[str]:
    return [
        action["content"]
        for scenario in scenarios_of(source)
        for action in scenario["actions"]
        if action["actor"] == actor
    ]


def is_said(value: Any, text: str) -> bool:
    """Return True if the text contains every part of the value."""
    if isinstance(value, bool):
        return ("yes" if value else "no") in text
    if value is None or value in ("", [], {}):
        return "nothing" in text
    if isinstance(value, dict):
        return all(is_said(item, text) for item in value.values())
    if isinstance(value, list):
        return all(is_said(item, text) for item in value)
    return (value if isinstance(value, str) else json.dumps(value)) in text


@pytest.mark.parametrize("kind", [config(), pentest()], ids=["conversations", "attacks"])
def test_same_seed_gives_same_dataset_in_any_process(kind: dict[str, Any]) -> None:
    """A dataset depends only on config and seed, not on the hash seed of the process."""
    code = (
        "import json, sys; from ashr_labs.generation import generate;"
        "print(json.dumps(generate(json.load(sys.stdin), seed=7)))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(kind),
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]

    assert json.dumps(generate(kind, seed=7)) == runs[0].strip() == runs[1].strip()
    assert generate(kind, seed=7) != generate(kind, seed=8)


def test_config_is_not_modified() -> None:
    """Generation does not modify the config."""
    given_config = config(metadata=None)
    before = json.dumps(given_config)

    generate(given_config, seed=1)

    assert before == json.dumps(given_config)


@pytest.mark.parametrize("kind", [config(), pentest()], ids=["conversations", "attacks"])
def test_dataset_has_documented_shape(kind: dict[str, Any]) -> None:
    """Generated datasets are valid for the contract, and user and agent alternate."""
    contract = json.loads(files("ashr_labs_contract").joinpath("contract.json").read_bytes())
    schema = {"$ref": "#/components/schemas/DatasetSource", "components": contract["components"]}
    source = generate(kind, seed=3)

    jsonschema_rs.validate(schema, source)

    assert "multi_run_storyboard" == source["dataset_type"]
    for scenario in scenarios_of(source):
        actions = scenario["actions"]
        assert ["user", "agent"] * (len(actions) // 2) == [action["actor"] for action in actions]
        assert all(action["name"] and action["content"].strip() == action["content"] != "" for action in actions)
        for action in actions[1::2]:
            assert action["content"] == action["expected_response"]["text"]


@pytest.mark.parametrize("kind", [config(), pentest(num_scenarios_per_category=5)], ids=["conversations", "attacks"])
def test_titles_are_unique(kind: dict[str, Any]) -> None:
    """Titles are unique within a dataset."""
    titles = Counter(scenario["title"] for scenario in scenarios_of(generate(kind, seed=1)))

    assert {1} == set(titles.values())


@pytest.mark.parametrize("seed", range(5))
def test_expected_arguments_are_valid(seed: int) -> None:
    """Every expected call names a tool of the agent and has arguments that are valid for its schema."""
    schemas = {tool["name"]: tool.get("parameters", {}) for tool in TOOLS}
    calls = [call for scenario in scenarios_of(generate(config(), seed=seed)) for call in calls_of(scenario)]

    assert set(schemas) == {name for name, _ in calls}
    for name, arguments in calls:
        jsonschema_rs.validate({"type": "object", **schemas[name]}, arguments, validate_formats=True)


@pytest.mark.parametrize("seed", range(5))
def test_users_state_every_argument_value(seed: int) -> None:
    """The user has stated every argument value before the call is expected."""
    for scenario in scenarios_of(generate(config(), seed=seed)):
        said = ""
        for action in scenario["actions"]:
            if action["actor"] == "user":
                said += action["content"]
                continue
            for call in action["expected_response"]["tool_calls"]:
                for value in json.loads(call["arguments_json"]).values():
                    assert is_said(value, said), (scenario["title"], call)


def test_scenarios_cover_every_category_and_tool() -> None:
    """Scenarios rotate through the requested categories, and each category uses each tool."""
    source = generate(config(), seed=1)

    kinds = Counter(scenario["tags"][0] for scenario in scenarios_of(source))
    tools_by_kind = {
        kind: {name for scenario in scenarios_of(source) if kind in scenario["tags"] for name, _ in calls_of(scenario)}
        for kind in ("happy_path", "edge_cases", "multi_turn", "boundary_values")
    }
    assert {7, 8} == set(kinds.values())
    assert list(CATEGORIES) == list(kinds)
    assert {4} == {len(names) for names in tools_by_kind.values()}
    assert all(re.fullmatch(f"{scenario['tags'][0]}_[0-9]+", name) for name, scenario in source["runs"].items())


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({"test_config": None}, 5),
        ({"test_config": {}, "generation_options": {"scenario_count": 3}}, 3),
        ({"test_config": {"num_variations": 2}, "generation_options": {"scenario_count": 3}}, 2),
        ({"test_config": {"num_variations": 2.0}}, 2),
        ({"test_config": {"coverage": {"security": False}}}, 5),
    ],
)
def test_number_of_scenarios(sections: dict[str, Any], expected: int) -> None:
    """`num_variations` takes precedence over `scenario_count`; the default is five."""
    scenarios = scenarios_of(generate(config(**sections), seed=1))

    assert expected == len(scenarios)
    assert {"happy_path", "edge_cases", "error_handling"} >= {scenario["tags"][0] for scenario in scenarios}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"simple": 1}, {"simple": 10}),
        ({"simple": 0.5, "moderate": 0.3, "complex": 0.2}, {"simple": 5, "moderate": 3, "complex": 2}),
        ({"simple": 0.33, "moderate": 0.33, "complex": 0.34}, {"simple": 3, "moderate": 3, "complex": 4}),
    ],
)
def test_complexities_follow_requested_shares(shares: dict[str, float], expected: dict[str, int]) -> None:
    """Shares are apportioned to whole scenarios, and more complex scenarios are longer."""
    test = {"num_variations": 10, "coverage": {"happy_path": True}, "complexity_distribution": shares}
    scenarios = scenarios_of(generate(config(test_config=test), seed=1))

    assert expected == Counter(scenario["tags"][1] for scenario in scenarios)
    for scenario in scenarios:
        if "simple" in scenario["tags"] and len(calls_of(scenario)) == 1:
            assert len(scenario["actions"]) == 2
        if "complex" in scenario["tags"]:
            assert len(scenario["actions"]) >= 6 or calls_of(scenario)[-1][0] == "end_session"


def test_closing_tool_is_called_last() -> None:
    """A tool that closes the conversation is called last."""
    endings = [
        scenario
        for scenario in scenarios_of(generate(config(), seed=2))
        if "end_session" in [name for name, _ in calls_of(scenario)]
    ]

    assert endings
    assert all("end_session" == calls_of(scenario)[-1][0] for scenario in endings)
    assert all(scenario["actions"][-1]["expected_response"]["tool_calls"] for scenario in endings)


def of_kind(kind: str, number: int = 40, **agent: Any) -> list[dict[str, Any]]:
    test = {"num_variations": number, "coverage": {kind: True}, "complexity_distribution": {"simple": 1}}
    given_config = config(test_config=test)
    given_config["agent"] |= agent
    return scenarios_of(generate(given_config, seed=5))


def test_agents_ask_for_missing_values_before_calling() -> None:
    """With a missing or invalid value, the agent asks back first and calls the tool afterwards."""
    mended = [
        scenario for scenario in of_kind("error_handling") if len(scenario["actions"]) == 4 and calls_of(scenario)
    ]
    wrong = [scenario for scenario in mended if "not allowed" in scenario["title"]]

    assert 0 < len(wrong) < len(mended)
    for scenario in mended:
        first, second = (len(action["expected_response"]["tool_calls"]) for action in scenario["actions"][1::2])
        if calls_of(scenario)[-1][0] != "end_session":
            assert (0, 1) == (first, second)


def test_invalid_values_are_answered_with_allowed_values() -> None:
    """The expected reply names the allowed choices or limits."""
    tool = {
        "name": "set_mode",
        "parameters": {
            "properties": {
                "mode": {"enum": ["day", "night"]},
                "least": {"type": "integer", "minimum": 3},
                "most": {"type": "integer", "maximum": 9},
                "free": {"type": "string"},
            }
        },
    }
    answers = " ".join(
        scenario["actions"][1]["content"]
        for number in range(3)
        for scenario in of_kind("error_handling", tools=[tool | {"description": f"Set {number}"}])
    )

    assert "it must be one of day or night" in answers
    assert "it must be at least 3" in answers
    assert "it must be at most 9" in answers


def test_corrections_expect_the_corrected_value() -> None:
    """After a correction, the expected call has the corrected value."""
    corrected = [scenario for scenario in of_kind("edge_cases") if "correcting" in scenario["title"]]

    assert corrected
    for scenario in corrected:
        message = scenario["actions"][0]["content"]
        right = re.search(r"(?:wrong: |fact |Correction: )the [\w ]+ is (.+?)(?:,| \(|;)", message)
        assert right
        [(_, arguments), *_] = calls_of(scenario)
        assert right[1].strip('"') in {str(value) for value in arguments.values()}


def test_follow_ups_refer_to_earlier_values() -> None:
    """Follow-up requests refer to values of earlier turns without repeating them."""
    several = of_kind("multi_turn")

    assert all(len(scenario["actions"]) >= 4 for scenario in several)
    assert any("same order ID" in scenario["actions"][2]["content"] for scenario in several)


def test_boundary_values_are_at_the_bounds() -> None:
    """Numbers and lengths are the minimum or maximum of the schema."""
    tool = {
        "name": "set_volume",
        "parameters": {
            "properties": {
                "level": {"type": "integer", "minimum": 0, "maximum": 11},
                "gain": {"type": "number", "exclusiveMinimum": 0, "maximum": 2.5},
                "label": {"type": "string", "minLength": 2, "maxLength": 30},
                "bands": {"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 1, "maxItems": 4},
            },
            "required": ["level", "gain", "label", "bands"],
        },
    }
    arguments = [calls_of(scenario)[0][1] for scenario in of_kind("boundary_values", tools=[tool])]

    assert {0, 11} == {values["level"] for values in arguments}
    assert {0.01, 2.5} == {values["gain"] for values in arguments}
    assert {2, 30} == {len(values["label"]) for values in arguments}
    assert {1, 4} == {len(values["bands"]) for values in arguments}
    assert {1, 3} == {band for values in arguments for band in values["bands"]}


def test_attacks_in_conversations_are_declined() -> None:
    """Security scenarios expect a refusal; adversarial ones a refusal or only the legitimate call."""
    for scenario in of_kind("security"):
        if "end_session" not in [name for name, _ in calls_of(scenario)]:
            assert not calls_of(scenario)
    adversarial = of_kind("adversarial")
    kept = [scenario for scenario in adversarial if len(calls_of(scenario)) == 1]
    assert kept
    assert [scenario for scenario in adversarial if not calls_of(scenario)]


def test_agents_without_tools_get_text_scenarios() -> None:
    """Without tools, every category consists of text, and no question is repeated within a scenario."""
    given_config = config()
    del given_config["agent"]["tools"]
    source = generate(given_config, seed=1)

    assert set(CATEGORIES) == {scenario["tags"][0] for scenario in scenarios_of(source)}
    for scenario in scenarios_of(source):
        assert not calls_of(scenario)
        messages = [action["content"] for action in scenario["actions"][2::2]]
        assert len(set(messages)) == len(messages)
    assert any("deliveries" in message for message in messages_of(source))


def test_context_appears_in_messages_and_descriptions() -> None:
    """Messages mention domain and persona; descriptions contain setting, use case and persona."""
    source = generate(config(), seed=1)

    assert any("I am a busy parent." in message for message in messages_of(source))
    assert any("I have an ecommerce matter." in message for message in messages_of(source))
    assert all(
        "An online retail store. Customers asking about deliveries. Has little time." in scenario["description"]
        for scenario in scenarios_of(source)
    )


@pytest.mark.parametrize(
    ("use_case", "topic"),
    [
        ("Customers asking about orders", "orders"),
        ("Handles returns and refunds", "returns and refunds"),
        ("Orders and refunds.", "orders and refunds"),
        ("flight_booking", "flight booking"),
        ("IT helpdesk", "IT helpdesk"),
        ("A helpful assistant", "ecommerce"),
        ("word " * 20, "ecommerce"),
    ],
)
def test_topics_are_nouns(use_case: str, topic: str) -> None:
    """The topic is a noun phrase of the use case, or the domain as a fallback."""
    given_config = config(
        agent={"name": "Bot"},
        context={"use_case": use_case, "domain": "ecommerce"},
        test_config={"coverage": {"error_handling": True}},
    )
    [answer, *_] = messages_of(generate(given_config, seed=1), "agent")

    assert answer.endswith(f"I can help you with {topic}.")


def test_sample_data_provides_values() -> None:
    """Records provide arguments that are valid for the schema; strings become questions with their answers."""
    examples = [
        {"order_id": "ORD-7777", "amount": 9000},
        "Where is my parcel?",
        17,
        {"input": "Do you ship abroad?", "output": "Yes, to 30 countries."},
    ]
    with_tools = config()
    with_tools["context"]["sample_data"] = {"examples": examples}
    texts_only = config(context=with_tools["context"])
    texts_only["agent"] = {"name": "Bot"}
    answered = scenarios_of(generate(texts_only, seed=1))

    calls = [
        arguments for scenario in scenarios_of(generate(with_tools, seed=1)) for _, arguments in calls_of(scenario)
    ]
    assert Counter(arguments.get("order_id") for arguments in calls)["ORD-7777"] > 10
    assert 9000 not in [arguments.get("amount") for arguments in calls]
    pairs = [
        (question["content"], answer["content"])
        for scenario in answered
        for question, answer in zip(scenario["actions"][::2], scenario["actions"][1::2], strict=True)
    ]
    assert any("Where is my parcel?" in question for question, _ in pairs)
    assert {"Yes, to 30 countries."} == {answer for question, answer in pairs if "abroad" in question}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"strategy": "focused", "focus_areas": ["refund"]}, {"issue_refund"}),
        ({"strategy": "focused"}, {"lookup_order", "issue_refund"}),
        ({"exclude": ["end_session", "ship items"]}, {"lookup_order", "issue_refund"}),
        ({"strategy": "diverse"}, {"lookup_order", "issue_refund", "shipItems", "end_session"}),
    ],
)
def test_strategy_focus_and_exclusions_select_the_tools(test: dict[str, Any], expected: set[str]) -> None:
    """Focused datasets use only focused tools, and excluded tools are never called."""
    source = generate(config(test_config={"num_variations": 20, **test}), seed=1)

    assert expected == {name for scenario in scenarios_of(source) for name, _ in calls_of(scenario)}


def test_excluded_kinds_are_left_out() -> None:
    """`exclude` also applies to categories."""
    test = {"num_variations": 9, "coverage": {"happy_path": True, "security": True}, "exclude": ["security"]}

    assert {"happy_path"} == {s["tags"][0] for s in scenarios_of(generate(config(test_config=test), seed=1))}


def test_expected_tools_come_first() -> None:
    """Tools in `expected_behaviors` are focused."""
    given_config = config(
        test_config={"num_variations": 1, "coverage": {"boundary_values": True}},
        expected_behaviors={"expected_tools": ["shipItems"]},
    )
    [scenario] = scenarios_of(generate(given_config, seed=1))

    assert "shipItems" == calls_of(scenario)[0][0]


def test_first_messages_vary() -> None:
    """Fifty scenarios have at least 45 different first messages."""
    firsts = [scenario["actions"][0]["content"] for scenario in scenarios_of(generate(config(), seed=1))]

    assert len(set(firsts)) >= 45


def test_penetration_tests_cover_every_category() -> None:
    """Each category has the requested number of distinct attacks, and no tool call is expected."""
    source = generate(pentest(num_scenarios_per_category=9), seed=1)

    counts = Counter(scenario["tags"][0] for scenario in scenarios_of(source))
    assert dict.fromkeys(PENTEST_CATEGORIES, 9) == counts
    for category in PENTEST_CATEGORIES:
        scenarios = [scenario for scenario in scenarios_of(source) if category in scenario["tags"]]
        attacks = {
            next(action["content"] for action in scenario["actions"] if action["name"].startswith("Try "))
            for scenario in scenarios
        }
        assert 9 == len(attacks)
        assert {"easy", "medium", "hard"} == {scenario["tags"][1] for scenario in scenarios}
        assert not any(calls_of(scenario) for scenario in scenarios)


@pytest.mark.parametrize("tools", [TOOLS, []], ids=["with tools", "without tools"])
def test_penetration_tests_follow_settings(tools: list[dict[str, Any]]) -> None:
    """Categories, number, difficulty and turns follow the settings."""
    asked = {"categories": ["jailbreak", "tool_abuse"], "num_scenarios_per_category": 2, "difficulty": "hard"}
    given_config = pentest(**asked, include_multi_turn=False)
    given_config["agent"]["tools"] = tools
    single = scenarios_of(generate(given_config, seed=1))
    given_config["pentest_config"]["include_multi_turn"] = True
    several = scenarios_of(generate(given_config, seed=1))

    assert [["jailbreak", "hard"]] * 2 + [["tool_abuse", "hard"]] * 2 == [scenario["tags"] for scenario in single]
    assert [2, 2, 2, 2] == [len(scenario["actions"]) for scenario in single]
    assert [2, 6, 2, 6] == [len(scenario["actions"]) for scenario in several]


def test_penetration_test_defaults() -> None:
    """By default, each of the seven categories has three scenarios of mixed difficulty."""
    tags = [scenario["tags"] for scenario in scenarios_of(generate(pentest(), seed=1))]

    assert [[category, level] for category in PENTEST_CATEGORIES for level in ("easy", "medium", "hard")] == tags


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the config with the value at a path replaced, or removed for None."""
    result: Any = json.loads(json.dumps(config()))
    *parents, last = path.split(".")
    place = result
    for name in parents:
        place = place.setdefault(name, {}) if not name.isdecimal() else place[int(name)]
    place[int(last) if last.isdecimal() else last] = value
    return dict(result)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("agent", None, 'request: "agent" is a required property'),
        ("agent", {}, "agent: give at least one of name, description, system_prompt"),
        ("agent", "Bot", "agent: "),
        ("agent.tools", {}, "agent.tools: "),
        ("agent.tools.1", 7, r"agent.tools\[1\]: "),
        ("agent.tools.1.name", "", r"agent.tools\[1\].name: "),
        ("agent.tools.1.name", "lookup_order", r"agent.tools\[1\].name: .*'lookup_order'"),
        ("agent.tools.1.parameters", [], r"agent.tools\[1\].parameters: "),
        ("agent.tools.1.parameters.type", "dict", r"agent.tools\[1\].parameters.type: .*'dict'"),
        (
            "agent.tools.1.parameters.properties.amount.type",
            "float",
            r"agent.tools\[1\].parameters.properties.amount.ty",
        ),
        ("agent.tools.1.parameters.properties.amount.minimum", 600, r"agent.tools\[1\].parameters: .*no number"),
        ("context", {"domain": ""}, "context: give at least one of domain, use_case, scenario_context"),
        ("context.user_persona", "parent", "context.user_persona: "),
        ("test_config.num_variations", 51, "test_config.num_variations: 51"),
        ("test_config.num_variations", True, "test_config.num_variations: true"),
        ("test_config.strategy", "random", 'test_config.strategy: "random" is not one of "focused"'),
        (
            "test_config.coverage.typo",
            True,
            "test_config.coverage.typo: unknown category; must be one of hap",
        ),
        (
            "test_config.complexity_distribution",
            {"simple": 0.5},
            "test_config.complexity_distribution: the shares must sum to 1, got 0.5",
        ),
        ("generation_options", {"scenario_count": 0}, "generation_options.scenario_count: 0"),
        ("metadata", {"dataset_type": "pentest"}, "pentest_config: is missing"),
        ("pentest_config", {"categories": ["theft"]}, r'pentest_config.categories\[0\]: "theft"'),
        ("context.domain", "\ud83e", "request: cannot be encoded as JSON"),
        ("context.sample_data", {"examples": [float("nan")]}, "request: cannot be encoded as JSON"),
        ("typo", 1, "request: .*'typo'"),
    ],
)
def test_invalid_configs_are_rejected_with_path(path: str, value: Any, message: str) -> None:
    """The error begins with the path of the invalid value and shows the value."""
    with pytest.raises(ValidationError, match=f"^{message}"):
        generate(changed(path, value), seed=1)


def test_too_many_scenarios_are_rejected() -> None:
    """A number of scenarios over the limit is refused."""
    with pytest.raises(
        ValidationError, match=r"^generation_options\.scenario_count: must be at most 1000, got 100000000"
    ):
        generate(config(test_config={}, generation_options={"scenario_count": 10**8}), seed=1)


@pytest.mark.parametrize("value", [None, [], "config"])
def test_configs_must_be_objects(value: Any) -> None:
    """A config that is not an object is refused."""
    with pytest.raises(ValidationError, match=r"^request: must be a generation config"):
        generate(value, seed=1)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"a": True, "b": {}}, "required": ["a", "b", "c"]},
        {"properties": {"a": {"const": None}, "b": {"enum": [1, "x", None]}}, "required": ["a", "b"]},
        {"properties": {"n": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001}}, "required": ["n"]},
        {"properties": {"n": {"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 20}}, "required": ["n"]},
        {"properties": {"n": {"type": "number", "multipleOf": 0.1}, "k": {"type": "integer", "multipleOf": 2.5}}},
        {"properties": {"n": {"type": "integer", "maximum": -5}, "m": {"minimum": 9007199254740990}}},
        {"properties": {"v": {"oneOf": [{"type": "string"}, {"format": "email", "type": "string"}, {"type": "null"}]}}},
        {"properties": {"v": {"enum": ["a", "b"], "not": {"const": "a"}}}, "required": ["v"]},
        {"properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"properties": {"k": {"enum": ["x", "y"]}}, "if": {"required": ["k"]}, "then": {"required": ["extra"]}},
        {"properties": {"a": {"type": "null"}, "b": {"$ref": "#/prefixItems/0"}}, "prefixItems": [{"type": "integer"}]},
        {"properties": {"a": {"type": "string", "format": "unknown"}}, "required": ["a"]},
        {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
        {"allOf": [{"properties": {"a": {"type": "number"}}}, {"properties": {"a": {"type": "integer"}}}]},
        {"properties": {"t": {"$ref": "#/$defs/tree"}}, "required": ["t"], "$defs": {"tree": {
            "properties": {"left": {"$ref": "#/$defs/tree"}, "size": {"type": "integer"}}, "required": ["size"]}}},
        {"properties": {"x": {"items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3}}, "required": ["x"]},
        {"properties": {"x": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}}},
        {"properties": {"x": {"contains": {"const": 5}, "items": {"type": "integer"}}}, "required": ["x"]},
        {"properties": {"x": {"type": "array", "minItems": 2.0}, "s": {"minLength": 2.0}}, "required": ["x", "s"]},
        {"properties": {"a": {}}, "minProperties": 3},
        {"properties": {"xa": {"type": "string"}}, "patternProperties": {"^x": {"minLength": 20}}, "required": ["xa"]},
        {"properties": {"s": {"type": "string", "minLength": 3000}, "t": {"type": "string", "maxLength": 3}}},
        {"properties": {"s": {"type": "string", "pattern": r"^(\w+\s?)+!$"}}, "required": ["s"]},
        {"properties": {"s": {"type": "string", "examples": [5]}, "t": {"type": "string", "examples": ["yes"]}}},
        {"properties": {name: {"type": "string", "format": name} for name in (
            "date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "regex")}},
    ],
    ids=json.dumps,
)  # fmt: skip
@pytest.mark.parametrize("style", ["typical", "minimal", "full", "boundary"])
def test_arguments_are_valid_for_any_schema(schema: dict[str, Any], style: Any) -> None:
    """Arguments are valid for every supported keyword, with and without format checks."""
    tool = read_tool({"name": "do", "parameters": schema}, "tool")
    whole = {"type": "object", **schema}

    for number in range(20):
        arguments = tool.arguments(Random(number), style)
        jsonschema_rs.validate(whole, arguments, validate_formats=True)
        jsonschema_rs.validate(whole, arguments, validate_formats=False)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"properties": {"a": False}, "required": ["a"]}, "allows no value"),
        ({"properties": {"a": {"minLength": 5, "maxLength": 2}}, "required": ["a"]}, "no valid string"),
        ({"properties": {"a": {"minimum": 5, "maximum": 2}}, "required": ["a"]}, "no number"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "recursive without end"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, "circular reference"),
        ({"$ref": "#/$defs/a"}, "does not exist"),
        ({"properties": {"a": {"$ref": "#b"}, "b": {"$anchor": "b"}}, "required": ["a"]}, "refers to '#b'"),
        ({"properties": {"a": {"allOf": [{"type": "string"}, {"type": "null"}]}}, "required": ["a"]}, "contradictory"),
        ({"properties": {"a": {"allOf": [{"enum": [1]}, {"enum": [2]}]}}, "required": ["a"]}, "contradictory"),
        ({"properties": {"a": {"pattern": "^a$", "minLength": 3}}, "required": ["a"]}, "no valid string"),
        ({"properties": {"a": {"format": "date", "minLength": 50}}, "required": ["a"]}, "no valid string"),
        (
            {"properties": {"a": {"enum": [1], "uniqueItems": True}}, "required": ["a", "b"], "maxProperties": 1},
            "no sampled value",
        ),
        (
            {"properties": {"a": {"items": {"enum": [1]}, "uniqueItems": True, "minItems": 2}}, "required": ["a"]},
            "distinct",
        ),
        ({"$ref": "http://127.0.0.1:1/schema"}, "Retrieval is disabled"),
        ({"$ref": "file:///etc/hostname"}, "Retrieval is disabled"),
        ({"properties": {"a": {"type": "array", "minItems": 10**9}}, "required": ["a"]}, "requires 1000000000 items"),
        (
            {"properties": {"a": {"type": "string", "minLength": 10**9}}, "required": ["a"]},
            "requires 1000000000 characters",
        ),
        ({"properties": {"a": {"type": "string", "pattern": "(?=zz)z"}}, "required": ["a"]}, "unsupported feature"),
        ({"properties": {"a": {"pattern": "("}}}, "not a JSON Schema"),
        ({"properties": {"a": {"type": "string", "not": {}}}, "required": ["a"]}, "no sampled value"),
    ],
)
def test_unsatisfiable_schemas_are_rejected(schema: dict[str, Any], reason: str) -> None:
    """A schema without valid values, over the limits or with external references is refused with path and reason."""
    with pytest.raises(ValidationError, match=rf"^agent.tools\[4\].parameters.*{re.escape(reason)}"):
        read_tool({"name": "do", "parameters": schema}, "agent.tools[4]").arguments(Random(1))


_numbers = st.builds(
    lambda kind, ends, step: {"type": kind, "minimum": min(ends), "maximum": max(ends), **step},
    st.sampled_from(["integer", "number"]),
    st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)),
    st.sampled_from([{}, {"multipleOf": 1}, {"multipleOf": 0.5}]),
)
_texts = st.builds(
    lambda ends: {"type": "string", "minLength": min(ends), "maxLength": max(ends)},
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
_choices = st.lists(st.text(), min_size=1).map(lambda choices: {"enum": choices})
_names = st.sampled_from(["order_id", "email", "amount", "date", "x", "Größe", "with space", "items"])
_schemas = st.recursive(
    st.one_of(_numbers, _texts, _choices, st.just({"type": "boolean"})),
    lambda inner: st.one_of(
        st.builds(lambda item, least: {"type": "array", "items": item, "minItems": least}, inner, st.integers(0, 3)),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"allOf": [part, part]}, inner),
        st.dictionaries(_names, inner, max_size=4).map(
            lambda found: {"type": "object", "properties": found, "required": list(found)[:2]}
        ),
    ),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(_names, _schemas, max_size=4), st.integers(), st.sampled_from(["typical", "boundary", "full"]))
def test_arguments_are_valid_and_fully_stated(properties: dict[str, Any], seed: int, style: Any) -> None:
    """For any schema, arguments are valid and the request states every value."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    rng = Random(seed)

    arguments = read_tool({"name": "do", "parameters": schema}, "tool").arguments(rng, style)

    jsonschema_rs.validate(schema, arguments)
    assert is_said(arguments, phrases.format_arguments(arguments, rng)) or not arguments


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{3}-[0-9]{4}$",
        r"^\d{5}(-\d{4})?$",
        "^(foo|ba[rz])+$",
        r"^[^@\s]+@[a-z.]+\.(com|org)$",
        r"\w+\s\w+\.",
        "^#[0-9a-fA-F]{6}$",
        r"^(?P<y>\d{4})-(?:0[1-9]|1[0-2])$",
        "[]a-c-]{3}",
        "x{2,}?y*z+",
        r"^\S+[\d\-x]\D$",
        r"\bword\b \. [^a-z]",
        ".*",
        "",
    ],
)
def test_sampled_strings_match_the_pattern(pattern: str) -> None:
    """A string sampled from a pattern is found by the pattern."""
    for seed in range(50):
        assert re.search(pattern, sample_pattern(pattern, Random(seed)))


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        r"(a)\1",
        "[z-a]",
        "(",
        "[a",
        "*a",
        r"[\q]",
        "a)",
        r"\p{L}",
        "(" * 5000,
        "(a{9999}){9999}",
        "((){9999}){9999}",
    ],
)
def test_unsupported_patterns_are_rejected(pattern: str) -> None:
    """An unsupported or too large pattern raises ValueError quickly."""
    with pytest.raises(ValueError, match=r"\w"):
        sample_pattern(pattern, Random(1))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("order_id", "ORD-[1-9]{4}"),
        ("customerId", "CUST-[1-9]{4}"),
        ("invoice_number", "INV-[1-9]{4}"),
        ("email", r"[a-z]+\.[a-z]+@example\.com"),
        ("contact_phone", r"\+1-555-01[1-9]{2}"),
        ("departure_date", r"2027-\d\d-\d\d"),
        ("first_name", "[A-Z][a-z]+"),
        ("created_at", r"2027-\d\d-\d\dT\d\d:\d\d:00Z"),
    ],
)
def test_property_names_select_realistic_values(name: str, pattern: str) -> None:
    """The name of a property selects the kind of value."""
    assert re.fullmatch(pattern, realistic_text(name, Random(3)) or "")


@pytest.mark.parametrize(
    ("name", "description", "purpose"),
    [
        ("lookup_order", "Looks up an order. Needs its id.", "look up an order"),
        ("lookup_order", "", "look up the order"),
        ("searchFlights", "This tool finds flights", "search the flights"),
        ("notify", "Notifies the customer, such as by e-mail", "notify the customer"),
        ("get_all_users", "", "get all users"),
        ("weather", "", "use weather"),
        ("ls", "Contents of a directory", "use ls"),
        ("日本", "", "use 日本"),
    ],
)
def test_purposes_are_imperatives(name: str, description: str, purpose: str) -> None:
    """The purpose comes from a description that begins with a verb, or from the name."""
    assert purpose == read_tool({"name": name, "description": description}, "tool").purpose


@pytest.mark.parametrize("module", [generation, phrases], ids=lambda module: str(module.__name__))
def test_docstring_examples(module: Any) -> None:
    """The examples in docstrings print the documented output."""
    assert 0 == doctest.testmod(module).failed
