"""Select the samples of a run, from a dataset or a stream of scenarios, and hand them to the workers."""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain, count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from .._format import counted, suggestion
from .._json import as_object, preview
from ..errors import ConfigurationError, DatasetError
from ..scenarios.scenario import is_without_actions, scenario_items, tags_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ashr_labs_types import TestError

    from .options import ScenarioFilter, Settings

__all__ = ["DatasetSource", "RunQueue", "Sample", "SampleList", "ScenarioStream", "scenarios_of", "selected"]

DatasetSource: TypeAlias = (
    Mapping[str, Any] | Iterable[tuple[str, Mapping[str, Any]]] | AsyncIterable[tuple[str, Mapping[str, Any]]]
)
"""A `dataset_source`, or an iterable of pairs of an id and a scenario."""

_END = object()
_MAX_EXAMPLES = 100


class Sample(NamedTuple):
    """One repeat of one scenario."""

    position: int
    """The index of its result."""
    scenario_id: str
    raw: object
    repeat: int | None = None
    """None if scenarios are played once."""
    errors: tuple[TestError, ...] = ()
    """The errors of its earlier attempts."""

    @property
    def title(self) -> str:
        """The title of the scenario, or an empty string."""
        title = (as_object(self.raw) or {}).get("title")
        return title if isinstance(title, str) else ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the scenario."""
        return tags_of(self.raw)


class SampleList:
    """The selected samples of a dataset, made when iterated; results have the same order."""

    def __init__(self, scenarios: Sequence[tuple[str, object]], settings: Settings) -> None:
        """Select.

        Raises:
            ConfigurationError: `repeats` names a scenario that is not selected.
        """
        self._repeats = settings.repeats
        self._chosen = _chosen(scenarios, settings)
        if not isinstance(settings.repeats, int):
            known = {name for name, _ in self._chosen}
            unknown = [name for name in settings.repeats if name not in known]
            if unknown:
                hint = suggestion(unknown[0], known)
                raise ConfigurationError(f"repeats: scenario {unknown[0]!r} is unknown or not selected{hint}")

    def __len__(self) -> int:
        if isinstance(self._repeats, int):
            return len(self._chosen) * self._repeats
        return sum(self._repeats.get(name, 1) for name, _ in self._chosen)

    def __iter__(self) -> Iterator[Sample]:
        index = count()
        for name, raw in self._chosen:
            number = self._repeats if isinstance(self._repeats, int) else self._repeats.get(name, 1)
            for repeat in range(number):
                yield Sample(next(index), name, raw, repeat if self._repeats != 1 else None)


class _StreamSelection:
    """Selects the samples of scenarios that arrive one by one."""

    def __init__(self, settings: Settings) -> None:
        """Check that the settings do not need all scenarios.

        Raises:
            ConfigurationError: They do.
        """
        if settings.shuffle is not None or not isinstance(settings.repeats, int):
            raise ConfigurationError(
                "shuffle, and repeats by id, need to know all scenarios, but these come from an iterator; "
                'pass a dict instead: {"runs": dict(scenarios)}'
            )
        if isinstance(settings.fail_on_error, float):
            raise ConfigurationError(
                "fail_on_error as a share needs the number of scenarios, but these come from an iterator; "
                "pass a number of failures"
            )
        self._filter = settings.filter
        self._repeats = settings.repeats
        self._limit = settings.limit
        self._chosen = 0
        self._next_index = 0
        self._left_out = 0
        self._examples: list[tuple[str, object]] = []
        """The first scenarios that were not selected, without their content."""

    @property
    def is_full(self) -> bool:
        """True when the limit is reached."""
        return self._limit is not None and self._chosen >= self._limit

    def samples(self, scenario_id: str, raw: object) -> Iterator[Sample]:
        """Yield the samples of the next scenario."""
        if not _fits(self._filter, scenario_id, raw):
            self._left_out += 1
            if len(self._examples) < _MAX_EXAMPLES:
                self._examples.append((scenario_id, {"tags": tags_of(raw)}))
            return
        self._chosen += 1
        for repeat in range(self._repeats):
            yield Sample(self._next_index, scenario_id, raw, repeat if self._repeats > 1 else None)
            self._next_index += 1

    def check_end(self) -> None:
        """Check that something was selected; called at the end of the stream.

        Raises:
            ConfigurationError: The filter selects none of the scenarios.
        """
        if self._filter is not None and self._left_out and not self._chosen:
            raise ConfigurationError(_nothing_selected(self._examples, self._left_out, self._filter))


class ScenarioStream:
    """Scenarios of an iterable, read while the run needs them."""

    def __init__(self, source: object) -> None:
        self._source = source
        self._is_read = False

    @property
    def is_async(self) -> bool:
        """True if the scenarios must be awaited."""
        return isinstance(self._source, AsyncIterable)

    def check(self, settings: Settings) -> None:
        """Check the settings without reading anything.

        Raises:
            ConfigurationError: The settings need all scenarios, or the iterator was read already.
        """
        if self._is_read:
            raise ConfigurationError(
                "the scenarios come from an iterator, which an earlier run has read; "
                "make a new EvalRunner with a new iterator"
            )
        _StreamSelection(settings)

    def samples(self, settings: Settings) -> Iterator[Sample]:
        """Yield the selected samples."""
        selection = _StreamSelection(settings)
        scenarios = iter(cast("Iterable[object]", self._opened()))
        known: set[str] = set()
        while not selection.is_full and (given := next(scenarios, _END)) is not _END:
            scenario_id, raw = _checked(given, known)
            if not is_without_actions(raw):
                yield from selection.samples(scenario_id, raw)
        selection.check_end()

    async def async_samples(self, settings: Settings) -> AsyncIterator[Sample]:
        """Yield the selected samples of an asynchronous iterable."""
        selection = _StreamSelection(settings)
        scenarios = aiter(cast("AsyncIterable[object]", self._opened()))
        known: set[str] = set()
        while not selection.is_full and (given := await anext(scenarios, _END)) is not _END:
            scenario_id, raw = _checked(given, known)
            if not is_without_actions(raw):
                for sample in selection.samples(scenario_id, raw):
                    yield sample
        selection.check_end()

    def _opened(self) -> object:
        # An iterator can be read once; other iterables make a new iterator each time.
        self._is_read = hasattr(self._source, "__next__") or hasattr(self._source, "__anext__")
        return self._source


class RunQueue:
    """The samples that are still to be played, shared by the workers.

    It also holds the samples in progress, so that none is lost without notice.
    """

    def __init__(self, samples: Iterable[Sample], clock: Callable[[], float]) -> None:
        # Plain flags: a signal handler sets them, and the code that it interrupts might hold the lock of an Event.
        self.is_closed = False
        """True if no more samples are started."""
        self.is_aborted = False
        """True if samples in progress stop at their next step."""
        self._clock = clock
        self._lock = threading.Lock()
        self._new = iter(samples)
        self._retries: list[tuple[float, int, Sample]] = []
        self._in_progress: dict[int, Sample] = {}

    @property
    def in_progress(self) -> int:
        """How many samples are being played."""
        return len(self._in_progress)

    def next(self) -> Sample | float | None:
        """Return the next sample, the seconds until a retry is due, or None at the end."""
        with self._lock:
            if self.is_closed:
                return None
            now = self._clock()
            is_due = self._retries and self._retries[0][0] <= now
            sample = heapq.heappop(self._retries)[2] if is_due else next(self._new, None)
            if sample is None:
                return self._retries[0][0] - now if self._retries else None
            self._in_progress[sample.position] = sample
            return sample

    def done(self, sample: Sample) -> None:
        """Remove a sample that has a result."""
        self._in_progress.pop(sample.position, None)

    def extend(self, samples: Iterable[Sample]) -> None:
        """Append samples; an iterator is read when they are needed."""
        with self._lock:
            self._new = chain(self._new, samples)

    def requeue(self, sample: Sample, delay: float) -> None:
        """Schedule a sample again after `delay` seconds."""
        with self._lock:
            self._in_progress.pop(sample.position, None)
            heapq.heappush(self._retries, (self._clock() + delay, sample.position, sample))

    def close(self) -> None:
        """Start no more samples."""
        self.is_closed = True

    def abort(self) -> None:
        """Start no more samples, and stop those in progress at their next step."""
        self.is_closed = self.is_aborted = True

    def unfinished(self) -> list[Sample]:
        """Return the samples without a result, in the order of the results; for the end of a run."""
        with self._lock:
            retried = [sample for _, _, sample in self._retries]
            return sorted([*self._in_progress.values(), *retried, *self._new], key=lambda sample: sample.position)


def scenarios_of(dataset_source: object) -> list[tuple[str, object]] | ScenarioStream:
    """Return the scenarios that have actions, not yet parsed, with their ids.

    Raises:
        DatasetError: The dataset as a whole cannot be run.
    """
    return ScenarioStream(dataset_source) if _is_stream(dataset_source) else scenario_items(dataset_source)


def selected(
    scenarios: Sequence[tuple[str, object]] | ScenarioStream, settings: Settings
) -> SampleList | ScenarioStream:
    """Return the samples of a run; those of a stream are selected when they are read.

    Raises:
        ConfigurationError: The settings do not fit the scenarios.
    """
    if not isinstance(scenarios, ScenarioStream):
        return SampleList(scenarios, settings)
    if scenarios.is_async and settings.executor is not None:
        raise ConfigurationError("executor does not support asynchronous iterators of scenarios; leave it out")
    scenarios.check(settings)
    return scenarios


def _is_stream(source: object) -> bool:
    # A list is more often a mistake, such as a file without its outermost object, than a list of pairs.
    return isinstance(source, Iterable | AsyncIterable) and not isinstance(source, Mapping | Sequence)


def _checked(given: object, known: set[str]) -> tuple[str, object]:
    """Return a scenario with its id; ids must be unique."""
    at = f"dataset_source[{len(known)}]"
    scenario_id, raw = _pair(given) or (None, None)
    if not isinstance(scenario_id, str):
        raise DatasetError(f"must be a pair of an id, a string, and a scenario, got {preview(given)}", path=at)
    if scenario_id in known:
        raise DatasetError(f"must have a unique id, got {scenario_id!r} again", path=at)
    known.add(scenario_id)
    return scenario_id, raw


def _pair(given: object) -> tuple[object, object] | None:
    if not isinstance(given, tuple | list):
        return None
    parts = cast("Sequence[object]", given)
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _chosen(scenarios: Sequence[tuple[str, object]], settings: Settings) -> Sequence[tuple[str, object]]:
    chosen = scenarios
    if settings.filter is not None:
        chosen = [(name, raw) for name, raw in scenarios if _fits(settings.filter, name, raw)]
        if scenarios and not chosen:
            raise ConfigurationError(_nothing_selected(scenarios, len(scenarios), settings.filter))
    if settings.shuffle is not None:
        chosen = [*chosen]
        random.Random(settings.shuffle).shuffle(chosen)  # noqa: S311 - an order, not a secret
    return chosen if settings.limit is None else chosen[: settings.limit]


def _nothing_selected(scenarios: Sequence[tuple[str, object]], number: int, chosen: ScenarioFilter) -> str:
    problem = f"filter {preview(chosen)} selects none of {counted(number, 'scenario')}"
    if callable(chosen):
        return problem
    names = [name for name, _ in scenarios]
    tags = [f"tag:{tag}" for _, raw in scenarios for tag in tags_of(raw)]
    patterns = [chosen] if isinstance(chosen, str) else chosen
    hint = next(filter(None, (suggestion(pattern, [*names, *tags]) for pattern in patterns)), "")
    return f"{problem}, such as {names[0]!r}{hint}"


def _fits(chosen: ScenarioFilter | None, scenario_id: str, raw: object) -> bool:
    if chosen is None:
        return True
    scenario = as_object(raw) or {}
    if callable(chosen):
        return bool(chosen(scenario_id, scenario))
    names = [scenario_id, *(f"tag:{tag}" for tag in tags_of(scenario))]
    patterns = [chosen] if isinstance(chosen, str) else chosen
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
