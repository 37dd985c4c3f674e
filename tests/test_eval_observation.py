"""Observed runs: what an agent records while it plays a scenario belongs to its test, on every driver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider

from ashr_labs import AshrLabsClient, EvalRunner, RunBuilder, current_span, grade, tool, traced
from ashr_labs.otel import SpanProcessor

CALL = {"name": "refund", "arguments": {"order": "A1"}}
SCENARIO = {
    "actions": [
        {"actor": "user", "content": "Refund A1"},
        {"actor": "agent", "content": "Done.", "expected_response": {"tool_calls": [CALL]}},
        {"actor": "user", "content": "Refund B2"},
        {
            "actor": "agent",
            "content": "Not possible.",
            "expected_response": {"tool_calls": [{"name": "refund", "arguments": {"order": "B2"}, "error": "unknown"}]},
        },
    ]
}
SOURCE = {"runs": {f"s{number}": SCENARIO for number in range(4)}}


@tool
def refund(order: str) -> str:
    if order != "A1":
        raise KeyError(order)
    return f"refunded {order}"


def reply_to(message: str) -> str:
    try:
        refund(message.rpartition(" ")[2])
    except KeyError:
        return "Not possible."
    return "Done."


class TracedAgent:
    def respond(self, message: str) -> dict[str, Any]:
        return {"text": reply_to(message)}

    def reset(self) -> None: ...


class AsyncTracedAgent:
    async def respond(self, message: str) -> dict[str, Any]:
        await asyncio.sleep(0)
        return await asyncio.create_task(self._answer(message))

    async def _answer(self, message: str) -> dict[str, Any]:
        with traced("plan"):
            return {"text": await asyncio.to_thread(reply_to, message)}

    def reset(self) -> None: ...


class OtelAgent:
    def __init__(self) -> None:
        provider = TracerProvider()
        provider.add_span_processor(SpanProcessor())
        self._tracer = provider.get_tracer("agent")

    def __deepcopy__(self, memo: dict[int, Any]) -> OtelAgent:
        return OtelAgent()

    def respond(self, message: str) -> dict[str, Any]:
        order = message.rpartition(" ")[2]
        attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund"}
        with self._tracer.start_as_current_span("execute_tool refund", attributes=attributes) as span:
            span.set_attribute("gen_ai.tool.call.arguments", f'{{"order": "{order}"}}')
            if order != "A1":
                span.record_exception(KeyError(order))
                return {"text": "Not possible."}
            span.set_attribute("gen_ai.tool.call.result", f"refunded {order}")
        return {"text": "Done."}

    def reset(self) -> None: ...


class ReplyingAgent:
    def respond(self, message: str) -> dict[str, Any]:
        order = message.rpartition(" ")[2]
        call: dict[str, Any] = {"name": "refund", "arguments": {"order": order}}
        if order == "A1":
            return {"text": "Done.", "tool_calls": [{**call, "result": "refunded A1"}]}
        return {"text": "Not possible.", "tool_calls": [{**call, "error": "KeyError: 'B2'"}]}

    def reset(self) -> None: ...


AGENTS = [TracedAgent, AsyncTracedAgent, OtelAgent, ReplyingAgent]


def in_executor(make: Callable[[], Executor]) -> Callable[[Any], RunBuilder]:
    def play(agent: Any) -> RunBuilder:
        with make() as executor:
            return EvalRunner(SOURCE).run(agent, executor=executor)

    return play


DRIVERS: dict[str, Callable[[Any], RunBuilder]] = {
    "one thread": lambda agent: EvalRunner(SOURCE).run(agent),
    "threads": lambda agent: EvalRunner(SOURCE).run(agent, max_workers=3),
    "threads with a limit": lambda agent: EvalRunner(SOURCE).run(agent, max_workers=2, timeout=30),
    "tasks": lambda agent: asyncio.run(EvalRunner(SOURCE).arun(agent, max_workers=3)),
    "tasks with a limit": lambda agent: asyncio.run(EvalRunner(SOURCE).arun(agent, max_workers=3, timeout=30)),
    "executor of threads": in_executor(lambda: ThreadPoolExecutor(2)),
    "executor of processes": in_executor(lambda: ProcessPoolExecutor(1)),
}


def calls_of(test: Any) -> list[tuple[Any, Any, Any]]:
    calls = [call["actual"] for action in test["action_results"] for call in action.get("tool_calls", ())]
    return [(call["arguments"], call.get("result"), call.get("error")) for call in calls]


def names_of(test: Any) -> list[str]:
    return [call["actual"]["name"] for action in test["action_results"] for call in action.get("tool_calls", ())]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("agent", AGENTS)
def test_calls_and_verdicts_are_the_same_however_they_are_recorded(
    driver: str, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent that is traced, that emits OpenTelemetry spans, or that replies with calls gets the same verdicts."""
    monkeypatch.delenv("ASHR_LABS_API_KEY", raising=False)
    result = DRIVERS[driver](agent).build()

    graded = grade(result)

    expected = [({"order": "A1"}, "refunded A1", None), ({"order": "B2"}, None, "KeyError: 'B2'")]
    assert [expected] * 4 == [calls_of(test) for test in result["tests"]]
    assert ["passed"] * 4 == [test["verdict"] for test in graded["tests"]]
    assert (agent is not ReplyingAgent) == all("spans" in test for test in result["tests"])


def test_results_and_errors_are_joined_to_the_calls_of_a_reply() -> None:
    """A reply keeps its calls; those that lack a result, an error or a duration get it from the span of the call."""

    class Agent(TracedAgent):
        def respond(self, message: str) -> dict[str, Any]:
            refund("A1")
            calls = [{"name": "refund", "arguments": {"order": "Z"}}, CALL, {"name": "other", "arguments": {}}]
            return {"text": "Done.", "tool_calls": calls}

    result = EvalRunner(SOURCE).run(Agent, limit=1).build()

    made = [call["actual"] for action in result["tests"][0]["action_results"] for call in action.get("tool_calls", ())]
    by_order = {call["arguments"].get("order"): call for call in made[:3]}
    assert "refunded A1" == by_order["A1"]["result"]
    assert by_order["A1"]["duration_ms"] >= 0
    assert ["result" in by_order[order] for order in ("Z", None)] == [False, False]


@pytest.mark.parametrize(("calls_from", "names"), [("auto", ["refund"]), ("spans", ["refund"]), ("reply", [])])
def test_the_source_of_calls_can_be_chosen(calls_from: Any, names: list[str]) -> None:
    """`reply` ignores the calls of spans, `spans` those of replies; `auto` takes spans where a reply has none."""
    result = EvalRunner(SOURCE).run(TracedAgent, limit=1, calls_from=calls_from).build()

    [first, *_] = [action for action in result["tests"][0]["action_results"] if "tool_calls" in action]
    assert names == [call["actual"]["name"] for call in first["tool_calls"] if call["actual"]["name"] != "NOT_CALLED"]


def test_spans_replace_the_calls_of_a_reply_when_told_to() -> None:
    """With `calls_from="spans"`, a call that was not recorded was not made."""
    result = EvalRunner(SOURCE).run(ReplyingAgent, limit=1, calls_from="spans").build()

    assert ["NOT_CALLED"] * 2 == [
        call["actual"]["name"]
        for action in result["tests"][0]["action_results"]
        for call in action.get("tool_calls", ())
    ]


def test_usage_comes_from_generations_where_a_reply_has_none() -> None:
    """The tokens and costs of the generations of a turn are those of the turn, each counted once."""

    class Agent(TracedAgent):
        def respond(self, message: str) -> dict[str, Any]:
            with traced("outer", kind="generation") as outer:
                with traced("inner", kind="generation") as inner:
                    inner.end(usage={"input_tokens": 2, "output_tokens": 1})
                outer.end(usage={"input_tokens": 3, "output_tokens": 1, "cost": 0.5})
            return {"text": "Done."}

    [test] = EvalRunner(SOURCE).run(Agent, limit=1).build()["tests"]

    assert {"input_tokens": 6, "output_tokens": 2, "cost_usd": 1.0} == test["usage"]


def test_traces_of_the_agent_itself_belong_to_the_test() -> None:
    """An agent that starts traces of its own, as in production, is observed as well."""

    class Agent(TracedAgent):
        client = AshrLabsClient.local()

        def respond(self, message: str) -> dict[str, Any]:
            with self.client.trace("handle-ticket"), traced("step"):
                return super().respond(message)

    with Agent.client:
        [test] = EvalRunner(SOURCE).run(Agent, limit=1).build()["tests"]

    assert ["step", "tool:refund"] * 2 == [span["name"] for span in test["spans"]]


def test_spans_outside_of_a_reply_are_not_calls_of_a_turn() -> None:
    """Tools that `reset()` calls are recorded in the trace, and are not the agent's calls; callbacks are not traced."""

    class Agent(TracedAgent):
        def respond(self, message: str) -> dict[str, Any]:
            return {"text": "Done."}

        def reset(self) -> None:
            refund("A1")

    seen: list[Any] = []
    run = EvalRunner(SOURCE).run(Agent, limit=1, on_action=lambda *_: seen.append(current_span()))
    [test] = run.build()["tests"]

    assert ["tool:refund"] == [span["name"] for span in test["spans"]]
    assert ["NOT_CALLED"] * 2 == names_of(test)
    assert {None} == set(seen)
    assert current_span() is None


def test_an_agent_that_records_nothing_has_no_trace() -> None:
    """Without spans, a test has neither a trace id nor spans."""
    [test] = EvalRunner(SOURCE).run(ReplyingAgent, limit=1).build()["tests"]

    assert {"trace_id", "spans"}.isdisjoint(test)


def test_many_spans_are_bounded_and_counted() -> None:
    """At most 1,000 observations are kept; the number of the others is."""

    class Agent(TracedAgent):
        def respond(self, message: str) -> dict[str, Any]:
            for _ in range(600):
                with traced("step"):
                    pass
            return {"text": "Done."}

    [test] = EvalRunner(SOURCE).run(Agent, limit=1).build()["tests"]

    assert (1000, 200) == (len(test["spans"]), test["spans_left_out"])


@pytest.mark.parametrize("driver", ["threads", "tasks", "executor of threads"])
@pytest.mark.parametrize("agent", [TracedAgent, AsyncTracedAgent])
def test_a_hook_replaces_tools_in_a_run(driver: str, agent: Any) -> None:
    """`on_tool` gets each call of a tool with its scenario and number, and decides about the result."""
    seen: list[tuple[str | None, int]] = []

    def on_tool(invocation: Any, call: Callable[[], Any]) -> str:
        seen.append((invocation.scenario_id, invocation.number))
        return "replaced"

    runner = EvalRunner(SOURCE)
    if driver == "tasks":
        run = asyncio.run(runner.arun(agent, max_workers=2, on_tool=on_tool))
    elif driver == "threads":
        run = runner.run(agent, max_workers=2, on_tool=on_tool)
    else:
        with ThreadPoolExecutor(2) as executor:
            run = runner.run(agent, executor=executor, on_tool=on_tool)

    assert [(f"s{number}", call) for number in range(4) for call in (1, 2)] == sorted(seen)
    assert {"replaced"} == {result for test in run.build()["tests"] for _, result, _ in calls_of(test)}


def test_traces_are_delivered_with_the_run() -> None:
    """A run that is stored delivers the trace of each test, whose id the test has, masked by the client's settings."""
    with AshrLabsClient.local() as client:
        dataset = client.create_dataset("D", SOURCE)
        client.tracing.configure(mask=lambda value: {"order": "***"} if value == {"order": "B2"} else value)

        run = EvalRunner(SOURCE).run_and_deploy(TracedAgent, client, dataset["id"], limit=1)
        client.tracing.flush()

        [test] = client.get_run(run["id"])["result"]["tests"]
        trace = client.get_observability_trace(test["trace_id"])["trace"]
    assert ("s0", ["eval"]) == (trace["name"], trace["tags"])
    assert [{"order": "A1"}, {"order": "***"}] == [one["input"] for one in trace["observations"]]
    assert ["tool:refund"] * 2 == [span["name"] for span in test["spans"]]
