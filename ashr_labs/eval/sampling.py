"""What is to be played: which scenarios, how often, in which order, and what comes next."""

from __future__ import annotations

import heapq
import random
import threading
from fnmatch import fnmatchcase
from itertools import chain, count
from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_list, as_object
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ashr_labs_types import TestError

    from .options import ScenarioFilter, Settings

__all__ = ["Agenda", "Choice", "Sample", "Selection"]


class Sample(NamedTuple):
    """One time that one scenario is played."""

    place: int
    """Where its result stands."""
    scenario_id: str
    raw: object
    repeat: int | None = None
    """None where the scenario is played once."""
    errors: tuple[TestError, ...] = ()
    """Why it has to be played again."""

    @property
    def tags(self) -> tuple[str, ...]:
        """The scenario's tags."""
        return _tags(as_object(self.raw) or {})


class Choice:
    """The samples that settings ask for, of scenarios that are all there; each is made when somebody takes it.

    Results stand in the order in which the scenarios are played.
    """

    def __init__(self, scenarios: Sequence[tuple[str, object]], settings: Settings) -> None:
        """Choose.

        Raises:
            ConfigurationError: `repeats` names a scenario that is not there.
        """
        self._repeats = settings.repeats
        self._chosen = _chosen(scenarios, settings)
        if not isinstance(settings.repeats, int):
            known = {name for name, _ in self._chosen}
            unknown = [name for name in settings.repeats if name not in known]
            if unknown:
                raise ConfigurationError(f"repeats names {unknown[0]!r}, which is no scenario that is played")

    def __len__(self) -> int:
        if isinstance(self._repeats, int):
            return len(self._chosen) * self._repeats
        return sum(self._repeats.get(name, 1) for name, _ in self._chosen)

    def __iter__(self) -> Iterator[Sample]:
        place = count()
        for name, raw in self._chosen:
            number = self._repeats if isinstance(self._repeats, int) else self._repeats.get(name, 1)
            for repeat in range(number):
                yield Sample(next(place), name, raw, repeat if self._repeats != 1 else None)


class Selection:
    """Makes the samples of scenarios that come one by one."""

    def __init__(self, settings: Settings) -> None:
        """Check that the settings can be met without knowing all scenarios.

        Raises:
            ConfigurationError: They cannot.
        """
        if settings.shuffle is not None or not isinstance(settings.repeats, int):
            raise ConfigurationError(
                "shuffle, and repeats by id, need to know all scenarios, but these come from an iterator; "
                'pass a dict instead: {"runs": dict(scenarios)}'
            )
        if isinstance(settings.fail_on_error, float):
            raise ConfigurationError(
                "fail_on_error as a share needs to know how many scenarios there are, but these come from an "
                "iterator; pass a number of failures"
            )
        self._filter = settings.filter
        self._repeats = settings.repeats
        self._limit = settings.limit
        self._chosen = 0
        self._place = 0

    @property
    def is_full(self) -> bool:
        """Whether no more scenarios are wanted."""
        return self._limit is not None and self._chosen >= self._limit

    def samples(self, scenario_id: str, raw: object) -> Iterator[Sample]:
        """Return the samples of the next scenario."""
        if not _fits(self._filter, scenario_id, raw):
            return
        self._chosen += 1
        for repeat in range(self._repeats):
            yield Sample(self._place, scenario_id, raw, repeat if self._repeats > 1 else None)
            self._place += 1


class Agenda:
    """What is still to be played, for several workers; it can be closed, after which nothing comes any more."""

    def __init__(self, samples: Iterable[Sample], clock: Callable[[], float]) -> None:
        # Plain flags: a signal handler may set them, and an Event's lock might be held by what it interrupts.
        self.is_closed = False
        """Whether nothing more shall start."""
        self.is_aborted = False
        """Whether what plays shall stop at its next wish."""
        self.taken = 0
        """How many samples were taken, those that were put back included."""
        self._clock = clock
        self._lock = threading.Lock()
        self._new = iter(samples)
        self._again: list[tuple[float, int, Sample]] = []

    def take(self) -> Sample | float | None:
        """Take what is played next; a number tells in how many seconds there will be something."""
        with self._lock:
            if self.is_closed:
                return None
            now = self._clock()
            is_due = self._again and self._again[0][0] <= now
            sample = heapq.heappop(self._again)[2] if is_due else next(self._new, None)
            if sample is None:
                return self._again[0][0] - now if self._again else None
            self.taken += 1
            return sample

    def feed(self, samples: Iterable[Sample]) -> None:
        """Let these come after what has come already; each is read when somebody takes it."""
        with self._lock:
            self._new = chain(self._new, samples)

    def put_back(self, sample: Sample, seconds: float) -> None:
        """Have a sample played again after some seconds; who plays is free in the meantime."""
        with self._lock:
            heapq.heappush(self._again, (self._clock() + seconds, sample.place, sample))

    def close(self) -> None:
        """Let nothing more start."""
        self.is_closed = True

    def abort(self) -> None:
        """Let nothing more start, and what plays stop at its next wish."""
        self.is_closed = self.is_aborted = True


def _chosen(scenarios: Sequence[tuple[str, object]], settings: Settings) -> Sequence[tuple[str, object]]:
    chosen = scenarios
    if settings.filter is not None:
        chosen = [(name, raw) for name, raw in scenarios if _fits(settings.filter, name, raw)]
    if settings.shuffle is not None:
        chosen = [*chosen]
        random.Random(settings.shuffle).shuffle(chosen)  # noqa: S311 - an order, not a secret
    return chosen if settings.limit is None else chosen[: settings.limit]


def _fits(chosen: ScenarioFilter | None, scenario_id: str, raw: object) -> bool:
    if chosen is None:
        return True
    scenario = as_object(raw) or {}
    if callable(chosen):
        return bool(chosen(scenario_id, scenario))
    names = [scenario_id, *(f"tag:{tag}" for tag in _tags(scenario))]
    patterns = [chosen] if isinstance(chosen, str) else chosen
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _tags(scenario: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(tag for tag in as_list(scenario.get("tags")) or () if isinstance(tag, str))
