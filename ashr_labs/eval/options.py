"""The options of a run, checked before anything starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, cast

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path
    from typing import Self

    from ashr_labs_types import TestResult

    from .progress import Progress

__all__ = ["TRANSIENT", "Callbacks", "OnAction", "OnEnvironment", "OnProgress", "OnScenario", "RunOptions", "Settings"]

OnScenario: TypeAlias = Callable[[str, dict[str, Any]], object]
"""Takes a scenario's id and the scenario, when it starts."""

OnAction: TypeAlias = Callable[[int, dict[str, Any]], object]
"""Takes an action's index and the action, when it starts."""

OnEnvironment: TypeAlias = Callable[[str, dict[str, Any]], Any]
"""Takes an environment action's content and the action; returns a reply of the agent to it, or None."""

OnResult: TypeAlias = "Callable[[TestResult], object]"
"""Takes the result of a scenario, when it has ended."""

OnProgress: TypeAlias = "Callable[[Progress], object]"
"""Takes how far the run is, when it starts, with every result, and when it ends."""

ScenarioFilter: TypeAlias = str | Sequence[str] | Callable[[str, Mapping[str, Any]], bool]
"""Patterns such as `refund_*` for ids or `tag:smoke` for tags, one of which must fit; or a function that decides."""

TRANSIENT = (
    "APIConnectionError",
    "ConnectionError",
    "InternalServerError",
    "RateLimitError",
    "ServerError",
    "ServiceUnavailableError",
    "TimeoutError",
)
"""The classes of errors that pass by themselves, in the words of Python and of the common model clients."""


class RunOptions(TypedDict, total=False):
    """The options of `run()`, `arun()`, `run_and_deploy()` and `arun_and_deploy()`."""

    on_scenario: OnScenario | None
    """Called with the id and the scenario when one starts."""
    on_action: OnAction | None
    """Called with the index and the action when one starts."""
    on_environment: OnEnvironment | None
    """Called with the content and the action when the environment acts; a reply that it returns takes the place of
    the agent's last one. Without it, such actions are skipped."""
    on_result: OnResult | None
    """Called with each result when it is there."""
    progress: bool | OnProgress | None
    """Whether to show on stderr how far the run is: by default where that is a terminal or a notebook. A function is
    called with a `Progress` instead, when the run starts, with every result, and when the run ends."""
    max_workers: int
    """How many scenarios play at a time (1): in threads, or as tasks where the agent is asynchronous."""
    timeout: float | None
    """Seconds that a reply may take."""
    scenario_timeout: float | None
    """Seconds that a scenario may take, without waiting for rate limits."""
    retries: int
    """How often a scenario is played anew when its agent raises an error of `retry_on` (0)."""
    retry_on: Sequence[type[BaseException] | str]
    """Those errors: classes or names of classes, subclasses included; unless given, those that pass by themselves."""
    requests_per_minute: float | None
    """How many messages the agent gets in a minute, at most."""
    repeats: int | Mapping[str, int]
    """How often each scenario is played (1), or those that are named by their ids."""
    limit: int | None
    """How many scenarios are played, at most."""
    filter: ScenarioFilter | None
    """Which scenarios are played: ids or tags, as `refund_*` and `tag:smoke`, or a function of id and scenario."""
    shuffle: int | None
    """A seed; the scenarios are played, and with `limit` chosen, in the random order that it stands for."""
    fail_on_error: bool | float
    """When to start no more scenarios: after the first failed one (True), this many (2), or this share of all (0.1)."""
    journal: str | Path | None
    """A file in which every result is kept as soon as it is there."""
    resume: bool
    """Whether to go on with the journal if it exists: what it holds is not played again (False)."""
    rerun_failed: bool
    """Whether to go on with the journal and to play what failed again (False)."""
    keep_results: bool
    """Whether results stay in memory (True); else they are read from the journal when they are wanted."""
    executor: Executor | None
    """Plays the scenarios in the place of threads, such as a process pool or the one of a Dask client."""
    teacher_forcing: bool
    """Before each message, whether to set the agent's memory to the expected conversation (False)."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the user wants to be told, and asked, while scenarios play."""

    on_scenario: OnScenario | None = None
    on_action: OnAction | None = None
    on_environment: OnEnvironment | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Options of a run that can work; what they mean stands at `RunOptions`."""

    on_scenario: OnScenario | None = None
    on_action: OnAction | None = None
    on_environment: OnEnvironment | None = None
    on_result: OnResult | None = None
    progress: bool | OnProgress | None = None
    max_workers: int = 1
    timeout: float | None = None
    scenario_timeout: float | None = None
    retries: int = 0
    retry_on: Sequence[type[BaseException] | str] = TRANSIENT
    requests_per_minute: float | None = None
    repeats: int | Mapping[str, int] = 1
    limit: int | None = None
    filter: ScenarioFilter | None = None
    shuffle: int | None = None
    fail_on_error: bool | float = False
    journal: str | Path | None = None
    resume: bool = False
    rerun_failed: bool = False
    keep_results: bool = True
    executor: Executor | None = None
    teacher_forcing: bool = False

    @classmethod
    def of(cls, options: RunOptions) -> Self:
        """Return the settings that options ask for.

        Raises:
            ConfigurationError: One of them cannot work.
            TypeError: There is no such option.
        """
        settings = cls(**options)
        settings._check()
        return settings

    @property
    def callbacks(self) -> Callbacks:
        """What is called where a scenario plays."""
        return Callbacks(self.on_scenario, self.on_action, self.on_environment)

    @property
    def retried(self) -> frozenset[str]:
        """The names of the errors after which a scenario is played anew."""
        return frozenset(error if isinstance(error, str) else error.__name__ for error in self.retry_on)

    @property
    def on_progress(self) -> OnProgress | None:
        """What is told how far the run is, where that is a function."""
        return self.progress if callable(self.progress) else None

    def errors_allowed(self, samples: int | None) -> float:
        """Return the number of failed scenarios at which no more are started."""
        bound = self.fail_on_error
        if bound is False:
            return math.inf
        # Where nobody knows how many there are, a share was refused.
        return bound * (samples or 0) if isinstance(bound, float) else int(bound)

    def _check(self) -> None:
        _check_count("max_workers", self.max_workers, 1)
        _check_count("retries", self.retries, 0)
        for scenario_id, count in (self.repeats if isinstance(self.repeats, Mapping) else {"": self.repeats}).items():
            _check_count(f"repeats[{scenario_id!r}]" if scenario_id else "repeats", count, 1)
        if self.limit is not None:
            _check_count("limit", self.limit, 1)
        if self.shuffle is not None:
            _check_count("shuffle", self.shuffle, 0)
        for name in ("timeout", "scenario_timeout", "requests_per_minute"):
            _check_positive(name, getattr(self, name))
        _check_errors(self.fail_on_error)
        _check_names(self.retry_on)
        _check_filter(self.filter)
        if (self.resume or self.rerun_failed) and self.journal is None:
            raise ConfigurationError("resume and rerun_failed need a journal to go on with: journal=PATH")
        if not self.keep_results and self.journal is None:
            raise ConfigurationError("keep_results=False needs a journal that keeps the results: journal=PATH")
        if self.progress not in (None, True, False) and not callable(self.progress):
            raise ConfigurationError(f"progress must be True, False, None or a function, not {self.progress!r}")
        self._check_executor()

    def _check_executor(self) -> None:
        if self.executor is None:
            return
        if not callable(getattr(self.executor, "submit", None)):
            raise ConfigurationError(f"executor must be a concurrent.futures.Executor, not {self.executor!r}")
        if self.requests_per_minute is not None:
            raise ConfigurationError(
                "requests_per_minute cannot be kept where an executor plays; leave one of them out"
            )


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{name} must be a whole number from {least} up, not {value!r}")


def _check_positive(name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ConfigurationError(f"{name} must be a number above 0, or None, not {value!r}")


def _check_errors(bound: object) -> None:
    is_share = isinstance(bound, float) and 0 < bound <= 1
    is_count = isinstance(bound, int) and (isinstance(bound, bool) or bound >= 1)
    if not is_share and not is_count:
        raise ConfigurationError(
            f"fail_on_error must be True, False, a whole number from 1 up or a share such as 0.1, not {bound!r}"
        )


def _check_names(classes: object) -> None:
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        raise ConfigurationError(f"retry_on must be a list of classes of errors or their names, not {classes!r}")
    for named in cast("Sequence[object]", classes):
        if not isinstance(named, str) and not (isinstance(named, type) and issubclass(named, BaseException)):
            raise ConfigurationError(f"retry_on must hold classes of errors or their names, not {named!r}")


def _check_filter(chosen: object) -> None:
    if chosen is None or isinstance(chosen, str) or callable(chosen):
        return
    if not isinstance(chosen, Sequence) or not all(isinstance(one, str) for one in cast("Sequence[object]", chosen)):
        raise ConfigurationError(f"filter must be patterns for ids and tags, or a function, not {chosen!r}")
