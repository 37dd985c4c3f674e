"""Tests that an agent cannot end a run: whatever it does, each selected scenario is recorded, and none is lost."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from ashr_labs import EvalRunner
from ashr_labs.eval.agent_errors import AgentError
from support.cli import Workspace
from support.eval_data import WAYS, ScriptedAgent, agent, entries, source, user

TROUBLE = "message 2"
MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(6)})


class PanicError(BaseException):
    """As native extensions raise it."""


def outcome(tests: Any) -> list[tuple[str, str]]:
    return [(test["status"], test.get("error", {}).get("type", "")) for test in tests]


def others_pass(tests: Any, kind: str) -> None:
    """Check that the third of six scenarios failed in this way, and the others were played."""
    assert [f"s{n}" for n in range(6)] == [test["test_id"] for test in tests]
    assert ["completed"] * 2 + ["failed"] + ["completed"] * 3 == [test["status"] for test in tests]
    assert kind == tests[2]["error"]["kind"]


async def cancels_itself(message: str) -> str:
    if message == TROUBLE:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)
    return message


async def is_cancelled_again_and_again(message: str) -> str:
    """Behave like a broken cancel scope of anyio, which cancels its task until the scope is left."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def cancel() -> None:
        if not task.done():
            task.cancel()
            loop.call_soon(cancel)

    if message == TROUBLE:
        cancel()
        await asyncio.sleep(0)
    return message


LOOP_WAYS = [name for name in WAYS if name != "executor"]


@pytest.mark.parametrize("options", [{}, {"timeout": 30}])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("subject", [cancels_itself, is_cancelled_again_and_again])
def test_agent_cancelling_its_task_fails_one_scenario(subject: Any, way: str, options: Any) -> None:
    """A cancelled task is the failure of that scenario, with the kind `cancelled`, and the run goes on."""
    run = WAYS[way](EvalRunner(MANY), subject, **options)

    others_pass(run.build()["tests"], "cancelled")
    assert "completed" == run.status


def test_failing_task_group_fails_one_scenario() -> None:
    """A task group that the agent entered and whose reader dies, as in MCP clients, costs that scenario only."""
    anyio = pytest.importorskip("anyio")

    async def reader() -> None:
        raise ConnectionError("the server is gone")

    async def respond(message: str) -> str:
        if message == TROUBLE:
            group = anyio.create_task_group()
            await group.__aenter__()
            group.start_soon(reader)
            await asyncio.sleep(30)
        return message

    run = EvalRunner(MANY).run(respond)

    others_pass(run.build()["tests"], "cancelled")


@pytest.mark.parametrize("options", [{}, {"timeout": 30}, {"max_workers": 3}])
def test_agent_stopping_the_loop_does_not_end_the_run(options: Any) -> None:
    """loop.stop() in an agent has no effect on the run."""

    async def respond(message: str) -> str:
        if message == TROUBLE:
            asyncio.get_running_loop().stop()
            await asyncio.sleep(0)
        return message

    tests = EvalRunner(MANY).run(respond, **options).build()["tests"]

    assert [("completed", "")] * 6 == outcome(tests)


def test_agent_cancelling_all_tasks_fails_the_run(caplog: pytest.LogCaptureFixture) -> None:
    """Selected scenarios that nothing was recorded for are failed tests, and the run is failed."""

    async def respond(message: str) -> str:
        if message == TROUBLE:
            for task in asyncio.all_tasks():
                task.cancel()
            await asyncio.sleep(0)
        return message

    with caplog.at_level(logging.ERROR, "ashr_labs.eval"):
        run = EvalRunner(MANY).run(respond)
    tests = run.build()["tests"]

    assert "failed" == run.status
    assert [f"s{n}" for n in range(6)] == [test["test_id"] for test in tests]
    assert [("completed", "")] * 2 == outcome(tests)[:2]
    assert {("failed", "NotRecorded")} == {*outcome(tests)[3:]}
    assert "failed" == tests[2]["status"]
    assert "the run ended without a result for" in caplog.text


def test_unrecorded_scenarios_are_played_on_resume(tmp_path: Any) -> None:
    """Scenarios without a result are not in the journal, so that the next run plays them."""

    async def cancels_all(message: str) -> str:
        if message == TROUBLE:
            for task in asyncio.all_tasks():
                task.cancel()
            await asyncio.sleep(0)
        return message

    EvalRunner(MANY).run(cancels_all, journal=tmp_path / "j")
    player = ScriptedAgent()
    run = EvalRunner(MANY).run(player, journal=tmp_path / "j", rerun_failed=True)

    assert [("completed", "")] * 6 == outcome(run.build()["tests"])
    assert {"message 3", "message 4", "message 5"} <= {*player.heard}
    assert "message 0" not in player.heard


def test_command_fails_if_scenario_has_no_result(tmp_path: Any) -> None:
    """`ashr-labs eval` exits with 1 and says how many scenarios have no result, whatever the gates are."""
    workspace = Workspace.at(tmp_path)
    (tmp_path / "fatal.py").write_text(
        "import asyncio\n"
        "async def answer(message):\n"
        "    for task in asyncio.all_tasks():\n"
        "        task.cancel()\n"
        "    await asyncio.sleep(0)\n"
    )
    done = workspace.run("eval", "data.json", "--agent", "fatal:answer", "--min-pass-rate", "0")

    assert 1 == done.code
    assert "the run ended without a result for" in done.err


class BadReply(dict[str, Any]):
    """A dict that cannot be read."""

    def get(self, *_: Any) -> Any:
        raise LookupError("lazy value")


def raises(error: BaseException) -> Any:
    def misbehave() -> Any:
        raise error

    return misbehave


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("misbehave", "kind"),
    [
        (raises(PanicError("a native extension broke")), "PanicError"),
        (raises(GeneratorExit()), "GeneratorExit"),
        (raises(BaseExceptionGroup("group", [PanicError()])), "BaseExceptionGroup"),
        (lambda: pytest.fail("inside an agent"), "Failed"),
        (lambda: BadReply(text="hi"), "LookupError"),
    ],
)
def test_only_interrupts_end_a_run(misbehave: Any, kind: str, way: str, asynchronous: bool) -> None:
    """Any other exception of an agent, also one of reading its reply, is the failure of that scenario."""

    def respond(message: str) -> Any:
        return misbehave() if message == TROUBLE else message

    async def respond_later(message: str) -> Any:
        await asyncio.sleep(0)
        return respond(message)

    subject = respond_later if asynchronous else respond
    tests = WAYS[way](EvalRunner(MANY), subject).build()["tests"]

    others_pass(tests, "agent")
    assert kind == tests[2]["error"]["type"]


@pytest.mark.parametrize("way", LOOP_WAYS)
def test_exception_group_with_interrupt_ends_the_run(way: str) -> None:
    """A KeyboardInterrupt inside an exception group ends the run like one by itself."""

    def respond(message: str) -> Any:
        raise BaseExceptionGroup("group", [ValueError(), KeyboardInterrupt()])

    with pytest.raises(BaseExceptionGroup):
        WAYS[way](EvalRunner(MANY), respond)


def test_blocking_agent_may_run_nested_loop() -> None:
    """run() in a notebook or coroutine plays a blocking agent outside of the thread of the running loop."""

    async def later(message: str) -> str:
        return message

    def respond(message: str) -> str:
        return asyncio.run(later(message))

    async def notebook() -> Any:
        return EvalRunner(MANY).run(respond).build()["tests"]

    assert [f"message {n}" for n in range(6)] == [entries(test)[-1][3] for test in asyncio.run(notebook())]


def nested(error: Exception) -> list[Exception]:
    wrapped = RuntimeError("wrapped")
    wrapped.__cause__ = error
    return [ExceptionGroup("one", [error]), ExceptionGroup("two", [ExceptionGroup("one", [error])]), wrapped]


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("retry_on", [None, [ConnectionError], ["ConnectionError"]])
def test_errors_in_groups_and_causes_are_retried(number: int, retry_on: Any) -> None:
    """An error that is a member of a group, or the cause of another one, is retried after its own retry_after."""
    error = ConnectionResetError("reset by peer")
    error.retry_after = 0  # type: ignore[attr-defined]
    asked = list[str]()

    def respond(message: str) -> str:
        asked.append(message)
        if len(asked) == 1:
            raise nested(error)[number]
        return message

    options = {} if retry_on is None else {"retry_on": retry_on}
    [test] = EvalRunner(source(a=[user("hi")])).run(respond, retries=1, **options).build()["tests"]

    assert ("completed", 2, ["hi", "hi"]) == (test["status"], test["attempts"], asked)


def test_exception_group_message_names_first_error() -> None:
    """The message of an exception group ends with the first error in it, of whatever depth."""
    error = AgentError.of(ExceptionGroup("unhandled errors", [ExceptionGroup("inner", [ValueError("no such city")])]))

    assert error.message == "unhandled errors (1 sub-exception): ValueError: no such city"


def test_cyclic_causes_are_handled() -> None:
    """An exception that is its own cause is read like any other."""
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first

    assert {"ValueError", "KeyError"} <= AgentError.of(first).error_types


def test_error_whose_attributes_raise_is_recorded() -> None:
    """An exception that raises when it is read is recorded with its type."""

    class UnreadableError(Exception):
        @property
        def retry_after(self) -> float:
            raise LookupError

        def __str__(self) -> str:
            raise LookupError

    error = AgentError.of(UnreadableError())

    assert ("UnreadableError", None) == (error.type, error.retry_after)
    assert "(no message: its __str__ raised LookupError)" == error.message
