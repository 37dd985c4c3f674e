"""Experiments: plays of an agent in sandboxes of a spec."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from ...errors import AshrLabsError, ConfigurationError, PollTimeoutError, ResponseFormatError
from ...experiments import Comparison, Experiment, ExperimentMetrics, RunResults, with_scores, with_stored_scores
from .._experiments import check_scorers, experiment_body, is_over
from .._outgoing import resource
from .._retry import PollSchedule, is_transient
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from ._transport import AsyncRetryTransport

    Handles: TypeAlias = list["AsyncExperimentHandle"]
    # In the class, `list` is a method.

__all__ = ["AsyncExperimentHandle", "AsyncExperimentMethods"]

_MAX_INTERVAL = 5.0
_TIMEOUT = 600.0
_PAGE = 1000
_ACCEPTED = 202


class AsyncExperimentHandle:
    """An experiment, with the methods of `client.experiments` for its id.

    Example:
        >>> experiment = await client.experiments.create("nightly", "fix-failing-test")  # doctest: +SKIP
        >>> results = await experiment.run_and_wait()  # doctest: +SKIP
        >>> results.passed, results.total_scenarios  # doctest: +SKIP
        (3, 3)
    """

    def __init__(self, info: Experiment, methods: AsyncExperimentMethods) -> None:
        self.info = info
        """Its record, as it was fetched."""
        self._methods = methods

    @property
    def id(self) -> str:
        """Its id."""
        return self.info.id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.info.id} of {self.info.spec_id}, {self.info.status}>"

    async def run(self) -> None:
        """Start a run; see `client.experiments.run()`."""
        await self._methods.run(self.id)
        self.info = replace(self.info, status="running")

    async def run_and_wait(
        self,
        poll_interval: float | None = None,
        timeout: float = _TIMEOUT,
        scores: Sequence[object] | None = None,
    ) -> RunResults:
        """Run it, and return the results; see `client.experiments.run_and_wait()`."""
        return await self._methods.run_and_wait(self.id, poll_interval, timeout, scores)

    async def results(self, *, with_scores: bool = False) -> RunResults:
        """Return the results of the last run, those so far while it runs; see `client.experiments.get()`."""
        return await self._methods.get(self.id, with_scores=with_scores)

    async def metrics(self) -> ExperimentMetrics:
        """Return the totals of the last run, its tools, and the trend of the spec."""
        return await self._methods.metrics(self.id)

    async def compare(self, other: AsyncExperimentHandle | str) -> Comparison:
        """Compare it, as the baseline, with another one."""
        return await self._methods.compare(self, other)

    async def cancel(self) -> None:
        """End its run; see `client.experiments.cancel()`."""
        self.info = await self._methods.cancel(self.id)

    async def delete(self) -> None:
        """Delete it; see `client.experiments.delete()`."""
        await self._methods.delete(self.id)


class AsyncExperimentMethods:
    """Experiments of the tenant: `client.experiments`."""

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def create(
        self,
        name: str,
        spec_id: str,
        *,
        secrets: Mapping[str, str] | None = None,
        spec_version: int | None = None,
        seed: int | None = None,
        scenario_ids: Sequence[str] | None = None,
        snapshot: str | None = None,
    ) -> AsyncExperimentHandle:
        """Create an experiment, which is a draft until it is run.

        Args:
            name: Your name for it.
            spec_id: The id of the spec, which needs an `agent`.
            secrets: The values of the spec's secrets, which the platform encrypts.
            spec_version: The version of the spec; by default the newest one.
            seed: The seed, from which those of the scenarios are derived; 0 by default.
            scenario_ids: The ids of the scenarios to play; by default all of the spec.
            snapshot: The snapshot that is the agent, such as `support@3`, in place of the spec's `agent.snapshot`.

        Raises:
            NotFoundError: If there is no such spec, version or snapshot.
            BadRequestError: If there is no scenario to play.
            ValidationError: If a secret or a variable of the agent is missing, or the scenarios cannot be played.
        """
        body = experiment_body(
            name,
            spec_id,
            secrets=secrets,
            spec_version=spec_version,
            seed=seed,
            scenario_ids=scenario_ids,
            snapshot=snapshot,
        )
        return self._handle(await self._transport.request(resource("create_experiment", body=body)))

    async def list(self) -> Handles:
        """List the newest 1,000 experiments, newest first."""
        found = await self._transport.request(resource("list_experiments"), list)
        return [self._handle(one) for one in found]

    def handle(self, experiment_id: str) -> AsyncExperimentHandle:
        """Return a handle without a request: only its id is set."""
        return AsyncExperimentHandle(Experiment(id=experiment_id), self)

    async def get(self, experiment_id: str, *, scenarios: bool = True, with_scores: bool = False) -> RunResults:
        """Return the results of the last run, those so far while it runs.

        Args:
            experiment_id: The experiment.
            scenarios: Whether to fetch the result of each scenario, and not only the totals.
            with_scores: Whether the scores that the platform has of them, see `client.scoring`, count as invariants of
                their weight and gate; they change no verdict on the platform.

        Raises:
            NotFoundError: If there is no such experiment.
            ConfigurationError: If `with_scores` is asked for without the scenarios.
        """
        if with_scores and not scenarios:
            raise ConfigurationError("`with_scores` needs the scenarios; leave out `scenarios=False`")
        query = None if scenarios else {"scenarios": "false"}
        outgoing = resource("get_experiment", {"experiment_id": experiment_id}, query)
        results = RunResults.from_dict(await self._transport.request(outgoing))
        if not with_scores:
            return results
        pages = each_page(self._transport, "list_scores", {"experiment_id": experiment_id, "limit": _PAGE})
        return with_stored_scores(results, [score async for page in pages for score in page])

    async def run(self, experiment_id: str) -> None:
        """Start a run, and return at once.

        Raises:
            NotFoundError: If there is no such experiment.
            ConflictError: If it runs already.
        """
        try:
            await self._act("run_experiment", experiment_id)
        except ResponseFormatError as error:
            if error.status_code != _ACCEPTED:  # other platforms of this wire answer without a body
                raise

    async def run_and_wait(
        self,
        experiment_id: str,
        poll_interval: float | None = None,
        timeout: float = _TIMEOUT,
        scores: Sequence[object] | None = None,
    ) -> RunResults:
        """Start a run, and return its results when it has ended, however it ended: see their `status`.

        Args:
            experiment_id: The experiment.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 5 s.
            timeout: Maximum seconds to wait for the end; the run continues afterwards.
            scores: Scorers and functions that read the `agent_output` and `parameters` of each scenario here; they
                count as invariants of their weight and gate, so they change statuses and composite scores.

        Raises:
            ConfigurationError: If a scorer needs the sandbox, or cannot score; nothing is run then.
            ConflictError: If the experiment runs already.
            PollTimeoutError: If it has not ended in time.
        """
        scorers = check_scorers(scores)
        schedule = PollSchedule(timeout, poll_interval, _MAX_INTERVAL)
        await self.run(experiment_id)
        await self._wait(experiment_id, schedule)
        return with_scores(await self.get(experiment_id), scorers)

    async def cancel(self, experiment_id: str) -> Experiment:
        """End the run; scenarios without a result are cancelled, and their sandboxes are destroyed.

        Raises:
            NotFoundError: If there is no such experiment.
            ConflictError: If it does not run.
        """
        return Experiment.from_dict(await self._act("cancel_experiment", experiment_id))

    async def delete(self, experiment_id: str) -> None:
        """Delete an experiment with its results and scores; the traces of its sandboxes stay.

        Raises:
            NotFoundError: If there is no such experiment.
            ConflictError: If it runs.
        """
        await self._transport.request(resource("delete_experiment", {"experiment_id": experiment_id}), None)

    async def compare(
        self, baseline_id: AsyncExperimentHandle | str, candidate_id: AsyncExperimentHandle | str
    ) -> Comparison:
        """Compare the last runs of two experiments.

        Args:
            baseline_id: The id or the handle of the first one.
            candidate_id: The id or the handle of the second one.

        Raises:
            NotFoundError: If there is no such experiment.
            ConflictError: If one of them has not ended.
        """
        given = {"baseline_id": baseline_id, "candidate_id": candidate_id}
        body = {name: one if isinstance(one, str) else one.id for name, one in given.items()}
        return Comparison.from_dict(await self._transport.request(resource("compare_experiments", body=body)))

    async def metrics(self, experiment_id: str) -> ExperimentMetrics:
        """Return the totals of the last run, its tools, and the trend of the spec's runs.

        Raises:
            NotFoundError: If there is no such experiment.
        """
        return ExperimentMetrics.from_dict(await self._act("get_experiment_metrics", experiment_id))

    async def _wait(self, experiment_id: str, schedule: PollSchedule) -> None:
        """Poll until the run has ended; an outage of the platform that passes in time does not matter."""
        clock = self._transport.clock
        start = clock.now()
        for attempt in count():
            try:
                if is_over(await self.get(experiment_id, scenarios=False), clock.now() - start):
                    return
            except AshrLabsError as error:
                if not is_transient(error, idempotent=True, attempt=attempt):
                    raise
            delay = schedule.delay_after(attempt, clock.now() - start, clock.jitter())
            if delay is None:
                raise PollTimeoutError(
                    f"experiment {experiment_id} has not ended after {schedule.timeout:g} s; it continues, so look at "
                    "its results later, or cancel it"
                )
            await clock.sleep(delay)

    async def _act(self, operation: str, experiment_id: str) -> Any:
        return await self._transport.request(resource(operation, {"experiment_id": experiment_id}))

    def _handle(self, record: Mapping[str, Any]) -> AsyncExperimentHandle:
        return AsyncExperimentHandle(Experiment.from_dict(record), self)
