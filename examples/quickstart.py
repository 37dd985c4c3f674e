"""Evaluate the support bot from end to end on this machine: no account, no key, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ashr_labs import AshrLabsClient, EvalRunner
from examples.support_bot import SupportBot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs import Agent
    from ashr_labs.types import RunResult

_HERE = Path(__file__).parent


def evaluate(agent: Agent) -> RunResult:
    """Play every scenario of the support dataset with the agent, let the platform grade it, and print the verdicts."""
    source = json.loads((_HERE / "support_dataset.json").read_text("utf-8"))
    config = json.loads((_HERE / "support_agent_config.json").read_text("utf-8"))

    with AshrLabsClient.local() as client:
        dataset = client.create_dataset(name="Order support", dataset_source=source)
        profile = client.create_agent(name="Support bot", config=config)

        runner = EvalRunner.from_dataset(client, dataset_id=dataset["id"])
        run = runner.run(agent)
        created = run.deploy(client, dataset_id=dataset["id"], agent_id=profile["id"])
        graded = client.poll_run(created["id"])

    show(graded["result"])
    return graded["result"]


def show(result: Mapping[str, Any]) -> None:
    """Print each scenario's verdict with its reasons, and the metrics."""
    for test in result["tests"]:
        print(f"{test['verdict']:<8}{test['test_id']}")
        for reason in test["verdict_reasons"]:
            print(f"{'':<8}  {reason}")
    print()
    for name, value in result["aggregate_metrics"].items():
        print(f"{name:<32}{value}")


if __name__ == "__main__":
    evaluate(SupportBot())
    print("\nThe failures are intended: each one shows a weakness of the example bot (examples/support_bot).")
