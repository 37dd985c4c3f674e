"""Agents of frameworks, unchanged and without an account: deploy, two turns with a tool, resume, fork."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs.local.boot.settings import BootSettings
from ashr_labs.local.settings import Settings
from support.environments import cache_folder
from support.hosted import again, deploy, end, forked, logs, of_kind, result_of, said, session, turn
from support.local_api import Api
from support.providers import Answer, Call, ProviderServer, provider_server
from support.sandboxes import engine_or_skip

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

PYDANTIC_AI = '''
from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import DeltaToolCall, FunctionModel
from pydantic_ai.models.test import TestModel

def lookup(order: str) -> str:
    """Look an order up."""
    if order == "X1":
        raise ValueError("no such order")
    return f"{order} is paid"

tested = Agent(TestModel(), tools=[lookup], instructions="Help.")

def prompts(messages):
    return [part.content for one in messages for part in one.parts if isinstance(part, UserPromptPart)]

async def answer(messages, info):
    asked = prompts(messages)
    if not isinstance(messages[-1].parts[-1], ToolReturnPart):
        yield {0: DeltaToolCall("lookup", '{"order": "%s"}' % asked[-1], tool_call_id="c1")}
        return
    for word in f"{len(asked)} questions. {messages[-1].parts[-1].content}. {info.instructions}".split(" "):
        yield word + " "

def whole(messages, info):
    asked = prompts(messages)
    if not isinstance(messages[-1].parts[-1], ToolReturnPart):
        return ModelResponse([ToolCallPart("lookup", {"order": asked[-1]}, tool_call_id="c1")])
    return ModelResponse([TextPart(f"{len(asked)} questions. {messages[-1].parts[-1].content}. {info.instructions}")])

agent = Agent(FunctionModel(whole, stream_function=answer), tools=[lookup], instructions="Help.")
'''
OPENAI_AGENTS = '''
import json
from agents import Agent, Model, ModelResponse, Usage, function_tool, set_tracing_disabled
from openai.types.responses import (
    Response, ResponseCompletedEvent, ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText,
    ResponseTextDeltaEvent,
)
from openai.types.responses import ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

set_tracing_disabled(True)

@function_tool
def lookup(order: str) -> str:
    """Look an order up."""
    return f"{order} is paid"

class OwnModel(Model):
    async def get_response(self, *args, **kwargs):
        raise NotImplementedError

    async def stream_response(self, system_instructions, input, *args, **kwargs):
        items = input if isinstance(input, list) else [{"role": "user", "content": input}]
        asked = [one["content"] for one in items if one.get("role") == "user"]
        if items[-1].get("type") == "function_call_output":
            text = f"{len(asked)} questions. {items[-1]['output']}. {system_instructions}"
            part = ResponseOutputText(type="output_text", text=text, annotations=[])
            about = {"id": "m", "type": "message", "role": "assistant", "status": "completed"}
            output = [ResponseOutputMessage(content=[part], **about)]
            for number, word in enumerate(text.split(" ")):
                yield ResponseTextDeltaEvent(
                    type="response.output_text.delta", delta=word + " ", content_index=0, item_id="m", output_index=0,
                    sequence_number=number, logprobs=[],
                )
        else:
            call = json.dumps({"order": asked[-1]})
            output = [ResponseFunctionToolCall(type="function_call", call_id="c1", name="lookup", arguments=call)]
        details = {"input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0}}
        usage = ResponseUsage.model_validate(
            {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18, **details,
             "output_tokens_details": {"reasoning_tokens": 0}}
        )
        response = Response(
            id="r", object="response", created_at=1, model="own-model", output=output, usage=usage,
            parallel_tool_calls=True, tool_choice="auto", tools=[],
        )
        yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=99)

agent = Agent(name="support", instructions="Help.", model=OwnModel(), tools=[lookup])
'''
LANGGRAPH = '''
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

@tool
def lookup(order: str) -> str:
    """Look an order up."""
    return f"{order} is paid"

def model(state):
    messages = state["messages"]
    asked = [one.content for one in messages if one.type == "human"]
    usage = {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18, "input_token_details": {"cache_read": 4}}
    if isinstance(messages[-1], ToolMessage):
        text = f"{len(asked)} questions. {messages[-1].content}."
        return {"messages": [AIMessage(text, usage_metadata=usage, response_metadata={"model_name": "own-model"})]}
    call = {"name": "lookup", "args": {"order": asked[-1]}, "id": f"c{len(messages)}"}
    return {"messages": [AIMessage("", tool_calls=[call], usage_metadata=usage)]}

builder = StateGraph(MessagesState)
builder.add_node("model", model)
builder.add_node("tools", ToolNode([lookup]))
builder.add_edge(START, "model")
builder.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
builder.add_edge("tools", "model")
graph = builder.compile()
remembering = builder.compile(checkpointer=InMemorySaver())

asking = StateGraph(MessagesState)
asking.add_node("ask", lambda state: {"messages": [AIMessage("order " + interrupt("Which order?"))]})
asking.add_edge(START, "ask")
questions = asking.compile(checkpointer=InMemorySaver())
'''
CLAUDE = """
from claude_agent_sdk import ClaudeAgentOptions

options = ClaudeAgentOptions(system_prompt="Help.")
"""
FOLDERS = {
    "pydantic-ai": ("pydantic-ai-slim>=2.50,<3", PYDANTIC_AI, "agent"),
    "openai-agents": ("openai-agents>=0.20,<1", OPENAI_AGENTS, "agent"),
    "langgraph": ("langgraph>=1.2,<2", LANGGRAPH, "graph"),
    "langgraph-memory": ("langgraph>=1.2,<2", LANGGRAPH, "remembering"),
}


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    boot = BootSettings(packages=cache_folder() / "packages")
    with Api.opened(settings=Settings(boot=boot, agent_private_addresses=True)) as api:
        yield api


def deployed(api: Api, name: str, requirement: str, source: str, entry: str, more: str = "") -> None:
    manifest = f'entry = "agent:{entry}"\npackages = [{json.dumps(requirement)}]\n{more}'
    deploy(api, name, agent__py=source, agent__toml=manifest)


@pytest.mark.parametrize("name", FOLDERS)
def test_agent_of_a_framework(api: Api, name: str) -> None:
    """Text, tools with results and tokens arrive as events; the conversation goes on after each kind of resume."""
    deployed(api, name, *FOLDERS[name])
    session_id = session(api, name)

    events = turn(api, session_id, "A1", includePartialMessages=True)

    kinds = [event for event, _ in events if event != "text_delta"]
    whole = ["tool_use", "message", "tool_result", "message", "turn_complete", "message", "done"]
    assert ["session_start", *whole] == kinds
    [call] = of_kind(events, "tool_use")
    assert ("lookup", {"order": "A1"}) == (call["name"], call["input"])
    expected = {"tool_use_id": call["id"], "content": "A1 is paid", "is_error": False}
    assert [expected] == of_kind(events, "tool_result")
    assert said(events).startswith("1 questions. A1 is paid.")
    result = result_of(events)
    assert 2 == result["num_turns"]
    if name.startswith(("openai", "langgraph")):
        usage = {"input_tokens": 14, "output_tokens": 14, "cache_read_input_tokens": 8}
        assert usage == {kind: count for kind, count in result["usage"].items() if count}
        assert "own-model" == result["model"]
    if not name.startswith("langgraph"):
        assert "".join(one["delta"] for one in of_kind(events, "text_delta")).strip() == said(events).strip()

    assert said(turn(api, session_id, "B2")).startswith("2 questions. B2 is paid.")
    for action in ("pause", "resume"):
        assert 200 == api.send("POST", f"/api/sessions/{session_id}/{action}").status
    assert said(turn(api, session_id, "C3")).startswith("3 questions.")
    again(api, session_id)
    assert said(turn(api, session_id, "D4")).startswith("4 questions. D4 is paid.")
    fork = forked(api, session_id)
    assert said(turn(api, fork, "E5")).startswith("5 questions. E5 is paid.")
    assert said(turn(api, session_id, "F6")).startswith("5 questions. F6 is paid.")
    end(api, session_id, fork)


@pytest.mark.parametrize("name", ["pydantic-ai", "openai-agents"])
def test_options_of_a_session(api: Api, name: str) -> None:
    """The session's instructions and the limit of calls of the model reach the framework."""
    deployed(api, name, *FOLDERS[name])
    session_id = session(api, name, systemPrompt="Be rude.", mcpServers={"a": {"command": "x"}})

    assert "Be rude." in said(turn(api, session_id, "A1"))
    result = result_of(turn(api, session_id, "A1", maxTurns=1))
    assert ("error_max_turns", True) == (result["subtype"], result["is_error"])
    assert said(turn(api, session_id, "B2")).startswith("2 questions.")
    assert any("`mcpServers` has no effect" in line for line in logs(api, session_id))
    end(api, session_id)


def test_pydantic_ai_with_its_test_model(api: Api) -> None:
    """The model of Pydantic AI for tests calls every tool, and an error of a tool ends the turn."""
    deployed(api, "tested", FOLDERS["pydantic-ai"][0], PYDANTIC_AI, "tested")
    session_id = session(api, "tested")

    events = turn(api, session_id, "hi", includePartialMessages=True)

    assert ["a is paid"] == [one["content"] for one in of_kind(events, "tool_result")]
    assert '{"lookup":"a is paid"}' == said(events)
    assert result_of(events)["usage"]["output_tokens"] > 0
    deployed(api, "failing", *FOLDERS["pydantic-ai"])
    failing = session(api, "failing")
    assert "ValueError: no such order" in of_kind(turn(api, failing, "X1"), "error")[0]["error"]
    assert said(turn(api, failing, "A1")).startswith("1 questions.")
    end(api, session_id, failing)


def test_graph_that_asks(api: Api) -> None:
    """The question of a graph that is interrupted is its answer, and the next message is the answer to that."""
    deployed(api, "asking", FOLDERS["langgraph"][0], LANGGRAPH, "questions")
    session_id = session(api, "asking")

    asked = turn(api, session_id, "hi")
    answered = turn(api, session_id, "A1")

    texts = [
        block["text"]
        for events in (asked, answered)
        for data in of_kind(events, "message")
        if data["type"] == "assistant"
        for block in data["message"]["content"]
    ]
    assert ["Which order?", "order A1"] == texts
    end(api, session_id)


@pytest.mark.parametrize(
    ("requirement", "source", "entry", "reason"),
    [
        ("langgraph>=1.2,<2", LANGGRAPH, "builder", "the graph is not compiled; name what its compile() returns"),
        (
            "langgraph>=1.2,<2",
            "from typing import TypedDict\nfrom langgraph.graph import START, StateGraph\n"
            "S = TypedDict('S', {'count': int})\nb = StateGraph(S)\nb.add_node('a', lambda s: {'count': 1})\n"
            "b.add_edge(START, 'a')\ngraph = b.compile()\n",
            "graph",
            "the state of the graph must have `messages`, it has count",
        ),
        ("pydantic-ai-slim>=2.50,<3", PYDANTIC_AI, "TestModel", "not supported. Supported are: "),
    ],
)
def test_objects_that_cannot_run(api: Api, requirement: str, source: str, entry: str, reason: str) -> None:
    """An object of a framework that is not one of those that are supported is refused with what is."""
    deployed(api, "wrong", requirement, source, entry)

    answer = api.send("POST", "/api/sessions", {"agent": "wrong"})

    assert answer.status == 400
    assert reason in answer.body["error"]


def test_package_that_does_not_exist(api: Api) -> None:
    """A requirement that cannot be installed is told when a session is created."""
    deployed(api, "missing", "ashr-labs-no-such-package", "x = 1", "x")

    answer = api.send("POST", "/api/sessions", {"agent": "missing"})

    assert answer.status == 400
    assert "the agent's `packages` cannot be installed: " in answer.body["error"]


def claude_answer(body: dict[str, Any]) -> Answer:
    """Answer as a model that runs a command with `Bash`, and says how many messages there are."""
    messages = [one for one in body["messages"] if one["role"] == "user"]
    last = json.dumps(messages[-1]["content"])
    if not body.get("tools"):
        return Answer("title")
    if "tool_result" in last:
        asked = [one for one in messages if "order:" in json.dumps(one["content"])]
        return Answer(f"{len(asked)} questions.")
    call = Call(
        "Bash", {"command": "echo A1 is paid | tee paid.txt", "description": "look"}, id=f"toolu_{len(messages)}"
    )
    return Answer("Let me look.", calls=(call,))


@pytest.fixture(name="server")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        server.says(claude_answer)
        yield server


def test_claude_agent_sdk(api: Api, server: ProviderServer) -> None:
    """Claude Code itself runs in the sandbox, against a stub of Anthropic's API behind the proxy."""
    host = server.url.removeprefix("http://")
    deployed(api, "claude", "claude-agent-sdk>=0.2.100,<1", CLAUDE, "options", f'[network]\nallow = ["{host}"]')
    variables = {
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": "sk-ant-test-key",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    session_id = session(api, "claude", model="claude-test", extraEnv=variables)

    events = turn(api, session_id, "order: A1", includePartialMessages=True)

    assert "1 questions." == said(events), (events, logs(api, session_id))
    assert "Let me look.1 questions." == "".join(one["delta"] for one in of_kind(events, "text_delta"))
    assert ["Bash"] == [one["name"] for one in of_kind(events, "tool_use")]
    [result] = of_kind(events, "tool_result")
    assert ("A1 is paid", False) == (result["content"].strip(), result["is_error"])
    assert result_of(events)["usage"]["output_tokens"] == 14
    assert b"A1 is paid\n" == api.send("GET", f"/api/sessions/{session_id}/files/paid.txt").content
    assert "2 questions." == said(turn(api, session_id, "order: B2"))
    again(api, session_id)
    assert "3 questions." == said(turn(api, session_id, "order: C3"))
    fork = forked(api, session_id)
    assert "4 questions." == said(turn(api, fork, "order: D4"))
    assert "4 questions." == said(turn(api, session_id, "order: E5"))
    assert {"claude-test"} == {one.body["model"] for one in server.asked if one.body.get("tools")}
    end(api, session_id, fork)
