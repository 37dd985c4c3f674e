"""Exports, and scores of experiments, of the client."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import APIConnectionError, AshrLabsClient, ConfigurationError, ConflictError, NotFoundError
from ashr_labs.errors import ResponseFormatError, ValidationError
from ashr_labs.scorers import Contains, FileExists, Regex
from support.local_api import database_on, database_with_tenants
from support.scripted_server import Answer, ScriptedServer
from support.stored_experiments import store_experiment

EXPORT = "GET /testing-platform-api/v1/experiments/exp-1/export?format=ndjson"
OUTCOMES = [("a", "pass"), ("a", "pass"), ("b", "fail"), ("c", "error")]


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    """Return a database that has an experiment with results."""
    path = tmp_path / "stored.db"
    database_with_tenants(path, 1)
    with closing(database_on(path)) as database, database.write() as connection:
        store_experiment(connection, OUTCOMES)
    return path


def test_experiments_and_lists_are_exported(path: Path) -> None:
    """Both formats have the same, and iterators go through all pages."""
    with AshrLabsClient.local(path) as client:
        span: Any = {"id": "s", "type": "span", "name": "tool:look", "metadata": {}}
        spans: Any = [span, {**span, "id": "u"}]
        client.ingest_observability_trace({"id": "t", "name": "t", "session_id": "sb-exp-1-0", "observations": spans})
        whole = client.export.experiment("exp-1")
        lines = [json.loads(line) for line in (client.export.experiment("exp-1", "ndjson")).splitlines()]

        assert ["s", "u"] == [one["span_id"] for one in whole["traces"]]
        assert whole["scenarios"] == [line["data"] for line in lines if line["type"] == "scenario"]
        assert whole["scenarios"] == list(client.export.scenarios(limit=3))
        assert ["b-r1"] == [one["scenario_id"] for one in client.export.scenarios(status="failed")]
        assert ["s", "u"] == [one["span_id"] for one in client.export.traces(limit=1, experiment_id="exp-1")]
        assert ["u"] == [one["span_id"] for one in client.export.spans(span_id="u", tool="look")]
        assert ["s", "u"] == [one["span_id"] for one in (client.export.trace("t"))["spans"]]
        with pytest.raises(NotFoundError, match="there is no experiment 'exp-2'"):
            client.export.experiment("exp-2")
        with pytest.raises(ValidationError, match="format: must be json or ndjson"):
            client.export.experiment("exp-1", "csv")  # type: ignore[call-overload]


def test_download_is_retried_until_it_begins(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A busy platform is asked again; parts may be left early."""
    server.on(EXPORT, Answer(503), Answer(body=b"first\nsecond\n"))

    assert b"first\nsecond\n" == b"".join(list(client.export.iter_bytes("exp-1")))
    server.on(EXPORT, Answer(body=b"x" * 300_000))
    with closing(client.export.iter_bytes("exp-1")) as parts:
        assert b"x" == (next(parts))[:1]


def test_download_that_breaks_off_is_an_error(client: AshrLabsClient, server: ScriptedServer) -> None:
    """The parts that have come are yielded, and then the error; it is not taken for the end."""
    server.on(EXPORT, Answer(body=b"0123456789", cut_after=5))
    parts = client.export.iter_bytes("exp-1")

    assert b"01234" == next(parts)
    with pytest.raises(APIConnectionError):
        next(parts)


def test_export_that_is_no_json_is_an_error(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A page of a proxy in place of JSON is an error of the platform's answer."""
    server.on(EXPORT.replace("ndjson", "json"), Answer(body=b"<html>"))

    with pytest.raises(ResponseFormatError, match="must be JSON"):
        client.export.experiment("exp-1")


def test_platform_and_client_score_an_experiment(path: Path) -> None:
    """Scorers run on the platform or here, and their scores count by weight and gate where they are asked for."""
    with AshrLabsClient.local(path) as client:
        rule = client.scoring.create_rule("said a", "contains", {"text": "by a"})
        first = Contains("r1", gate=True, name="first")
        scorers = [Regex("r[12]", weight=0.5), first, ~Contains("b-r1"), "contains:said"]
        queued = client.scoring.score_experiment("exp-1", [rule["id"]], scorers=scorers)
        assert {"status": "queued", "queued": 15, "stored": 0} == queued
        scores = client.scoring.wait_for_scores("exp-1", timeout=20)
        assert {"said a": 2, "regex": 3, "first": 2, "not contains": 2, "contains:said": 3} == {
            name: sum(one["passed"] is True for one in scores if one.get("name") == name)
            for name in dict.fromkeys(str(one.get("name")) for one in scores)
        }

        def speaks(agent_output: str) -> bool:
            return bool(agent_output)

        added = client.scoring.add_scores("exp-1", [speaks])
        assert 18 == len(added) == len(list(client.export.scores()))
        assert added == client.scoring.get_scores("exp-1")

        plain, counted = client.experiments.get("exp-1"), client.experiments.get("exp-1", with_scores=True)
        assert ["pass", "pass", "fail", "error"] == [one.status for one in plain.scenarios]
        assert ["flaky", "flaky", "fail", "error"] == [one.status for one in counted.scenarios]
        assert ["pass", "fail", "fail", "error"] == [one.outcome or one.status for one in counted.scenarios]
        assert 6 == len(counted.scenarios[0].invariants)
        assert 0.5 == next(one for one in counted.scenarios[0].invariants if one.name == "regex").weight


def test_scorers_that_cannot_run_there_are_refused_here(path: Path) -> None:
    """Code, scorers of the sandbox and nothing at all are refused before anything is sent."""
    with AshrLabsClient.local(path) as client:
        for scorers, message in (
            ([lambda output: 1.0], "add_scores"),
            ([FileExists("x")], "needs the sandbox"),
            ([], "at least one scorer"),
            ("contains:x", "must be a list"),
        ):
            with pytest.raises(ConfigurationError, match=message):
                client.scoring.score_experiment("exp-1", scorers=scorers)
        with pytest.raises(ConfigurationError, match="needs the sandbox"):
            client.scoring.add_scores("none", [FileExists("x")])
        with pytest.raises(ConfigurationError, match="needs the scenarios"):
            client.experiments.get("exp-1", scenarios=False, with_scores=True)
        assert [] == client.scoring.get_scores("exp-1")


def test_experiments_are_deleted(path: Path) -> None:
    """A deleted experiment is gone; one that runs must be cancelled first."""
    with AshrLabsClient.local(path) as client:
        client.specs.create("{id: slow, agent: {type: cli, command: sleep 60}}")
        running = client.experiments.create("slow", "slow")
        running.run()
        with pytest.raises(ConflictError, match="cancel it before"):
            running.delete()
        running.cancel()
        running.delete()
        client.experiments.delete("exp-1")

        assert [] == client.experiments.list()
        with pytest.raises(NotFoundError):
            client.experiments.delete("exp-1")
