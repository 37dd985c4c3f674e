"""Runs that pages show, parsed and graded once: a run of thousands of tests takes longer to parse than to show."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object
from ...errors import NotFoundError
from ...results.comparison import compare
from ...results.runs import RunResults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...results.comparison import Comparison
    from ...results.runs import Sample

__all__ = ["LoadedRun", "LoadedRuns"]

_MAX_COMPARED = 16
_MAX_BYTES = 64 * 1024 * 1024
"""Of the JSON of the runs that are kept."""


class LoadedRun:
    """A run with its samples.

    Args:
        record: The run, as `get_run` answers it.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.run_id = int(record["id"])
        self.status = str(record.get("grading_status") or "")
        self.grading_error = record.get("grading_error")
        self.created_at = str(record.get("created_at") or "")
        self.dataset_id = record.get("dataset")
        self.progress = as_object(record.get("progress"))
        self.result = as_object(record.get("result")) or {}
        # Without a status, the samples of a run that is played or not graded yet are graded here, provisionally.
        tests = as_list(self.result.get("tests")) or []
        graded = {**self.result, "tests": tests, "id": self.run_id, "created_at": self.created_at}
        self.results = RunResults.of(graded)

    @property
    def is_settled(self) -> bool:
        """Whether the verdicts are final."""
        return self.status in ("completed", "graded", "failed")

    @cached_property
    def texts(self) -> Sequence[str]:
        """The text of each sample in lower case, for searches."""
        return ["\n".join(_strings(sample.record)).lower() for sample in self.results.samples]

    @cached_property
    def _places(self) -> dict[tuple[str, str], list[int]]:
        places: dict[tuple[str, str], list[int]] = {}
        for place, sample in enumerate(self.results.samples):
            places.setdefault((sample.scenario_id, _repeat(sample)), []).append(place)
        return places

    def place(self, scenario_id: str, repeat: str = "", copy: int = 0) -> int:
        """Return the position of a sample.

        Args:
            scenario_id: Its scenario.
            repeat: Which repeat; the first one if it is empty.
            copy: Which of the samples with this id and repeat.

        Raises:
            NotFoundError: The run has no such sample.
        """
        places = self._places.get((scenario_id, repeat)) or (
            next((found for (name, _), found in self._places.items() if name == scenario_id), None)
            if not repeat
            else None
        )
        if not places or copy >= len(places):
            raise NotFoundError(f"run {self.run_id} has no test {scenario_id[:100]!r}")
        return places[copy]

    def key(self, place: int) -> dict[str, object]:
        """Return the fields by which a page names a sample: `id`, and `repeat` and `copy` where they are needed."""
        sample = self.results.samples[place]
        copy = self._places[sample.scenario_id, _repeat(sample)].index(place)
        return {"id": sample.scenario_id, "repeat": _repeat(sample), "copy": copy or None}


class LoadedRuns:
    """The runs that were shown last; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[bytes, tuple[LoadedRun, int]] = OrderedDict()
        self._compared: OrderedDict[tuple[LoadedRun, LoadedRun], Comparison] = OrderedDict()

    def get(self, fetch: Callable[[], bytes]) -> LoadedRun:
        """Return a run.

        Args:
            fetch: Returns the answer of `get_run`. It is called each time: it checks the key, and a run may change.
        """
        content = fetch()
        digest = hashlib.sha256(content).digest()
        with self._lock:
            if kept := self._kept.get(digest):
                self._kept.move_to_end(digest)
                return kept[0]
        run = LoadedRun(json.loads(content)["run"])
        with self._lock:
            self._kept[digest] = run, len(content)
            while len(self._kept) > 1 and sum(size for _, size in self._kept.values()) > _MAX_BYTES:
                self._kept.popitem(last=False)
        return run

    def compare(self, before: LoadedRun, after: LoadedRun) -> Comparison:
        """Return the comparison of two runs; the last ones are kept, as resampling takes long."""
        with self._lock:
            if found := self._compared.get((before, after)):
                return found
        found = compare(before.results, after.results)
        with self._lock:
            self._compared[before, after] = found
            while len(self._compared) > _MAX_COMPARED:
                self._compared.popitem(last=False)
        return found


def _repeat(sample: Sample) -> str:
    repeat = sample.record.get("repeat")
    return "" if repeat is None else str(repeat)


def _strings(value: object) -> list[str]:
    """Return all strings inside of a JSON value, without recursion: foreign data may be deep."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif (fields := as_object(one)) is not None:
            waiting.extend(fields.values())
        elif (items := as_list(one)) is not None:
            waiting.extend(items)
    return found
