"""Deployed agents under test: scenarios in sessions of their own, with calls, usage, changes and invariants."""

from __future__ import annotations

import json
import pickle
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient, ConfigurationError, EvalRunner, HostedAgent, TurnFailedError
from ashr_labs.sandboxes import StateDiff
from support.sandboxes import engine_or_skip

STEPS: list[dict[str, Any]] = [
    {
        "match": "write",
        "tools": [{"name": "Bash", "input": {"command": "mkdir -p out; echo hi > out/a.txt"}}],
        "say": "Done.",
    },
    {"match": "read", "tools": [{"name": "Read", "input": {"file_path": "absent"}}], "say": "There is none."},
    {"match": "break", "tools": [{"name": "Bash"}]},
]
SCRIPT = "".join(f"{json.dumps(step)}\n" for step in STEPS)


@pytest.fixture(name="client", scope="module")
def _client() -> Generator[AshrLabsClient]:
    engine_or_skip("bubblewrap").close()
    with AshrLabsClient.local() as client:
        client.hosting.deploy("agent", files={"CLAUDE.md": "Be brief.", "script.jsonl": SCRIPT})
        yield client


def scenario(*messages: str, **fields: Any) -> dict[str, Any]:
    """Return a scenario whose agent is expected to call tools, and to say what it says."""
    actions: list[dict[str, Any]] = []
    for message, text in zip(messages[::2], messages[1::2], strict=True):
        actions += [{"actor": "user", "content": message}, {"actor": "agent", "content": text}]
    return {"title": messages[0], "actions": actions, **fields}


def statuses(client: AshrLabsClient) -> set[str]:
    return {one.status for one in client.hosting.list_sessions(agent="agent")}


def test_scenarios_are_played_in_sessions_of_their_own(client: AshrLabsClient) -> None:
    """Each scenario, side by side, has a session; its calls, usage, changes and invariants are in the test."""
    invariants = {"written": {"check": {"type": "file_exists", "path": "out/a.txt"}, "gate": True}}
    runs = {
        "writes": scenario("write it", "Done.", "more", "turn 2: more", invariants=invariants),
        "reads": scenario("read it", "There is none.", invariants=invariants),
        "echoes": scenario("hello", "turn 1: hello"),
        "breaks": scenario("break it", ""),
    }
    run = EvalRunner({"runs": runs}).run(HostedAgent(client, "agent"), max_workers=4)
    tests = {test["test_id"]: test for test in run.build()["tests"]}

    writes, reads = tests["writes"], tests["reads"]
    assert ["completed", "completed", "completed", "failed"] == [tests[name]["status"] for name in runs]
    assert "KeyError: 'input'" in tests["breaks"]["error"]["message"]
    assert [("Bash", "")] == [(call["name"], call["result"]) for call in called(writes)]
    assert ["no such file"] == [call["error"] for call in called(reads)]
    assert {"input_tokens": 7, "output_tokens": 4} == writes["usage"]
    assert (["out/a.txt"], [], []) == tuple(writes["changes"][kind] for kind in ("added", "removed", "modified"))
    assert "+hi" in writes["changes"]["diff"]
    assert ["passed", "failed"] == [test["invariants"][0]["status"] for test in (writes, reads)]
    assert 4 == len({test["session_id"] for test in tests.values()})
    assert (
        "Done." == client.hosting.session(writes["session_id"]).messages()[2].content["message"]["content"][0]["text"]
    )
    assert {"ended"} == statuses(client)


def called(test: Any) -> list[Any]:
    """Return the calls of tools that the agent made."""
    return [pair["actual"] for action in test["action_results"] for pair in action.get("tool_calls", [])]


def said(test: Any) -> list[str]:
    return [one["actual_response"]["text"] for one in test["action_results"] if "actual_response" in one]


def test_scenarios_continue_a_prepared_session(client: AshrLabsClient) -> None:
    """Each scenario begins with the files and the history of the session that is forked, which stays as it is."""
    with client.hosting.create_session("agent") as prepared:
        prepared.send("write it")
        runs = {name: scenario(name, f"turn 2: {name}") for name in ("one", "two")}
        run = EvalRunner({"runs": runs}).run(HostedAgent(client, "agent", session=prepared))
        forks = [one for one in client.hosting.list_sessions(agent="agent") if one.parent_session_id == prepared.id]

        assert [["turn 2: one"], ["turn 2: two"]] == [said(test) for test in run.build()["tests"]]
        assert [[], []] == [test["changes"]["added"] for test in run.build()["tests"]]
        assert ["ended", "ended"] == [one.status for one in forks]
        assert "turn 2: and you?" == prepared.send("and you?").text


def test_conversation_outside_of_a_run(client: AshrLabsClient) -> None:
    """Without a run, one session answers, until it is reset or closed."""
    with HostedAgent(client, "agent", extra_env={"A": "b"}, turn={"max_turns": 3}) as agent:
        texts = [agent.respond("hello").text, agent.respond("again").text]
        agent.reset()
        texts.append(agent.respond("new").text)
        with pytest.raises(TurnFailedError):
            agent.respond("break it")

    assert ["turn 1: hello", "turn 2: again", "turn 1: new"] == texts
    assert {"ended"} == statuses(client)


def test_changes_of_files_with_any_name(client: AshrLabsClient) -> None:
    """Files are compared by name and content, whatever is in their names, and caches are left out."""
    environment = HostedAgent(client, "agent").open_environment()
    environment.exec(
        "mkdir .git node_modules; touch .git/x node_modules/y; printf 1 > 'a b'; touch \"$(printf 'n\\nl')\""
    )
    environment.exec("echo other > CLAUDE.md; rm script.jsonl", timeout="10s")
    found = environment.diff()
    environment.destroy()

    assert StateDiff(["a b", "n\nl"], ["script.jsonl"], ["CLAUDE.md"]) == found


def test_what_is_refused(client: AshrLabsClient) -> None:
    """Options that cannot have an effect are refused by name before anything is started."""
    with pytest.raises(ConfigurationError, match="model cannot be set for forks of a session"):
        HostedAgent(client, "agent", session="s", model="m")
    with pytest.raises(ConfigurationError, match="needs an AshrLabsClient"):
        HostedAgent(AsyncAshrLabsClient("tp_key"), "agent")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"environment cannot be set for HostedAgent\('agent'\)"):
        EvalRunner({"runs": {}}).run(HostedAgent(client, "agent"), environment={"id": "x"})
    copy = pickle.loads(pickle.dumps(HostedAgent(AshrLabsClient("tp_key", pickle_api_key=True), "agent", model="m")))
    assert ("agent", "m") == (copy.agent, copy.model)
