"""Runs in environments: one for each scenario, on every driver, and what agents leave behind in them."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from ashr_labs import (
    AshrLabsClient,
    AsyncSandbox,
    ConfigurationError,
    Eval,
    EvalRunner,
    RunOptions,
    Sandbox,
    SandboxEnvironment,
    current_environment,
    grade,
    tool,
)
from ashr_labs.results import read_run
from ashr_labs.results.reports.text import sample_text
from ashr_labs.scorers import CommandExits, FileContains, FileExists, SQLEquals
from ashr_labs.specs import parse_spec
from support.processes import child_processes
from support.sandboxes import engine_or_skip

SPEC: dict[str, Any] = {
    "id": "notes",
    "setup": {"files": [{"path": "note.txt", "content": "open\n"}], "env": {"LEVEL": 3}},
    "invariants": {
        "closed": {"check": {"type": "file_content", "path": "note.txt", "contains": "closed"}},
        "alone": {"check": {"type": "file_absent", "path": "other.txt"}},
    },
}


def dataset(*ids: str, **more: Any) -> dict[str, Any]:
    actions = [{"actor": "user", "content": "Close it"}, {"actor": "agent", "content": ""}]
    return {"runs": {one: {"actions": actions, **more} for one in ids}}


@tool
def close_note() -> str:
    current_environment(Sandbox).write("note.txt", "closed\n")
    return "closed"


def closing(message: str) -> str:
    close_note()
    return "It is closed."


async def aclosing(message: str) -> str:
    sandbox = current_environment(AsyncSandbox)
    await sandbox.write("note.txt", "closed\n")
    return "It is closed."


def claiming(message: str) -> str:
    return "It is closed."


@pytest.fixture(scope="module", name="isolated")
def _isolated() -> None:
    engine_or_skip("bubblewrap").close()


def verdicts(run: Any) -> list[str]:
    return [test["verdict"] for test in grade(run.build())["tests"]]


def executor_of(kind: str) -> Executor | None:
    return {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}[kind](2) if kind else None


@pytest.mark.usefixtures("isolated")
@pytest.mark.parametrize(
    ("agent", "workers", "executor"),
    [
        (closing, 1, ""),
        (closing, 3, ""),
        (aclosing, 1, ""),
        (aclosing, 3, ""),
        (closing, 1, "threads"),
        (aclosing, 1, "threads"),
        pytest.param(closing, 1, "processes", marks=pytest.mark.integration),
        pytest.param(aclosing, 1, "processes", marks=pytest.mark.integration),
    ],
)
def test_each_scenario_has_an_environment_of_its_own(agent: Callable[..., Any], workers: int, executor: str) -> None:
    """On every driver the agent gets a fresh sandbox, which is looked at and destroyed."""
    before = child_processes()
    pool = executor_of(executor)
    run = EvalRunner(dataset("a", "b", "c"), environment=SPEC).run(agent, max_workers=workers, executor=pool)
    if pool is not None:
        pool.shutdown()
    tests = run.build()["tests"]

    assert ["passed"] * 3 == verdicts(run), tests
    assert [["passed", "passed"]] * 3 == [[one["status"] for one in test["invariants"]] for test in tests]
    assert ["note.txt"] == tests[0]["changes"]["modified"]
    assert "--- a/note.txt\n+++ b/note.txt\n@@ -1 +1 @@\n-open\n+closed\n" == tests[0]["changes"]["diff"]
    assert before == child_processes()


@pytest.mark.usefixtures("isolated")
@pytest.mark.parametrize("agent", [closing, aclosing])
def test_running_event_loop_plays_in_environments(agent: Callable[..., Any]) -> None:
    """`arun()` plays agents of both kinds in environments."""
    if agent is closing:
        run = asyncio.run(EvalRunner(dataset("a", "b")).arun(agent, environment=parse_spec(text()), max_workers=2))
    else:
        run = asyncio.run(EvalRunner(dataset("a", "b"), environment=SPEC).arun(agent))

    assert ["passed", "passed"] == verdicts(run)


def text() -> str:
    return """
id: notes
setup: {files: [{path: note.txt, content: open}]}
invariants: {closed: {check: {type: file_content, path: note.txt, contains: closed}}}
"""


@pytest.mark.usefixtures("isolated")
def test_claim_without_a_deed_fails(tmp_path: Path) -> None:
    """An agent that says that it was done, and did not do it, fails with what was there instead."""
    (tmp_path / "spec.yaml").write_text(text())
    run = EvalRunner(dataset("a")).run(claiming, environment=tmp_path / "spec.yaml")
    [test] = grade(run.build())["tests"]

    assert "failed" == test["verdict"]
    assert "invariant closed: note.txt must contain 'closed'; it is 'open'" == test["verdict_reasons"][0]
    assert "It is closed." == test["action_results"][1]["actual_response"]["text"]
    assert {"added": [], "removed": [], "modified": []} == test["changes"]


@pytest.mark.usefixtures("isolated")
def test_invariants_of_a_scenario_join_those_of_the_spec() -> None:
    """A scenario adds invariants to those of the spec, and replaces those of the same name."""
    other = {"closed": {"check": {"type": "file_content", "path": "note.txt", "contains": "open"}}}
    more = {"level": {"check": {"type": "command_exit", "command": "test $LEVEL = 3"}}}
    run = EvalRunner(dataset("a", invariants={**other, **more}), environment=SPEC).run(claiming)

    assert [("closed", "passed"), ("alone", "passed"), ("level", "passed")] == [
        (one["name"], one["status"]) for one in run.build()["tests"][0]["invariants"]
    ]


@pytest.mark.usefixtures("isolated")
def test_broken_rules_fail_the_test() -> None:
    """A rule of `forbidden` that the agent broke fails the test, whatever the invariants say."""

    def untidy(message: str) -> str:
        current_environment().write("other.txt", "x")
        return closing(message)

    spec = {
        **SPEC,
        "invariants": {"closed": SPEC["invariants"]["closed"]},
        "forbidden": {"file_writes_outside": ["note.txt"]},
    }
    [test] = grade(EvalRunner(dataset("a"), environment=spec).run(untidy).build())["tests"]

    assert "forbidden: file_writes_outside: other.txt was added" == test["verdict_reasons"][0]
    assert "failed" == test["verdict"]


class Box:
    """A running environment in memory."""

    made: ClassVar[list[Box]] = []

    def __init__(self) -> None:
        self.files = {"note.txt": "open"}
        self.destroyed = threading.Event()
        Box.made.append(self)

    def exec(self, command: str, timeout: Any = None) -> Any:
        return SimpleNamespace(exit_code=0, stdout=b"", stderr=b"")

    def read(self, path: str) -> str:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def destroy(self) -> None:
        self.destroyed.set()


class AsyncBox:
    """The same, asynchronous."""

    def __init__(self, *, destroyed: bool = False) -> None:
        self.box = Box()
        if destroyed:
            self.box.destroy()
        self.files = self.box.files

    async def exec(self, command: str, timeout: Any = None) -> Any:
        return self.box.exec(command)

    async def read(self, path: str) -> str:
        return self.box.read(path)

    async def destroy(self) -> None:
        self.box.destroy()


async def async_box() -> AsyncBox:
    await asyncio.sleep(0)
    return AsyncBox()


@pytest.fixture(autouse=True)
def _boxes() -> Iterator[None]:
    Box.made.clear()
    yield
    assert all(box.destroyed.is_set() for box in Box.made)


CLOSED = {"closed": {"check": {"type": "file_content", "path": "note.txt", "contains": "closed"}}}


def boxed(message: str) -> str:
    current_environment(Box).files["note.txt"] = "closed"
    return "done"


async def async_boxed(message: str) -> str:
    await asyncio.sleep(0)
    current_environment(AsyncBox).files["note.txt"] = "closed"
    return "done"


def sync_in_async_box(message: str) -> str:
    current_environment(AsyncBox).files["note.txt"] = "closed"
    return "done"


async def async_in_box(message: str) -> str:
    return boxed(message)


@pytest.mark.parametrize(
    ("agent", "factory"),
    [(boxed, Box), (async_boxed, async_box), (sync_in_async_box, async_box), (async_in_box, Box)],
)
@pytest.mark.parametrize("options", [{}, {"max_workers": 2}, {"timeout": 30}, {"executor": "threads"}])
def test_functions_of_the_user_make_environments(
    agent: Callable[..., Any], factory: Callable[..., Any], options: dict[str, Any]
) -> None:
    """A function, asynchronous or not, makes the environments of agents of both kinds."""
    pool = ThreadPoolExecutor(2) if options.get("executor") else None
    given: Any = {**options, "executor": pool} if pool else options
    source = dataset("a", "b", invariants=CLOSED)
    runs = [EvalRunner(source, environment=factory).run(agent, **given)]
    if pool is None:
        runs.append(asyncio.run(EvalRunner(source).arun(agent, environment=factory, **given)))

    assert [["passed", "passed"]] * len(runs) == [verdicts(run) for run in runs], runs[0].build()["tests"]


def test_function_gets_the_id_of_the_scenario() -> None:
    """A function with the parameter `scenario_id` gets it."""
    ids: list[str] = []

    def make(scenario_id: str) -> Box:
        ids.append(scenario_id)
        return Box()

    EvalRunner(dataset("a", "b")).run(boxed, environment=make)

    assert ["a", "b"] == ids


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (lambda: 1 / 0, "division by zero"),
        (object, "must be an object with exec(), read() and destroy(), got"),
        (lambda: AsyncBox(destroyed=True), "so the function that returns it must be `async def`"),
    ],
)
def test_environment_that_cannot_be_made_fails_its_test(factory: Callable[..., Any], message: str) -> None:
    """The error is recorded with the kind `environment`, and other scenarios are played."""
    tests = EvalRunner(dataset("a", "b"), environment=factory).run(boxed).build()["tests"]

    assert [("failed", "environment")] * 2 == [(test["status"], test["error"]["kind"]) for test in tests]
    assert message in tests[0]["error"]["message"]


def test_environment_is_made_again_for_a_retry() -> None:
    """A transient error of the environment is retried, in a new one."""
    attempts: list[int] = []

    def make() -> Box:
        attempts.append(1)
        if len(attempts) == 1:
            raise ConnectionError("busy")
        return Box()

    [test] = EvalRunner(dataset("a", invariants=CLOSED)).run(boxed, environment=make, retries=1).build()["tests"]

    assert ("completed", 2) == (test["status"], test["attempts"])


def test_agent_that_crashes_or_hangs_leaves_no_environment() -> None:
    """The environment of an agent that raises or runs out of time is destroyed."""
    release = threading.Event()

    def crashing(message: str) -> str:
        raise ValueError("no")

    def hanging(message: str) -> str:
        release.wait(30)
        return ""

    runner = EvalRunner(dataset("a"), environment=Box)
    tests = [runner.run(crashing).build()["tests"][0], runner.run(hanging, timeout=0.05).build()["tests"][0]]
    release.set()

    assert ["agent", "timeout"] == [test["error"]["kind"] for test in tests]


def test_callback_that_raises_leaves_no_environment() -> None:
    """An exception that ends the run ends the environments, too."""

    def stop(index: int, action: dict[str, Any]) -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        EvalRunner(dataset("a"), environment=Box).run(boxed, on_action=stop)


def test_invariants_without_an_environment_do_not_pass() -> None:
    """Invariants that cannot be checked are named, and fail the test."""
    [test] = grade(EvalRunner(dataset("a", invariants=CLOSED)).run(claiming).build())["tests"]

    assert "failed" == test["verdict"]
    assert "was played without an environment; pass environment= to run()" in test["verdict_reasons"][0]


def test_current_environment_outside_of_one_says_what_to_do() -> None:
    """Outside of a run, and with the wrong class, there is one clear error."""
    with pytest.raises(ConfigurationError, match="pass environment= to EvalRunner or run"):
        current_environment()
    [test] = EvalRunner(dataset("a"), environment=Box).run(closing).build()["tests"]
    assert "the environment must be a Sandbox, got" in test["error"]["message"]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (7, "environment must be the file of a spec, a spec, a SandboxEnvironment, or a function"),
        ("nothing.yaml", r"the spec 'nothing.yaml' cannot be read: No such file"),
        ({"id": "x", "setpu": {}}, "the key is unknown; did you mean 'setup'"),
    ],
)
def test_wrong_environments_are_refused_before_anything_starts(environment: Any, message: str) -> None:
    """A wrong value, a missing file and a malformed spec are errors of the call."""
    with pytest.raises((ConfigurationError, ValueError), match=message):
        EvalRunner(dataset("a")).run(closing, environment=environment)


def test_sandbox_environment_options() -> None:
    """The limit must be positive; a copy for another process has the same spec and secrets, and no platform."""
    with pytest.raises(ConfigurationError, match="`limit` must be an integer >= 1, got 0"):
        SandboxEnvironment(SPEC, limit=0)
    copy = pickle.loads(pickle.dumps(SandboxEnvironment(SPEC, secrets={"A": "b"}, limit=2)))
    assert ("notes", {"A": "b"}, 2) == (copy.spec.id, copy.secrets, copy.limit)


@pytest.mark.usefixtures("isolated")
def test_sandboxes_of_a_client_are_used() -> None:
    """With a client, sandboxes are made on its platform, which stays open; the limit bounds their number."""
    with AshrLabsClient.local() as client:
        seen: list[int] = []

        def counting(message: str) -> str:
            seen.append(len(client.sandboxes.list()))
            return closing(message)

        environment = SandboxEnvironment(SPEC, client=client, limit=1)
        run = EvalRunner(dataset("a", "b", "c")).run(counting, environment=environment, max_workers=3)

        assert (["passed"] * 3, [1, 1, 1], []) == (verdicts(run), seen, client.sandboxes.list())


@pytest.mark.usefixtures("isolated")
@pytest.mark.parametrize("agent", [closing, aclosing])
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"id": "image", "base": "ubuntu:24.04"}, "needs Docker or Podman"),
        ({"id": "child", "extends": "parent"}, "parent"),
    ],
)
def test_spec_that_cannot_be_booted_fails_each_test(
    agent: Callable[..., Any], spec: dict[str, Any], message: str
) -> None:
    """The platform's reason is in the error of each test, without the frames of its client."""
    tests = EvalRunner(dataset("a", "b"), environment=spec).run(agent, max_workers=2).build()["tests"]

    assert [("environment", False)] * 2 == [(test["error"]["kind"], "traceback" in test["error"]) for test in tests]
    assert message in tests[1]["error"]["message"]


def test_runs_without_environments_do_not_load_them() -> None:
    """Options of a plain run load neither environments nor specs."""
    options: RunOptions = {"environment": None}
    assert "completed" == EvalRunner(dataset("a")).run(claiming, **options).build()["tests"][0]["status"]


LIAR = """
id: shop
services:
  - {name: db, image: postgres}
  - {name: mail, type: http_mock}
fixtures:
  - {type: sql, service: db, sql: "CREATE TABLE orders (id int, state text); INSERT INTO orders VALUES (7, 'open')"}
setup: {files: [{path: report.txt, content: "7: open\\n"}]}
invariants:
  file: {check: {type: file_content, path: report.txt, contains: "7: paid"}}
  row: {check: {type: sql, service: db, query: SELECT state FROM orders WHERE id = 7, equals: paid}}
  mailbox: {check: {type: http_mock_assertions, service: mail, assertions: [{method: POST, path: /send}]}}
"""


@pytest.mark.integration
@pytest.mark.usefixtures("isolated")
def test_file_row_and_mailbox_contradict_the_claim() -> None:
    """The transcript has the agent's claim, what file, row and mailbox say, and the difference of the file."""

    def liar(message: str) -> str:
        current_environment().write("report.txt", "7: in progress\n")
        return "Order 7 is paid, and Ann has got a mail."

    run = EvalRunner(dataset("pay")).run(liar, environment=parse_spec(LIAR))
    shown = sample_text(read_run(grade(run.build())).samples[0])

    for line in (
        "agent: Order 7 is paid, and Ann has got a mail.",
        r"invariant file: report.txt must contain '7: paid'; it is '7: in progress\n'",
        """invariant row: db: 'SELECT state FROM orders WHERE id = 7' must return "paid", got "open\"""",
        "invariant mailbox: mail must get at least 1 request POST /send, got 0; it got none",
        "-7: open\n+7: in progress",
    ):
        assert line in shown


@pytest.mark.usefixtures("isolated")
@pytest.mark.parametrize("kind", ["threads", "loop", "processes"])
def test_scorers_of_the_environment_score_its_state(kind: str) -> None:
    """Scorers of a run and checks of a scenario look at the sandbox before it is destroyed, on every driver."""
    scorers: list[object] = [
        FileExists("note.txt"),
        FileContains("note.txt", contains="closed", gate=True, weight=2),
        ~FileExists("other.txt"),
        CommandExits("grep -q closed note.txt"),
        SQLEquals(service="db", query="SELECT 1", equals=1),
        says_closed,
    ]
    checks = [{"type": "file_contains", "path": "note.txt", "contains": "open", "name": "is open"}]
    agents: list[Any] = [aclosing if kind == "loop" else closing, aclaiming if kind == "loop" else claiming]
    executor = executor_of("processes") if kind == "processes" else None

    runs = [
        EvalRunner(dataset("a", checks=checks)).run(agent, environment=SPEC, scorers=scorers, executor=executor)
        for agent in agents
    ]

    done, said = ({name: one["value"] for name, one in run.build()["tests"][0]["scores"].items()} for run in runs)
    assert {
        "file_exists:note.txt": 1.0,
        "file_content:note.txt": 1.0,
        "not file_exists:other.txt": 1.0,
        "command:grep -q closed note.txt": 1.0,
        "sql:db": None,
        "is open": 0.0,
        "says_closed": 1.0,
    } == done
    assert (0.0, 0.0, 1.0) == tuple(
        said[name] for name in ("file_content:note.txt", "command:grep -q closed note.txt", "file_exists:note.txt")
    )


def says_closed(output: str) -> bool:
    return "closed" in output


async def aclaiming(message: str) -> str:
    return "It is closed."


@pytest.mark.usefixtures("isolated")
def test_rows_of_eval_are_played_in_environments() -> None:
    """`Eval` takes an environment: the task works in the sandbox of its row, whose state is scored."""

    def task(row: str) -> str:
        if row == "do":
            close_note()
        return "It is closed."

    rows = [{"input": "do"}, {"input": "claim"}]
    result = Eval("notes", data=rows, task=task, environment=SPEC, scores=[FileContains("note.txt", contains="closed")])

    assert [1.0, 0.0] == [row.scores["file_content:note.txt"] for row in result.rows]


def test_scorers_of_the_environment_do_not_apply_without_one() -> None:
    """Without an environment there is no score, with the reason; the user's own disk is not looked at."""
    [test] = EvalRunner(dataset("a")).run(claiming, scorers=[FileExists("note.txt")]).build()["tests"]

    score = test["scores"]["file_exists:note.txt"]
    assert (None, "it needs an environment, such as a sandbox") == (score["value"], score["reason"])
