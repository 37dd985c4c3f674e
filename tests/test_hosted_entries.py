"""Agents whose entry point is a function: what they may return and yield, their history, and what is refused."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from support.hosted import again, deploy, end, forked, logs, of_kind, refused, result_of, said, session, turn
from support.local_api import Api
from support.sandboxes import engine_or_skip

AGENT = """
import sys, time
print("imported")

def plain(prompt):
    print("called")
    return f"said {prompt}"

def reply(prompt):
    call = {"name": "look", "arguments_json": '{"q": 1}', "result": {"found": 2}}
    failed = {"name": "save", "arguments": {}, "error": "no space"}
    return {"text": "two calls", "tool_calls": [call, failed]}

async def count(messages, options):
    return f"{len(messages)} {options.get('model')} {messages[-1]['content']}"

def pieces(prompt):
    yield "let me "
    yield "look"
    yield {"type": "thinking", "thinking": "hm"}
    yield {"type": "tool_use", "id": "t1", "name": "look", "input": {"q": prompt}}
    yield {"type": "tool_result", "tool_use_id": "t1", "content": "none", "is_error": True}
    yield {"type": "usage", "input_tokens": 3, "output_tokens": 2, "model": "m", "cost_usd": 0.5}
    yield {"type": "text", "text": "nothing"}

async def wrong(prompt):
    yield "x"
    yield 3 if prompt == "number" else {"type": "tool_use"}

def failing(prompt):
    if prompt == "exit": sys.exit("bye")
    if prompt == "large": return "y" * 2_000_000
    if prompt == "nan": return {"text": "", "tool_calls": [{"name": "n", "arguments": float("nan")}]}
    if prompt == "stdin": return sys.stdin.read() + "nothing"
    raise ValueError("no such prompt")

class Settings:
    answer = staticmethod(plain)

settings = Settings()
"""


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened() as api:
        for name in ("plain", "reply", "count", "pieces", "wrong", "failing", "settings", "nothing", "settings.answer"):
            deploy(api, name.replace(".", "-"), agent__py=AGENT, agent__toml=f'entry = "agent:{name}"')
        yield api


@pytest.mark.integration
def test_function_returns_a_text(api: Api) -> None:
    """Text is one message with its parts; what the function prints is in the log."""
    session_id = session(api, "plain")

    events = turn(api, session_id, "hi", includePartialMessages=True)

    kinds = ["session_start", "text_delta", "message", "turn_complete", "message", "done"]
    assert kinds == [event for event, _ in events]
    assert "said hi" == said(events)
    assert ["imported", "called"] == logs(api, session_id)
    end(api, session_id)


def test_function_returns_a_reply(api: Api) -> None:
    """A reply in the form of agents of `EvalRunner` has its calls with results and errors."""
    session_id = session(api, "reply")

    events = turn(api, session_id, "x")

    assert [("look", {"q": 1}), ("save", {})] == [(one["name"], one["input"]) for one in of_kind(events, "tool_use")]
    results = [(one["content"], one["is_error"]) for one in of_kind(events, "tool_result")]
    assert [('{"found": 2}', False), ("no space", True)] == results
    assert "two calls" == said(events)
    end(api, session_id)


def test_generator_yields_pieces(api: Api) -> None:
    """Pieces become events as they come: texts, thoughts, calls with results, and usage with costs."""
    session_id = session(api, "pieces")

    events = turn(api, session_id, "hi")

    kinds = ["message", "thinking_delta", "message", "tool_use", "message", "tool_result", "message"]
    assert kinds == [event for event, _ in events][1:8]
    assert [{"tool_use_id": "t1", "content": "none", "is_error": True}] == of_kind(events, "tool_result")
    result = result_of(events)
    assert (3, 2) == (result["usage"]["input_tokens"], result["usage"]["output_tokens"])
    assert ("m", 0.5, "nothing") == (result["model"], result["total_cost_usd"], said(events))
    end(api, session_id)


def test_conversation_is_resumed_and_forked(api: Api) -> None:
    """A function of messages gets the conversation: in the same process, in a new one, and in a fork."""
    session_id = session(api, "count", model="m-1")

    answers = [said(turn(api, session_id, "a"))]
    for action in ("pause", "resume"):
        assert 200 == api.send("POST", f"/api/sessions/{session_id}/{action}").status
    answers.append(said(turn(api, session_id, "b", model="m-2")))
    again(api, session_id)
    answers.append(said(turn(api, session_id, "c")))
    fork = forked(api, session_id)
    answers += [said(turn(api, fork, "d")), said(turn(api, session_id, "e"))]

    assert ["1 m-1 a", "3 m-2 b", "5 m-1 c", "7 m-1 d", "7 m-1 e"] == answers
    end(api, session_id, fork)


@pytest.mark.integration
def test_conversation_that_was_changed_begins_anew(api: Api) -> None:
    """A stored conversation that is malformed is named in the log, and does not end the session."""
    session_id = session(api, "count")
    turn(api, session_id, "a")
    api.send("POST", f"/api/sessions/{session_id}/exec", {"command": "echo '[' > .ashr/conversation.json"})

    assert "1 None b" == said(turn(api, session_id, "b"))
    assert any("begins again" in line for line in logs(api, session_id))
    end(api, session_id)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("agent", "prompt", "reason"),
    [
        ("wrong", "number", "must return or yield texts, or objects with a `type` of text, thinking, tool_use"),
        ("wrong", "x", "a piece of the type 'tool_use' is malformed: KeyError: 'name'"),
        ("failing", "x", "ValueError: no such prompt"),
        ("failing", "exit", "SystemExit: bye"),
        ("failing", "large", "a message of the agent has 2000"),
        ("failing", "nan", "Out of range float values"),
    ],
)
def test_faults_of_a_function_end_its_turn_only(api: Api, agent: str, prompt: str, reason: str) -> None:
    """A turn that fails has the reason, and the next one is answered by the same process."""
    session_id = session(api, agent)

    events = turn(api, session_id, prompt)

    assert reason in of_kind(events, "error")[0]["error"]
    assert "done" == events[-1][0]
    if agent == "failing":
        assert "nothing" == said(turn(api, session_id, "stdin"))
    end(api, session_id)


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("settings", "agent:settings is an object of the type agent.Settings, which is not supported. Supported are: "),
        ("nothing", "`entry` names agent:nothing, and agent has no 'nothing'; it has"),
    ],
)
def test_object_that_is_not_supported(api: Api, agent: str, reason: str) -> None:
    """A session of an entry point that cannot run is refused, with what could."""
    message = refused(api, agent)

    assert reason in message
    if agent == "settings":
        for name in ("LangGraph", "OpenAI's Agents SDK", "Pydantic AI", "Claude Agent SDK", "functions"):
            assert name in message


@pytest.mark.integration
def test_modules_that_cannot_be_imported(api: Api) -> None:
    """A missing package is told from a missing module, and an error of the module has its reason."""
    cases = {
        "import not_installed": "imports 'not_installed'; add it to `packages`",
        "x = 1 / 0": "ZeroDivisionError: division by zero",
        "import sys; sys.exit(3)": "SystemExit",
    }
    for source, reason in cases.items():
        deploy(api, "broken", agent__py=source, agent__toml='entry = "agent:x"')
        assert reason in refused(api, "broken")
    deploy(api, "broken", agent__toml='entry = "agent:x"')
    assert "there is no module 'agent' in the agent's folder" in refused(api, "broken")


@pytest.mark.integration
def test_options_that_a_function_cannot_honour(api: Api) -> None:
    """An option without effect is in the log, once; a limit that cannot be kept is refused."""
    session_id = session(api, "plain", betas=["b"], permissionMode="bypassPermissions")

    for _ in range(2):
        assert "said x" == said(turn(api, session_id, "x"))
    assert 1 == sum("`betas` has no effect on agents of the kind function" in one for one in logs(api, session_id))
    error = of_kind(turn(api, session_id, "x", maxBudgetUsd=1.0), "error")[0]["error"]
    assert "`maxBudgetUsd` cannot be kept by agents of the kind function; remove it" == error
    end(api, session_id)


@pytest.mark.integration
def test_attribute_of_an_object(api: Api) -> None:
    """An entry point may be a function that an object has."""
    session_id = session(api, "settings-answer")

    assert "said x" == said(turn(api, session_id, "x"))
    end(api, session_id)
