"""Experiments of the client, on the embedded platform with real sandboxes."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AshrLabsClient, ConfigurationError, ConflictError, NotFoundError
from ashr_labs.errors import PollTimeoutError
from ashr_labs.scorers import Contains, FileExists
from support.experiments import spec_text
from support.sandboxes import engine_or_skip


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


def stored(client: AshrLabsClient, command: str, **keys: Any) -> str:
    return (client.specs.create(spec_text(command, **keys))).id


def test_experiment_from_creation_to_comparison() -> None:
    """Every method works with the id, and every method of a handle does the same."""
    with AshrLabsClient.local() as client:
        spec = stored(client, 'test "$N" = 1', parallelism={"matrix": {"N": [1, 2]}})
        made = client.experiments.create("nightly", spec, seed=4)
        results = made.run_and_wait(timeout=60)
        other = client.experiments.create("again", spec, scenario_ids=[results.scenarios[0].scenario_id])
        other.run_and_wait(timeout=60)
        compared = made.compare(other)

        assert ("draft", 2, 4) == (made.info.status, made.info.total_scenarios, made.info.seed)
        assert (1, 1, "completed", False) == (results.passed, results.failed, results.status, results.has_passed)
        assert {"N": 1} == results.scenarios[0].parameters
        assert "pass" == (made.results()).scenarios[0].status
        assert ("cannot tell", 1) == (
            compared.paired and compared.paired.verdict,
            compared.paired and compared.paired.pairs,
        )
        assert compared == client.experiments.compare(made.id, other)
        assert [other.id, made.id] == [one.id for one in client.experiments.list()]
        assert [0.5, 1.0] == [one.pass_rate for one in (made.metrics()).pass_rate_trend]
        assert 2 == len((client.experiments.handle(made.id).results()).scenarios)


def test_scores_of_the_client_decide_too() -> None:
    """A scorer with a gate fails a scenario whose sandbox is right; one that needs the sandbox is refused at once."""
    with AshrLabsClient.local() as client:
        made = client.experiments.create("scored", stored(client, "echo goodbye"))
        results = made.run_and_wait(timeout=60, scores=[Contains("hello", gate=True)])

        assert (0, 1, "fail", 0.0) == (
            results.passed,
            results.failed,
            results.scenarios[0].status,
            results.scenarios[0].composite_score,
        )
        with pytest.raises(ConfigurationError, match="needs the sandbox"):
            made.run_and_wait(scores=[FileExists("a.txt")])
        assert 1 == (made.results()).run


def test_waiting_ends() -> None:
    """A run that takes too long is a timeout, and goes on; cancelling it ends it, and waiting ends with that."""
    with AshrLabsClient.local() as client:
        made = client.experiments.create("slow", stored(client, "sleep 60"))
        with pytest.raises(PollTimeoutError, match=f"experiment {made.id} has not ended after 0.1 s; it continues"):
            made.run_and_wait(timeout=0.1)
        with pytest.raises(ConflictError, match="is running"):
            made.run()
        made.cancel()

        assert ("cancelled", 1) == (made.info.status, (made.results()).errors)
        with pytest.raises(ConflictError, match="is not running"):
            made.cancel()


def test_failure_ends_the_wait() -> None:
    """A run whose scenarios cannot be played ends, with the reasons."""
    with AshrLabsClient.local() as client:
        spec = stored(client, "true", setup={"commands": ["exit 1"]})
        results = (client.experiments.create("broken", spec)).run_and_wait(timeout=60)

        assert ("failed", 1) == (results.status, results.errors)
        assert "setup.commands[0]" in results.scenarios[0].error


def test_unknown_experiment_is_not_found() -> None:
    """An experiment that does not exist is an error of the documented class."""
    with AshrLabsClient.local() as client, pytest.raises(NotFoundError, match="there is no experiment 'x'"):
        client.experiments.get("x")


def test_malformed_arguments_are_refused_before_anything_is_sent() -> None:
    """Text in place of a list, and a list in place of a mapping, are refused by name."""
    with AshrLabsClient.local() as client:
        create = client.experiments.create
        with pytest.raises(ConfigurationError, match="`scenario_ids` must be a list of ids, got 'default-r1'"):
            create("x", "y", scenario_ids="default-r1")
        with pytest.raises(ConfigurationError, match="`secrets` must be a mapping of names to values, got list"):
            create("x", "y", secrets=["TOKEN"])  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="`scores` must be a list of scorers, got"):
            client.experiments.run_and_wait("x", scores=Contains("a"))  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="timeout must be 0 to"):
            client.experiments.run_and_wait("x", timeout=-1)
