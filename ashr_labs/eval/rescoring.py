"""`rescore`: score recorded runs and journals without playing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from .._json import as_list, as_object, preview
from ..errors import ConfigurationError
from ..grading import grade
from ..results import read_run
from ..run_builder.records import KeptTest
from ..run_result import ParsedTest
from ..scenarios.scenario import has_checks, scenario_items
from .scoring import Scoring

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ashr_labs_types import TestResult

__all__ = ["rescore"]


def rescore(
    run: Mapping[str, Any] | str | Path,
    scorers: Iterable[object] = (),
    *,
    dataset_source: Mapping[str, Any] | None = None,
    agent_config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the result of a run with further scores, graded; nothing is played, and the run is not changed.

    Args:
        run: A result, a stored run, or the path of a result or journal.
        scorers: Scorers and functions, as for `EvalRunner.run()`; scores of the same names are replaced.
        dataset_source: The dataset, whose checks are scored, too, and whose metadata the scorers see.
        agent_config: The config by which the run is graded.

    Raises:
        ConfigurationError: The run cannot be read, or a scorer cannot score.

    Example:
        >>> from ashr_labs.scorers import Contains
        >>> test = {"test_id": "a", "status": "completed", "action_results": [], "output": "refunded"}
        >>> rescore({"tests": [test]}, [Contains("refund")])["tests"][0]["verdict"]
        'passed'
    """
    result = _result_of(run)
    given = as_list(result.get("tests"))
    if given is None:
        raise ConfigurationError(f"the run must have a list of tests; its keys are {preview(list(result))}")
    scenarios = dict(scenario_items(dataset_source)) if dataset_source is not None else {}
    scoring = Scoring(scorers)
    tests = [_kept(test) for test in given]
    for test in tests:
        if isinstance(test, KeptTest):
            _start(scoring, test, scenarios)
    scoring.wait()
    scored = [test.build() if isinstance(test, KeptTest) else test for test in tests]
    return grade({**result, "tests": scored}, agent_config)


def _kept(test: object) -> object:
    fields = as_object(test)
    return test if fields is None else KeptTest(cast("TestResult", fields))


def _start(scoring: Scoring, test: KeptTest, scenarios: Mapping[str, object]) -> None:
    built = test.build()
    scenario_id = str(built.get("test_id"))
    raw = scenarios.get(scenario_id)
    if ParsedTest(built, None).has_run and (scoring.scorers or has_checks(raw)):
        scoring.start(test, scenario_id, raw, _nothing)


def _result_of(run: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    if isinstance(run, Mapping):
        return as_object(run.get("result")) or run
    samples = read_run(run).samples
    return {"status": "completed", "tests": [sample.record for sample in samples]}


def _nothing() -> None: ...
