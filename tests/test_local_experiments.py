"""Experiments on the embedded platform: what an agent leaves behind in its sandboxes decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.experiments import created, ended, played, spec_text, started, stored_spec, wait_until
from support.local_api import Api, database_with_tenants
from support.sandboxes import engine_or_skip

FILE = {"made": {"gate": True, "check": {"type": "file_content", "path": "a.txt", "contains": "right"}}}


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


@pytest.fixture(name="api", scope="module")
def _api() -> Iterator[Api]:
    with Api.opened() as api:
        yield api


def test_outcome_decides_and_not_the_words(api: Api) -> None:
    """An agent that says it is done and did nothing fails, and one that did it passes, whatever it says."""
    lazy = played(api, spec_text("echo I have written the file", invariants=FILE))
    busy = played(api, spec_text("echo right > a.txt; echo I could not do it >&2; exit 3", invariants=FILE))

    (said,), (did,) = lazy["scenarios"], busy["scenarios"]
    assert ("fail", 0.0, "I have written the file\n") == (said["status"], said["composite_score"], said["agent_output"])
    assert ["made"] == [one["name"] for one in said["invariants"] if not one["passed"]]
    assert "a.txt" in said["invariants"][0]["message"]
    assert ("pass", 1.0, 3, "I could not do it\n") == (
        did["status"],
        did["composite_score"],
        did["exit_code"],
        did["agent_stderr"],
    )
    text = "--- a/a.txt\n+++ b/a.txt\n@@ -0,0 +1 @@\n+right\n"
    assert {"added": ["a.txt"], "removed": [], "modified": [], "omitted": 0, "text": text} == did["diff"]
    assert ("completed", 1, 0, 1) == (lazy["status"], lazy["total_scenarios"], lazy["passed"], lazy["failed"])
    assert ("completed", 1, 0, 1.0) == (busy["status"], busy["passed"], busy["failed"], busy["metrics"]["pass_rate"])


def test_diff_shows_the_lines_of_small_text_files(api: Api) -> None:
    """Changed lines are in the result, without secrets; binary, large and hidden files are in the paths only."""
    files = [{"path": name, "content": "one\ntwo\n"} for name in ("kept", "changed", "gone")]
    text = spec_text(
        "sed -i s/two/$TOKEN/ changed; rm gone; printf '\\000' > binary; mkdir node_modules; echo x > node_modules/a;"
        " head -c 40000 /dev/zero | tr '\\0' a > large; seq 1 3000 > many",
        setup={"files": files},
        secrets=["TOKEN"],
    )
    (one,) = played(api, text, secrets={"TOKEN": "s3cret-value"})["scenarios"]

    diff = one["diff"]
    assert (["changed"], ["gone"], 4) == (diff["modified"], diff["removed"], len(diff["added"]))
    changed = "--- a/changed\n+++ b/changed\n@@ -1,2 +1,2 @@\n one\n-two\n+[secret TOKEN]\n"
    assert diff["text"].startswith(f"{changed}--- a/many\n+++ b/many\n@@ -0,0 +1,3000 @@\n+1\n+2\n")
    assert (8192 + len("..."), True) == (len(diff["text"]), diff["text"].endswith("..."))
    (small,) = played(api, spec_text("rm gone", setup={"files": files}))["scenarios"]
    assert "--- a/gone\n+++ b/gone\n@@ -1,2 +0,0 @@\n-one\n-two\n" == small["diff"]["text"]


def test_matrix_and_replicas_are_played(api: Api) -> None:
    """Each combination is played with its parameters as variables; replicas that disagree are flaky."""
    text = spec_text(
        'echo "$MODEL $SCENARIO_SEED $TASK_PROMPT"; cat; test "$MODEL" = good || test "$SCENARIO_ID" = "${BAD}-r1"',
        task={"prompt": "Use {{ parameters.MODEL }}."},
        parallelism={"replicas": 2, "matrix": {"MODEL": ["good", "bad"]}},
    )
    results = played(api, text, seed=5)

    good, bad = results["scenarios"][:2], results["scenarios"][2:]
    seeds = [one["seed"] for one in results["scenarios"]]
    assert [f"good {seeds[0]} Use good.\nUse good.", "pass"] == [good[0]["agent_output"], good[0]["status"]]
    assert [{"MODEL": "bad"}] * 2 == [one["parameters"] for one in bad]
    assert (4, 2, 2, 0, 0, 5) == tuple(
        results[name] for name in ("total_scenarios", "passed", "failed", "flaky", "errors", "seed")
    )
    assert 4 == len({one["sandbox_id"] for one in results["scenarios"]}) == len(set(seeds))


def test_replicas_that_disagree_are_flaky(api: Api) -> None:
    """Replicas of which some pass are counted as flaky, and say each how it ended."""
    results = played(api, spec_text('test "$SCENARIO_ID" = default-r2', parallelism={"replicas": 3}))

    assert (0, 0, 3) == (results["passed"], results["failed"], results["flaky"])
    assert ["fail", "pass", "fail"] == [one["outcome"] for one in results["scenarios"]]
    assert pytest.approx(1 / 3) == results["metrics"]["pass_rate"]


def test_broken_rule_fails_with_zero(api: Api) -> None:
    """A violation of `forbidden` fails a scenario that is right otherwise; the details name it."""
    text = spec_text(
        "echo right > a.txt; echo x > b.txt", invariants=FILE, forbidden={"file_writes_outside": ["a.txt"]}
    )
    results = played(api, text)

    (one,) = results["scenarios"]
    assert ("fail", 0.0, 1) == (one["status"], one["composite_score"], results["metrics"]["side_effect_violations"])
    assert [{"rule": "file_writes_outside", "violated": True, "details": "b.txt was added"}] == one["forbidden_checks"]


def test_commands_of_invariants_are_no_deeds_of_the_agent(api: Api) -> None:
    """Files that the commands of invariants write are neither in the diff nor a violation."""
    text = spec_text(
        "true",
        invariants={"tests": {"check": {"type": "command_exit", "command": "touch cache"}}},
        forbidden={"file_writes_outside": ["a.txt"]},
    )
    (one,) = played(api, text)["scenarios"]

    assert ("pass", []) == (one["status"], one["diff"]["added"])


def test_reproducer_plays_one_scenario_again(api: Api) -> None:
    """Seed, version and id of a scenario give the same scenario alone, also after the spec has changed."""
    text = spec_text("echo $N $SCENARIO_SEED", parallelism={"matrix": {"N": [1, 2]}})
    first = played(api, text, seed=9)
    name = first["spec_id"]
    stored_spec(api, f"{{id: {name}, agent: {{type: cli, command: 'false'}}}}")
    found = first["scenarios"][1]["reproducer"]

    again = api.send(
        "POST",
        "/v1/experiments",
        {
            "name": "again",
            "spec_id": name,
            "spec_version": 1,
            "seed": found["seed"],
            "scenario_ids": [found["scenario_id"]],
        },
    )
    assert 202 == api.send("POST", f"/v1/experiments/{again.body['id']}/run").status
    (one,) = ended(api, again.body["id"])["scenarios"]

    assert first["scenarios"][1]["agent_output"] == one["agent_output"]
    assert (f"{name}@1", 9, {"N": 2}) == (found["spec_file"], found["seed"], found["parameters"])
    assert f"--spec {name} --spec-version 1 --seed 9 --scenario {one['scenario_id']}" in found["command"]


@pytest.mark.parametrize(
    ("command", "exit_code", "output"),
    [
        ("kill -9 $$", 137, ""),
        ("printf '\\377\\000x'", 0, "\N{REPLACEMENT CHARACTER}\0x"),
        ("head -c 200000 /dev/zero | tr '\\0' a", 0, "a" * 65536),
        ("no-such-program-there", 127, ""),
    ],
)
def test_agents_that_end_badly_have_results(api: Api, command: str, exit_code: int, output: str) -> None:
    """Signals, bytes that are not text, too much output and missing programs are results, not faults."""
    (one,) = played(api, spec_text(command))["scenarios"]

    assert (exit_code, output) == (one["exit_code"], one["agent_output"])
    assert ("fail" if exit_code else "pass") == one["status"]


def test_agent_that_never_ends_is_stopped(api: Api) -> None:
    """An agent that runs out of time is killed; what it did until then is judged."""
    agent = {"type": "cli", "command": "echo right > a.txt; sleep 1000", "timeout": "500ms"}
    (one,) = played(api, spec_text(agent=agent, invariants=FILE))["scenarios"]

    assert ("pass", 124, True) == (one["status"], one["exit_code"], one["timed_out"])


def test_scenario_without_sandbox_is_an_error(api: Api) -> None:
    """A setup that fails makes a scenario an error with the reason; an experiment without a verdict has failed."""
    results = played(api, spec_text(setup={"commands": ["exit 7"]}))

    assert ("failed", 1) == (results["status"], results["errors"])
    assert "setup.commands[0]: the command ended with exit code 7" == results["scenarios"][0]["error"]
    assert "error" == results["scenarios"][0]["status"]


def test_key_of_the_sandbox_is_masked(api: Api) -> None:
    """An agent that prints its environment does not show the key of its sandbox, and breaks no rule of the spec."""
    (one,) = played(api, spec_text("env", forbidden={"secrets_in_logs": "deny"}))["scenarios"]

    assert "pass" == one["status"]
    assert "ks_sb_" not in one["agent_output"]
    assert "KEYSTONE_API_KEY=[secret " in one["agent_output"]


def test_secrets_reach_the_agent_and_nobody_else(api: Api) -> None:
    """A secret is a variable of the agent; it is in no answer, also if the agent prints it."""
    text = spec_text("echo $API_TOKEN; test $API_TOKEN = s3cret-value", secrets=["API_TOKEN"])
    results = played(api, text, secrets={"API_TOKEN": "s3cret-value"})

    assert "pass" == results["scenarios"][0]["status"]
    assert "s3cret-value" not in str(results) + str(api.got("/v1/experiments"))


@pytest.mark.parametrize(
    ("keys", "body", "status", "message"),
    [
        ({"agent": None}, {}, 400, "has no scenario to play: add an `agent`"),
        ({}, {"scenario_ids": []}, 400, "must name at least one scenario"),
        ({}, {"scenario_ids": ["default-r2"]}, 422, "not in the spec: default-r2; did you mean 'default-r1'"),
        ({"secrets": ["API_TOKEN"]}, {}, 422, "must be given in `secrets`: API_TOKEN"),
        ({"agent": {"type": "paragon"}}, {}, 400, "run on the Keystone platform only"),
        ({"task": {"prompt": "{{ parameters.X }}"}}, {}, 422, "uses the parameter 'X'"),
        ({}, {"spec_version": 7}, 404, "there is no version 7 of the spec"),
        ({}, {"spec_id": "nothing"}, 404, "there is no spec 'nothing'"),
        ({}, {"speed": 3}, 422, "did you mean 'seed'"),
        ({}, {"seed": -1}, 422, "seed"),
        ({"parallelism": {"matrix": {"A": [1, 1]}}}, {}, 422, "has the value 1 more than once"),
        ({"parallelism": {"replicas": 1000, "matrix": {"A": [1, 2, 3]}}}, {}, 422, "makes 3,000 scenarios"),
    ],
)
def test_unusable_experiments_are_refused(api: Api, keys: Any, body: Any, status: int, message: str) -> None:
    """An experiment that cannot be played is refused when it is created, with what to do."""
    text = "{id: bare}" if keys == {"agent": None} else spec_text(**keys)
    answer = api.send("POST", "/v1/experiments", {"name": "x", "spec_id": stored_spec(api, text), **body})

    assert status == answer.status, answer.body
    assert message in answer.body["error"]


def test_states_of_an_experiment(api: Api) -> None:
    """A draft has no results; one that runs cannot be run again; one that has ended can, and keeps its last results."""
    experiment = created(api, spec_text("test -e /workspace/go || sleep 0.2"))
    at = f"/v1/experiments/{experiment}"
    draft = api.got(at)
    assert 409 == api.send("POST", f"{at}/cancel").status
    begun = api.send("POST", f"{at}/run")
    refused = api.send("POST", f"{at}/run")
    first = ended(api, experiment)
    assert 202 == api.send("POST", f"{at}/run").status
    second = ended(api, experiment)

    assert ("running", 202) == (begun.body["status"], begun.status)
    assert ("draft", 1, [], "") == tuple(draft[name] for name in ("status", "total_scenarios", "scenarios", "ran_at"))
    assert (409, True) == (refused.status, "is running; wait for its end" in refused.body["error"])
    assert (1, 2) == (first["run"], second["run"])
    assert first["scenarios"][0]["sandbox_id"] != second["scenarios"][0]["sandbox_id"]


def test_progress_is_shown_while_it_runs(api: Api) -> None:
    """The results so far are there while others still run, with their states."""
    text = spec_text('test "$N" = 1 || sleep 60', parallelism={"matrix": {"N": [1, 2]}})
    experiment = started(api, text)
    at = f"/v1/experiments/{experiment}"
    wait_until(lambda: api.got(at)["passed"] == 1)
    seen = api.got(at)

    assert "running" == seen["status"]
    assert ["pass", "running"] == [one["status"] for one in seen["scenarios"]]
    assert 1.0 == seen["metrics"]["pass_rate"]
    assert 200 == api.send("POST", f"{at}/cancel").status
    assert ["pass", "cancelled"] == [one["status"] for one in api.got(at)["scenarios"]]
    assert ("cancelled", 1, 1) == tuple(api.got(at)[name] for name in ("status", "passed", "errors"))
    wait_until(lambda: api.got("/v1/sandboxes") == [])


def test_capacity_is_waited_for(api: Api) -> None:
    """With all places taken scenarios wait, and are played once there is one; a wait does not count as an attempt."""
    spec = stored_spec(api, "{id: holder}")
    holders = [api.send("POST", "/v1/sandboxes", {"spec_id": spec}).body["id"] for _ in range(16)]
    experiment = started(api, spec_text())
    wait_until(lambda: api.got(f"/v1/experiments/{experiment}")["scenarios"][0]["status"] == "running")
    for holder in holders:
        assert 204 == api.send("DELETE", f"/v1/sandboxes/{holder}").status

    assert 1 == ended(api, experiment)["passed"]


def test_experiments_are_compared(api: Api) -> None:
    """Two experiments have their metrics side by side, and a verdict whether the difference is more than chance."""
    text = spec_text('test "$(date +%Y)" -gt 3000', parallelism={"replicas": 6})
    baseline = played(api, text)
    name = baseline["spec_id"]
    stored_spec(api, spec_text("true", id=name, parallelism={"replicas": 6}))
    candidate = started(api, spec_text("true", id=name, parallelism={"replicas": 6}))
    at = {"baseline_id": baseline["experiment_id"], "candidate_id": candidate}
    early = api.send("POST", "/v1/experiments/compare", at)
    ended(api, candidate)
    found = api.send("POST", "/v1/experiments/compare", at).body
    back = api.send(
        "POST", "/v1/experiments/compare", {"baseline_id": candidate, "candidate_id": baseline["experiment_id"]}
    ).body

    assert 409 == early.status
    rate = next(one for one in found["metrics"] if one["name"] == "pass_rate")
    assert {"name": "pass_rate", "baseline": 0, "candidate": 1, "delta": 1, "direction": "improved"} == rate
    assert ("better", 6, 6) == (found["paired"]["verdict"], found["paired"]["pairs"], len(found["paired"]["improved"]))
    assert (True, "worse") == (back["regressed"], back["paired"]["verdict"])
    assert "pass_rate" in back["regressions"]
    metrics = api.got(f"/v1/metrics/experiments/{candidate}")
    assert [(f"{baseline['experiment_id']}/1", 0.0), (f"{candidate}/1", 1.0)] == [
        (one["run_id"], one["pass_rate"]) for one in metrics["pass_rate_trend"]
    ]
    assert 6 == metrics["summary"]["total_runs"]


def test_tenants_are_apart(tmp_path: Any) -> None:
    """An experiment, its metrics and its comparison exist for its own tenant only."""
    keys = database_with_tenants(tmp_path / "two.db")
    with Api.opened(tmp_path / "two.db") as owner:
        first, second = (Api(owner.platform, key, number) for number, key in enumerate(keys, 1))
        experiment = created(first, spec_text())
        for method, target in (
            ("GET", f"/v1/experiments/{experiment}"),
            ("POST", f"/v1/experiments/{experiment}/run"),
            ("POST", f"/v1/experiments/{experiment}/cancel"),
            ("GET", f"/v1/metrics/experiments/{experiment}"),
        ):
            assert 404 == second.send(method, target).status
        both = {"baseline_id": experiment, "candidate_id": experiment}
        assert 404 == second.send("POST", "/v1/experiments/compare", both).status
        assert [] == second.got("/v1/experiments")
        assert [experiment] == [one["id"] for one in first.got("/v1/experiments")]
