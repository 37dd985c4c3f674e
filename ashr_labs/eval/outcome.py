"""The outcome that a scenario expects, and the fields of a test about what its agent left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_list, as_object
from ..invariants import InvariantResult, WorldError, evaluate
from ..invariants.reading import read_invariants
from ..scorers.state_judge import state_judge
from ..specs import Invariant
from .workspace_changes import changes_record

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Mapping, Sequence

    from ..run_builder.records import TestRecord
    from ..scorers.invariants import EnvironmentScorer
    from ..specs import Spec
    from .handle_world import HandleWorld
    from .inside import Inside

__all__ = ["ExpectedOutcome", "not_checked", "outcome_fields", "read_outcome"]

_NO_ENVIRONMENT = "not checked: the scenario was played without an environment; pass environment= to run()"


class ExpectedOutcome(NamedTuple):
    """The outcome that a scenario expects."""

    invariants: tuple[Invariant, ...]
    state: Mapping[str, Any] | None
    """The expected state; None if the scenario has none."""
    metadata: Mapping[str, Any]
    task: str
    """The first message to the agent."""


def read_outcome(scenario_id: str, raw: object) -> ExpectedOutcome:
    """Return the outcome that a valid scenario expects.

    Raises:
        DatasetError: Its invariants are malformed.
    """
    fields = as_object(raw) or {}
    messages = (as_object(action) or {} for action in as_list(fields.get("actions")) or ())
    return ExpectedOutcome(
        read_invariants(fields.get("invariants"), f"runs.{scenario_id}."),
        as_object(fields.get("expected_state")),
        as_object(fields.get("metadata")) or {},
        next((str(one.get("content") or "") for one in messages if one.get("actor") == "user"), ""),
    )


def not_checked(expected: ExpectedOutcome) -> dict[str, Any]:
    """Return the fields of a test that was played without an environment."""
    results = [
        InvariantResult(one.name, gate=one.gate, weight=one.weight, error=_NO_ENVIRONMENT, status="error")
        for one in expected.invariants
    ]
    return _fields(expected, results)


def outcome_fields(
    inside: Inside,
    spec: Spec | None,
    expected: ExpectedOutcome,
    test: TestRecord,
    output: str,
    scorers: Sequence[EnvironmentScorer],
    loop: AbstractEventLoop | None,
) -> dict[str, Any]:
    """Return the fields of a test about what its agent left behind.

    Args:
        inside: The environment.
        spec: Its spec, if it has one.
        expected: The outcome that the scenario expects, whose invariants win over those of the spec by their names.
        test: The test.
        output: The agent's last text.
        scorers: Those of the run and the scenario that look at the environment.
        loop: The event loop of an asynchronous handle.
    """
    world = inside.world(loop, output=output)
    fields: dict[str, Any] = {}
    if (session_id := getattr(inside.handle, "session_id", None)) is not None:
        fields["session_id"] = str(session_id)
    if (changes := changes_record(world, inside.before)) is not None:
        fields["changes"] = changes
    if spec is not None and "forbidden" in spec.raw:
        fields["forbidden"] = _broken_rules(world)
    invariants = {one.name: one for one in (*(spec.invariants if spec else ()), *expected.invariants)}
    judge = state_judge(task=expected.task, parameters=expected.metadata)
    checks = [_invariant(one) for one in scorers]
    # In one go: checks that run commands come after all others.
    results = evaluate([*invariants.values(), *checks], world, judge=judge)
    fields |= _fields(expected, results[: len(invariants)])
    if scorers:
        scored = zip(scorers, results[len(invariants) :], strict=True)
        fields["scores"] = {
            one.name: one.scored(result).record(weight=one.weight, gate=one.gate) for one, result in scored
        }
    if spec is not None and spec.pass_threshold is not None:
        fields["pass_threshold"] = spec.pass_threshold
    return fields


def _invariant(scorer: EnvironmentScorer) -> Invariant:
    return Invariant(scorer.name, scorer.check(), scorer.description, scorer.weight, scorer.gate)


def _fields(expected: ExpectedOutcome, results: list[InvariantResult]) -> dict[str, Any]:
    fields: dict[str, Any] = {"invariants": [one.record() for one in results]} if results else {}
    return fields if expected.state is None else {**fields, "expected_state": dict(expected.state)}


def _broken_rules(world: HandleWorld) -> list[dict[str, Any]]:
    """Return the results of the spec's rules; what cannot be observed counts as broken."""
    try:
        found = world.call("findings").rules
    except Exception as error:
        reason = error.message if isinstance(error, WorldError) else str(error)
        return [{"rule": "all", "violated": True, "details": f"not observed: {world.masked(reason)}"}]
    return [{"rule": one.rule, "violated": one.violated, "details": world.masked(one.details)} for one in found]
