"""Decides invariants: one function for each type of check, and one result for each invariant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._format import suggestion, truncate
from ..errors import ConfigurationError
from ..grading.judge import NotJudgedError
from .commands import check_command, check_custom
from .files import check_absent, check_content, check_exists
from .judged import check_judged
from .requests import check_requests
from .results import MAX_MESSAGE, Decision, InvariantResult
from .sql import check_sql
from .world import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..specs.values import Invariant
    from .results import Status
    from .world import InvariantJudge, World

__all__ = ["evaluate"]

_JUDGED = "llm_as_judge"
_CHECKS: dict[str, Callable[[Mapping[str, Any], World], Decision]] = {
    "file_exists": check_exists,
    "file_absent": check_absent,
    "file_content": check_content,
    "sql": check_sql,
    "http_mock_assertions": check_requests,
    "command_exit": check_command,
    "custom": check_custom,
}
_ACTIVE = ("command_exit", "custom")
"""Checks that run code, which may change what the others look at; they come last."""


def evaluate(
    invariants: Iterable[Invariant], world: World, *, judge: InvariantJudge | None = None
) -> list[InvariantResult]:
    """Check invariants in an environment, and return a result for each, in their order.

    Checks that run commands come after all others, in their order.

    Args:
        invariants: Those of a spec.
        world: The environment, after the agent is done.
        judge: Decides checks of the type `llm_as_judge`; without one they are not judged.

    Raises:
        ConfigurationError: A check has an unknown type; nothing was checked.
    """
    given = list(invariants)
    for one in given:
        kind = one.check.get("type")
        if kind != _JUDGED and kind not in _CHECKS:
            hint = suggestion(kind, (*_CHECKS, _JUDGED))
            raise ConfigurationError(f"invariants.{one.name}.check.type must be a type of check, got {kind!r}{hint}")
    order = sorted(range(len(given)), key=lambda index: given[index].check["type"] in _ACTIVE)
    results = {index: _result(given[index], world, judge) for index in order}
    return [results[index] for index in range(len(given))]


def _result(invariant: Invariant, world: World, judge: InvariantJudge | None) -> InvariantResult:
    status: Status
    try:
        decision = _decision(invariant.check, world, judge)
    except NotJudgedError as error:
        return _made(invariant, world, "not_judged", None, f"not judged: {error.message}")
    except WorldError as error:
        return _made(invariant, world, "error", None, f"not checked: {error.message}")
    status = "passed" if decision.passed else "failed"
    score = float(decision.passed) if decision.score is None else decision.score
    return _made(invariant, world, status, score, decision.message, decision.reason)


def _decision(check: Mapping[str, Any], world: World, judge: InvariantJudge | None) -> Decision:
    if check["type"] == _JUDGED:
        return check_judged(check, world, judge)
    return _CHECKS[check["type"]](check, world)


def _made(
    invariant: Invariant, world: World, status: Status, score: float | None, message: str, reason: str = ""
) -> InvariantResult:
    # Masked before it is cut, so that no part of a secret stays.
    shown = truncate(world.masked(message), MAX_MESSAGE)
    return InvariantResult(
        name=invariant.name,
        passed=status == "passed",
        gate=invariant.gate,
        weight=invariant.weight,
        score=score or 0.0,
        message="" if score is None else shown,
        reason=truncate(world.masked(reason), MAX_MESSAGE),
        error=shown if score is None else "",
        status=status,
    )
