"""Play a scenario to its outcome: in an environment of its own, if there is one, and with what it left behind."""

from __future__ import annotations

import asyncio
import inspect
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from .._scoped import scoped
from ..errors import AshrLabsError, DatasetError
from ..scenarios.scenario import has_checks, read_scenario
from ..scorers.checks import read_checks
from ..scorers.invariants import EnvironmentScorer
from .agent_errors import AgentError, dataset_error
from .agents import ParsedReply
from .current import CURRENT
from .outcome import not_checked, outcome_fields, read_outcome
from .player import Call, play

if TYPE_CHECKING:
    from typing import Any

    from ..run_builder.records import TestRecord
    from .inside import Environments, Inside
    from .outcome import ExpectedOutcome
    from .player import RunContext, Steps
    from .sampling import Sample

__all__ = ["play_to_outcome"]

_log = logging.getLogger("ashr_labs.eval")


def play_to_outcome(sample: Sample, test: TestRecord, context: RunContext) -> Steps:
    """Play a scenario, and record what its agent left behind; see `play()`.

    An environment that cannot be created, or not be looked at, fails the test with an error of the kind `environment`.
    """
    try:
        read_scenario(sample.scenario_id, sample.raw)
        expected = read_outcome(sample.scenario_id, sample.raw)
    except DatasetError as malformed:
        test.title, test.tags = sample.title, sample.tags
        test.fail(dataset_error(malformed))
        return None
    environments = context.environments
    if environments is not None:
        return (yield from _play_inside(sample, test, context, environments, expected))
    error = yield from _noted(play(sample, test, context), None, texts := [""])
    test.add_fields(**not_checked(expected))
    _keep_text(test, texts[-1])
    return error


def _play_inside(
    sample: Sample, test: TestRecord, context: RunContext, environments: Environments, expected: ExpectedOutcome
) -> Steps:
    path = f"runs.{sample.scenario_id}"
    opened = yield Call(environments.open, (sample.scenario_id,), read=_as_is)
    if isinstance(opened, AgentError):
        test.title, test.tags = sample.title, sample.tags
        return _failed(test, opened, path)
    inside = cast("Inside", opened)
    try:
        test.start()  # how long the environment took is not the agent's time
        error = yield from _noted(play(sample, test, context), inside, texts := [""])
        _keep_text(test, texts[-1])
        scorers = _scorers(sample, context) if error is None else []
        look = partial(outcome_fields, inside, environments.spec, expected, test, texts[-1], scorers)
        looked = yield Call(environments.run, (look,), read=_as_is)
        if not isinstance(looked, AgentError):
            test.add_fields(**looked)
        elif error is None:
            error = _failed(test, looked, path)
        destroyed = yield Call(environments.destroy, (inside,), read=_as_is)
        if isinstance(destroyed, AgentError):
            _log.warning("an environment could not be destroyed: %s", destroyed.message)
    finally:
        _discard(inside)
    return error


def _scorers(sample: Sample, context: RunContext) -> list[EnvironmentScorer]:
    """Return the scorers of the run and the checks of the scenario that look at the environment."""
    checks = [one for _, one in read_checks(sample.scenario_id, sample.raw)] if has_checks(sample.raw) else []
    return [*context.environment_scorers, *(one for one in checks if isinstance(one, EnvironmentScorer))]


def _noted(steps: Steps, inside: Inside | None, texts: list[str]) -> Steps:
    """Run the steps of a scenario such that its calls find the environment; note the agent's texts."""
    answer: object = None
    try:
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                failure: AgentError | None = end.value
                return failure
            if isinstance(step, Call) and inside is not None:
                step = step._replace(function=scoped(step.function, CURRENT, inside.handle))
            answer = yield step
            if isinstance(answer, ParsedReply) and answer.text:
                texts.append(answer.text)
    finally:
        steps.close()


def _keep_text(test: TestRecord, text: str) -> None:
    """Keep the last text of an agent of whom no reply is expected, as the output."""
    if text and not isinstance(test.output, str) and all(record[0] != "text" for record in test.records):
        test.output = text


def _failed(test: TestRecord, error: AgentError, path: str) -> AgentError:
    # Errors of the platform say what to do; the frames of its client do not.
    is_own = AshrLabsError.__name__ in error.error_types
    found = replace(error, kind="environment", traceback=None if is_own else error.traceback)
    test.fail(found.error(path))
    return found


def _discard(inside: Inside) -> None:
    """Destroy the environment of a scenario that was left, as far as that is possible without waiting."""
    try:
        waiting = inside.destroy()
        if inspect.isawaitable(waiting):
            asyncio.get_running_loop().create_task(cast("Any", waiting))
    except Exception as error:
        _log.warning("an environment could not be destroyed: %s", error)


def _as_is(answer: object) -> object:
    return answer
