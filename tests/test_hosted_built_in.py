"""Agents with instructions only: the built-in loop over models of both APIs, behind the proxy of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs.local.settings import Settings
from support.hosted import again, deploy, end, forked, logs, of_kind, refused, result_of, said, session, turn
from support.local_api import Api
from support.providers import Answer, Call, ProviderServer, provider_server
from support.sandboxes import engine_or_skip

KEYS = {"OPENAI_API_KEY": "sk-openai-1", "ANTHROPIC_API_KEY": "sk-ant-1"}
MCP_SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked: continue
    if asked["method"] == "tools/list":
        schema = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}
        result = {"tools": [{"name": "add", "description": "Add.", "inputSchema": schema}]}
    elif asked["method"] == "tools/call":
        given = asked["params"]["arguments"]
        if given["a"] < 0: result = {"content": [{"type": "text", "text": "negative"}], "isError": True}
        else: result = {"content": [{"type": "text", "text": str(given["a"] + given["b"])}]}
    else:
        result = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "calc", "version": "1"}}
    print("starting up")
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


@pytest.fixture(name="server", scope="module")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


@pytest.fixture(name="api", scope="module")
def _api(server: ProviderServer) -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened(settings=Settings(agent_private_addresses=True)) as api:
        for name, model, url in (("openai", "gpt-5", server.openai_url), ("anthropic", "claude-opus-4-5", server.url)):
            manifest = f'model = "{model}"\nbase_url = "{url}"'
            deploy(api, name, CLAUDE__md="Be brief.", notes__txt="one", agent__toml=manifest, calc__py=MCP_SERVER)
        yield api


def messages_of(body: dict[str, Any]) -> str:
    return json.dumps(body["messages"])


def calls(*calls: Call, then: str = "done") -> Any:
    """Return an answer that calls tools, and says something once it has their results."""

    def answer(body: dict[str, Any]) -> Answer:
        last = body["messages"][-1]
        has_results = last["role"] == "tool" or "tool_result" in json.dumps(last)
        return Answer(then) if has_results else Answer("Let me see", calls=calls)

    return answer


@pytest.mark.parametrize("name", ["openai", pytest.param("anthropic", marks=pytest.mark.integration)])
def test_turns_with_tools(api: Api, server: ProviderServer, name: str) -> None:
    """A turn calls the model and its tools; the conversation goes on in a new process and in a fork."""
    run = Call("Bash", {"command": "cat notes.txt > copy.txt; cat copy.txt"}, id="c1")
    server.says(calls(run, Call("Read", {"file_path": "missing"}, id="c2"), then="it says one"))
    session_id = session(api, name, extraEnv=KEYS)

    events = turn(api, session_id, "read it", includePartialMessages=True)

    kinds = ["session_start", "text_delta", "text_delta", "text_delta", "tool_use", "tool_use", "message"]
    kinds += ["tool_result", "tool_result", "text_delta", "text_delta", "text_delta", "message", "turn_complete"]
    assert [*kinds, "message", "done"] == [event for event, _ in events]
    results = [(one["content"], one["is_error"]) for one in of_kind(events, "tool_result")]
    assert [("one", False), ("there is no file missing", True)] == results
    result = result_of(events)
    usage = {"input_tokens": 14, "output_tokens": 14, "cache_read_input_tokens": 8, "cache_creation_input_tokens": 0}
    assert (usage, 2, "it says one") == (result["usage"], result["num_turns"], result["result"])
    assert result["total_cost_usd"] > 0
    first = server.asked[-2]
    assert "Be brief." in json.dumps(first.body)
    keys = first.headers.get("authorization"), first.headers.get("x-api-key")
    assert keys == (("Bearer sk-openai-1", None) if name == "openai" else (None, "sk-ant-1"))

    again(api, session_id)
    server.says(Answer("yes"))
    assert "yes" == said(turn(api, session_id, "sure?"))
    assert "it says one" in messages_of(server.asked[-1].body)
    fork = forked(api, session_id)
    turn(api, fork, "forked?")
    assert "sure?" in messages_of(server.asked[-1].body)
    assert b"one" == api.send("GET", f"/api/sessions/{fork}/files/copy.txt").content
    end(api, session_id, fork)


def test_everything_but_the_model_is_refused(api: Api, server: ProviderServer) -> None:
    """The agent reaches its model through the proxy, and nothing else with or without it."""
    fetch = (
        "import urllib.request as u\n"
        "for url in ('http://example.com/', 'http://127.0.0.1:1/', 'http://169.254.169.254/'):\n"
        "    try: print(u.urlopen(url, timeout=5).status)\n"
        "    except Exception as e: print(e)\n"
        "u._opener = u.build_opener(u.ProxyHandler({}))\n"
        f"try: print(u.urlopen('{server.url}', timeout=5).status)\n"
        "except Exception as e: print(e)\n"
    )
    server.says(calls(Call("Bash", {"command": f"python3 - <<'E'\n{fetch}E"})))
    session_id = session(api, "openai", extraEnv=KEYS)

    [result] = of_kind(turn(api, session_id, "x"), "tool_result")

    assert 3 == result["content"].count("403: Forbidden"), result
    assert "refused" in result["content"].splitlines()[-1]
    end(api, session_id)


@pytest.mark.integration
def test_allowed_hosts(server: ProviderServer, api: Api) -> None:
    """Hosts of `network.allow` are reached, in addition to that of the model."""
    host = server.url.removeprefix("http://")
    deploy(api, "allowed", agent__toml=f'command = "cat"\n[network]\nallow = ["{host}"]')
    server.says(Answer("ok"))
    url = f"{server.openai_url}/chat/completions"
    fetch = f"import urllib.request as u; print(u.urlopen(u.Request('{url}', b'{{}}')).status)"
    session_id = session(api, "allowed")

    done = api.send("POST", f"/api/sessions/{session_id}/exec", {"command": f'python3 -c "{fetch}"'}).body

    assert (0, "200\n") == (done["exitCode"], done["stdout"]), done
    end(api, session_id)


@pytest.mark.integration
def test_model_of_session_message_and_settings(api: Api, server: ProviderServer) -> None:
    """The message's model precedes the session's, which precedes the agent's; the operator's is the last."""
    server.says(Answer("ok"))
    session_id = session(api, "openai", model="gpt-4.1", extraEnv=KEYS)
    turn(api, session_id, "x")
    turn(api, session_id, "x", model="o3")
    with Api.opened(settings=Settings(agent_model="local", agent_base_url=server.openai_url)) as other:
        deploy(other, "plain", AGENTS__md="Answer.")
        plain = session(other, "plain")
        assert "ok" == said(turn(other, plain, "x"))
        scripted = session(other, "plain", model="scripted")
        assert "turn 1: x" == said(turn(other, scripted, "x"))

    assert ["gpt-4.1", "o3", "local"] == [one.body["model"] for one in server.asked[-3:]]
    assert "authorization" not in server.asked[-1].headers
    end(api, session_id)


@pytest.mark.integration
def test_errors_of_the_model(api: Api, server: ProviderServer) -> None:
    """An error of the API ends the turn with its status and reason, without the key; one that passes is retried."""
    server.says(Answer(status=400, message="no such model as sk-openai-1"))
    session_id = session(api, "openai", extraEnv=KEYS)

    [error] = of_kind(turn(api, session_id, "first"), "error")
    assert "answered with status 400" in error["error"]
    assert "no such model as ***" in error["error"]
    server.says(Answer(status=529), Answer("later"))
    assert "later" == said(turn(api, session_id, "second"))
    assert ["first", "second"] == [one["content"] for one in server.asked[-1].body["messages"][1:]]
    server.says(Answer("half an answer", cut_after=2))
    assert "broke off" in of_kind(turn(api, session_id, "x"), "error")[0]["error"]
    end(api, session_id)


@pytest.mark.integration
def test_session_without_a_key_is_refused(api: Api) -> None:
    """A model of a provider needs a key, which the message names."""
    deploy(api, "keyless", CLAUDE__md="Hi.")

    assert "pass ANTHROPIC_API_KEY in `extraEnv`" in refused(api, "keyless", model="claude-opus-4-5")
    assert "pass OPENAI_API_KEY in `extraEnv`" in refused(api, "keyless", model="gpt-5")


@pytest.mark.integration
def test_limits_of_a_turn(api: Api, server: ProviderServer) -> None:
    """`maxTurns` and `maxBudgetUsd` end a turn, whose result says so; the session goes on."""
    server.says(Answer(calls=(Call("Glob", {}),)))
    session_id = session(api, "openai", extraEnv=KEYS)

    result = result_of(turn(api, session_id, "x", maxTurns=3))
    assert ("error_max_turns", 3, True) == (result["subtype"], result["num_turns"], result["is_error"])
    result = result_of(turn(api, session_id, "x", maxBudgetUsd=0.0002))
    assert "error_max_budget_usd" == result["subtype"]
    assert 0.0002 <= result["total_cost_usd"] < 0.0004
    server.says(Answer("ok"))
    assert "ok" == said(turn(api, session_id, "x"))
    [error] = of_kind(turn(api, session_id, "x", model="unknown-model", maxBudgetUsd=1), "error")
    assert "the price of unknown-model is not known" in error["error"]
    end(api, session_id)


@pytest.mark.integration
def test_permissions_of_a_session(api: Api, server: ProviderServer) -> None:
    """Denied tools are hidden from the model, and calls that are not allowed are answered with the reason."""
    server.says(calls(Call("Write", {"file_path": "x", "content": "y"})))
    session_id = session(
        api, "openai", extraEnv=KEYS, permissionMode="default", allowedTools=["Bash"], disallowedTools=["Edit"]
    )

    [result] = of_kind(turn(api, session_id, "x"), "tool_result")

    assert "Write is not allowed here: name it in `allowedTools`" in result["content"]
    assert ["Read", "Write", "Glob", "Bash"] == [one["function"]["name"] for one in server.asked[-1].body["tools"]]
    assert 404 == api.send("GET", f"/api/sessions/{session_id}/files/x").status
    api.send("PATCH", f"/api/sessions/{session_id}/config", {"allowedTools": ["Write"]})
    turn(api, session_id, "x")
    assert b"y" == api.send("GET", f"/api/sessions/{session_id}/files/x").content
    end(api, session_id)


@pytest.mark.integration
def test_mcp_servers(api: Api, server: ProviderServer) -> None:
    """Tools of MCP servers that run in the sandbox are called; a server that cannot be used is named in the log."""
    add = Call("mcp__calc__add", {"a": 2, "b": 3})
    server.says(calls(add, Call("mcp__calc__add", {"a": -1, "b": 0}, id="c2"), then="five"))
    servers = {
        "calc": {"command": "python3", "args": ["calc.py"], "env": {"A": "b"}},
        "web": {"url": "https://mcp.example.com"},
        "none": {"command": "not-a-program"},
    }
    session_id = session(api, "openai", extraEnv=KEYS, mcpServers=servers)

    events = turn(api, session_id, "x")
    again(api, session_id)
    events += turn(api, session_id, "x")

    results = [(one["content"], one["is_error"]) for one in of_kind(events, "tool_result")]
    assert [("5", False), ("negative", True)] * 2 == results
    log = logs(api, session_id)
    assert any("the MCP server 'web' is not used: it has no `command`" in line for line in log)
    assert any("the MCP server 'none' is not used: " in line for line in log)
    end(api, session_id)


@pytest.mark.integration
def test_subagents_and_other_options(api: Api, server: ProviderServer) -> None:
    """A subagent gets tasks with its own prompt, tools and model; `initialAgent` speaks in place of the agent."""
    agents = {
        "reader": {"description": "Reads.", "prompt": "You read.", "tools": ["Read"], "model": "gpt-4.1"},
        "poet": {"description": "Writes.", "prompt": "You rhyme."},
    }

    def answer(body: dict[str, Any]) -> Answer:
        if body["model"] == "gpt-4.1":
            return Answer("the file says one")
        if "the file says one" in messages_of(body):
            return Answer('{"answer": 1}')
        return Answer(calls=(Call("Task", {"subagent_type": "reader", "prompt": "Read notes.txt"}),))

    server.says(answer)
    session_id = session(api, "openai", extraEnv=KEYS, subagents=agents, systemPrompt="Delegate.", betas=["b"])
    wanted = {"type": "json_schema", "schema": {"type": "object"}}

    events = turn(api, session_id, "x", outputFormat=wanted, effort="high")

    assert {"answer": 1} == result_of(events)["structured_output"]
    asked = server.asked[-3:]
    assert ["Delegate.", "You read.", "Delegate."] == [one.body["messages"][0]["content"] for one in asked]
    assert ["Read"] == [one["function"]["name"] for one in asked[1].body["tools"]]
    assert ("high", "json_schema") == (asked[0].body["reasoning_effort"], asked[0].body["response_format"]["type"])
    assert 3 * 7 == result_of(events)["usage"]["output_tokens"]
    api.send("PATCH", f"/api/sessions/{session_id}/config", {"initialAgent": "poet"})
    server.says(Answer("rhyme"))
    assert "rhyme" == said(turn(api, session_id, "x"))
    assert "You rhyme." == server.asked[-1].body["messages"][0]["content"]
    api.send("PATCH", f"/api/sessions/{session_id}/config", {"initialAgent": "poets"})
    assert "there is no subagent 'poets'" in of_kind(turn(api, session_id, "x"), "error")[0]["error"]
    assert any("`betas` has no effect" in line for line in logs(api, session_id))
    end(api, session_id)


@pytest.mark.integration
def test_options_of_anthropic(api: Api, server: ProviderServer) -> None:
    """Betas, thinking and effort reach Anthropic's API as it has them, and thoughts become events."""
    server.says(Answer("ok", reasoning="hm"))
    session_id = session(api, "anthropic", extraEnv=KEYS, betas=["b-1", "b-2"])

    events = turn(api, session_id, "x", thinking={"type": "enabled", "budgetTokens": 2000}, effort="low")

    asked = server.asked[-1]
    assert "b-1,b-2" == asked.headers["anthropic-beta"]
    assert {"type": "enabled", "budget_tokens": 2000} == asked.body["thinking"]
    assert ({"effort": "low"}, 10192) == (asked.body["output_config"], asked.body["max_tokens"])
    assert [{"delta": "hm"}] == of_kind(events, "thinking_delta")
    end(api, session_id)
