"""Run an agent against every scenario of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from ..errors import ConfigurationError
from .comparison import argument_policy_of, comparison_of
from .options import Settings
from .sampling import ScenarioStream, scenarios_of
from .tool_matching import ToolCallMatcher

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self, Unpack

    from ashr_labs_types import Dataset, Run

    from ..run_builder import RunBuilder, RunClient
    from .agents import AgentSource
    from .comparison import TextComparator, ToolComparator
    from .environments import EnvironmentSource
    from .evaluation import Evaluation
    from .live import LiveClient, LiveRun
    from .live_evaluation import LiveEvaluation
    from .options import RunOptions
    from .sampling import DatasetSource

__all__ = ["DatasetClient", "EvalRunner"]


ToolMode: TypeAlias = Literal["strict", "in_order", "any_order", "subset", "superset"]
ToolScope: TypeAlias = Literal["turn", "scenario"]
ArgumentMode: TypeAlias = Literal["exact", "subset", "superset", "ignore"]


class DatasetClient(Protocol):
    """The methods of a client that `EvalRunner.from_dataset()` calls."""

    def get_dataset(self, dataset_id: int, include_signed_urls: bool = False) -> Dataset:
        """Return a dataset."""
        ...


class EvalRunner:
    """Runs an agent against every scenario of a dataset.

    The agent gets each message of a scenario in turn. Its replies are recorded with what the dataset expects: each
    tool call with its best match, and texts. The platform judges them after `deploy()`; until then texts are
    `pending`, and calls are compared literally. With a comparator or thresholds the run is judged locally as well.

    A scenario that cannot be played to its end, because the agent raises or returns something that is not a reply or
    because the scenario is malformed, becomes a failed test with an `error`; the others are played nevertheless.

    Args:
        dataset_source: The `dataset_source` of a dataset; or an iterator of pairs of an id and a scenario, each of
            which is read when it is played, such as a generator over a file, or, for `arun()`, an asynchronous one.
        tool_comparator: Takes the expected and the actual call, returns status and notes; defaults to
            `compare_tool_args` for local judging. Its exceptions are raised by the run.
        text_comparator: Takes two texts, returns their similarity; defaults to `text_similarity` for local judging.
            Its exceptions are raised by the run.
        similarity_thresholds: The minimum similarity of `exact` (0.70) and `similar` (0.40) texts.
        tool_mode: Which differences between calls count: `any_order`, `in_order` (extra calls are allowed), `strict`
            (they are not), `subset` (calls may be missing) or `superset` (extra calls are allowed).
        tool_scope: Whether an expected call must be made in its own `turn`, or anywhere in the `scenario`.
        argument_rules: Rules for single arguments by tool and path, as in an agent's `grading_config`. With them, or
            with `argument_modes`, calls are matched and judged as grading does instead of literally.
        argument_modes: By tool, whether arguments may be missing (`subset`), extra (`superset`, the default), neither
            (`exact`), or are not compared (`ignore`); `*` is every tool.
        dataset_id: The id of the dataset, if it is stored on a platform that runs are stored on as well.
        environment: The environment of each scenario, unless `run()` is given another one; see `RunOptions`.

    Raises:
        DatasetError: The dataset as a whole cannot be run, for example because its `runs` are a list.
        ConfigurationError: Thresholds, rules or modes are invalid.

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
        dataset_source: DatasetSource,
        *,
        tool_comparator: ToolComparator | None = None,
        text_comparator: TextComparator | None = None,
        similarity_thresholds: Mapping[str, float] | None = None,
        tool_mode: ToolMode = "any_order",
        tool_scope: ToolScope = "turn",
        argument_rules: Mapping[str, Mapping[str, Any]] | None = None,
        argument_modes: Mapping[str, ArgumentMode] | None = None,
        dataset_id: int | None = None,
        environment: EnvironmentSource | None = None,
    ) -> None:
        arguments = argument_policy_of(argument_rules, argument_modes)
        self._comparison = comparison_of(tool_comparator, text_comparator, similarity_thresholds, arguments)
        self._matcher = ToolCallMatcher(tool_mode, tool_scope, arguments)
        self._scenarios = scenarios_of(dataset_source)
        self._dataset_id = dataset_id
        self._environment = environment

    @classmethod
    def from_dataset(
        cls,
        client: DatasetClient,
        dataset_id: int,
        *,
        tool_comparator: ToolComparator | None = None,
        text_comparator: TextComparator | None = None,
        similarity_thresholds: Mapping[str, float] | None = None,
        tool_mode: ToolMode = "any_order",
        tool_scope: ToolScope = "turn",
        argument_rules: Mapping[str, Mapping[str, Any]] | None = None,
        argument_modes: Mapping[str, ArgumentMode] | None = None,
        environment: EnvironmentSource | None = None,
    ) -> Self:
        """Return a runner for a stored dataset; the options are those of the class."""
        dataset = client.get_dataset(dataset_id=dataset_id, include_signed_urls=False)
        return cls(
            dataset.get("dataset_source", {}),
            tool_comparator=tool_comparator,
            text_comparator=text_comparator,
            similarity_thresholds=similarity_thresholds,
            tool_mode=tool_mode,
            tool_scope=tool_scope,
            argument_rules=argument_rules,
            argument_modes=argument_modes,
            dataset_id=dataset_id,
            environment=environment,
        )

    def __repr__(self) -> str:
        number = "?" if isinstance(self._scenarios, ScenarioStream) else len(self._scenarios)
        return f"EvalRunner(scenarios={number}, dataset_id={self._dataset_id})"

    def run(self, agent: AgentSource, **options: Unpack[RunOptions]) -> RunBuilder:
        """Run the agent against every scenario and return the record, in dataset order.

        Args:
            agent: An object with `respond(message)` and `reset()`, its class, a function that returns one, or a
                function that replies to a message; any of them may be asynchronous. A class or function makes an
                agent for each scenario. An object plays all scenarios; with more than one worker, each scenario gets
                the result of its `clone()`, or a deep copy.
            **options: See `RunOptions`.

        Raises:
            ConfigurationError: The agent or an option is invalid; nothing was started.
            Exception: An exception of a callback or of an iterator of scenarios; scenarios in progress stop after
                the agent's current reply.
        """
        return self._played(agent, options)

    async def arun(self, agent: AgentSource, **options: Unpack[RunOptions]) -> RunBuilder:
        """Do the same as `run()` in the running event loop; agents that are not asynchronous run in threads."""
        return await self._evaluation(agent, options).arun()

    def run_and_deploy(
        self,
        agent: AgentSource,
        client: RunClient,
        dataset_id: int | None = None,
        *,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        agent_id: int | None = None,
        **options: Unpack[RunOptions],
    ) -> Run:
        """Run the agent, store the record on the platform, and return the stored run.

        Args:
            agent: As for `run()`.
            client: The client of the platform.
            dataset_id: The dataset; defaults to that of `from_dataset()`.
            tenant_id: See `RunBuilder.deploy()`.
            runner_id: See `RunBuilder.deploy()`.
            agent_id: See `RunBuilder.deploy()`.
            **options: See `RunOptions`.

        Raises:
            ConfigurationError: The dataset id is missing, or as for `run()`; nothing was started.
        """
        target = self._target(dataset_id)
        run = self._played(agent, options, client)
        return run.deploy(client, target, tenant_id=tenant_id, runner_id=runner_id, agent_id=agent_id)

    async def arun_and_deploy(
        self,
        agent: AgentSource,
        client: RunClient,
        dataset_id: int | None = None,
        *,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        agent_id: int | None = None,
        **options: Unpack[RunOptions],
    ) -> Run:
        """Do the same as `run_and_deploy()` in the running event loop; the client is called from a thread."""
        target = self._target(dataset_id)
        run = await self._evaluation(agent, options, client).arun()
        import asyncio  # noqa: PLC0415 - the synchronous runner does not load asyncio

        return await asyncio.to_thread(
            run.deploy, client, target, tenant_id=tenant_id, runner_id=runner_id, agent_id=agent_id
        )

    def _played(self, agent: AgentSource, options: RunOptions, client: RunClient | None = None) -> RunBuilder:
        if isinstance(self._scenarios, ScenarioStream) and self._scenarios.is_async:
            raise ConfigurationError("the scenarios come from an asynchronous iterator; use arun()")
        return self._evaluation(agent, options, client).run()

    def _evaluation(
        self, agent: AgentSource, options: RunOptions, client: RunClient | None = None
    ) -> Evaluation | LiveEvaluation:
        # Function-level imports: drivers are loaded by the first run, not with the class.
        from .evaluation import Evaluation  # noqa: PLC0415

        settings = Settings.of({"environment": self._environment, **options})
        live = None if settings.live is None else self._live_run(settings.live, deploys=client is not None)
        tracing = getattr(client or settings.live, "tracing", None)
        evaluation = Evaluation(self._scenarios, agent, self._comparison, self._matcher, settings, tracing, live)
        if live is None:
            return evaluation
        from .live_evaluation import LiveEvaluation  # noqa: PLC0415

        return LiveEvaluation(evaluation, live)

    def _live_run(self, client: LiveClient, *, deploys: bool) -> LiveRun:
        from .live import LiveRun  # noqa: PLC0415 - most runs are stored at their end, if at all

        if deploys:
            raise ConfigurationError("run_and_deploy() cannot be combined with live; use run(live=client)")
        if self._dataset_id is None:
            raise ConfigurationError(
                "live needs the id of a stored dataset: create the runner with EvalRunner.from_dataset()"
            )
        return LiveRun(client, self._dataset_id)

    def _target(self, dataset_id: int | None) -> int:
        target = self._dataset_id if dataset_id is None else dataset_id
        if target is None:
            raise ConfigurationError(
                "run_and_deploy() needs a dataset_id: pass one, or create the runner with EvalRunner.from_dataset()"
            )
        return target
