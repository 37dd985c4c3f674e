"""Tests of exported datasets: what is written for other tools is read again as it was."""

from __future__ import annotations

import doctest
import json
import zipfile
from importlib.util import find_spec
from io import BytesIO
from typing import Any

import pytest

from ashr_labs import ConfigurationError, DatasetError, EvalRunner, grade
from ashr_labs.importing import EXPORT_FORMATS, export_dataset, export_run, exporting, import_dataset

USER, AGENT = "user", "agent"


def reply(text: str, *calls: dict[str, Any]) -> dict[str, Any]:
    return {"actor": AGENT, "content": text, "expected_response": {"tool_calls": list(calls)}}


def called(name: str, result: object = None, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments_json": json.dumps(arguments), **({} if result is None else {"result": result})}


TEXT = {"title": "Sum", "tags": ["math"], "actions": [{"actor": USER, "content": "2+2?"}, reply("4")]}
CALL = {"actions": [{"actor": USER, "content": "Cold in Oslo?"}, reply("Yes.", called("weather", city="Oslo"))]}
TURNS = {
    "metadata": {"system": "Be brief.", "level": 2},
    "actions": [
        {"actor": USER, "content": "Is it cold in Oslo?"},
        reply("", called("weather", {"degrees": -3}, city="Oslo")),
        reply("Yes, 3 below zero."),
        {"actor": USER, "content": "And in Rome?"},
        reply("No."),
    ],
}
SOURCE: dict[str, dict[str, Any]] = {"runs": {"sum": TEXT, "call": CALL, "turns": TURNS}}
KEEPS_EVERYTHING = {"openai", "langfuse", "deepeval", "sharegpt", "atif", "parquet"}
KEEPS_IDS = {"langfuse", "inspect", "inspect-log", "sharegpt", "atif", "table", "parquet"}


def conversation(scenario: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            action["actor"],
            action["content"],
            [
                (call["name"], json.loads(call["arguments_json"]))
                for call in action.get("expected_response", {}).get("tool_calls", ())
            ],
        )
        for action in scenario["actions"]
    ]


def there_and_back(source: dict[str, Any], file_format: str) -> tuple[str, dict[str, Any]]:
    """Export a dataset and import it again."""
    found = import_dataset(BytesIO(export_dataset(source, file_format).content))
    assert () == found.faults
    return found.format, dict(found.dataset_source["runs"])


def needs(file_format: str) -> None:
    if file_format == "parquet" and find_spec("pyarrow") is None:
        pytest.skip("needs pyarrow")


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_single_turns_round_trip(file_format: str) -> None:
    """A question and its expected text survive every format, which is detected again."""
    needs(file_format)
    detected, runs = there_and_back({"runs": {"sum": TEXT}}, file_format)

    own = {"inspect-log": "inspect", "parquet": "openai", "ragas": "ragas", "deepeval": "deepeval"}
    assert own.get(file_format, file_format) == detected
    assert [conversation(TEXT)] == [conversation(one) for one in runs.values()]
    if file_format in KEEPS_IDS:
        assert ["sum"] == list(runs)


@pytest.mark.parametrize("file_format", sorted(set(EXPORT_FORMATS) - {"openai-evals", "promptfoo", "sharegpt"}))
def test_expected_calls_round_trip(file_format: str) -> None:
    """Expected tool calls with their arguments survive every format that has them."""
    needs(file_format)
    _, runs = there_and_back({"runs": {"call": CALL}}, file_format)

    assert [conversation(CALL)] == [conversation(one) for one in runs.values()]


@pytest.mark.parametrize("file_format", sorted(KEEPS_EVERYTHING))
def test_conversations_round_trip(file_format: str) -> None:
    """Conversations of several turns survive with every call."""
    needs(file_format)
    _, runs = there_and_back(SOURCE, file_format)

    expected = [conversation(one) for one in SOURCE["runs"].values()]
    found = [conversation(one) for one in runs.values()]
    if file_format == "sharegpt":  # calls are messages of their own
        flat = [[(actor, text) for actor, text, _ in one if text] for one in found]
        assert flat == [[(actor, text) for actor, text, _ in one if text] for one in expected]
        assert [[call for *_, calls in one for call in calls] for one in found] == [
            [call for *_, calls in one for call in calls] for one in expected
        ]
    else:
        assert expected == found


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_conversations_keep_their_turns(file_format: str) -> None:
    """Every format keeps the user messages of a conversation, and the last expected text."""
    needs(file_format)
    _, runs = there_and_back({"runs": {"turns": TURNS}}, file_format)

    (scenario,) = runs.values()
    spoken = [(actor, text) for actor, text, _ in conversation(scenario) if actor == USER]
    assert [(USER, "Is it cold in Oslo?"), (USER, "And in Rome?")] == spoken
    assert "No." == conversation(scenario)[-1][1]
    if file_format not in {"ragas", "table"}:
        assert scenario.get("metadata", {}).get("system", "Be brief.") == "Be brief."


def test_results_of_tools_are_exported() -> None:
    """Results of calls are messages, observations and attributes of the formats that have them."""
    for file_format in ("openai", "atif", "otlp", "sharegpt", "inspect-log"):
        content = export_dataset(SOURCE, file_format).content
        if file_format == "inspect-log":
            with zipfile.ZipFile(BytesIO(content)) as archive:
                content = archive.read("samples/turns_epoch_1.json")
        assert b"degrees" in content, file_format


def test_losses_are_counted() -> None:
    """Parts of scenarios that a format cannot represent are counted."""
    assert {"tool calls: left out, the format has none": 1} == export_dataset(SOURCE, "openai-evals").notes
    assert {"arguments of tool calls: left out, the format has none": 1} == export_dataset(SOURCE, "promptfoo").notes
    outside = {"runs": {"a": {"actions": [*TEXT["actions"], {"actor": "environment", "content": "It rains."}]}}}
    assert {"actions of the environment: left out": 1} == export_dataset(outside, "atif").notes


@pytest.mark.parametrize("file_format", sorted(set(EXPORT_FORMATS) - {"parquet"}))
def test_exports_are_reproducible(file_format: str) -> None:
    """The same dataset gives the same bytes."""
    assert export_dataset(SOURCE, file_format).content == export_dataset(SOURCE, file_format).content


def test_inspect_log_has_the_parts_its_viewer_reads() -> None:
    """The log has a header, a journal, summaries and a file for each sample."""
    with zipfile.ZipFile(BytesIO(export_dataset(SOURCE, "inspect-log", name="support").content)) as archive:
        header = json.loads(archive.read("header.json"))
        names = set(archive.namelist())

    assert {"_journal/start.json", "_journal/summaries/1.json", "summaries.json", "header.json"} < names
    assert {"samples/sum_epoch_1.json", "samples/call_epoch_1.json", "samples/turns_epoch_1.json"} < names
    assert ("success", "support", 3) == (header["status"], header["eval"]["task"], header["results"]["total_samples"])


def test_runs_are_exported_as_inspect_logs() -> None:
    """Each test is a sample with its transcript and its verdict as the score; repeats are epochs."""

    def agent(message: str) -> dict[str, Any]:
        calls = [{"name": "weather", "arguments": {"city": "Oslo"}, "result": "-3"}] if "Oslo" in message else []
        return {"text": "No, it is warm." if "Oslo" in message else "4", "tool_calls": calls}

    source = {"runs": {"sum": TEXT, "call": CALL}}
    result = grade(EvalRunner(source).run(agent, repeats=2).build())

    with zipfile.ZipFile(BytesIO(export_run(result, name="nightly"))) as archive:
        header = json.loads(archive.read("header.json"))
        samples = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("samples/")}

    assert {f"samples/{name}_epoch_{epoch}.json" for name in ("sum", "call") for epoch in (1, 2)} == set(samples)
    assert ("nightly", 4, 0.5) == (
        header["eval"]["task"],
        header["results"]["total_samples"],
        header["results"]["scores"][0]["metrics"]["accuracy"]["value"],
    )
    assert {"value": "C", "explanation": ""} == samples["samples/sum_epoch_1.json"]["scores"]["verdict"]
    failed = samples["samples/call_epoch_1.json"]
    assert "I" == failed["scores"]["verdict"]["value"]
    assert failed["scores"]["verdict"]["explanation"]
    assert ["user", "assistant", "tool", "assistant"] == [message["role"] for message in failed["messages"]]
    assert ("Yes.", "No, it is warm.") == (failed["target"], failed["output"]["completion"])


def test_failed_runs_and_tests_contain_errors() -> None:
    """A test that raised has its error in its sample, and is not scored without a verdict."""

    def agent(message: str) -> str:
        raise RuntimeError("offline")

    result = EvalRunner({"runs": {"sum": TEXT}}).run(agent).build()

    with zipfile.ZipFile(BytesIO(export_run(result))) as archive:
        sample = json.loads(archive.read("samples/sum_epoch_1.json"))
    assert "RuntimeError: offline" in sample["error"]["message"]
    assert {} == sample["scores"]


def test_unknown_formats_and_empty_datasets_are_rejected() -> None:
    """An unknown format is refused with a suggestion, and a dataset without scenarios with its path."""
    with pytest.raises(ConfigurationError, match="did you mean 'promptfoo'"):
        export_dataset(SOURCE, "promptfo")
    with pytest.raises(DatasetError, match="runs: has no scenarios"):
        export_dataset({"runs": {}}, "openai")


def test_docstring_example() -> None:
    """The example in the docstring prints the documented output."""
    tested = doctest.testmod(exporting)

    assert (0, True) == (tested.failed, tested.attempted > 0)
