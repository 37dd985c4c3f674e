"""Frameworks of agents, at their lowest supported and newest versions: what they do becomes spans, in order."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

import pytest

from ashr_labs.instrumentation.table import LIBRARIES
from support.environments import environment, run_in
from support.frameworks.answers import COUNTS, TEXT
from support.frameworks.expected import EXPECTED, orders_below, summary

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
PARTLY = {"input_tokens": 11, "output_tokens": 7}
REASONED = {**PARTLY, "reasoning_output_tokens": 2}
CLAUDE = {"input_tokens": 22, "cached_input_tokens": 8, "output_tokens": 14}


class Environment(NamedTuple):
    """A program, what it needs, and what its library tells."""

    label: str
    program: str
    requirements: tuple[str, ...]
    counts: dict[str, int] = COUNTS
    """The tokens of each model call; of all of a turn, for Claude's."""


_LANGGRAPH = ("langchain-core==0.3.29", "langchain-openai==0.3.0", "langgraph==0.2.62")
_NEW_LANGGRAPH = ("langchain-core>=1.5,<2", "langchain-openai>=1.5,<2", "langgraph>=1.2,<2")
_PYDANTIC_AI = ("pydantic-ai-slim[openai]==1.0.0", "opentelemetry-sdk==1.36.0", "openai<2")
_CLAUDE = ("--no-binary=claude-agent-sdk", "claude-agent-sdk>=0.2.100,<1")  # the wheels hold a program of 385 MB
ENVIRONMENTS = {
    "langgraph, lowest": Environment("langchain", "langgraph_agent", _LANGGRAPH),
    "langgraph, newest": Environment("langchain", "langgraph_agent", _NEW_LANGGRAPH),
    "openai-agents, lowest": Environment(
        "openai-agents", "openai_agents_agent", ("openai-agents==0.1.0", "openai==1.90.0"), PARTLY
    ),
    "openai-agents, newest": Environment("openai-agents", "openai_agents_agent", ("openai-agents>=0.20,<1",)),
    "pydantic-ai, lowest": Environment("pydantic-ai", "pydantic_ai_agent", _PYDANTIC_AI, REASONED),
    "pydantic-ai, newest": Environment(
        "pydantic-ai", "pydantic_ai_agent", ("pydantic-ai-slim[openai]>=2.50,<3", "opentelemetry-sdk")
    ),
    "dspy, lowest": Environment("dspy", "dspy_agent", ("dspy==2.6.27",)),
    "dspy, newest": Environment("dspy", "dspy_agent", ("dspy>=3.4,<4",)),
    "mcp, lowest": Environment("mcp", "mcp_agent", ("mcp==1.10.0", "pydantic==2.11.10")),
    "mcp, newest": Environment("mcp", "mcp_agent", ("mcp>=2,<3",)),
    "claude-agent-sdk, lowest": Environment(
        "claude-agent-sdk", "claude_agent", ("claude-agent-sdk==0.1.0", "mcp<2"), CLAUDE
    ),
    "claude-agent-sdk, newest": Environment("claude-agent-sdk", "claude_agent", _CLAUDE, CLAUDE),
}


@cache
def played(name: str) -> Any:
    """Return what was recorded in an environment."""
    chosen = ENVIRONMENTS[name]
    done = run_in(environment(*chosen.requirements), "-m", "support.frameworks", chosen.program)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().rpartition("\n")[2])


@pytest.fixture(name="name", params=ENVIRONMENTS, scope="module")
def _name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_case_is_recorded_once_and_in_order(name: str) -> None:
    """Model calls with their output, and tools with arguments and result or error, are one span each."""
    found = {case: summary(spans) for case, spans in played(name)["cases"].items()}

    assert EXPECTED[ENVIRONMENTS[name].program] == found


def test_tokens_are_recorded_by_kind(name: str) -> None:
    """Every model call that succeeded has the tokens that its library tells; those of a turn of Claude add up."""
    expected = ENVIRONMENTS[name].counts
    for case, spans in played(name)["cases"].items():
        usages = [one.get("usage") or {} for one in spans if one["type"] == "generation" and not one["level"]]
        if expected is CLAUDE and case not in {"early", "client", "two"}:
            usages = [total(usages)] if usages else []
        if case not in {"early", *(("client", "two") if expected is CLAUDE else ())}:
            seen = [{key: usage.get(key, 0) for key in expected} for usage in usages]
            assert [expected] * len(usages) == seen, case


def test_every_span_is_below_its_own_run(name: str) -> None:
    """All parents are there; of two runs at the same time, each has its own model calls and tools."""
    for case, spans in played(name)["cases"].items():
        by_id = {one["id"]: one for one in spans}
        assert all(one["parent_observation_id"] in {None, *by_id} for one in spans), case
    spans = played(name)["cases"]["two"]
    orders = [orders_below(root, spans) for root in spans if root["parent_observation_id"] is None]
    assert [["A1"], ["B2"]] == sorted(one for one in orders if one)


def test_the_consumer_of_a_stream_is_outside_of_it(name: str) -> None:
    """Spans between the parts of a stream are not part of the stream, and nothing of the stream is lost in them."""
    if ENVIRONMENTS[name].program == "pydantic_ai_agent":
        pytest.skip("its streams are blocks, in which the run of the agent is active")
    consumers = [one for spans in played(name)["cases"].values() for one in spans if one["name"] == "consumer"]

    assert [None] * len(consumers) == [one["parent_observation_id"] for one in consumers]


def test_streams_tell_the_time_to_the_first_chunk() -> None:
    """The first chunk of a stream is noted where the library tells of it."""
    streams = {"langgraph": ("stream", "stream_async", "reply", "early"), "claude-agent-sdk": ("partial",)}
    for library, cases in streams.items():
        for version in ("lowest", "newest"):
            for case in cases:
                spans = played(f"{library}, {version}")["cases"][case]
                first = next(one for one in spans if one["type"] == "generation")
                assert 0 < first["metadata"][FIRST_CHUNK] < 10, (library, version, case)


def test_functions_of_the_application_are_below_the_tool_that_calls_them(name: str) -> None:
    """The span of a tool is the current one while the tool runs, in every case."""
    if ENVIRONMENTS[name].program in {"claude_agent", "mcp_agent"}:
        pytest.skip("its tools run in another process")
    for case, spans in played(name)["cases"].items():
        by_id = {one["id"]: one for one in spans}
        inner = [one for one in spans if one["name"] == "inner" and case != "retriever"]
        tools = [by_id[one["parent_observation_id"]] for one in inner]
        assert [one["input"]["order"] for one in tools] == [one["output"] for one in inner], case
        assert len(inner) == len([one for one in spans if one["name"] == "tool:lookup"]), case


@pytest.mark.parametrize("version", ["lowest", "newest"])
def test_interrupts_of_graphs_are_not_errors_and_retrievers_have_documents(version: str) -> None:
    """LangGraph raises exceptions to interrupt a graph; a retriever is active while it searches."""
    cases = played(f"langgraph, {version}")["cases"]

    assert [None] * len(cases["interrupt"]) == [one["level"] for one in cases["interrupt"]]
    assert "GraphInterrupt" in {(one["metadata"] or {}).get("interrupted_by") for one in cases["interrupt"]}
    retriever, inner = cases["retriever"]
    assert [{"content": "thirty days", "metadata": {"page": 3}}] == retriever["output"]
    assert "retriever" == retriever["metadata"]["kind"]
    assert retriever["id"] == inner["parent_observation_id"]


def test_an_evaluation_sees_the_calls(name: str) -> None:
    """The test of a scenario has the calls of tools and the tokens of the agent that played it."""
    test = played(name)["evaluation"]
    calls = [call for action in test["action_results"] for call in action.get("tool_calls", ())]

    assert [("lookup", {"order": "B2"}, "exact")] == [
        (call["actual"]["name"], call["actual"]["arguments"], call["match_status"]) for call in calls
    ]
    if ENVIRONMENTS[name].program != "mcp_agent":
        assert test["turns"][0]["usage"]["input_tokens"] in {11, 22}


def test_nothing_raises_into_the_library(name: str) -> None:
    """While nothing can be recorded, the agent answers as ever; what fails is logged once at each place."""
    broken = played(name)["broken"]

    assert [TEXT, TEXT] == broken["answers"]
    assert len(broken["logged"]) == len(set(broken["logged"])) > 0 or "pydantic" in name


def test_uninstrumented_libraries_are_as_before(name: str) -> None:
    """After `uninstrument` the library holds what it held before, and nothing is recorded."""
    found = played(name)

    assert ENVIRONMENTS[name].label in found["labels"]
    assert found["restored"]
    assert [] == [one for one in found["afterwards"] if one["name"] not in {"consumer", "inner"}]


def test_versions_are_those_that_are_documented() -> None:
    """The lowest version of each environment is the lowest supported one."""
    lowest = {one.label: one.requirements for name, one in ENVIRONMENTS.items() if name.endswith("lowest")}
    for library in LIBRARIES:
        if library.name in lowest:
            pinned = [one.partition("==")[2] for one in lowest[library.name]]
            assert any(one.startswith(library.versions[0]) for one in pinned), library.name


def total(usages: list[dict[str, int]]) -> dict[str, int]:
    return {key: sum(usage.get(key, 0) for usage in usages) for key in CLAUDE}
