"""Experiments whose agent is a snapshot: what it gets, what it needs, and what is recorded of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.experiments import created, ended, played, spec_text, stored_spec
from support.local_api import Api
from support.sandboxes import engine_or_skip
from support.snapshots import uploaded

SECRET = "s3cret-value-of-the-agent"
NAME = "agent"


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


@pytest.fixture(name="api", scope="module")
def _api() -> Iterator[Api]:
    with Api.opened() as api:
        yield api


def snapshot_spec(reference: str, **keys: Any) -> str:
    """Return a spec whose agent is a snapshot."""
    return spec_text(**{"agent": {"type": "snapshot", "snapshot": reference, "timeout": "30s"}, **keys})


def script(api: Api, name: str, text: str, **metadata: Any) -> dict[str, Any]:
    """Upload a shell script as an agent."""
    return uploaded(api, name, {"run.sh": text}, "sh", "run.sh", **metadata)


def test_outcome_of_a_snapshot_decides(api: Api) -> None:
    """The agent says that it is done; the file says that it is not, and the diff shows what it did instead."""
    program = """\
import os, pathlib, sys
prompt = sys.stdin.read()
assert prompt == pathlib.Path(os.environ["TASK_PROMPT_FILE"]).read_text() == os.environ["TASK_PROMPT"]
pathlib.Path(os.environ["WORKSPACE"], "notes.txt").write_text(prompt)
print("Done: I wrote the report.")
"""
    snapshot = uploaded(api, "reporter", {"main.py": program, "lib/x.py": ""}, runtime="python3")
    check = {"report": {"gate": True, "check": {"type": "file_exists", "path": "report.txt"}}}
    results = played(api, snapshot_spec("reporter", task={"prompt": "Write the report."}, invariants=check))
    [scenario] = results["scenarios"]

    assert ("fail", "Done: I wrote the report.\n", 0) == (
        scenario["status"],
        scenario["agent_output"],
        scenario["exit_code"],
    ), scenario
    found = scenario["diff"]
    assert (["notes.txt"], [], []) == (found["added"], found["removed"], found["modified"])
    assert "+Write the report." in found["text"]
    assert ["report"] == [one["name"] for one in scenario["invariants"] if not one["passed"]]
    assert snapshot["id"] == results["snapshot_id"]
    assert scenario["reproducer"]["command"].endswith(f"--snapshot {snapshot['id']}")


@pytest.mark.integration
def test_experiment_keeps_the_snapshot_that_it_was_created_with(api: Api) -> None:
    """A newer upload changes nothing for an experiment; another one can be asked for, by any reference."""
    old = script(api, "mover", "echo old", tag="stable")
    experiment = created(api, text := snapshot_spec("mover"))
    script(api, "mover", "echo new")

    assert ["old\n"] == [one["agent_output"] for one in run(api, experiment)["scenarios"]]
    for reference, said in (("mover", "new\n"), ("mover@1", "old\n"), ("mover:stable", "old\n"), (old["id"], "old\n")):
        [scenario] = played(api, text, snapshot=reference)["scenarios"]
        assert said == scenario["agent_output"], reference


def run(api: Api, experiment: str) -> dict[str, Any]:
    assert 202 == api.send("POST", f"/v1/experiments/{experiment}/run").status
    return ended(api, experiment)


@pytest.mark.integration
def test_deleted_snapshot_is_an_error_of_its_scenarios(api: Api) -> None:
    """An experiment whose snapshot was deleted says so."""
    snapshot = script(api, "gone", "echo x")
    experiment = created(api, snapshot_spec("gone"))
    assert 204 == api.send("DELETE", f"/v1/snapshots/{snapshot['id']}").status
    results = run(api, experiment)

    assert ("failed", f"the snapshot {snapshot['id']} of the agent was deleted") == (
        results["status"],
        results["scenarios"][0]["error"],
    )


def refused(api: Api, status: int, text: str, **body: Any) -> str:
    """Create an experiment that must be refused, and return the error."""
    answer = api.send("POST", "/v1/experiments", {"name": "x", "spec_id": stored_spec(api, text), **body})
    assert status == answer.status, answer.body
    return str(answer.body["error"])


def test_what_is_missing_is_named_before_anything_is_booted(api: Api) -> None:
    """Variables, secrets of config files, packages, and the snapshot itself."""
    auth = {"required_env": ["API_KEY", "REGION", "MODEL"]}
    script(api, "needy", "true", auth=auth)
    script(api, "file", "true", auth={"config_files": [{"path": "c", "template": "{{ secrets.TOKEN }}"}]})
    uploaded(api, "packed", {"main.py": "", "requirements.txt": "requests>=2\n"})
    needy = snapshot_spec("needy", setup={"env": {"REGION": "eu"}}, secrets=["API_KEY"])

    assert "needs 1 variable of its `auth.required_env`, which must be given in `secrets`: MODEL" in refused(
        api, 422, needy, secrets={"API_KEY": "k"}
    )
    assert "1 secret of the spec" in refused(api, 422, needy, secrets={"MODEL": "m"})
    assert "`auth.config_files`, which must be given in `secrets`: TOKEN" in refused(api, 422, snapshot_spec("file"))
    assert "needs 1 package of its requirements.txt" in refused(api, 422, snapshot_spec("packed"))
    assert "there is no snapshot 'missing@3'" in refused(api, 404, snapshot_spec("missing@3"))
    assert "there is no snapshot 'other'" in refused(api, 404, needy, snapshot="other", secrets={"API_KEY": "k"})
    assert "a snapshot must be given as NAME" in refused(api, 422, needy, snapshot="a b", secrets={"API_KEY": "k"})
    assert "`snapshot` needs a spec with `agent.type: snapshot`" in refused(api, 400, spec_text(), snapshot="needy")


@pytest.mark.integration
def test_config_files_are_private_and_not_part_of_the_diff(api: Api) -> None:
    """Config files are rendered with mode 0600 outside of the workspace, and secrets are masked in the output."""
    auth = {"config_files": [{"path": "conf/app.ini", "template": "key={{ secrets.API_KEY }}"}]}
    auth["config_files"].append({"path": "~/.tool/auth", "template": "{{ secrets.API_KEY }}"})
    text = 'cat conf/app.ini ~/.tool/auth; stat -c " %a" conf/app.ini ~/.tool/auth; echo "$API_KEY" >&2\n'
    script(api, "configured", text + 'touch "$WORKSPACE/x"', auth=auth)
    results = played(api, snapshot_spec("configured", secrets=["API_KEY"]), secrets={"API_KEY": SECRET})
    [scenario] = results["scenarios"]

    assert "key=[secret API_KEY][secret API_KEY] 600\n 600\n" == scenario["agent_output"]
    assert "[secret API_KEY]\n" == scenario["agent_stderr"]
    assert ["x"] == scenario["diff"]["added"]
    assert SECRET not in json.dumps(results)


@pytest.mark.integration
def test_unknown_runtime_is_accepted_and_named_when_it_runs(api: Api) -> None:
    """Another machine may have it; this one names what there is instead."""
    script(api, "old", "true", runtime="cobol74")
    [scenario] = played(api, snapshot_spec("old"))["scenarios"]

    assert "error" == scenario["status"]
    assert "the runtime 'cobol74' is not in the sandbox" in scenario["error"]
    assert "python3 3." in scenario["error"]


ENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "never ends": ("echo before; sleep 60", {"exit_code": 124, "timed_out": True, "agent_output": "before\n"}),
    "binary": (r"printf '\377\000ok'", {"exit_code": 0, "agent_output": "\ufffd\0ok"}),
    "signal": ("kill -SEGV $$", {"exit_code": 139, "agent_output": ""}),
    "no such program": ("exec no-such-program", {"exit_code": 127}),
    "output without end": ("yes 1234567", {"exit_code": 124, "timed_out": True}),
}


@pytest.mark.integration
@pytest.mark.parametrize("case", ENDS)
def test_each_end_of_an_agent_is_judged(api: Api, case: str) -> None:
    """However an agent ends, the run ends with a verdict about what it left behind."""
    text, expected = ENDS[case]
    script(api, "ends", f'echo x > "$WORKSPACE/made"\n{text}\n')
    agent = {"type": "snapshot", "snapshot": "ends", "timeout": "2s"}
    invariants = {"made": {"check": {"type": "file_exists", "path": "made"}}}
    [scenario] = played(api, snapshot_spec("ends", agent=agent, invariants=invariants))["scenarios"]

    assert expected.items() <= scenario.items()
    assert ("pass", ["made"]) == (scenario["status"], scenario["diff"]["added"])
    assert len(scenario["agent_output"]) <= 64 * 1024


@pytest.mark.integration
def test_traces_of_the_agent_are_those_of_its_sandbox(api: Api) -> None:
    """The agent's process reports with the key of its sandbox, and its tools and tokens are those of the scenario."""
    program = """\
import json, os, urllib.request
for prefix in ("KEYSTONE", "ASHR_LABS"):
    url = os.environ[f"{prefix}_BASE_URL"] + f"/v1/sandboxes/{os.environ[f'{prefix}_SANDBOX_ID']}/trace"
    cost = {"model": "m", "input_tokens": 10, "output_tokens": 2}
    event = {"event_type": "llm_call", "tool": "m.create", "span_id": prefix.lower(), "phase": "complete", "cost": cost}
    tool = {"event_type": "tool_use", "tool": "search", "span_id": prefix.lower() + "-tool", "phase": "invoked"}
    headers = {"authorization": "Bearer " + os.environ[f"{prefix}_API_KEY"], "content-type": "application/json"}
    body = json.dumps({"events": [event, tool]}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        print(json.load(answer)["ingested"])
"""
    uploaded(api, "traced", {"main.py": program})
    [scenario] = played(api, snapshot_spec("traced"))["scenarios"]
    trace = api.got(f"/v1/sandboxes/{scenario['sandbox_id']}/trace")

    assert "2\n2\n" == scenario["agent_output"], scenario
    assert (2, 24) == (scenario["tool_calls"], scenario["cost"]["input_tokens"] + scenario["cost"]["output_tokens"])
    assert {"keystone", "ashr_labs", "keystone-tool", "ashr_labs-tool"} == {one["span_id"] for one in trace["events"]}
