"""The job that plays one scenario of an experiment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..._retry import Backoff
from ..._time import isoformat
from ...errors import ConfigurationError, ValidationError
from ...experiments import Scenario
from ...specs import spec_from_value
from ..agent_checks import prepared_spec
from ..booting import boot_of
from ..experiments.playing import Played, failed_play, play, with_usage
from ..experiments.snapshots import read_agent
from ..experiments.usage import usage_of_sandbox
from ..failures import RefusedError
from ..platform_sandbox import Description
from ..sandbox.errors import SandboxError
from ..store.experiment_rows import (
    end_run,
    find_experiment,
    finished_of,
    has_unfinished,
    mark_running,
    store_result,
    unfinished_scenario,
)
from ..store.spec_rows import spec_value
from .evaluate_alerts import experiment_ended
from .worker import RetryLaterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from ...specs import Spec
    from ..agent_checks import UploadedAgent
    from ..platform_sandbox import PlatformSandbox
    from ..sandboxes import Sandboxes
    from ..sealing import Sealing
    from ..settings import Settings
    from ..store.engine import Database
    from .queue import Job

__all__ = ["RUN_SCENARIO", "RunScenario"]

RUN_SCENARIO: Final = "run_scenario"
_AT_CAPACITY: Final = 503
_PAUSE_SECONDS: Final = 1.0
"""After which a sandbox is asked for again, if the platform has no place for one."""


class _Task(NamedTuple):
    job: Job
    experiment_id: str
    scenario: Scenario


class RunScenario:
    """Play a scenario in a sandbox of its own, which is destroyed afterwards.

    Args:
        database: Has the experiment, the spec and the traces of sandboxes.
        sandboxes: Those of the platform.
        settings: Those of the platform.
        sealing: Encrypts the secrets of experiments.
        wake_alerts: Called before the end of the transaction that enqueues the evaluation of alerts.
        now: The clock, in seconds since the epoch.
    """

    max_attempts = 20
    """A scenario during which the platform stopped so often may be the cause of it."""
    backoff = Backoff(first=1.0, cap=60.0)
    keeps_failed = False

    def __init__(
        self,
        database: Database,
        sandboxes: Sandboxes,
        settings: Settings,
        sealing: Sealing,
        wake_alerts: Callable[[], object],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._sandboxes = sandboxes
        self._settings = settings
        self._sealing = sealing
        self._wake_alerts = wake_alerts
        self._now = now
        self._playing: dict[Job, PlatformSandbox] = {}

    def start(self, connection: Connection, job: Job) -> _Task | None:
        """Mark the scenario as running; None if it has a result, or was cancelled."""
        row = unfinished_scenario(connection, int(job.subject))
        if row is None:
            return None
        mark_running(connection, row["id"])
        return _Task(job, row["experiment_id"], _scenario(row))

    def work(self, task: _Task) -> Played:
        """Play the scenario.

        Raises:
            RetryLaterError: There is no place for a sandbox, or the platform is closing.
        """
        with self._database.read() as connection:
            experiment = find_experiment(connection, task.job.tenant_id, task.experiment_id)
            if experiment is None:
                raise AssertionError  # the foreign key of the scenario
            value = spec_value(connection, task.job.tenant_id, experiment["spec_id"], experiment["spec_version"])
        try:
            return self._verdict(task, experiment, spec_from_value(value))
        finally:
            if self._sandboxes.is_closed:  # then the end of the sandbox decided, and not the agent
                raise RetryLaterError("the platform was closed", is_attempt=False)

    def finish(self, connection: Connection, job: Job, outcome: Played, moment: float) -> None:
        """Store the result; the last one ends the run."""
        row = unfinished_scenario(connection, int(job.subject))
        if row is not None:
            self._store(connection, row, outcome, moment)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason as the result."""
        row = unfinished_scenario(connection, int(job.subject))
        if row is not None:
            self._store(connection, row, failed_play(_scenario(row), reason), self._now())

    def abandon(self, job: Job) -> None:
        """Destroy the sandbox, which ends the work."""
        sandbox = self._playing.get(job)
        if sandbox is not None:
            sandbox.destroy()

    def _verdict(self, task: _Task, experiment: Mapping[Any, Any], spec: Spec) -> Played:
        try:
            return self._played(task, experiment, spec)
        except RefusedError as error:
            if error.status == _AT_CAPACITY:
                raise RetryLaterError(error.message, after=_PAUSE_SECONDS, is_attempt=False) from error
            return failed_play(task.scenario, error.message)
        except (ConfigurationError, SandboxError, ValidationError) as error:
            return failed_play(task.scenario, error.message)

    def _played(self, task: _Task, experiment: Mapping[Any, Any], spec: Spec) -> Played:
        uploaded = self._uploaded(task.job.tenant_id, experiment)
        sandbox = self._sandbox(task, experiment, spec, uploaded)
        self._playing[task.job] = sandbox
        try:
            with sandbox.in_use() as booted:
                played = play(booted, spec, task.scenario, sandbox.id, uploaded)
            with self._database.read() as connection:
                prices = self._settings.prices
                return with_usage(played, usage_of_sandbox(connection, task.job.tenant_id, sandbox.id, prices))
        finally:
            del self._playing[task.job]
            sandbox.destroy()

    def _uploaded(self, tenant_id: int, experiment: Mapping[Any, Any]) -> UploadedAgent | None:
        if experiment["snapshot_id"] is None:
            return None
        with self._database.read() as connection:
            return read_agent(connection, tenant_id, experiment["snapshot_id"])

    def _sandbox(
        self, task: _Task, experiment: Mapping[Any, Any], spec: Spec, uploaded: UploadedAgent | None
    ) -> PlatformSandbox:
        sealed = experiment["secrets"]
        secrets: dict[str, str] = {} if sealed is None else json.loads(self._sealing.unseal(sealed))
        if uploaded is not None:
            installs = self._settings.boot.packages is not None
            spec = prepared_spec(spec, uploaded.needs, secrets, installs_packages=installs)
        description = Description(
            tenant_id=task.job.tenant_id,
            user_id=experiment["creator_id"],
            spec_id=experiment["spec_id"],
            spec_version=experiment["spec_version"],
            created_at=isoformat(self._now()),
            metadata={"experiment_id": task.experiment_id, "scenario_id": task.scenario.id},
        )
        boot = boot_of(spec, self._settings.boot, secrets=secrets, lifetime=spec.resources.timeout)
        return self._sandboxes.create(description, boot)

    def _store(self, connection: Connection, row: Mapping[Any, Any], outcome: Played, moment: float) -> None:
        key = (row["tenant_id"], row["experiment_id"])
        # Locked before the scenario is changed: of two last results at the same time, one has to see the other.
        experiment = find_experiment(connection, *key, for_update=True)
        sandbox_id = outcome.result["sandbox_id"] or None
        columns = {"result": outcome.result, "sandbox_id": sandbox_id, "tools": outcome.tools, **outcome.numbers}
        store_result(connection, row["id"], outcome.status, columns)
        if experiment is not None and not has_unfinished(connection, *key, row["run"]):
            end_run(connection, experiment, isoformat(moment), finished_of(connection, *key, row["run"]))
            if experiment_ended(connection, *key, row["run"], moment):
                self._wake_alerts()


def _scenario(row: Mapping[Any, Any]) -> Scenario:
    return Scenario(row["scenario_id"], row["point"], row["replica"], row["parameters"], row["seed"])
