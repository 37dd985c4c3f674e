"""The scenarios of a marker: select, play, grade, and explain failures."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from .._format import one_line, suggestion
from .._json import as_object
from .._retry import RateLimiter
from ..client._sync import AshrLabsClient
from ..errors import AshrLabsError, ConfigurationError
from ..eval import EvalRunner
from ..eval.options import Settings
from ..eval.sampling import SampleList
from ..grading import grade
from ..results import read_run
from ..results.reports.text import sample_text
from ..scenarios.scenario import scenario_items
from ._options import MARKER_ONLY, RUN_OPTIONS

if TYPE_CHECKING:
    from typing import Unpack

    from ..eval import RunOptions
    from ..results import RunResults

__all__ = ["MarkedScenario", "graded_run", "played", "scenarios_of", "why_failed"]

_RATES: dict[float, RateLimiter] = {}
"""The rate limiters of this process: each item is a run of its own, and all share the limit."""
_CHOOSING = ("repeats", "limit", "filter", "shuffle")
"""The options that select and order the items."""


@dataclass(frozen=True, slots=True)
class MarkedScenario:
    """The scenario of an item."""

    dataset: str
    """The name of the dataset, or its id as a string."""
    scenario_id: str
    raw: object
    agent: Any
    config: Mapping[str, Any] | None
    options: RunOptions
    """The options of its run."""
    repeat: int | None = None

    @property
    def name(self) -> str:
        """The name of its item."""
        return self.scenario_id if self.repeat is None else f"{self.scenario_id}-{self.repeat}"


def scenarios_of(marker: pytest.Mark, options: RunOptions, *folders: Path) -> list[MarkedScenario]:
    """Return the scenarios of a marker; the folders are searched for its dataset.

    Raises:
        pytest.UsageError: The marker or its dataset is invalid.
    """
    known = {"dataset", "agent", "config", *MARKER_ONLY, *(option.name for option in RUN_OPTIONS)}
    if marker.args or not {"dataset", "agent"} <= marker.kwargs.keys() <= known:
        hints = [f"; got {name!r}{suggestion(name, known)}" for name in marker.kwargs if name not in known]
        raise pytest.UsageError(
            "write the marker as @pytest.mark.ashr(dataset=..., agent=..., config=...); "
            f"it also takes {', '.join(sorted(known - {'dataset', 'agent', 'config'}))}{''.join(hints)}"
        )
    try:
        name, source = _dataset(marker.kwargs["dataset"], folders)
        samples = list(SampleList(scenario_items(source), Settings.of(options)))
    except (AshrLabsError, OSError, ValueError) as error:
        raise pytest.UsageError(f"@pytest.mark.ashr: {error}") from error
    if not samples:
        raise pytest.UsageError(f"@pytest.mark.ashr: no scenario of {name} is selected and has actions")
    agent, config = marker.kwargs["agent"], marker.kwargs.get("config")
    playing = cast("RunOptions", {key: value for key, value in options.items() if key not in _CHOOSING})
    return [
        MarkedScenario(name, sample.scenario_id, sample.raw, agent, config, playing, sample.repeat)
        for sample in samples
    ]


def played(scenario: MarkedScenario, agent: Any, client: AshrLabsClient | None) -> dict[str, Any]:
    """Play a scenario; return it with the recorded and the graded test. A client delivers the trace of the test."""
    runner = EvalRunner({"runs": {scenario.scenario_id: scenario.raw}})
    options = _run_options(scenario.options)
    result = runner._evaluation(agent, options, client).run().build()  # pyright: ignore[reportPrivateUsage] - a friend
    if scenario.repeat is not None:
        result["tests"][0]["repeat"] = scenario.repeat
    return {
        "dataset": scenario.dataset,
        "scenario_id": scenario.scenario_id,
        "scenario": scenario.raw,
        "recorded": result["tests"][0],
        "graded": grade({**result}, scenario.config)["tests"][0],
    }


def why_failed(graded: Mapping[str, Any]) -> str | None:
    """Return the explanation of a failed test; None if it passed.

    Its first line, which pytest shows in the short summary, is the first reason.
    """
    sample = read_run({"tests": [graded]}).samples[0]
    if sample.passed:
        return None
    return "\n".join([*map(one_line, sample.reasons[:1]), sample_text(sample)])


def graded_run(
    dataset: object, agent: Any, config: Mapping[str, Any] | None = None, **options: Unpack[RunOptions]
) -> RunResults:
    """Play every scenario of a dataset (a file, an id or a dataset_source) and return the graded run."""
    name, source = _dataset(dataset, (Path.cwd(),))
    run = EvalRunner(source).run(agent, **_run_options(options))
    return read_run(grade({**run.build()}, config), name)


def _run_options(options: RunOptions) -> RunOptions:
    """Return the options of a run: without progress by default, and with the rate limit of the whole session."""
    found: dict[str, Any] = {"progress": False, **options}
    allowed = found.get("requests_per_minute")
    if isinstance(allowed, int | float) and not isinstance(allowed, bool) and allowed > 0:  # others the run refuses
        share = allowed / int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        found["requests_per_minute"] = _RATES.setdefault(share, RateLimiter(share))
    return cast("RunOptions", found)


def _dataset(dataset: object, folders: tuple[Path, ...]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(dataset, Mapping):
        return "dataset", cast("Mapping[str, Any]", dataset)
    if isinstance(dataset, int):
        with AshrLabsClient.from_env() as client:
            return str(dataset), client.get_dataset(dataset).get("dataset_source", {})
    given = Path(str(dataset))
    path = next((folder / given for folder in folders if (folder / given).is_file()), None)
    if path is None:
        searched = " or ".join(str(folder) for folder in dict.fromkeys(folders))
        raise ConfigurationError(f"dataset {str(dataset)!r} does not exist in {searched}")
    try:
        content: Any = json.loads(path.read_bytes())
    except ValueError as error:
        raise ConfigurationError(f"dataset {path} is not JSON: {error}") from error
    return path.stem, (as_object(content) or {}).get("dataset_source", content)
