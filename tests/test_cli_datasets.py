"""`ashr-labs datasets import`: check a dataset file and store it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.local import open_platform
from ashr_labs.local.server import running_server
from support.cli import SOURCE, Workspace, scenario

IMPORT = ("datasets", "import", "data.json")
KEY = "tp_a_key_for_the_tests"


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def test_an_imported_dataset_can_be_evaluated(workspace: Workspace) -> None:
    """The id is all that stdout gets, the database is ashr.db in the current folder, and `eval` finds both."""
    done = workspace.run(*IMPORT)

    assert (0, "1\n") == (done.code, done.out), done
    assert {"agents.py", "data.json", "ashr.db"} <= workspace.names()
    again = workspace.run("eval", "1", "--database", "ashr.db", "--agent", "agents:Greeter", "--json")
    assert {"total_tests": 2, "tests_passed": 2}.items() <= again.document["metrics"].items()


def test_an_import_is_json_for_programs(workspace: Workspace) -> None:
    """With `--json` stdout is one object with the dataset's id, its name and the number of its scenarios."""
    done = workspace.run(*IMPORT, "--json")

    assert {"dataset_id": 1, "name": "data", "scenarios": 2} == done.document


@pytest.mark.parametrize(
    ("options", "content", "stored"),
    [
        ([], SOURCE, ("data", None)),
        ([], {"dataset_source": SOURCE, "name": "N", "description": "D"}, ("N", "D")),
        (["--name", "M", "--description", "E"], {"dataset_source": SOURCE, "name": "N"}, ("M", "E")),
    ],
)
def test_a_dataset_is_named_by_the_call_or_the_file(
    options: list[str], content: object, stored: tuple[str, str | None], workspace: Workspace
) -> None:
    """Name and description come from the options, else from the file, and the name else is the file's."""
    workspace.write("data.json", content)

    dataset_id = int(workspace.run(*IMPORT, "--database", "kept.db", *options).out)

    with workspace.client("kept.db") as client:
        dataset = client.get_dataset(dataset_id)
    assert stored == (dataset["name"], dataset["description"])
    assert SOURCE == dataset["dataset_source"]


def test_an_import_may_go_to_a_remote_platform(workspace: Workspace) -> None:
    """With `--remote` the dataset is stored on the platform of the environment and no database is made."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        done = workspace.run(*IMPORT, "--remote", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=url)
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


def test_every_fault_is_listed_with_its_path(workspace: Workspace) -> None:
    """A faulty dataset is not stored; each of its faults is told with its path, on stderr and in the object."""
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

    done = workspace.run(*IMPORT, "--json")

    assert "data.json is not stored; faults in it: 8" in done.error(2)
    assert expected == [fault["path"] for fault in done.document["faults"]]
    assert expected == [line.partition(": ")[0] for line in done.err.splitlines()[:-1]]
    assert "DatasetError" == done.document["type"]
    assert "ashr.db" not in workspace.names()


def test_real_data_has_no_faults(workspace: Workspace) -> None:
    """The example's dataset is imported as it is."""
    path = Path(__file__).parents[1] / "examples" / "support_dataset.json"

    done = workspace.run("datasets", "import", str(path), "--json")

    assert 24 == done.document["scenarios"]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", 2, "data.json is not JSON"),
        (b'{"runs": []}', 2, "data.json: runs: must be an object of scenarios"),
        (b"{}", 2, "data.json: runs: is missing"),
        (b'{"runs": {}}', 4, "data.json: no scenario has any action"),
    ],
)
def test_what_is_no_dataset_is_not_stored(content: bytes, code: int, message: str, workspace: Workspace) -> None:
    """A file that holds no dataset, or an empty one, is refused in one line before a database is made."""
    (workspace.folder / "data.json").write_bytes(content)

    done = workspace.run(*IMPORT)

    assert message in done.error(code)
    assert ("", 1) == (done.out, done.err.count("\n"))
    assert "ashr.db" not in workspace.names()
