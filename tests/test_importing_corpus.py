"""Files in the formats of other tools, each with the scenarios that must be imported from it.

Beside `data/imports/NAME` is `NAME.expected.json`: the format, the conversations with their tool calls, and where they
matter the ids, the parts of messages with media, notes, errors and the options of the import.
"""

from __future__ import annotations

import json
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from ashr_labs import DatasetError
from ashr_labs.cli._exit import CommandError
from ashr_labs.cli._import_file import read_import
from ashr_labs.importing import FORMATS, ImportedDataset, import_dataset
from ashr_labs.importing.formats import Keys
from ashr_labs.scenarios import scenario as scenarios_read
from ashr_labs.scenarios.scenario import read_scenario

FILES = Path(__file__).parent / "data" / "imports"
SCHEMA = jsonschema_rs.validator_for(
    json.loads(files("ashr_labs_contract").joinpath("dataset.schema.json").read_text("utf-8"))
)
NAMES = sorted(path.name for path in FILES.iterdir() if not path.name.endswith(".expected.json"))


def expectation(name: str) -> dict[str, Any]:
    return dict(json.loads((FILES / f"{name}.expected.json").read_text("utf-8")))


def conversation(scenario: dict[str, Any]) -> list[list[Any]]:
    """Return actor, content and tool calls of each action."""
    result: list[list[Any]] = []
    for action in scenario["actions"]:
        calls = action.get("expected_response", {}).get("tool_calls", ())
        called = [[call["name"], json.loads(call.get("arguments_json", "{}"))] for call in calls]
        result.append([action["actor"], action["content"], *([called] if called else [])])
    return result


def imported(name: str, options: dict[str, Any]) -> ImportedDataset | DatasetError:
    with (FILES / name).open("rb") as file:
        try:
            return import_dataset(file, **options)
        except DatasetError as error:
            return error


@pytest.mark.parametrize("name", NAMES)
def test_files_of_other_tools(name: str) -> None:
    """Format, encoding and delimiter are detected, and the scenarios, ids, notes and errors are the expected ones."""
    expected = expectation(name)
    if "needs" in expected and find_spec(expected["needs"]) is None:
        pytest.skip(f"needs {expected['needs']}")

    found = imported(name, expected.get("options", {}))

    if isinstance(found, DatasetError):
        assert (expected["format"], expected["errors"]) == (None, [str(found)])
        return
    scenarios = dict(found.dataset_source["runs"])
    wanted_errors = expected.get("errors", [])
    assert len(wanted_errors) == len(found.faults), found.faults
    assert all(str(one).startswith(wanted) for one, wanted in zip(found.faults, wanted_errors, strict=True)), (
        found.faults
    )
    assert expected["conversations"] == [conversation(scenario) for scenario in scenarios.values()]
    assert expected["format"] == found.format
    assert expected.get("ids", list(scenarios)) == list(scenarios)
    assert set(expected.get("notes", ())) <= set(found.notes), found.notes
    parts = [action["parts"] for one in scenarios.values() for action in one["actions"] if "parts" in action]
    assert expected.get("parts", []) == parts
    for scenario_id, scenario in scenarios.items():
        read_scenario(scenario_id, scenario)


@pytest.mark.parametrize("name", NAMES)
def test_imported_datasets_match_the_schema(name: str) -> None:
    """The JSON Schema of dataset files allows what is imported."""
    expected = expectation(name)
    if "needs" in expected and find_spec(expected["needs"]) is None:
        pytest.skip(f"needs {expected['needs']}")

    found = imported(name, expected.get("options", {}))

    if not isinstance(found, DatasetError):
        SCHEMA.validate(found.dataset_source)
        SCHEMA.validate({"name": "N", "dataset_source": found.dataset_source})


@pytest.mark.parametrize(
    "action",
    [
        {"actor": "user", "contents": "Hi"},
        {"actor": "user", "text": "Hi"},
        {"content": "Hi"},
        {"actor": "agent", "tool_calls": []},
        {"actor": "agent", "expected_response": {"toolcalls": []}},
        {"actor": "agent", "expected_response": {"tool_calls": [{"args": {}}]}},
        {"actor": "user", "parts": ["image"]},
    ],
)
def test_schema_rejects_misspelt_keys(action: dict[str, Any]) -> None:
    """Unknown keys of actions, missing names and wrong types are invalid for the JSON Schema of dataset files."""
    source = {"runs": {"a": {"actions": [action]}}}

    assert not SCHEMA.is_valid(source)
    assert not SCHEMA.is_valid({"dataset_source": source})


def test_schema_keys_match_the_reader() -> None:
    """The JSON Schema of dataset files allows the keys that the evaluation reads, and no others."""
    definitions = json.loads(files("ashr_labs_contract").joinpath("dataset.schema.json").read_text("utf-8"))["$defs"]
    keys = {name: definitions[name]["properties"].keys() for name in ("Scenario", "Action", "ExpectedResponse")}

    assert keys == {
        "Scenario": scenarios_read._SCENARIO_KEYS,
        "Action": scenarios_read._AGENT_ACTION_KEYS,
        "ExpectedResponse": scenarios_read._RESPONSE_KEYS,
    }


@pytest.mark.parametrize("name", NAMES)
def test_command_and_library_agree(name: str) -> None:
    """`datasets import` detects the format of every file and finds the same scenarios and errors."""
    expected = expectation(name)
    if "needs" in expected and find_spec(expected["needs"]) is None:
        pytest.skip(f"needs {expected['needs']}")
    options = dict(expected.get("options", {}))
    keys = Keys(options.pop("input_key", None), options.pop("expected_key", None))

    try:
        found = read_import(FILES / name, None, keys, **options)
    except CommandError:
        assert expected["format"] is None
        return

    counts = (len(expected["conversations"]), len(expected.get("errors", ())))
    assert (expected["format"], *counts) == (found.document["format"], len(found.file.scenarios), len(found.faults))


def test_corpus_covers_every_format() -> None:
    """There are at least 60 files, and at least one of each format."""
    assert len(NAMES) >= 60
    assert set(FORMATS) == {expectation(name)["format"] for name in NAMES} - {None, ""}


def test_every_expectation_has_a_file() -> None:
    """No file of the corpus is missing or unused."""
    assert {f"{name}.expected.json" for name in NAMES} == {path.name for path in FILES.glob("*.expected.json")}
