"""The verdict of a scenario: the outcome decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from .._format import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .records import ForbiddenCheckResult, InvariantResult

__all__ = ["Verdict", "verdict_of"]

_TOLERANCE = 1e-9
"""So that a weighted mean of 1.0 is not below a threshold of 1.0."""


class Verdict(NamedTuple):
    """The status and the score of a scenario."""

    status: Literal["pass", "fail", "error"]
    composite: float
    """0..1."""
    error: str = ""
    """Why there is no verdict."""


def verdict_of(
    invariants: Sequence[InvariantResult],
    forbidden: Iterable[ForbiddenCheckResult] = (),
    *,
    pass_threshold: float | None = None,
    exit_code: int = 0,
) -> Verdict:
    """Return the verdict of a scenario whose agent has ended.

    The composite score is the mean of the invariants' scores by their weights. The first of these rules decides:

    1. A broken rule of `forbidden` fails the scenario, and its score is 0.
    2. A gate that does not pass fails it.
    3. Without the result of an invariant that has a weight or is a gate, it is an error.
    4. With `pass_threshold`, it passes if the score is not below; else if all invariants that have a weight pass.
    5. Without invariants that count, it passes if the agent exits with 0; the score is 1 then, else 0.

    Args:
        invariants: The results of all invariants.
        forbidden: The results of all rules.
        pass_threshold: The score that is enough; None if all invariants must pass.
        exit_code: The exit code of the agent.

    Examples:
        >>> from ashr_labs.experiments import InvariantResult
        >>> tests = InvariantResult("tests_pass", passed=True, weight=3, score=1.0)
        >>> style = InvariantResult("is_formatted", passed=False, weight=1, score=0.0)
        >>> verdict_of([tests, style], pass_threshold=0.7)
        Verdict(status='pass', composite=0.75, error='')
    """
    counting = [one for one in invariants if one.gate or one.weight > 0]
    known = [one for one in counting if not one.error]
    if any(one.violated for one in forbidden):
        return Verdict("fail", 0.0)
    composite = _composite(known) if counting else float(exit_code == 0)
    if any(one.gate and not one.passed for one in known):
        return Verdict("fail", composite)
    if missing := [one for one in counting if one.error]:
        named = "; ".join(f"{one.name}: {one.error}" for one in missing[:3])
        return Verdict("error", composite, f"{counted(len(missing), 'invariant')} could not be evaluated: {named}")
    if not counting or pass_threshold is None:
        is_enough = composite == 1.0 if not counting else all(one.passed for one in counting)
    else:
        is_enough = composite >= pass_threshold - _TOLERANCE
    return Verdict("pass" if is_enough else "fail", composite)


def _composite(known: Sequence[InvariantResult]) -> float:
    """Return the weighted mean; of gates without weights, whether all pass."""
    total = math.fsum(one.weight for one in known)
    if not total:
        return float(bool(known) and all(one.passed for one in known))
    return math.fsum(one.weight * one.score for one in known) / total
