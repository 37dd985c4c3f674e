"""`ashr-labs datasets import`: check a dataset file and store it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import SOURCE, Workspace, scenario

IMPORT = ("datasets", "import", "data.json")
KEY = "tp_a_key_for_the_tests"


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def test_imported_dataset_can_be_evaluated(workspace: Workspace) -> None:
    """The id is all that stdout gets, the database is ashr.db in the current folder, and `eval` finds both."""
    done = workspace.call(*IMPORT)

    assert (0, "1\n") == (done.code, done.out), done
    assert {"agents.py", "data.json", "ashr.db"} <= workspace.names()
    again = workspace.run("eval", "1", "--database", "ashr.db", "--agent", "agents:Greeter", "--json")
    assert {"total_tests": 2, "tests_passed": 2}.items() <= again.document["metrics"].items()


def test_import_prints_json_object(workspace: Workspace) -> None:
    """With `--json` stdout is one object with the dataset's id, its name and the number of its scenarios."""
    done = workspace.call(*IMPORT, "--json")

    assert {"dataset_id": 1, "name": "data", "scenarios": 2} == done.document


@pytest.mark.parametrize(
    ("options", "content", "stored"),
    [
        ([], SOURCE, ("data", None)),
        ([], {"dataset_source": SOURCE, "name": "N", "description": "D"}, ("N", "D")),
        (["--name", "M", "--description", "E"], {"dataset_source": SOURCE, "name": "N"}, ("M", "E")),
    ],
)
def test_dataset_name_comes_from_options_or_file(
    options: list[str], content: object, stored: tuple[str, str | None], workspace: Workspace
) -> None:
    """Name and description come from the options, else from the file, and the name else is the file's."""
    workspace.write("data.json", content)

    dataset_id = int(workspace.call(*IMPORT, "--database", "kept.db", *options).out)

    with workspace.client("kept.db") as client:
        dataset = client.get_dataset(dataset_id)
    assert stored == (dataset["name"], dataset["description"])
    assert SOURCE == dataset["dataset_source"]


def test_import_to_remote_platform(workspace: Workspace) -> None:
    """With `--remote` the dataset is stored on the platform of the environment and no database is made."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        done = workspace.call(*IMPORT, "--remote", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=url)
        with AshrLabsClient(KEY, url) as client:
            assert "data" == client.get_dataset(int(done.out))["name"]
    platform.close()

    assert {"agents.py", "data.json"} == workspace.names()


def _faulty() -> dict[str, Any]:
    greeting = scenario("Right")
    user, agent = greeting["actions"]
    return {
        "right": greeting,
        "no_object": 7,
        "no_actions": {"actions": "none"},
        "empty": {"actions": []},
        "wrong": {
            "actions": [
                {"content": "who says this?"},
                {**user, "content": 7},
                agent,
                {**agent, "expected_response": None},
                {**agent, "expected_response": {"tool_calls": {}}},
                {**agent, "expected_response": {"tool_calls": [{"name": "greet", "arguments_json": "{"}]}},
                "an action",
            ]
        },
    }


def test_every_fault_is_listed_with_path(workspace: Workspace) -> None:
    """A faulty dataset is not stored; each of its faults is listed with its path, on stderr and in the object."""
    workspace.write("data.json", {"runs": _faulty()})
    expected = [
        "runs.no_object",
        "runs.no_actions.actions",
        "runs.wrong.actions[0].actor",
        "runs.wrong.actions[1].content",
        "runs.wrong.actions[3].expected_response",
        "runs.wrong.actions[4].expected_response.tool_calls",
        "runs.wrong.actions[5].expected_response.tool_calls[0].arguments_json",
        "runs.wrong.actions[6]",
    ]

    done = workspace.call(*IMPORT, "--json")

    assert "data.json is not a valid dataset: it has 8 faults" in done.error(2)
    assert expected == [fault["path"] for fault in done.document["faults"]]
    assert expected == [line.partition(": ")[0] for line in done.err.splitlines()[:-1]]
    assert "DatasetError" == done.document["type"]
    assert "ashr.db" not in workspace.names()


def test_example_dataset_is_valid(workspace: Workspace) -> None:
    """The example's dataset is imported as it is."""
    path = Path(__file__).parents[1] / "examples" / "support_dataset.json"

    done = workspace.call("datasets", "import", str(path), "--json")

    assert 24 == done.document["scenarios"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", 2, "data.json is not JSON"),
        (b'{"runs": []}', 2, "data.json: runs: must be an object of scenarios"),
        (b"{}", 2, "data.json: runs: is missing"),
        (b'{"runs": {}}', 4, "data.json: no scenario has any action"),
        (b" [" + b" " * 81 * 2**20, 2, "may have 67,108,864 characters; write one record per line instead"),
    ],
    ids=["empty", "runs is a list", "no runs", "no actions", "large"],
)
def test_invalid_file_is_not_stored(content: bytes, code: int, message: str, workspace: Workspace) -> None:
    """A file that holds no dataset, or an empty one, is refused in one line before a database is made."""
    (workspace.folder / "data.json").write_bytes(content)

    done = workspace.call(*IMPORT)

    assert message in done.error(code)
    assert ("", 1) == (done.out, done.err.count("\n"))
    assert "ashr.db" not in workspace.names()


MESSAGES = [{"role": "system", "content": "s"}, {"role": "user", "content": "Hi"}]
CHAT = json.dumps({"messages": [*MESSAGES, {"role": "assistant", "content": "Hello!"}]})


@pytest.mark.parametrize(
    ("name", "text", "options", "file_format"),
    [
        ("chat.jsonl", CHAT, [], "openai"),
        ("rows.csv", "question,answer\nHi,Hello!\n", [], "table"),
        ("rows.csv", "frage,antwort\nHi,Hello!\n", ["--input-key", "frage", "--expected-key", "antwort"], "table"),
        ("rows.json", '[{"inputs": {"q": "Hi"}, "outputs": {"a": "Hello!"}}]', [], "langsmith"),
        ("rows.jsonl", '{"input": "Hi", "expected": "Hello!", "span_id": "s"}', [], "braintrust"),
        ("rows.txt", '{"input": "Hi", "expected": "Hello!"}', ["--format", "braintrust"], "braintrust"),
    ],
)
def test_files_of_other_tools_are_imported(
    workspace: Workspace, name: str, text: str, options: list[str], file_format: str
) -> None:
    """The format is detected or given; fields without a place are counted; the dataset is stored."""
    (workspace.folder / name).write_text(text, "utf-8")

    done = workspace.call("datasets", "import", name, *options, "--json")

    assert (0, file_format) == (done.code, done.document["format"]), done
    assert all(f"{count} x {note}" in done.err for note, count in done.document["notes"].items())
    with workspace.client("ashr.db") as client:
        runs = client.get_dataset(done.document["dataset_id"])["dataset_source"]["runs"]
    assert [["Hi", "Hello!"]] == [[action["content"] for action in one["actions"]] for one in runs.values()]


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        (CHAT + '\n{"messages": [{"role": "x"}]}\n7', [], 2, "it has 2 faults"),
        ('{"id": "a", "actions": [{"content": "who?"}]}', [], 2, "it has 1 fault"),
        ('{"a": 1}', [], 2, "it has 1 fault"),
        ("", [], 2, "there is no record in it"),
        ("input\n", [], 4, "no scenario has any action"),
        (CHAT, ["--format", "yaml"], 2, "yaml"),
        (CHAT, ["--format", "dataset"], 2, "runs: is missing"),
        (CHAT, ["--from-trace", "t"], 2, "give either"),
    ],
)
def test_import_errors_prevent_storing(
    workspace: Workspace, text: str, options: list[str], code: int, words: str
) -> None:
    """Faults are listed with their lines, and nothing is stored."""
    (workspace.folder / "data.jsonl").write_text(text, "utf-8")

    done = workspace.call("datasets", "import", "data.jsonl", *options)

    assert words in done.error(code)
    assert [" fault" in words] == [any(line.startswith("line ") for line in done.err.splitlines())]
    assert "ashr.db" not in workspace.names()


def test_scenario_fault_has_line_number(workspace: Workspace) -> None:
    """A fault inside a scenario is reported with the line of the scenario."""
    (workspace.folder / "s.jsonl").write_text('\n{"id": "a", "actions": [{"actor": "user", "content": 7}]}', "utf-8")

    faults = workspace.call("datasets", "import", "s.jsonl", "--json").document["faults"]

    assert ["line 2: actions[0].content"] == [fault["path"] for fault in faults]


def test_json_lines_round_trip(workspace: Workspace) -> None:
    """A dataset that is exported as JSON Lines is the same one when it is imported, and what is lost is said."""
    source = {**SOURCE, "dataset_type": "storyboard"}
    with workspace.client("ashr.db") as client:
        client.create_dataset("data", source)

    written = workspace.call("datasets", "export", "1", "copy.jsonl", "--json")
    copied = workspace.call("datasets", "import", "copy.jsonl", "--json").document

    assert ["dataset_type"] == written.document["left_out"]
    assert "scenarios" == copied["format"]
    with workspace.client("ashr.db") as client:
        assert {"runs": SOURCE["runs"]} == client.get_dataset(copied["dataset_id"])["dataset_source"]


@pytest.mark.parametrize("is_remote", [False, True])
def test_traces_are_imported_as_dataset(workspace: Workspace, is_remote: bool) -> None:
    """A recorded conversation, embedded or remote, is a scenario; several traces are one dataset."""
    platform = open_platform(workspace.folder / "ashr.db")
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        with AshrLabsClient(KEY, url) as client:
            ids = [_traced(client), _traced(client)]
        where = ["--remote"] if is_remote else []
        options = [part for one in ids for part in ("--from-trace", one)]
        done = workspace.call(
            "datasets", "import", *options, *where, "--json", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=url
        )
        missing = workspace.call(
            "datasets", "import", "--from-trace", "0" * 32, *where, ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=url
        )
        with AshrLabsClient(KEY, url) as client:
            runs = client.get_dataset(done.document["dataset_id"])["dataset_source"]["runs"]
    platform.close()

    assert (2, "traces") == (done.document["scenarios"], done.document["format"])
    assert {f"trace_{one[:12]}" for one in ids} == runs.keys()
    assert "0000" in missing.error(2)


def _traced(client: AshrLabsClient) -> str:
    with client.trace("greeting") as trace:
        trace.generation("answer", input=[{"role": "user", "content": "Hello"}]).end(output="Hello there!")
    client.tracing.flush()
    return trace.trace_id


def test_encoding_and_delimiter_options_override_detection(workspace: Workspace) -> None:
    r"""`--encoding` and `--delimiter` take precedence over detection, with `\\t` for a tab."""
    (workspace.folder / "s.csv").write_bytes("input\texpected\nGröße, bitte?\tHier; bitte.\n".encode("cp850"))

    done = workspace.call("datasets", "import", "s.csv", "--encoding", "cp850", "--delimiter", r"\t", "--json")

    with workspace.client("ashr.db") as client:
        source = client.get_dataset(done.document["dataset_id"])["dataset_source"]
    (scenario,) = source["runs"].values()
    assert ["Größe, bitte?", "Hier; bitte."] == [action["content"] for action in scenario["actions"]]


def test_unknown_expectations_need_keep_unknown(workspace: Workspace) -> None:
    """An expectation that cannot be imported is an error that names `--keep-unknown`, with which it is metadata."""
    (workspace.folder / "s.jsonl").write_text('{"input": "Hi", "target_behaviour": "greets"}\n', "utf-8")

    refused = workspace.call("datasets", "import", "s.jsonl")
    kept = workspace.call("datasets", "import", "s.jsonl", "--keep-unknown", "--json")

    assert 2 == refused.code
    assert "line 1: target_behaviour: looks like the expectation" in refused.err
    assert "--keep-unknown" in refused.err
    assert 1 == kept.document["scenarios"]


@pytest.mark.parametrize("file_format", ["openai", "promptfoo", "inspect-log", "langfuse"])
def test_datasets_are_exported_for_other_tools(workspace: Workspace, file_format: str) -> None:
    """`datasets export --format` writes a file that `datasets import` reads again, and lists what is left out."""
    with workspace.client("ashr.db") as client:
        client.create_dataset("data", SOURCE)

    written = workspace.call("datasets", "export", "1", "copy", "--format", file_format, "--json")
    copied = workspace.call("datasets", "import", "copy", "--json").document

    assert (file_format, "copy") == (written.document["format"], Path(written.document["file"]).name)
    assert {"inspect-log": "inspect"}.get(file_format, file_format) == copied["format"]
    assert len(SOURCE["runs"]) == copied["scenarios"]
