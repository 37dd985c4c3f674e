"""The options of a run, validated before anything starts."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, cast

from .._format import suggestion
from .._json import as_object, preview
from .._retry import RateLimiter
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from pathlib import Path
    from typing import Self

    from ashr_labs_types import TestResult

    from ..tracing.tools import ToolHook
    from .environments import EnvironmentSource
    from .live import LiveClient
    from .observation import CallsFrom
    from .progress import Progress

__all__ = ["TRANSIENT", "Callbacks", "OnAction", "OnEnvironment", "OnProgress", "OnScenario", "RunOptions", "Settings"]

OnScenario: TypeAlias = Callable[[str, dict[str, Any]], object]
"""Takes the id and the scenario when it starts."""

OnAction: TypeAlias = Callable[[int, dict[str, Any]], object]
"""Takes the index and the action when it starts."""

OnEnvironment: TypeAlias = Callable[[str, dict[str, Any]], Any]
"""Takes the content and the environment action; returns the agent's reply to it, or None."""

OnResult: TypeAlias = "Callable[[TestResult], object]"
"""Takes the result of a scenario when it has ended."""

OnProgress: TypeAlias = "Callable[[Progress], object]"
"""Takes the progress at the start of the run, after each result, and at the end."""

ScenarioFilter: TypeAlias = str | Sequence[str] | Callable[[str, Mapping[str, Any]], bool]
"""Patterns such as `refund_*` for ids or `tag:smoke` for tags, of which one must match; or a predicate."""

TRANSIENT = (
    "APIConnectionError",
    "ConnectionError",
    "InternalServerError",
    "RateLimitError",
    "ServerError",
    "ServiceUnavailableError",
    "TimeoutError",
)
"""The class names of transient errors, in Python and in the common model clients."""

_NAME_ENDINGS = ("Error", "Exception", "Timeout")
"""How the names of exceptions end."""


class RunOptions(TypedDict, total=False):
    """The options of `run()`, `arun()`, `run_and_deploy()` and `arun_and_deploy()`."""

    on_scenario: OnScenario | None
    """Called with the id and the scenario when it starts."""
    on_action: OnAction | None
    """Called with the index and the action when it starts."""
    on_environment: OnEnvironment | None
    """Called with the content and the action for environment actions; a reply that it returns replaces the agent's
    last one. By default such actions are skipped."""
    on_result: OnResult | None
    """Called with each result."""
    progress: bool | OnProgress | None
    """Whether to show progress on stderr; by default on terminals and in notebooks. A function is called with a
    `Progress` instead: at the start, after each result, and at the end."""
    max_workers: int
    """How many scenarios are played concurrently (1): in threads, or in tasks if the agent is asynchronous."""
    timeout: float | None
    """Maximum seconds for a reply."""
    scenario_timeout: float | None
    """Maximum seconds for a scenario, excluding waits for the rate limit."""
    retries: int
    """How often a scenario is played again after an error in `retry_on` (0)."""
    retry_on: Sequence[type[BaseException] | str]
    """Classes of errors or their names, subclasses included; defaults to transient errors. Members of exception groups
    and causes count as well."""
    requests_per_minute: float | None
    """Maximum messages to the agent per minute."""
    repeats: int | Mapping[str, int]
    """How often each scenario is played (1); a mapping sets it by scenario id."""
    limit: int | None
    """Maximum number of scenarios."""
    filter: ScenarioFilter | None
    """Which scenarios are played: patterns of ids or tags, such as `refund_*` and `tag:smoke`, or a function of id and
    scenario."""
    shuffle: int | None
    """A seed: scenarios are played, and selected by `limit`, in a random order."""
    fail_on_error: bool | float
    """Stop starting scenarios after the first failure (True), this many (2), or this share of all (0.1)."""
    journal: str | Path | None
    """A file to which each result is appended."""
    resume: bool
    """Whether to continue an existing journal: scenarios in it are not played again (False)."""
    rerun_failed: bool
    """Whether to continue an existing journal and play failed scenarios again (False)."""
    keep_results: bool
    """Whether results stay in memory (True); otherwise they are read from the journal when needed."""
    facts: Mapping[str, str | float] | None
    """Facts about the run, such as the model and the commit: stored as its `metadata`, and shown in reports."""
    live: LiveClient | None
    """A synchronous client: the run is stored on its platform from the start, test by test, and can be cancelled there.
    The runner needs the dataset's id, as `EvalRunner.from_dataset()` has it. `run_id` of the record is the run's id."""
    executor: Executor | None
    """Plays the scenarios instead of threads, such as a process pool or the executor of a Dask client."""
    scorers: Sequence[object]
    """Scorers of all tests: those of `ashr_labs.scorers` and of other libraries, functions of the output, or text such
    as `contains:refund` and `module:attribute`. Their scores are in `scores` of each test; a scorer that is a gate
    decides about the verdict."""
    calls_from: CallsFrom
    """The source of the agent's tool calls: its `reply`, the `spans` of tools that were recorded while it ran, or
    `auto`: the reply, or the spans where it has no calls. With `auto` and `reply`, results and errors that a reply does
    not have are taken from the spans."""
    on_tool: ToolHook | None
    """Called in place of each function that is wrapped with `ashr_labs.tool`: takes a `ToolInvocation` and a function
    that makes the call; returns the result, or raises."""
    environment: EnvironmentSource | None
    """The environment of each scenario, which is made for it and destroyed afterwards: the file of a sandbox spec, its
    value, a `SandboxEnvironment`, or a function that returns a running sandbox. `current_environment()` returns it to
    the agent."""
    teacher_forcing: bool
    """Whether to set the agent's memory to the expected conversation before each message (False)."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The user's callbacks while scenarios play."""

    on_scenario: OnScenario | None = None
    on_action: OnAction | None = None
    on_environment: OnEnvironment | None = None
    on_tool: ToolHook | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Validated options of a run; see `RunOptions`."""

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
    requests_per_minute: float | RateLimiter | None = None
    """A limiter may be shared by several runs."""
    repeats: int | Mapping[str, int] = 1
    limit: int | None = None
    filter: ScenarioFilter | None = None
    shuffle: int | None = None
    fail_on_error: bool | float = False
    journal: str | Path | None = None
    resume: bool = False
    rerun_failed: bool = False
    keep_results: bool = True
    facts: Mapping[str, str | float] | None = None
    live: LiveClient | None = None
    executor: Executor | None = None
    scorers: Sequence[object] = ()
    calls_from: CallsFrom = "auto"
    on_tool: ToolHook | None = None
    environment: EnvironmentSource | None = None
    teacher_forcing: bool = False

    @classmethod
    def of(cls, options: RunOptions) -> Self:
        """Validate options.

        Raises:
            ConfigurationError: An option is invalid or unknown.
        """
        for name in options:
            if name not in RunOptions.__annotations__:
                raise ConfigurationError(f"unknown option {name!r}{suggestion(name, RunOptions.__annotations__)}")
        settings = cls(**options)
        settings._check()
        return settings

    @property
    def rate(self) -> RateLimiter | None:
        """The rate limiter of messages, if there is a limit."""
        given = self.requests_per_minute
        return given if given is None or isinstance(given, RateLimiter) else RateLimiter(given)

    @property
    def callbacks(self) -> Callbacks:
        """The callbacks of a scenario."""
        return Callbacks(self.on_scenario, self.on_action, self.on_environment, self.on_tool)

    @property
    def retry_types(self) -> frozenset[str]:
        """The names of the errors after which a scenario is played again."""
        if not self.retries:
            return frozenset()
        return frozenset(error if isinstance(error, str) else error.__name__ for error in self.retry_on)

    @property
    def on_progress(self) -> OnProgress | None:
        """The progress function, if there is one."""
        return self.progress if callable(self.progress) else None

    def max_errors(self, samples: int | None) -> float:
        """Return the number of failed scenarios that stops the run."""
        bound = self.fail_on_error
        if bound is False:
            return math.inf
        # If the number is unknown, a share was refused before.
        return bound * (samples or 0) if isinstance(bound, float) else int(bound)

    def _check(self) -> None:
        self._check_types()
        _check_count("max_workers", self.max_workers, 1)
        _check_count("retries", self.retries, 0)
        for scenario_id, count in (self.repeats if isinstance(self.repeats, Mapping) else {"": self.repeats}).items():
            _check_count(f"repeats[{scenario_id!r}]" if scenario_id else "repeats", count, 1)
        if self.limit is not None:
            _check_count("limit", self.limit, 1)
        if self.shuffle is not None:
            _check_count("shuffle", self.shuffle, 0)
        for name in ("timeout", "scenario_timeout", "requests_per_minute"):
            if not isinstance(value := getattr(self, name), RateLimiter):
                _check_positive(name, value)
        _check_errors(self.fail_on_error)
        _check_names(self.retry_on)
        _check_filter(self.filter)
        if (self.resume or self.rerun_failed) and self.journal is None:
            raise ConfigurationError("resume and rerun_failed need a journal: journal=PATH")
        if not self.keep_results and self.journal is None:
            raise ConfigurationError("keep_results=False needs a journal: journal=PATH")
        if self.progress not in (None, True, False) and not callable(self.progress):
            raise ConfigurationError(f"progress must be True, False, None or a function, got {self.progress!r}")
        if self.scorers:
            _check_scorers(self.scorers)
        self._check_executor()

    def _check_types(self) -> None:
        for name in ("on_scenario", "on_action", "on_environment", "on_result", "on_tool"):
            _check_callback(name, getattr(self, name))
        for name in ("resume", "rerun_failed", "keep_results", "teacher_forcing"):
            _check_switch(name, getattr(self, name))
        _check_path("journal", self.journal)
        _check_choice("calls_from", self.calls_from, ("auto", "reply", "spans"))
        if self.facts is not None:
            _check_facts(self.facts)
        if self.live is not None:
            _check_live(self.live)

    def _check_executor(self) -> None:
        if self.executor is None:
            return
        if not callable(getattr(self.executor, "submit", None)):
            raise ConfigurationError(f"executor must be a concurrent.futures.Executor, got {self.executor!r}")
        if self.requests_per_minute is not None:
            raise ConfigurationError("requests_per_minute cannot be combined with executor; leave one of them out")


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(f"{name} must be an integer >= {least}, got {value!r}")


def _check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        meant = suggestion(value, choices)
        raise ConfigurationError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}{meant}")


def _check_positive(name: str, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ConfigurationError(f"{name} must be a number > 0 or None, got {value!r}")


def _check_callback(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} must be a function or None, got {value!r}")


def _check_switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True or False, got {value!r}")


def _check_path(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str | PathLike):
        raise ConfigurationError(f"{name} must be a path or None, got {value!r}")


def _check_errors(bound: object) -> None:
    is_share = isinstance(bound, float) and 0 < bound <= 1
    is_count = isinstance(bound, int) and (isinstance(bound, bool) or bound >= 1)
    if not is_share and not is_count:
        raise ConfigurationError(
            f"fail_on_error must be True, False, an integer >= 1 or a share such as 0.1, got {bound!r}"
        )


def _check_facts(given: object) -> None:
    facts = as_object(given)
    if facts is None or not all(isinstance(value, str | int | float) for value in facts.values()):
        raise ConfigurationError(f"facts must be a mapping of names to text or numbers, got {preview(given)}")


def _check_live(client: object) -> None:
    methods = [getattr(client, name, None) for name in ("start_run", "append_run_tests", "finish_run")]
    if not all(map(callable, methods)) or any(map(iscoroutinefunction, methods)):
        raise ConfigurationError(f"live must be a synchronous client such as AshrLabsClient, or None, got {client!r}")


def _check_scorers(scorers: object) -> None:
    from ..scorers.registry import read_scorers  # noqa: PLC0415 - most runs have no scorers

    if isinstance(scorers, str) or not isinstance(scorers, Sequence):
        raise ConfigurationError(f"scorers must be a list of scorers or functions, got {preview(scorers)}")
    read_scorers(cast("Sequence[object]", scorers))


def _check_names(classes: object) -> None:
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        raise ConfigurationError(f"retry_on must be a list of exception classes or their names, got {classes!r}")
    for named in cast("Sequence[object]", classes):
        if isinstance(named, str):
            _check_class_name(named)
        elif not (isinstance(named, type) and issubclass(named, BaseException)):
            raise ConfigurationError(f"retry_on must contain exception classes or their names, got {named!r}")


def _check_class_name(name: str) -> None:
    """Raise ConfigurationError for an invalid or misspelt class name; the class may not be imported yet."""
    if name in TRANSIENT or name in {one.__name__ for one in _exception_classes()}:
        return
    hint = suggestion(name, TRANSIENT, only_misspelt=True)
    if hint or not name.isidentifier() or not name[:1].isupper():
        hint = suggestion(name.rpartition(".")[2], TRANSIENT) or "; write it as 'TimeoutError'"
        raise ConfigurationError(f"retry_on must contain exception classes or their names, got {name!r}{hint}")
    if not name.endswith(_NAME_ENDINGS):
        warnings.warn(f"retry_on: no exception class is named {name!r} so far", UserWarning, stacklevel=8)


def _exception_classes() -> Iterator[type[BaseException]]:
    """Yield every class of exceptions that is imported."""
    waiting: list[type[BaseException]] = [BaseException]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.__subclasses__()


def _check_filter(chosen: object) -> None:
    if chosen is None or isinstance(chosen, str) or callable(chosen):
        return
    if not isinstance(chosen, Sequence) or not all(isinstance(one, str) for one in cast("Sequence[object]", chosen)):
        raise ConfigurationError(f"filter must be patterns of ids and tags, or a function, got {chosen!r}")
