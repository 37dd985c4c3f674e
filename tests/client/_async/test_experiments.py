"""Experiments of the client, on the embedded platform with real sandboxes."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AsyncAshrLabsClient, ConfigurationError, ConflictError, NotFoundError
from ashr_labs.errors import PollTimeoutError
from ashr_labs.scorers import Contains, FileExists
from support.experiments import spec_text
from support.sandboxes import engine_or_skip


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


async def stored(client: AsyncAshrLabsClient, command: str, **keys: Any) -> str:
    return (await client.specs.create(spec_text(command, **keys))).id


async def test_experiment_from_creation_to_comparison() -> None:
    """Every method works with the id, and every method of a handle does the same."""
    async with AsyncAshrLabsClient.local() as client:
        spec = await stored(client, 'test "$N" = 1', parallelism={"matrix": {"N": [1, 2]}})
        made = await client.experiments.create("nightly", spec, seed=4)
        results = await made.run_and_wait(timeout=60)
        other = await client.experiments.create("again", spec, scenario_ids=[results.scenarios[0].scenario_id])
        await other.run_and_wait(timeout=60)
        compared = await made.compare(other)

        assert ("draft", 2, 4) == (made.info.status, made.info.total_scenarios, made.info.seed)
        assert (1, 1, "completed", False) == (results.passed, results.failed, results.status, results.has_passed)
        assert {"N": 1} == results.scenarios[0].parameters
        assert "pass" == (await made.results()).scenarios[0].status
        assert ("cannot tell", 1) == (
            compared.paired and compared.paired.verdict,
            compared.paired and compared.paired.pairs,
        )
        assert compared == await client.experiments.compare(made.id, other)
        assert [other.id, made.id] == [one.id for one in await client.experiments.list()]
        assert [0.5, 1.0] == [one.pass_rate for one in (await made.metrics()).pass_rate_trend]
        assert 2 == len((await client.experiments.handle(made.id).results()).scenarios)


async def test_scores_of_the_client_decide_too() -> None:
    """A scorer with a gate fails a scenario whose sandbox is right; one that needs the sandbox is refused at once."""
    async with AsyncAshrLabsClient.local() as client:
        made = await client.experiments.create("scored", await stored(client, "echo goodbye"))
        results = await made.run_and_wait(timeout=60, scores=[Contains("hello", gate=True)])

        assert (0, 1, "fail", 0.0) == (
            results.passed,
            results.failed,
            results.scenarios[0].status,
            results.scenarios[0].composite_score,
        )
        with pytest.raises(ConfigurationError, match="needs the sandbox"):
            await made.run_and_wait(scores=[FileExists("a.txt")])
        assert 1 == (await made.results()).run


async def test_waiting_ends() -> None:
    """A run that takes too long is a timeout, and goes on; cancelling it ends it, and waiting ends with that."""
    async with AsyncAshrLabsClient.local() as client:
        made = await client.experiments.create("slow", await stored(client, "sleep 60"))
        with pytest.raises(PollTimeoutError, match=f"experiment {made.id} has not ended after 0.1 s; it continues"):
            await made.run_and_wait(timeout=0.1)
        with pytest.raises(ConflictError, match="is running"):
            await made.run()
        await made.cancel()

        assert ("cancelled", 1) == (made.info.status, (await made.results()).errors)
        with pytest.raises(ConflictError, match="is not running"):
            await made.cancel()


async def test_failure_ends_the_wait() -> None:
    """A run whose scenarios cannot be played ends, with the reasons."""
    async with AsyncAshrLabsClient.local() as client:
        spec = await stored(client, "true", setup={"commands": ["exit 1"]})
        results = await (await client.experiments.create("broken", spec)).run_and_wait(timeout=60)

        assert ("failed", 1) == (results.status, results.errors)
        assert "setup.commands[0]" in results.scenarios[0].error


async def test_unknown_experiment_is_not_found() -> None:
    """An experiment that does not exist is an error of the documented class."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="there is no experiment 'x'"):
            await client.experiments.get("x")


async def test_malformed_arguments_are_refused_before_anything_is_sent() -> None:
    """Text in place of a list, and a list in place of a mapping, are refused by name."""
    async with AsyncAshrLabsClient.local() as client:
        create = client.experiments.create
        with pytest.raises(ConfigurationError, match="`scenario_ids` must be a list of ids, got 'default-r1'"):
            await create("x", "y", scenario_ids="default-r1")
        with pytest.raises(ConfigurationError, match="`secrets` must be a mapping of names to values, got list"):
            await create("x", "y", secrets=["TOKEN"])  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="`scores` must be a list of scorers, got"):
            await client.experiments.run_and_wait("x", scores=Contains("a"))  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="timeout must be 0 to"):
            await client.experiments.run_and_wait("x", timeout=-1)
