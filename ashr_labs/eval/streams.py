"""Scenarios that are read while they are played, for datasets that are too big to be had at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._json import preview
from ..errors import ConfigurationError, DatasetError
from .sampling import Selection
from .scenario import is_without_actions, scenario_items

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .options import Settings
    from .sampling import Sample

__all__ = ["DatasetSource", "ScenarioStream", "scenarios_of"]

DatasetSource: TypeAlias = (
    Mapping[str, Any] | Iterable[tuple[str, Mapping[str, Any]]] | AsyncIterable[tuple[str, Mapping[str, Any]]]
)
"""A `dataset_source`, or something that gives its scenarios one by one, each with its id."""

_END = object()


class ScenarioStream:
    """Scenarios that come one by one."""

    def __init__(self, source: object) -> None:
        self._source = source
        self._is_read = False

    @property
    def is_async(self) -> bool:
        """Whether the next one must be awaited."""
        return isinstance(self._source, AsyncIterable)

    def samples(self, settings: Settings) -> Iterator[Sample]:
        """Return what the settings choose; nothing is read before it is wanted.

        Raises:
            ConfigurationError: The settings need to know all scenarios, or these were read already.
        """
        self._check_unread()
        return self._samples(Selection(settings))

    def samples_later(self, settings: Settings) -> AsyncIterator[Sample]:
        """Return the same of scenarios that must be awaited."""
        self._check_unread()
        return self._samples_later(Selection(settings))

    def _samples(self, selection: Selection) -> Iterator[Sample]:
        scenarios = iter(cast("Iterable[object]", self._opened()))
        known: set[str] = set()
        while not selection.is_full and (given := next(scenarios, _END)) is not _END:
            scenario_id, raw = _checked(given, known)
            if not is_without_actions(raw):
                yield from selection.samples(scenario_id, raw)

    async def _samples_later(self, selection: Selection) -> AsyncIterator[Sample]:
        scenarios = aiter(cast("AsyncIterable[object]", self._opened()))
        known: set[str] = set()
        while not selection.is_full and (given := await anext(scenarios, _END)) is not _END:
            scenario_id, raw = _checked(given, known)
            if not is_without_actions(raw):
                for sample in selection.samples(scenario_id, raw):
                    yield sample

    def _opened(self) -> object:
        # An iterator can be read once; what makes a new one each time, as often as one likes.
        self._is_read = hasattr(self._source, "__next__") or hasattr(self._source, "__anext__")
        return self._source

    def _check_unread(self) -> None:
        if self._is_read:
            raise ConfigurationError(
                "the scenarios come from an iterator, which an earlier run has read; "
                "make a new EvalRunner with a new one"
            )


def scenarios_of(dataset_source: object) -> list[tuple[str, object]] | ScenarioStream:
    """Return the scenarios that have actions, unread, with their ids.

    Raises:
        DatasetError: The dataset as a whole cannot be run.
    """
    return ScenarioStream(dataset_source) if _is_stream(dataset_source) else scenario_items(dataset_source)


def _is_stream(source: object) -> bool:
    # A list is more often a mistake, such as a file without its outermost object, than a list of pairs.
    return isinstance(source, Iterable | AsyncIterable) and not isinstance(source, Mapping | Sequence)


def _checked(given: object, known: set[str]) -> tuple[str, object]:
    """Return a scenario with its id, which none before it has."""
    at = f"dataset_source[{len(known)}]"
    scenario_id, raw = _pair(given) or (None, None)
    if not isinstance(scenario_id, str):
        raise DatasetError(f"must be a pair of an id, a string, and a scenario, not {preview(given)}", path=at)
    if scenario_id in known:
        raise DatasetError(f"{scenario_id!r} came already; ids must differ", path=at)
    known.add(scenario_id)
    return scenario_id, raw


def _pair(given: object) -> tuple[object, object] | None:
    if not isinstance(given, tuple | list):
        return None
    parts = cast("Sequence[object]", given)
    return (parts[0], parts[1]) if len(parts) == 2 else None
