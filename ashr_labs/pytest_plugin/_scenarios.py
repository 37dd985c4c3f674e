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
from ..eval.scenario import scenario_items
from ..grading import grade
from ..results import read_run
from ..results.failure_text import failure_text

if TYPE_CHECKING:
    from ..results import RunResults

__all__ = ["MarkedScenario", "graded_run", "played", "scenarios_of", "why_failed"]


@dataclass(frozen=True, slots=True)
class MarkedScenario:
    """A scenario that an item plays."""

    dataset: str
    """The dataset's name, or its id as a text."""
    scenario_id: str
    raw: object
    agent: Any
    config: Mapping[str, Any] | None


def scenarios_of(marker: pytest.Mark, *folders: Path) -> list[MarkedScenario]:
    """Return the scenarios of a marker's dataset; a file is looked for in the folders.

    Raises:
        pytest.UsageError: The marker cannot work.
    """
    unknown = sorted(marker.kwargs.keys() - {"dataset", "agent", "config"})
    if marker.args or unknown or not {"dataset", "agent"} <= marker.kwargs.keys():
        raise pytest.UsageError("write the marker as @pytest.mark.ashr(dataset=..., agent=..., config=...)")
    try:
        name, source = _dataset(marker.kwargs["dataset"], folders)
        items = scenario_items(source)
    except (AshrLabsError, OSError, ValueError) as error:
        raise pytest.UsageError(f"@pytest.mark.ashr: {error}") from error
    if not items:
        raise pytest.UsageError(f"@pytest.mark.ashr: no scenario of {name} has any action")
    agent, config = marker.kwargs["agent"], marker.kwargs.get("config")
    return [MarkedScenario(name, scenario_id, raw, agent, config) for scenario_id, raw in items]


def played(scenario: MarkedScenario, agent: Any) -> dict[str, Any]:
    """Play a scenario; return it, and the test as it was recorded and as it was graded."""
    result = EvalRunner({"runs": {scenario.scenario_id: scenario.raw}}).run(agent).build()
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


def graded_run(dataset: object, agent: Any, config: Mapping[str, Any] | None = None) -> RunResults:
    """Play every scenario of a dataset, a file, an id or a dataset_source; return the graded run."""
    name, source = _dataset(dataset, (Path.cwd(),))
    return read_run(grade({**EvalRunner(source).run(agent).build()}, config), name)


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
