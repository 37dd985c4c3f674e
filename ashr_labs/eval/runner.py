"""Runs an agent against every scenario of a dataset and records what it did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import ConfigurationError, DatasetError
from ..run_builder import RunBuilder
from .agent import AgentSupply
from .comparison import comparison_of
from .drivers import Callbacks, Host, drive, in_threads, one_by_one
from .faults import dataset_fault
from .player import play
from .scenario import read_scenario, scenario_items

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from typing import Self

    from ashr_labs_types import Dataset, Run

    from ..run_builder import RunClient, TestBuilder
    from .agent import AgentSource
    from .comparison import TextComparator, ToolComparator
    from .drivers import OnAction, OnEnvironment, OnScenario

__all__ = ["DatasetClient", "EvalRunner"]


class DatasetClient(Protocol):
    """What `EvalRunner.from_dataset()` needs of a client."""

    def get_dataset(self, dataset_id: int, include_signed_urls: bool = False) -> Dataset:
        """Return a dataset."""
        ...


class EvalRunner:
    """Runs an agent against every scenario of a dataset.

    The agent hears each message of a scenario in turn. What it answers is put beside what the dataset expects: tool
    calls by name, in order, and texts. The platform judges it after `deploy()`; until then texts are `pending`, and
    calls are compared literally. Given a comparator or thresholds, the run is judged here as well.

    A scenario that cannot be played to its end, because the agent raises or answers what is no answer or because the
    scenario itself is malformed, becomes a failed test with an `error`; the others are played all the same.

    Args:
        dataset_source: The `dataset_source` of a dataset.
        tool_comparator: Takes the expected and the actual call, returns status and notes; `compare_tool_args` unless
            given. What it raises, the run raises.
        text_comparator: Takes two texts, returns their similarity; `text_similarity` unless given. What it raises,
            the run raises.
        similarity_thresholds: From which similarity on a text is `exact` (0.70) or `similar` (0.40).

    Raises:
        DatasetError: The dataset as a whole cannot be run, as when its `runs` are a list.
        ConfigurationError: The thresholds cannot work.

    Examples:
        >>> class Parrot:
        ...     def reset(self): ...
        ...     def respond(self, message):
        ...         return {"text": message, "tool_calls": []}
        >>> hello = {"actor": "user", "content": "Hello"}
        >>> runner = EvalRunner({"runs": {"greeting": {"actions": [hello, {"actor": "agent", "content": "Hello"}]}}})
        >>> runner.run(Parrot()).build()["tests"][0]["status"]
        'completed'
    """

    def __init__(
        self,
        dataset_source: Mapping[str, Any],
        *,
        tool_comparator: ToolComparator | None = None,
        text_comparator: TextComparator | None = None,
        similarity_thresholds: Mapping[str, float] | None = None,
    ) -> None:
        self._comparison = comparison_of(tool_comparator, text_comparator, similarity_thresholds)
        self._scenarios = scenario_items(dataset_source)
        self._dataset_id: int | None = None

    @classmethod
    def from_dataset(
        cls,
        client: DatasetClient,
        dataset_id: int,
        *,
        tool_comparator: ToolComparator | None = None,
        text_comparator: TextComparator | None = None,
        similarity_thresholds: Mapping[str, float] | None = None,
    ) -> Self:
        """Return a runner for a dataset of the platform; the options are those of the class."""
        dataset = client.get_dataset(dataset_id=dataset_id, include_signed_urls=False)
        runner = cls(
            dataset.get("dataset_source", {}),
            tool_comparator=tool_comparator,
            text_comparator=text_comparator,
            similarity_thresholds=similarity_thresholds,
        )
        runner._dataset_id = dataset_id
        return runner

    def __repr__(self) -> str:
        return f"EvalRunner(scenarios={len(self._scenarios)}, dataset_id={self._dataset_id})"

    def run(
        self,
        agent: AgentSource,
        *,
        on_scenario: OnScenario | None = None,
        on_action: OnAction | None = None,
        on_environment: OnEnvironment | None = None,
        max_workers: int = 1,
    ) -> RunBuilder:
        """Run the agent against every scenario and return the record, in the order of the dataset.

        Args:
            agent: An object with `respond(message)` and `reset()`, its class, or a function that makes one. A class
                or function makes an agent for each scenario. An object plays all scenarios; with more than one
                worker, each scenario gets what its `clone()` returns, else a deep copy.
            on_scenario: Called with the id and the scenario when one starts.
            on_action: Called with the index and the action when one starts.
            on_environment: Called with the content and the action when the environment acts; a reply that it
                returns takes the place of the agent's last one. Without it, such actions are skipped.
            max_workers: How many scenarios play at a time, each in a thread. Callbacks are called from there.

        Raises:
            ConfigurationError: The agent or `max_workers` cannot work; nothing was started.
            Exception: Whatever a callback raises; scenarios under way stop after the agent's current reply.
        """
        _check_workers(max_workers)
        agents = AgentSupply(agent, separate=max_workers > 1)
        callbacks = Callbacks(on_scenario, on_action, on_environment)
        run = RunBuilder().start()
        plays = (
            partial(self._play, run.add_test(scenario_id), scenario_id, raw, agents, callbacks)
            for scenario_id, raw in self._scenarios
        )
        if max_workers == 1:
            one_by_one(plays)
        else:
            in_threads(plays, max_workers)
        return run.complete()

    def run_and_deploy(
        self,
        agent: AgentSource,
        client: RunClient,
        dataset_id: int | None = None,
        *,
        on_scenario: OnScenario | None = None,
        on_action: OnAction | None = None,
        on_environment: OnEnvironment | None = None,
        max_workers: int = 1,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        agent_id: int | None = None,
    ) -> Run:
        """Run the agent, store the record on the platform, and return the run as stored.

        Args:
            agent: As for `run()`, like the callbacks and `max_workers`.
            client: Where to store it.
            dataset_id: The dataset that it belongs to; the one given to `from_dataset()` unless given.
            on_scenario: See `run()`.
            on_action: See `run()`.
            on_environment: See `run()`.
            max_workers: See `run()`.
            tenant_id: See `RunBuilder.deploy()`.
            runner_id: See `RunBuilder.deploy()`.
            agent_id: See `RunBuilder.deploy()`.

        Raises:
            ConfigurationError: There is no dataset id, or as for `run()`; nothing was started.
        """
        target = self._dataset_id if dataset_id is None else dataset_id
        if target is None:
            raise ConfigurationError(
                "run_and_deploy() needs a dataset_id: pass one, or make the runner with EvalRunner.from_dataset()"
            )
        run = self.run(
            agent,
            on_scenario=on_scenario,
            on_action=on_action,
            on_environment=on_environment,
            max_workers=max_workers,
        )
        return run.deploy(client, target, tenant_id=tenant_id, runner_id=runner_id, agent_id=agent_id)

    def _play(
        self,
        test: TestBuilder,
        scenario_id: str,
        raw: object,
        agents: AgentSupply,
        callbacks: Callbacks,
        stop: threading.Event,
    ) -> None:
        try:
            scenario = read_scenario(scenario_id, raw)
        except DatasetError as error:
            test.start().fail(dataset_fault(error))
            return
        if callbacks.on_scenario is not None:
            callbacks.on_scenario(scenario_id, cast("dict[str, Any]", raw))
        drive(play(scenario, test, self._comparison), Host(agents, scenario_id, callbacks), stop)


def _check_workers(max_workers: object) -> None:
    if isinstance(max_workers, bool) or not isinstance(max_workers, int) or max_workers < 1:
        raise ConfigurationError(f"max_workers must be a whole number from 1 up, not {max_workers!r}")
