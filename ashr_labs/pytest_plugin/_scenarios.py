"""The scenarios of a marker: which they are, how one is played, and why it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from .._json import as_object
from ..client._sync import AshrLabsClient
from ..errors import AshrLabsError
from ..eval import EvalRunner
from ..eval.options import Settings
from ..eval.sampling import SampleList
from ..eval.scenario import scenario_items
from ..grading import grade
from ..results import read_run
from ..results.reports.text import failure_text
from ._pace import Pace
from ._run_options import MARKER_ONLY, RUN_OPTIONS

if TYPE_CHECKING:
    from typing import Unpack

    from ..eval import RunOptions
    from ..results import RunResults

__all__ = ["MarkedScenario", "graded_run", "played", "scenarios_of", "why_failed"]

_PACE = Pace()
_CHOOSING = ("repeats", "limit", "filter", "shuffle")
"""Options that decide which items there are, and in which order."""


@dataclass(frozen=True, slots=True)
class MarkedScenario:
    """A scenario that an item plays."""

    dataset: str
    """The dataset's name, or its id as a text."""
    scenario_id: str
    raw: object
    agent: Any
    config: Mapping[str, Any] | None
    options: RunOptions
    """With which it is played."""
    repeat: int | None = None

    @property
    def name(self) -> str:
        """What its item is called."""
        return self.scenario_id if self.repeat is None else f"{self.scenario_id}-{self.repeat}"


def scenarios_of(marker: pytest.Mark, options: RunOptions, *folders: Path) -> list[MarkedScenario]:
    """Return the scenarios of a marker's dataset; a file is looked for in the folders.

    Raises:
        pytest.UsageError: The marker cannot work.
    """
    known = {"dataset", "agent", "config", *MARKER_ONLY, *(option.name for option in RUN_OPTIONS)}
    if marker.args or not {"dataset", "agent"} <= marker.kwargs.keys() <= known:
        raise pytest.UsageError(
            "write the marker as @pytest.mark.ashr(dataset=..., agent=..., config=...); "
            f"it also takes {', '.join(sorted(known - {'dataset', 'agent', 'config'}))}"
        )
    try:
        name, source = _dataset(marker.kwargs["dataset"], folders)
        samples = list(SampleList(scenario_items(source), Settings.of(options)))
    except (AshrLabsError, OSError, ValueError) as error:
        raise pytest.UsageError(f"@pytest.mark.ashr: {error}") from error
    if not samples:
        raise pytest.UsageError(f"@pytest.mark.ashr: no scenario of {name} is chosen and has any action")
    agent, config = marker.kwargs["agent"], marker.kwargs.get("config")
    playing = cast("RunOptions", {key: value for key, value in options.items() if key not in _CHOOSING})
    return [
        MarkedScenario(name, sample.scenario_id, sample.raw, agent, config, playing, sample.repeat)
        for sample in samples
    ]


def played(scenario: MarkedScenario, agent: Any) -> dict[str, Any]:
    """Play a scenario; return it, and the test as it was recorded and as it was graded."""
    runner = EvalRunner({"runs": {scenario.scenario_id: scenario.raw}})
    with _PACE.kept(scenario.options) as options:
        result = runner.run(agent, **_without_progress(options)).build()
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
    """Return why a graded test failed; None if it did not."""
    sample = read_run({"tests": [graded]}).samples[0]
    return None if sample.passed else failure_text(sample)


def graded_run(
    dataset: object, agent: Any, config: Mapping[str, Any] | None = None, **options: Unpack[RunOptions]
) -> RunResults:
    """Play every scenario of a dataset, a file, an id or a dataset_source; return the graded run."""
    name, source = _dataset(dataset, (Path.cwd(),))
    with _PACE.kept(options) as paced:
        run = EvalRunner(source).run(agent, **_without_progress(paced))
    return read_run(grade({**run.build()}, config), name)


def _without_progress(options: RunOptions) -> RunOptions:
    """Return the options, silent unless they say otherwise: pytest shows its own progress."""
    silent: RunOptions = {"progress": False}
    return {**silent, **options}


def _dataset(dataset: object, folders: tuple[Path, ...]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(dataset, Mapping):
        return "dataset", cast("Mapping[str, Any]", dataset)
    if isinstance(dataset, int):
        with AshrLabsClient.from_env() as client:
            return str(dataset), client.get_dataset(dataset).get("dataset_source", {})
    given = Path(str(dataset))
    path = next((folder / given for folder in folders if (folder / given).exists()), given)
    content: Any = json.loads(path.read_bytes())
    return path.stem, (as_object(content) or {}).get("dataset_source", content)
