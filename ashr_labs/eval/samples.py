"""What is to be played: which scenarios, how often, in which order, and what comes next."""

from __future__ import annotations

import heapq
import random
import threading
from collections import deque
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from .._json import as_list, as_object
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ashr_labs_types import TestError

    from .options import ScenarioFilter, Settings

__all__ = ["Agenda", "Sample", "select"]


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


def select(scenarios: Iterable[tuple[str, object]], settings: Settings) -> list[Sample]:
    """Return the samples that the settings ask for; results stand in the order in which the scenarios are played.

    Raises:
        ConfigurationError: `repeats` names a scenario that is not there.
    """
    chosen = [(name, raw) for name, raw in scenarios if _fits(settings.filter, name, raw)]
    if settings.shuffle is not None:
        random.Random(settings.shuffle).shuffle(chosen)  # noqa: S311 - an order, not a secret
    return [
        Sample(place, name, raw, repeat)
        for place, (name, raw, repeat) in enumerate(_repeated(chosen[: settings.limit], settings.repeats))
    ]


class Agenda:
    """What is still to be played, for several workers; it can be closed, after which nothing comes any more."""

    def __init__(self, samples: Sequence[Sample], clock: Callable[[], float]) -> None:
        # Plain flags: a signal handler may set them, and an Event's lock might be held by what it interrupts.
        self.is_closed = False
        """Whether nothing more shall start."""
        self.is_aborted = False
        """Whether what plays shall stop at its next wish."""
        self._clock = clock
        self._lock = threading.Lock()
        self._new = deque(samples)
        self._again: list[tuple[float, int, Sample]] = []

    def take(self) -> Sample | float | None:
        """Take what is played next; a number tells in how many seconds there will be something."""
        with self._lock:
            if self.is_closed:
                return None
            now = self._clock()
            if self._again and self._again[0][0] <= now:
                return heapq.heappop(self._again)[2]
            if self._new:
                return self._new.popleft()
            return self._again[0][0] - now if self._again else None

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


def _fits(chosen: ScenarioFilter | None, scenario_id: str, raw: object) -> bool:
    if chosen is None:
        return True
    scenario = as_object(raw) or {}
    if callable(chosen):
        return bool(chosen(scenario_id, scenario))
    tags = [tag for tag in as_list(scenario.get("tags")) or () if isinstance(tag, str)]
    names = [scenario_id, *(f"tag:{tag}" for tag in tags)]
    patterns = [chosen] if isinstance(chosen, str) else chosen
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _repeated(
    chosen: list[tuple[str, object]], repeats: int | Mapping[str, int]
) -> Iterator[tuple[str, object, int | None]]:
    known = dict(chosen)
    counts = dict.fromkeys(known, repeats) if isinstance(repeats, int) else repeats
    unknown = [name for name in counts if name not in known]
    if unknown:
        raise ConfigurationError(f"repeats names {unknown[0]!r}, which is no scenario that is played")
    for name, raw in chosen:
        count = counts.get(name, 1)
        yield from ((name, raw, repeat if repeats != 1 else None) for repeat in range(count))
