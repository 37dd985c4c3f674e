"""The outcome that a scenario expects, and the fields of a test about what its agent left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_list, as_object
from ..invariants import InvariantResult, WorldError, evaluate
from ..invariants.reading import read_invariants
from ..scorers.state_judge import state_judge
from .workspace_changes import changes_record

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Mapping

    from ..run_builder.records import TestRecord
    from ..specs import Invariant, Spec
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
        InvariantResult(one.name, "error", one.gate, one.weight, None, _NO_ENVIRONMENT) for one in expected.invariants
    ]
    return _fields(expected, results)


def outcome_fields(
    inside: Inside,
    spec: Spec | None,
    expected: ExpectedOutcome,
    test: TestRecord,
    output: str,
    loop: AbstractEventLoop | None,
) -> dict[str, Any]:
    """Return the fields of a test about what its agent left behind.

    Args:
        inside: The environment.
        spec: Its spec, if it has one.
        expected: The outcome that the scenario expects, whose invariants win over those of the spec by their names.
        test: The test.
        output: The agent's last text.
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
    fields |= _fields(expected, evaluate(invariants.values(), world, judge=judge))
    if spec is not None and spec.pass_threshold is not None:
        fields["pass_threshold"] = spec.pass_threshold
    return fields


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
