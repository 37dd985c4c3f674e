"""`Keystone.experiments`, and the same of the public package, against a served platform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.keystone import Contains, FileExists, Keystone, KeystoneError
from ashr_labs.keystone.types import Comparison, Experiment, ExperimentMetrics, RunResults
from ashr_labs.local.server.app import running_server
from support.experiments import wait_until
from support.local_api import Api, database_with_tenants
from support.sandboxes import engine_or_skip
from support.scripted_server import Answer, ScriptedServer

SPEC = """
id: fix-failing-test
agent: {type: cli, command: "echo hello; test $ANTHROPIC_API_KEY = given && touch done.txt"}
secrets: [ANTHROPIC_API_KEY]
invariants: {done: {gate: true, check: {type: file_exists, path: done.txt}}}
parallelism: {replicas: 2}
"""


@pytest.fixture(scope="module", name="served")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Serve a platform with two tenants; yield its URL and their keys."""
    engine_or_skip("bubblewrap").close()
    path = tmp_path_factory.mktemp("keystone") / "two.db"
    keys = database_with_tenants(path)
    with Api.opened(path) as api, running_server(api.platform) as url:
        yield url, keys


def test_calls_of_the_reference(served: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented calls return the documented classes, and a handle has their methods."""
    url, keys = served
    path = tmp_path / "fix-failing-test.yaml"
    path.write_text(SPEC)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from here")
    with Keystone(api_key=keys[0], base_url=url) as ks:
        ks.specs.create_from_file(path)
        exp = ks.experiments.create(
            name="baseline-v1", spec_id="fix-failing-test", spec_path=path, secrets={"ANTHROPIC_API_KEY": "given"}
        )
        ks.experiments.run(exp.id)
        with pytest.raises(KeystoneError, match="is running") as running:
            ks.experiments.run(exp.id)
        exp.cancel()
        results = ks.experiments.run_and_wait(exp.id, poll_interval=0.05, timeout=60, scores=[Contains("hello")])
        worse = ks.experiments.create("worse", "fix-failing-test", spec_path=path)
        seen = worse.run_and_wait(poll_interval=0.05)
        compared, metrics = exp.compare(worse), ks.experiments.metrics(exp.id)

        assert isinstance(exp, Experiment)
        assert isinstance(results, RunResults)
        assert isinstance(compared, Comparison)
        assert isinstance(metrics, ExperimentMetrics)
        assert (409, "draft") == (running.value.status_code, exp.status)
        assert (2, 0) == (results.passed, seen.passed)
        assert ["done", "contains"] == [one.name for one in results.scenarios[0].invariants]
        assert ["pass_rate"] == [one for one in compared.regressions if one == "pass_rate"]
        assert {exp.id, worse.id} <= {one.id for one in ks.experiments.list()}
        assert 2 == metrics.summary.total_runs
        assert ks.experiments.get(exp.id).scenarios == ks.experiments.handle(exp.id).results().scenarios
        with pytest.raises(ConfigurationError, match="needs the sandbox"):
            exp.run_and_wait(scores=[FileExists("done.txt")])
    with Keystone(api_key=keys[1], base_url=url) as other, pytest.raises(KeystoneError, match="no experiment") as error:
        other.experiments.get(exp.id)
    assert 404 == error.value.status_code


def test_public_client_runs_experiments(served: tuple[str, list[str]], tmp_path: Path) -> None:
    """Every method of the experiments of `polarity-keystone` works, unchanged, for its own tenant only."""
    keystone = pytest.importorskip("polarity_keystone")
    url, keys = served
    first, second = (keystone.Keystone(api_key=key, base_url=url) for key in keys)
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    first.specs.create(SPEC)
    good = first.experiments.create("good", "fix-failing-test", secrets={"ANTHROPIC_API_KEY": "given"})
    draft = first.experiments.get(good.info.id)
    results = good.run_and_wait(poll_interval=0.05, timeout=60)
    bad = first.experiments.create("bad", "fix-failing-test", secrets={"ANTHROPIC_API_KEY": "other"})
    first.experiments.run(bad.info.id)
    wait_until(lambda: bad.results().failed == 2)
    seen = bad.results()
    compared = good.compare(bad)
    metrics = good.metrics()

    assert ("draft", 0) == (good.info.status, draft.passed)
    assert (2, 2, 1.0) == (results.total_scenarios, results.passed, results.metrics.pass_rate)
    assert ("pass", "hello\n", True) == (
        results.scenarios[0].status,
        results.scenarios[0].agent_output,
        results.scenarios[0].invariants[0].passed,
    )
    assert "default-r1" == seen.scenarios[0].reproducer.scenario_id
    assert (True, "pass_rate") == (compared.regressed, compared.metrics[0].name)
    assert (2, good.info.id) == (metrics.summary.total_runs, metrics.experiment_id)
    assert [0.0, 1.0] == sorted({one.pass_rate for one in metrics.pass_rate_trend[-2:]})
    assert good.info.id in {one.id for one in first.experiments.list()}
    assert good.info.id == first.experiments.handle(good.info.id).info.id
    for call in (second.experiments.get, second.experiments.run, second.experiments.metrics):
        with pytest.raises(keystone.KeystoneError, match="no experiment"):
            call(good.info.id)
    assert [] == second.experiments.list()


def test_waiting_survives_an_outage(server: ScriptedServer) -> None:
    """Answers of 502 while waiting are polled through; a status of failure, or nothing to do, ends the wait."""
    server.on("POST /v1/experiments/exp-1/run", Answer(202, b""))
    failed: dict[str, Any] = {"status": "failed", "total_scenarios": 1, "errors": 1, "experiment_id": "exp-1"}
    outage = [Answer(502, b"<html>Bad Gateway</html>")] * 4
    server.on("GET /v1/experiments/exp-1?scenarios=false", *outage, failed)
    server.on("GET /v1/experiments/exp-1", failed)
    with Keystone(api_key="k", base_url=server.url) as ks:
        results = ks.experiments.run_and_wait("exp-1", poll_interval=0.01)

    assert ("failed", 1) == (results.status, results.errors)


def test_empty_experiment_ends_the_wait(server: ScriptedServer) -> None:
    """An experiment that has ended without a scenario ends the wait."""
    server.on("POST /v1/experiments/exp-1/run", Answer(202, b""))
    for target in ("exp-1", "exp-1?scenarios=false"):
        server.on(f"GET /v1/experiments/{target}", {"status": "completed", "total_scenarios": 0})
    with Keystone(api_key="k", base_url=server.url) as ks:
        assert not ks.experiments.run_and_wait("exp-1", poll_interval=0.01).has_passed
