"""The service `Keystone.experiments`: experiments, and handles that carry their methods."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from ..client._sync._experiments import ExperimentMethods
from ._declared_secrets import merged_secrets
from .errors import as_keystone_error
from .types import Comparison, Experiment, ExperimentMetrics, RunResults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from ..specs.secrets import AllowCommand
    from ._connection import Connection

    Experiments: TypeAlias = list[Experiment]
    # In the class, `list` is a method.

__all__ = ["ExperimentHandle", "ExperimentService"]

_POLL_SECONDS = 1.0
_TIMEOUT = 600.0


class ExperimentHandle(Experiment):
    """An `Experiment`, with the methods of the service for its id.

    Args:
        info: Its record.
        svc: The service.
    """

    def __init__(self, info: Experiment, svc: ExperimentService) -> None:
        super().__init__(**_fields(info))
        self._svc = svc

    @property
    def info(self) -> Experiment:
        """Its record, as it was fetched."""
        return Experiment(**_fields(self))

    def run(self) -> None:
        """Start a run, and return at once."""
        self._svc.run(self.id)

    def run_and_wait(
        self,
        poll_interval: float = _POLL_SECONDS,
        timeout: float = _TIMEOUT,
        scores: Sequence[object] | None = None,
    ) -> RunResults:
        """Run it, and return the results; see `ExperimentService.run_and_wait`."""
        return self._svc.run_and_wait(self.id, poll_interval, timeout, scores)

    def results(self) -> RunResults:
        """Return the results of the last run, those so far while it runs."""
        return self._svc.get(self.id)

    def metrics(self) -> ExperimentMetrics:
        """Return the totals of the last run, its tools, and the trend of the spec."""
        return self._svc.metrics(self.id)

    def compare(self, other: ExperimentHandle | str) -> Comparison:
        """Compare it, as the baseline, with another one."""
        return self._svc.compare(self.id, other if isinstance(other, str) else other.id)

    def cancel(self) -> None:
        """End its run, with the results that there are."""
        self._svc.cancel(self.id)

    def delete(self) -> None:
        """Delete it with its results and scores."""
        self._svc.delete(self.id)


class ExperimentService:
    """Creates, runs and compares experiments; each error of a request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    @cached_property
    def _methods(self) -> ExperimentMethods:
        return ExperimentMethods(self._http.transport)

    @as_keystone_error
    def create(
        self,
        name: str,
        spec_id: str,
        *,
        secrets: Mapping[str, str] | None = None,
        spec_path: str | PathLike[str] | None = None,
        allow_commands: AllowCommand = False,
    ) -> ExperimentHandle:
        """Create an experiment from the newest version of a spec; it is a draft until it is run.

        Args:
            name: Your name for it.
            spec_id: The id of the spec.
            secrets: Values of secrets.
            spec_path: The file of the spec: the secrets that it declares are taken from this machine, unless `secrets`
                has them.
            allow_commands: Whether a secret whose source is `command:` runs that here; see `resolve_source`.

        Raises:
            KeystoneError: The platform refuses it; `message` has the reason.
            ConfigurationError: The source of a secret is a command that is not allowed.
        """
        values = merged_secrets(secrets, spec_path, allow_commands)
        return ExperimentHandle(self._methods.create(name, spec_id, secrets=values).info, self)

    @as_keystone_error
    def get(self, experiment_id: str) -> RunResults:
        """Return the results of the last run, those so far while it runs."""
        return self._methods.get(experiment_id)

    @as_keystone_error
    def list(self) -> Experiments:
        """Return the experiments, newest first."""
        return [one.info for one in self._methods.list()]

    def handle(self, experiment_id: str) -> ExperimentHandle:
        """Return a handle without a request: only its id is set."""
        return ExperimentHandle(Experiment(id=experiment_id), self)

    @as_keystone_error
    def run(self, experiment_id: str) -> None:
        """Start a run, and return at once."""
        self._methods.run(experiment_id)

    @as_keystone_error
    def run_and_wait(
        self,
        experiment_id: str,
        poll_interval: float = _POLL_SECONDS,
        timeout: float = _TIMEOUT,
        scores: Sequence[object] | None = None,
    ) -> RunResults:
        """Start a run, and return its results when it has ended, however it ended.

        Args:
            experiment_id: The experiment.
            poll_interval: Seconds between polls.
            timeout: Maximum seconds to wait for the end; the run continues afterwards.
            scores: Scorers of this package or of `polarity-keystone`, and functions of a scenario; they count as
                invariants of their weight and gate.

        Raises:
            KeystoneError: The platform refuses it, or it has not ended in time (status 0).
            ConfigurationError: A scorer needs the sandbox, or cannot score; nothing is run then.
        """
        return self._methods.run_and_wait(experiment_id, poll_interval, timeout, scores)

    @as_keystone_error
    def compare(self, baseline_id: str, candidate_id: str) -> Comparison:
        """Compare the last runs of two experiments that have ended."""
        return self._methods.compare(baseline_id, candidate_id)

    @as_keystone_error
    def metrics(self, experiment_id: str) -> ExperimentMetrics:
        """Return the totals of the last run, its tools, and the trend of the spec."""
        return self._methods.metrics(experiment_id)

    @as_keystone_error
    def cancel(self, experiment_id: str) -> None:
        """End the run, with the results that there are."""
        self._methods.cancel(experiment_id)

    @as_keystone_error
    def delete(self, experiment_id: str) -> None:
        """Delete an experiment with its results and scores."""
        self._methods.delete(experiment_id)


def _fields(info: Experiment) -> dict[str, Any]:
    return {one.name: getattr(info, one.name) for one in fields(info)}
