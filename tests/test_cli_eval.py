"""`ashr-labs eval`: what it prints, where it stores, and how it fails."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, RunOptions
from ashr_labs.cli.eval import command
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import PROGRAM, SOURCE, Done, Workspace, scenario
from support.scripted_server import Answer, ScriptedServer

KEY = "tp_a_key_for_the_tests"
EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


@pytest.fixture(name="url", scope="module")
def _url() -> Generator[str]:
    """Return the URL of a platform that knows KEY."""
    platform = open_platform()
    platform.bootstrap(KEY)
    with running_server(platform) as url:
        yield url
    platform.close()


def evaluate(workspace: Workspace, *options: str, agent: str = "Greeter", data: str = "data.json", **env: str) -> Done:
    return workspace.run("eval", data, "--agent", f"agents:{agent}", *options, **env)


def verdicts(done: Done) -> dict[str, str]:
    return {test["test_id"]: test["verdict"] for test in done.document["tests"]}


def test_file_is_evaluated_in_memory(workspace: Workspace) -> None:
    """A dataset file and an agent give a line for each scenario and one of totals, and leave no file."""
    before = workspace.names()

    done = evaluate(workspace, agent="Mute")

    assert 0 == done.code
    assert before == workspace.names()
    rows = done.out.splitlines()[:2]
    assert ["first   A greeting        failed  ", "second  Another greeting  failed  "] == [row[:34] for row in rows]
    assert all("greet was not called" in row for row in rows)
    assert "0 of 2 passed, 0.0 % (0.0 to 65.8), 2 failed" == done.out.splitlines()[-1]


def test_failure_shows_reasons_and_transcript(workspace: Workspace) -> None:
    """A failed scenario is shown with its title, all reasons, and its transcript with expected and actual."""
    lines = evaluate(workspace, "--scenario", "first", agent="Mute").out.splitlines()

    start = lines.index("scenario first (A greeting) failed:")
    assert all("greet was not called" in line or "said nothing" in line for line in lines[start + 1 : start + 3])
    transcript = ["user: Hello", '- called greet(who="you")', "- said Hello there, how can I help?", "+ said"]
    assert transcript == lines[start + 4 : start + 8]
    assert not any("second" in line for line in lines)


def test_crash_shows_its_location(workspace: Workspace) -> None:
    """A test that ends with an error shows the file, the line and the scenario, and is not called failed."""
    out = evaluate(workspace, agent="Shy").out

    assert "second  Another greeting  error " in out
    assert "scenario second (Another greeting) ended with an error:" in out
    assert re.search(r'File ".*agents\.py", line \d+, in respond', out)
    assert "1 of 2 passed, 50.0 % (9.5 to 90.5), 1 ended with an error" == out.splitlines()[-1]


def test_verbose_shows_passed_scenarios(workspace: Workspace) -> None:
    """With `-v` every transcript is shown, else only those of the first ten failures."""
    workspace.write("many.json", {"runs": {f"s{number}": scenario("Many") for number in range(12)}})

    assert "scenario first (A greeting) passed:" in evaluate(workspace, "-v").out
    assert "scenario" not in evaluate(workspace).out
    assert "... and 2 more failures: use -v" in evaluate(workspace, agent="Mute", data="many.json").out


def test_scenario_option_excludes_filters(workspace: Workspace) -> None:
    """`--scenario` plays one scenario only, so it is refused beside a filter that selects others."""
    done = workspace.run("eval", "data.json", "--agent", "agents:Greeter", "--scenario", "ok", "--filter", "tag:x")

    assert "exclude each other" in done.error(2)


def test_unknown_scenario_is_rejected_with_suggestion(workspace: Workspace) -> None:
    """`--scenario` names a scenario of the dataset; another name gets a suggestion and nothing is played."""
    assert "no such scenario; did you mean 'first'?" in evaluate(workspace, "--scenario", "frist").error(2)


def test_files_of_other_tools_are_evaluated(workspace: Workspace) -> None:
    """`eval` reads the files that `datasets import` reads; one with faults is refused."""
    (workspace.folder / "rows.csv").write_text("question,answer\nHi,Hello there\n", "utf-8")
    (workspace.folder / "bad.jsonl").write_text('{"id": "a", "actions": [{"content": "who?"}]}\n', "utf-8")

    assert 1 == evaluate(workspace, "--json", data="rows.csv").document["metrics"]["total_tests"]
    assert "it has 1 fault" in evaluate(workspace, data="bad.jsonl").error(2)


def test_paths_are_relative_to_calling_directory(workspace: Workspace) -> None:
    """Files are written to the folder in which the command was called, wherever the agent changes to."""
    (workspace.folder / "elsewhere").mkdir()
    (workspace.folder / "wandering.py").write_text(
        "import os\nfrom agents import Greeter\n\n"
        "class Agent(Greeter):\n"
        "    def respond(self, message):\n"
        "        os.chdir(os.path.join(os.path.dirname(__file__), 'elsewhere'))\n"
        "        return super().respond(message)\n",
        "utf-8",
    )
    options = ["--output", "run.json", "--journal", "run.journal", "--database", "kept.db"]

    done = workspace.run("eval", "data.json", "--agent", "wandering:Agent", *options)

    assert 0 == done.code, done
    assert {"run.json", "run.journal", "kept.db"} <= workspace.names()
    assert [] == list((workspace.folder / "elsewhere").iterdir())


def test_output_file_contains_titles_agent_and_dataset(workspace: Workspace) -> None:
    """The result in the output file has the titles of its scenarios, the agent and the dataset."""
    evaluate(workspace, "--output", "run.json")

    result = json.loads((workspace.folder / "run.json").read_text("utf-8"))
    assert {"agent": "agents:Greeter", "dataset": "data"}.items() <= result["metadata"].items()
    assert ["A greeting", "Another greeting"] == [test["title"] for test in result["tests"]]


def test_json_output_is_one_object(workspace: Workspace) -> None:
    """With `--json` stdout is one object with the ids, the metrics, every test and the grader."""
    done = evaluate(workspace, "--json", agent="Shy")

    document = done.document
    assert {"dataset_id", "run_id", "metrics", "tests", "grader"} == document.keys()
    assert (1, 1) == (document["dataset_id"], document["run_id"])
    assert (2, 1, 1) == tuple(document["metrics"][name] for name in ("total_tests", "tests_passed", "tests_failed"))
    assert {"name", "version"} <= document["grader"].keys()
    first, second = document["tests"]
    assert first == {
        "test_id": "first",
        "title": "A greeting",
        "verdict": "passed",
        "reasons": [],
        "status": "completed",
        "error": None,
        "scores": {},
        "trace_id": None,
    }
    assert ("second", "failed", "failed") == (second["test_id"], second["verdict"], second["status"])
    assert ("agent", "RuntimeError", "not this one") == tuple(
        second["error"][name] for name in ("kind", "type", "message")
    )
    assert "not this one" in second["reasons"][0]


def test_agent_output_goes_to_stderr(workspace: Workspace) -> None:
    """The output of an agent and of its child processes goes to stderr."""
    done = evaluate(workspace, "--json", agent="Loud")

    assert {"first": "passed", "second": "passed"} == verdicts(done)
    assert ["a print", "a write", "a process"] == [
        said for said in ("a print", "a write", "a process") if f"{said} of the agent" in done.err
    ]


@pytest.mark.parametrize("reference", ["Greeter", "greeter", "greeter.__class__"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_agent_may_be_object_class_or_factory(reference: str, workers: str, workspace: Workspace) -> None:
    """The attribute may be any of them, with any number of workers."""
    done = evaluate(workspace, "--json", "--max-workers", workers, agent=reference)

    assert {"first": "passed", "second": "passed"} == verdicts(done)


def test_agent_module_may_be_dotted(workspace: Workspace) -> None:
    """A dotted module name is found from the current folder."""
    package = workspace.folder / "my" / "bots"
    package.mkdir(parents=True)
    (workspace.folder / "agents.py").rename(package / "friendly.py")

    done = workspace.run("eval", "data.json", "--agent", "my.bots.friendly:Greeter", "--json")

    assert 0 == done.code, done.err


def test_example_agent_fails_only_known_scenarios() -> None:
    """The support bot passes all but the scenarios that it is known to fail."""
    workspace = Workspace(EXAMPLES.parent)

    done = workspace.run(
        "eval", "examples/support_dataset.json", "--agent", "examples.support_bot:SupportBot", "--json"
    )

    assert 24 == done.document["metrics"]["total_tests"]
    assert {"two_requests", "corrected_order_number", "refund_not_wanted_yet", "angry_customer", "return_policy"} == {
        test_id for test_id, verdict in verdicts(done).items() if verdict == "failed"
    }


def test_database_stores_dataset_and_run(workspace: Workspace) -> None:
    """With `--database` the dataset can be evaluated again by its id, by another agent."""
    stored = evaluate(workspace, "--database", "kept.db", "--name", "Greetings", "--json").document

    again = evaluate(workspace, "--database", "kept.db", "--json", data=str(stored["dataset_id"]), agent="Mute")

    assert {"first": "failed", "second": "failed"} == verdicts(again)
    assert stored["dataset_id"] == again.document["dataset_id"]
    assert stored["run_id"] != again.document["run_id"]
    assert ["A greeting", "Another greeting"] == [test["title"] for test in again.document["tests"]]
    with workspace.client("kept.db") as client:
        assert "Greetings" == client.get_dataset(stored["dataset_id"])["name"]
        assert 2 == len(client.list_runs()["runs"])


def test_database_path_may_be_absolute_with_spaces(workspace: Workspace) -> None:
    """The path of a database may be absolute and hold spaces."""
    folder = workspace.folder / "a folder"
    folder.mkdir()

    done = evaluate(workspace, "--database", str(folder / "kept.db"))

    assert 0 == done.code, done.err
    assert (folder / "kept.db").exists()


def test_wrapped_dataset_keeps_its_name(workspace: Workspace) -> None:
    """A file may hold the dataset_source in an object with a name and a description."""
    workspace.write("wrapped.json", {"name": "W", "description": "of two", "dataset_source": SOURCE})

    stored = evaluate(workspace, "--database", "kept.db", "--json", data="wrapped.json").document

    with workspace.client("kept.db") as client:
        dataset = client.get_dataset(stored["dataset_id"])
    assert ("W", "of two", SOURCE) == (dataset["name"], dataset["description"], dataset["dataset_source"])


def test_output_file_is_the_graded_result(workspace: Workspace) -> None:
    """`--output` writes the run's result as the platform graded it, whatever the verdict."""
    done = evaluate(workspace, "--output", "result.json", "--min-pass-rate", "1", "--json", agent="Mute")

    result = json.loads((workspace.folder / "result.json").read_text("utf-8"))
    assert 1 == done.code
    assert done.document["metrics"] == result["aggregate_metrics"]
    assert ["failed", "failed"] == [test["verdict"] for test in result["tests"]]
    assert "action_results" in result["tests"][0]


@pytest.mark.parametrize(
    ("agent", "rate", "code"), [("Greeter", "1", 0), ("Shy", "0.5", 0), ("Shy", "0.51", 1), ("Mute", "0", 0)]
)
def test_min_pass_rate_decides_exit_code(agent: str, rate: str, code: int, workspace: Workspace) -> None:
    """`--min-pass-rate` is reached from the given share of passed tests on; below it the exit code is 1."""
    done = evaluate(workspace, "--min-pass-rate", rate, "--json", agent=agent)

    assert code == done.code
    assert 2 == len(done.document["tests"])
    if code:
        assert f"error: {done.document['error']}" == done.error(code)
        assert "GateFailed" == done.document["type"]


@pytest.mark.parametrize(
    ("gates", "failed"),
    [
        (["--max-errors", "1", "--min-tag", "polite=1", "--min-scenario", "first=1"], []),
        (
            [
                "--min-scenario=second=0.5",
                "--min-tag=rude=0.1",
                "--min-tag=none=0",
                "--min-pass-rate=0.6",
                "--max-errors=0",
            ],
            [
                "pass_rate is 50.0 %, below 60.0 %",
                "pass_rate of tag rude is 0.0 %, below 10.0 %",
                "pass_rate of tag none is unknown: no test has it",
                "pass_rate of scenario second is 0.0 %, below 50.0 %",
                "1 test ended with an error, more than 0",
            ],
        ),
    ],
)
def test_each_gate_decides_exit_code(gates: list[str], failed: list[str], workspace: Workspace) -> None:
    """Thresholds for errors, tags and scenarios are gates like the pass rate; all missed ones are reported together."""
    runs = {"first": {**scenario("A"), "tags": ["polite"]}, "second": {**scenario("B"), "tags": ["rude"]}}
    workspace.write("data.json", {"runs": runs})

    done = evaluate(workspace, "--json", *gates, agent="Shy")

    assert (1 if failed else 0) == done.code
    assert failed == done.document.get("gates", [])
    assert 2 == len(done.document["tests"])


def test_progress_is_written_to_stderr(workspace: Workspace) -> None:
    """Progress is shown on stderr only, and not at all with `--quiet`."""
    shown, without, quiet = [
        evaluate(workspace, "--json", *options) for options in ((), ["--no-progress"], ["--quiet"])
    ]

    assert [2] * 3 == [len(done.document["tests"]) for done in (shown, without, quiet)]
    assert shown.err.startswith("2/2 (100%), 2 completed, 0 failed, ")
    assert without.err == "grading run 1 of dataset 1\n" == shown.err.splitlines(keepends=True)[-1]
    assert "" == quiet.err


@pytest.mark.parametrize(
    ("agent", "reason"), [("Raising", "RuntimeError: the model is down"), ("Nothing", "respond() returned None")]
)
def test_run_without_completed_scenarios_exits_with_4(agent: str, reason: str, workspace: Workspace) -> None:
    """Where no scenario is played to its end the exit code is 4, before any gate; the results are shown."""
    done = evaluate(workspace, "--json", "--min-pass-rate", "0", agent=agent)

    assert reason in done.error(4)
    assert "NothingRan" == done.document["type"]
    assert ["failed", "failed"] == [test["status"] for test in done.document["tests"]]


@pytest.mark.parametrize("runs", [{}, {"empty": {"title": "E", "actions": []}}])
def test_empty_dataset_exits_with_4(runs: dict[str, Any], workspace: Workspace) -> None:
    """A dataset without anything to play gives exit code 4, as a file and by its id."""
    workspace.write("empty.json", {"runs": runs})
    with workspace.client("kept.db") as client:
        client.create_dataset("Empty", {"runs": runs})

    assert "no scenario has any action" in evaluate(workspace, data="empty.json").error(4)
    assert "no scenario has any action" in evaluate(workspace, "--database", "kept.db", data="1").error(4)


def test_malformed_scenario_is_rejected_before_anything_is_played(workspace: Workspace) -> None:
    """A scenario that cannot be read gives exit code 2 with its path, as when the file is imported."""
    runs = {**SOURCE["runs"], "broken": {"actions": [{"actor": "agent", "expected_response": None}]}}
    workspace.write("data.json", {"runs": runs})

    done = evaluate(workspace, "--json")

    assert "it has 1 fault" in done.error(2)
    assert ["runs.broken.actions[0].expected_response"] == [fault["path"] for fault in done.document["faults"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read data.json: No such file or directory"),
        (b"{'runs': {}}", "data.json is not JSON: Expecting property name"),
        (b"\xff\xfe\x00", "data.json is not JSON: "),
        (b"[" * 100_000, "is not JSON: "),
        (b'{"runs": {"a": {"actions": [{"score": NaN}]}}}', "data.json is not JSON: NaN is not a JSON value"),
        (b'{"runs": {"a": {}, "b": {}, "a": {}}}', "data.json is not JSON: an object has the key 'a' twice"),
        (b"[1, 2]", "data.json: dataset_source: must be an object with `runs`, got [1, 2]"),
        (b'{"scenarios": {}}', "data.json: runs: is missing"),
        (
            json.dumps({"runs": [{"title": "T" * 99} for _ in range(99)]}).encode(),
            "runs: must be an object of scenarios",
        ),
        (b'{"runs": [{"actions": []}]}', "data.json: runs: must be an object of scenarios"),
        (b'{"dataset_source": {"runs": 7}}', "data.json: runs: must be an object of scenarios"),
    ],
)
def test_invalid_dataset_file_is_rejected(content: bytes | None, message: str, workspace: Workspace) -> None:
    """A file that cannot be read, is not JSON or no dataset gives exit code 2, and nothing is stored."""
    path = workspace.folder / "data.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    done = evaluate(workspace, "--json", "--database", "kept.db")

    assert message in done.error(2)
    assert message in done.document["error"]
    assert len(done.err) < 700
    assert not (workspace.folder / "kept.db").exists()


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("agents", "write it as module:attribute"),
        ("agents:", "write it as module:attribute"),
        ("nowhere:Agent", "module 'nowhere' was not found in "),
        ("agents.inner:Agent", "agents.inner"),
        ("agents:Missing", "has no attribute 'Missing'"),
        ("importing:Agent", "importing it failed: ModuleNotFoundError: No module named 'not_installed' ("),
        ("broken:Agent", "importing it failed: ZeroDivisionError: division by zero ("),
        ("leaving:Agent", "importing it failed: SystemExit: 0 ("),
        ("wrong:Agent", "(wrong.py, line 1)"),
        ("agents:number", "got 7"),
        ("agents:os.getcwd", "respond() does not exist"),
        ("agents:Unmakeable", "creating the agent failed: KeyError: 'MODEL_KEY' ("),
        ("agents:leaving", "creating the agent failed: SystemExit: 0 ("),
    ],
)
def test_unloadable_agent_is_rejected(reference: str, message: str, workspace: Workspace) -> None:
    """An agent that cannot be imported, found or made gives exit code 2 and one line that says why."""
    for name, code in [
        ("importing", "import not_installed"),
        ("broken", "1 / 0"),
        ("leaving", "raise SystemExit(0)"),
        ("wrong", "def"),
    ]:
        (workspace.folder / f"{name}.py").write_text(code, "utf-8")

    done = workspace.run("eval", "data.json", "--agent", reference, "--json")

    assert message in done.error(2)
    assert 1 == done.err.count("\n")
    assert message in done.document["error"]


def test_remote_option_uses_configured_platform(url: str, workspace: Workspace) -> None:
    """With `--remote` a file is stored on the platform of the environment; an id goes there by itself."""
    remote = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}

    stored = evaluate(workspace, "--remote", "--json", **remote).document
    again = evaluate(workspace, "--json", data=str(stored["dataset_id"]), **remote).document

    with AshrLabsClient(KEY, url) as client:
        runs = client.list_runs(dataset_id=stored["dataset_id"])["runs"]
    assert [again["run_id"], stored["run_id"]] == [run["id"] for run in runs]
    assert {"completed"} == {run["grading_status"] for run in runs}


def test_live_run_is_stored_once(url: str, workspace: Workspace) -> None:
    """With `--live` the run is stored while it is played, with the same report as otherwise."""
    remote = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
    stored = evaluate(workspace, "--remote", "--json", **remote).document

    live = evaluate(workspace, "--live", "--json", data=str(stored["dataset_id"]), **remote).document

    assert stored["metrics"] == live["metrics"]
    with AshrLabsClient(KEY, url) as client:
        runs = client.list_runs(dataset_id=stored["dataset_id"])["runs"]
    assert [live["run_id"], stored["run_id"]] == [run["id"] for run in runs]


def test_local_evaluation_sends_no_requests(server: ScriptedServer, workspace: Workspace) -> None:
    """A local evaluation sends nothing anywhere, though a platform is set up; a remote one sends what it needs."""
    remote = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": server.url}
    evaluate(workspace, **remote)
    evaluate(workspace, "--database", "kept.db", **remote)
    assert [] == server.asked

    metrics = {"total_tests": 1, "tests_passed": 1}
    result = {"tests": [{"test_id": "first", "status": "completed"}], "aggregate_metrics": metrics}
    server.on("get_dataset", {"status": "ok", "dataset": {"id": 4, "dataset_source": SOURCE}})
    server.on("create_run", {"status": "ok", "run": {"id": 9}})
    server.on("get_run", {"status": "ok", "run": {"id": 9, "result": result}})
    done = evaluate(workspace, "--json", "--min-pass-rate", "1", data="4", **remote)

    assert 0 == done.code
    assert (4, 9) == (done.document["dataset_id"], done.document["run_id"])
    assert ["get_dataset", "init", "create_run", "get_run"] == [asked.body["function"] for asked in server.asked]


def test_agent_id_applies_agent_rules(url: str, workspace: Workspace) -> None:
    """`--agent-id` links the dataset to an agent of the platform, whose rules then hold."""
    with AshrLabsClient(KEY, url) as client:
        config = {"grading_config": {"tool_strictness": {"greet": "optional"}, "text_similarity_threshold": 0}}
        agent = client.create_agent("Lenient", config=config)
    remote = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
    quiet = {"runs": {"a": {"actions": [*scenario("A", "")["actions"]]}}}
    workspace.write("data.json", quiet)

    strict = evaluate(workspace, "--remote", "--json", agent="Mute", **remote)
    lenient = evaluate(workspace, "--remote", "--json", "--agent-id", str(agent["id"]), agent="Mute", **remote)

    assert [{"a": "failed"}, {"a": "passed"}] == [verdicts(strict), verdicts(lenient)]


@pytest.mark.parametrize(
    ("options", "data", "message"),
    [
        (["--database", "kept.db"], "7", "there is no dataset 7"),
        (["--agent-id", "7"], "data.json", "7"),
        (["--database", "missing.db"], "1", "there is no database missing.db"),
        (["--database", "kept.db", "--name", "N"], "1", "--name needs a DATASET that is a file"),
        (["--database", "kept.db"], "9" * 30, f"cannot read {'9' * 30}"),
        (["--name", os.fsdecode(b"\xff")], "data.json", "[422]"),
    ],
)
def test_unknown_id_and_missing_database_are_usage_errors(
    options: list[str], data: str, message: str, workspace: Workspace
) -> None:
    """An unknown id or a missing database is a wrong call, not a failure of the platform; nothing is made instead."""
    workspace.client("kept.db").close()

    done = evaluate(workspace, *options, data=data)

    assert message in done.error(2)
    assert not (workspace.folder / "missing.db").exists()


def _refuse(server: ScriptedServer, how: str) -> None:
    answers = {
        "a server error": Answer.of({"status": "error", "message": "down"}, 503),
        "another server": Answer(404, b"<html>nothing here</html>", {"Content-Type": "text/html"}),
        "no JSON": Answer(200, b"welcome"),
        "a cut connection": Answer(closes=True),
        "no permission": Answer.of({"status": "error", "message": "not yours"}, 403),
    }
    server.on("get_dataset", answers[how])


@pytest.mark.parametrize("how", ["a server error", "another server", "no JSON", "a cut connection", "no permission"])
def test_platform_failure_exits_with_3(how: str, server: ScriptedServer, workspace: Workspace) -> None:
    """Whatever a platform does wrong is one line and exit code 3."""
    _refuse(server, how)

    done = evaluate(workspace, "--json", data="1", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=server.url)

    assert f"error: {done.document['error']}" == done.error(3)
    assert KEY not in done.err + done.out


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the remote platform needs an API key"),
        ({"ASHR_LABS_API_KEY": "sk-of-someone-else"}, "must start with 'tp_'"),
        ({"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": "ftp://x"}, "must be an http:// or https:// URL"),
        ({"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": "http://127.0.0.1:9"}, "no response from"),
        ({"ASHR_LABS_API_KEY": f"{KEY}_that_is_wrong"}, "the API key is unknown or revoked"),
    ],
)
def test_unusable_platform_exits_with_3(settings: dict[str, str], message: str, url: str, workspace: Workspace) -> None:
    """A missing or wrong key, a wrong URL and a dead server are the platform's matter; the key is never shown."""
    done = evaluate(workspace, "--remote", **{"ASHR_LABS_BASE_URL": url, **settings})

    assert message in done.error(3)
    assert KEY not in done.err + done.out


def test_grading_timeout_exits_with_3(server: ScriptedServer, workspace: Workspace) -> None:
    """After `--grading-timeout` seconds without grades the exit code is 3, and the run's id is told."""
    run = {"id": 9, "grading_status": "pending", "result": {"aggregate_metrics": {}}}
    server.on("get_dataset", {"status": "ok", "dataset": {"id": 4, "dataset_source": SOURCE}})
    server.on("create_run", {"status": "ok", "run": run})
    server.on("get_run", {"status": "ok", "run": run})

    done = evaluate(workspace, "--grading-timeout", "0", data="4", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=server.url)

    assert "run 9" in done.error(3)
    assert 1 == len(server.calls("get_run"))


def test_database_in_use_is_rejected(workspace: Workspace) -> None:
    """A database that another process has open, or that is none, gives exit code 3 and one line."""
    (workspace.folder / "text.db").write_text("not a database, but long enough to be looked at" * 100)
    with workspace.client("kept.db"):
        assert "kept.db is in use by another process" in evaluate(workspace, "--database", "kept.db").error(3)
    assert "text.db" in evaluate(workspace, "--database", "text.db").error(3)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_second_interrupt_exits_immediately(workers: str, workspace: Workspace) -> None:
    """A second Ctrl-C gives one line and exit code 130 within a moment, though agents are at work."""
    process = workspace.start("eval", "data.json", "--agent", "agents:Slow", "--json", "--max-workers", workers)
    while not (workspace.folder / "started").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)

    process.send_signal(signal.SIGINT)
    time.sleep(0.2)  # two signals at once are one
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    out, err = process.communicate(timeout=20)

    assert time.monotonic() - begin < 10
    assert "error: interrupted" == Done(process.returncode, out, err).error(130)
    assert {"error": "interrupted", "type": "Interrupted"} == json.loads(out)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_first_interrupt_keeps_finished_scenarios(workspace: Workspace) -> None:
    """After one Ctrl-C nothing more starts; what was played is graded, shown and kept, and the exit code is 130."""
    options = ["--json", "--repeats", "50", "--max-workers", "4", "--journal", "j"]
    process = workspace.start("eval", "data.json", "--agent", "agents:Steady", *options)
    while not (workspace.folder / "started").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)

    process.send_signal(signal.SIGINT)
    done = Done(*_ended(process))

    assert "interrupted; the finished scenarios are stored" in done.error(130)
    assert "Interrupted" == done.document["type"]
    assert 0 < len(done.document["tests"]) < 100
    assert {"passed"} == {test["verdict"] for test in done.document["tests"]}

    resumed = evaluate(workspace, *options, "--resume", "--no-progress")

    assert (0, 100) == (resumed.code, len(resumed.document["tests"]))
    assert "grading run 1 of dataset 1\n" == resumed.err


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_every_run_option_is_a_command_line_option() -> None:
    """Every option of run() is on the command line, except for callbacks, executors, and facts, which it collects."""
    others = {"on_scenario", "on_action", "on_environment", "on_result", "on_tool", "executor", "facts"}

    assert set(RunOptions.__annotations__) - others <= {parameter.name for parameter in command.params}


def test_scorers_are_named_on_the_command_line(workspace: Workspace) -> None:
    """`--scorer` takes built-in scorers and functions; their scores are shown, gated, and part of the JSON."""
    options = ["--scorer", "contains:ello", "--scorer", "agents:half", "--min-score", "half=0.6"]

    done, shown = evaluate(workspace, "--json", *options), evaluate(workspace, *options)

    assert (1, [1.0, 1.0]) == (done.code, [test["scores"]["contains:ello"]["value"] for test in done.document["tests"]])
    assert "half: mean 0.5, 2 of 2 scored" in shown.out
    assert "did you mean 'contains'" in evaluate(workspace, "--scorer", "contians:x").error(2)


def test_traces_of_tests_are_stored(workspace: Workspace) -> None:
    """The trace of a test is stored with its run, found by its id, and names the run and the test."""
    done = evaluate(workspace, "--json", "--database", "kept.db", agent="Tooled")

    first, _ = done.document["tests"]
    shown = workspace.call("traces", "get", first["trace_id"], "--database", "kept.db")
    assert (0, True) == (shown.code, "tool:greet" in shown.out)
    assert ["runs", str(done.document["run_id"]), "first"] in [line.split() for line in shown.out.splitlines()]
    run = workspace.call("runs", "get", str(done.document["run_id"]), "--verbose", "--database", "kept.db")
    assert f"trace {first['trace_id']}" in run.out


def test_a_gate_on_scores_counts_tests_without_one(workspace: Workspace) -> None:
    """A mean says nothing about tests that were not scored, so a gate that passes names their number."""
    done = evaluate(workspace, "--scorer", "contains:ello", "--min-score", "contains:ello=1", agent="Shy")

    assert 0 == done.code
    assert "contains:ello: 1 test of 2 without a score, not in its mean" in done.err


def test_run_options_are_passed_through(workspace: Workspace) -> None:
    """Repeats, limits, filters and the bound for errors do what they do in run()."""
    repeated = evaluate(workspace, "--json", "--repeats", "2", "--limit", "1", "--shuffle", "3", "--timeout", "30")
    chosen = evaluate(workspace, "--json", "--filter", "sec*", "--filter", "tag:none", "--max-workers", "2")
    stopped = evaluate(workspace, "--json", "--fail-on-error", "1", "--repeats", "3", agent="Shy")

    assert [0, 2] == [repeated.code, len(repeated.document["tests"])]
    assert ["second"] == [test["test_id"] for test in chosen.document["tests"]]
    assert "more scenarios failed than --fail-on-error allows" in stopped.error(1)
    assert 4 == len(stopped.document["tests"])


def test_pass_k_reports_repeat_metrics(workspace: Workspace) -> None:
    """With `--pass-k` the report has the metrics of the repeats; more draws than repeats are refused before the run."""
    shown = evaluate(workspace, "--repeats", "3", "--pass-k", "2")
    told = evaluate(workspace, "--json", "--repeats", "3", "--pass-k", "2", agent="Shy").document["repeats"]

    assert "pass_at_k=1.0 pass_hat_k=1.0 flip_rate=0.0" in shown.out
    assert (2, 0.5, 0.5) == (told["k"], told["mean"], told["pass_hat_k"])
    assert "--pass-k 2 needs --repeats 2 or more, got 1" in evaluate(workspace, "--pass-k", "2").error(2)


def test_journal_is_resumed(workspace: Workspace) -> None:
    """With `--journal` and `--resume` finished scenarios are not repeated; failed ones are with `--rerun-failed`."""
    first = evaluate(workspace, "--json", "--journal", "j", agent="Shy")
    resumed = evaluate(workspace, "--json", "--journal", "j", "--resume", agent="Raising")
    repaired = evaluate(workspace, "--json", "--journal", "j", "--rerun-failed", agent="Greeter")
    refused = evaluate(workspace, "--journal", "j")

    assert {"first": "passed", "second": "failed"} == verdicts(first) == verdicts(resumed)
    assert ["A greeting", "Another greeting"] == [test["title"] for test in resumed.document["tests"]]
    assert {"first": "passed", "second": "passed"} == verdicts(repaired)
    assert "j exists" in refused.error(2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fail-on-error", "many"], "neither an integer nor a share"),
        (["--timeout", "0"], "timeout must be a number > 0"),
        (["--repeats", "0"], "--repeats"),
        (["--teacher-forcing"], "set_history"),
    ],
)
def test_invalid_options_are_usage_errors(options: list[str], message: str, workspace: Workspace) -> None:
    """An option that cannot work gives exit code 2 and one line."""
    assert message in evaluate(workspace, *options).error(2)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("settings", "is_table"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=str
)
def test_terminal_output_is_a_table(settings: dict[str, str], is_table: bool, workspace: Workspace) -> None:
    """A terminal gets a table in colours, which titles cannot steer; NO_COLOR and TERM=dumb get plain lines."""
    import pty

    workspace.write("data.json", {"runs": {"a": scenario("[red]T\x1b[2J"), "b" * 70: scenario("B")}})
    ours, theirs = pty.openpty()
    environment = {**os.environ, "NO_COLOR": "", "TERM": "xterm-256color", "COLUMNS": "100", "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [PROGRAM, "eval", "data.json", "--agent", "agents:Mute"],
        cwd=workspace.folder,
        env={**environment, **settings},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)

    text = shown.decode()
    assert 0 == process.wait()
    assert is_table == ("\x1b[31mfailed" in text)
    assert is_table == ("first reason" in text)
    assert "[red]T [2J" in text
    assert "\x1b[2J" not in text
    assert "b" * 70 in re.sub(r"\x1b\[[0-9;]*m|[^b]", "", text)
    assert "0 of 2 passed" in text
