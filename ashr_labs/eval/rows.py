"""`Eval`: play a function over rows and score its outputs, with the engine of `EvalRunner`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._format import suggestion
from .._json import as_object, preview
from ..errors import ConfigurationError, DatasetError
from ..scorers.registry import read_scorers
from ..scorers.score import text_of
from .eval_result import EvalResult
from .options import Settings
from .runner import EvalRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from ..run_builder import RunBuilder
    from .eval_store import RowClient
    from .options import RunOptions

__all__ = ["Eval", "Row", "aeval", "check_client", "read_rows"]

RowSource: TypeAlias = "Iterable[Any] | Callable[[], Iterable[Any]]"
"""Rows, or a function that returns them."""

_KEYS = ("input", "expected", "metadata", "tags", "id")
_OWN_OPTIONS = {"scorers": "scores", "max_workers": "max_concurrency", "repeats": "trial_count", "facts": "metadata"}
"""Options of a run that have another name here."""


class Row(NamedTuple):
    """One row: an input, and what its scorers know."""

    id: str
    input: Any
    scenario: dict[str, Any]
    """The row as a scenario of one message; the row's values are its metadata."""


def Eval(  # noqa: N802 - the name by which users of other tools know it
    name: str,
    *,
    data: RowSource,
    task: Callable[..., Any],
    scores: Sequence[object] = (),
    max_concurrency: int = 4,
    trial_count: int = 1,
    metadata: Mapping[str, Any] | None = None,
    client: RowClient | None = None,
    **options: Unpack[RunOptions],
) -> EvalResult:
    """Call a function for each row, score its outputs, and return rows and summary.

    Args:
        name: The name of the evaluation, and of its dataset where the run is stored.
        data: Rows: mappings with `input` and, where known, `expected`, `metadata`, `tags` and `id`; other keys are
            parameters that scorers read. Or a function that returns them.
        task: Takes the input of a row and returns the output; synchronous, which runs in threads, or asynchronous. It
            may have a parameter `metadata`.
        scores: Scorers and functions, of this and of other libraries; see `ashr_labs.scorers.as_scorer`.
        max_concurrency: How many rows are played at a time.
        trial_count: How often each row is played.
        metadata: Facts about the run, such as the model, which reports show.
        client: Stores the rows first, as a dataset, and the run at its end; by default nothing is stored. If the run
            cannot be stored, an error is logged, and the result is returned without an `experiment_id`.
        **options: Further options of `EvalRunner.run()`, such as `journal`, `resume`, `timeout` and `retries`; with
            `live` in place of `client`, the run is stored while it is played.

    Raises:
        ConfigurationError: An option or a scorer cannot be used; nothing was started.
        DatasetError: A row cannot be read.
        AshrLabsError: The platform refuses the rows, or a run that is stored while it is played; nothing was started.

    Example:
        >>> from ashr_labs.scorers import ExactMatch
        >>> rows = [{"input": 2, "expected": 4}, {"input": 3, "expected": 9}]
        >>> result = Eval("square", data=rows, task=lambda number: number * number, scores=[ExactMatch()])
        >>> result.summary["exact_match"].mean
        1.0
    """
    rows = read_rows(data)
    agent, given = _TaskAgent(task, rows), _options(options, scores, max_concurrency, trial_count, metadata)
    runner, dataset_id = _runner(name, rows, given, client)
    run = runner._evaluation(agent, given, client).run()  # pyright: ignore[reportPrivateUsage] - a friend
    return _result(name, rows, run, given, dataset_id, client)


async def aeval(
    name: str,
    *,
    data: RowSource,
    task: Callable[..., Any],
    scores: Sequence[object] = (),
    max_concurrency: int = 4,
    trial_count: int = 1,
    metadata: Mapping[str, Any] | None = None,
    client: RowClient | None = None,
    **options: Unpack[RunOptions],
) -> EvalResult:
    """Do the same as `Eval()` in the running event loop; the client is called from a thread."""
    import asyncio  # noqa: PLC0415 - the synchronous function does not load asyncio

    rows = await asyncio.to_thread(read_rows, data)
    agent, given = _TaskAgent(task, rows), _options(options, scores, max_concurrency, trial_count, metadata)
    runner, dataset_id = await asyncio.to_thread(_runner, name, rows, given, client)
    run = await runner._evaluation(agent, given, client).arun()  # pyright: ignore[reportPrivateUsage] - as above
    return await asyncio.to_thread(_result, name, rows, run, given, dataset_id, client)


def read_rows(data: RowSource) -> list[Row]:
    """Return the rows of a source, each with an id of its own.

    Raises:
        DatasetError: A row cannot be read; the error has its path.
    """
    source: Any = data() if callable(data) else data
    given: object = source
    if isinstance(given, str | bytes | Mapping) or not hasattr(given, "__iter__"):
        raise DatasetError(f"must be rows, or a function that returns rows, got {preview(source)}", path="data")
    rows = [_read_row(row, index) for index, row in enumerate(source)]
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.id in seen:
            raise DatasetError(f"must differ from that of other rows, got {row.id!r}", path=f"data[{index}].id")
        seen.add(row.id)
    return rows


class _TaskAgent:
    """An agent that calls the task with the row of the scenario."""

    def __init__(self, task: Callable[..., Any], rows: Sequence[Row]) -> None:
        if not callable(task):
            raise ConfigurationError(f"task must be a function of the input, got {preview(task)}")
        self._task = task
        self._rows = {row.id: row for row in rows}
        self._takes_metadata = _has_parameter(task, "metadata")
        call = getattr(task, "__call__", None)  # noqa: B004 - its kind, not whether it exists
        is_async = inspect.iscoroutinefunction(task) or inspect.iscoroutinefunction(call)
        self.respond: Callable[..., Any] = self._respond_async if is_async else self._respond

    def clone(self) -> _TaskAgent:
        """Return itself: a task has no memory."""
        return self

    def reset(self) -> None:
        """Do nothing: a task has no memory."""

    def _respond(self, message: str, scenario_id: str) -> dict[str, Any]:
        return _reply(self._call(scenario_id))

    async def _respond_async(self, message: str, scenario_id: str) -> dict[str, Any]:
        return _reply(await self._call(scenario_id))

    def _call(self, scenario_id: str) -> Any:
        row = self._rows[scenario_id]
        if self._takes_metadata:
            return self._task(row.input, metadata=row.scenario["metadata"])
        return self._task(row.input)


def _reply(output: Any) -> dict[str, Any]:
    return {"text": text_of(output), "output": output}


def _has_parameter(function: Callable[..., Any], name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):  # functions in C
        return False


def _read_row(given: object, index: int) -> Row:
    path = f"data[{index}]"
    fields = as_object(given)
    if fields is None and hasattr(given, "input"):  # rows of other libraries
        fields = {key: value for key in _KEYS if (value := getattr(given, key, None)) is not None}
    if fields is None or "input" not in fields:
        raise DatasetError(f"must be a mapping with `input`, got {preview(given)}", path=path)
    for key in fields:
        if key not in _KEYS and (meant := suggestion(key, _KEYS, only_misspelt=True)):
            raise DatasetError(f"must not be a key of a row{meant}", path=f"{path}.{key}")
    metadata = as_object(fields.get("metadata") or {})
    if metadata is None:
        raise DatasetError(f"must be a mapping, got {preview(fields['metadata'])}", path=f"{path}.metadata")
    known = {key: value for key, value in fields.items() if key not in {"metadata", "tags", "id"}}
    scenario: dict[str, Any] = {
        "actions": [{"actor": "user", "content": text_of(fields["input"])}, {"actor": "agent"}],
        "metadata": {**metadata, **known},
    }
    if fields.get("tags"):
        scenario["tags"] = [*fields["tags"]]
    return Row(str(fields.get("id") or f"row-{index + 1}"), fields["input"], scenario)


def _runner(
    name: str, rows: Sequence[Row], options: RunOptions, client: RowClient | None
) -> tuple[EvalRunner, int | None]:
    """Return the runner of the rows, and the id of their dataset if they are stored."""
    scenarios = {row.id: row.scenario for row in rows}
    live = options.get("live")
    if client is not None:
        check_client(client, "client")
    if client is not None and live is not None:
        raise ConfigurationError(
            "`client` stores the run at its end and `live` while it is played; leave one of them out"
        )
    target: Any = client or live
    dataset_id: int | None = None
    if target is not None:
        from .eval_store import store_rows  # noqa: PLC0415 - most runs are not stored

        Settings.of(options)  # before anything is stored
        dataset_id = store_rows(target, name, scenarios)
    # Rows do not say which tools may be called.
    return EvalRunner({"runs": scenarios}, tool_mode="superset", dataset_id=dataset_id), dataset_id


def check_client(client: object, label: str) -> None:
    """Check that a client can store rows.

    Raises:
        ConfigurationError: It cannot.
    """
    methods = [getattr(client, name, None) for name in ("create_dataset", "create_run")]
    if not all(map(callable, methods)) or any(map(inspect.iscoroutinefunction, methods)):
        kind = type(client).__name__  # the value may be a key
        raise ConfigurationError(f"`{label}` must be a synchronous AshrLabsClient or None, got {kind}")


def _options(
    options: RunOptions,
    scores: Sequence[object],
    max_concurrency: int,
    trial_count: int,
    metadata: Mapping[str, Any] | None,
) -> RunOptions:
    for option, name in _OWN_OPTIONS.items():
        if option in options:
            raise ConfigurationError(f"unknown option {option!r}; use {name!r}")
    given = as_object(metadata or {})
    if given is None:
        raise ConfigurationError(f"`metadata` must be a mapping of names to values, got {preview(metadata)}")
    facts = {str(key): value if isinstance(value, int | float) else text_of(value) for key, value in given.items()}
    return {**options, "scorers": scores, "max_workers": max_concurrency, "repeats": trial_count, "facts": facts}


def _result(
    name: str,
    rows: Sequence[Row],
    run: RunBuilder,
    options: RunOptions,
    dataset_id: int | None,
    client: RowClient | None,
) -> EvalResult:
    if client is not None and dataset_id is not None:
        from .eval_store import store_run  # noqa: PLC0415 - as above

        store_run(client, dataset_id, run)
    scores = [scorer.name for scorer in read_scorers(options.get("scorers", ()))]
    return EvalResult.of(name, {row.id: row.scenario["metadata"] for row in rows}, run.build(), scores, run.run_id)
