"""Run one scenario: its agent in a sandbox, then the checks of the result."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..._format import truncate
from ..._json import as_list, as_object
from ..._text_diff import MAX_COMPARED_BYTES, MAX_DIFF, compared_paths, decoded_text, unified_diffs
from ...experiments import ForbiddenCheckResult, verdict_of
from ...invariants import evaluate
from ...scorers.state_judge import state_judge
from ..agent_runs import run_agent
from ..booted_world import BootedWorld
from ..sandbox.errors import SandboxFileError
from .agents import task_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...experiments import InvariantResult, Scenario
    from ...specs import Spec
    from ..agent_checks import UploadedAgent
    from ..agent_runs import AgentRun
    from ..boot import BootedSandbox
    from ..boot.findings import Findings
    from ..sandbox.state import Difference
    from .usage import Usage

__all__ = ["Played", "failed_play", "play", "with_usage"]

_MAX_AUDIT: Final = 256 * 1024
"""Characters of JSON."""
_MAX_PATHS: Final = 200
"""Of each kind of change."""


class _Seen(NamedTuple):
    """The exit of an agent and the final state of its sandbox."""

    agent: AgentRun
    invariants: Sequence[InvariantResult]
    rules: Sequence[ForbiddenCheckResult]
    audit: dict[str, Any]
    diff: dict[str, Any]
    """A `WorkspaceDiff`."""


@dataclass(frozen=True, slots=True)
class Played:
    """The stored outcome of one scenario."""

    status: str
    """`pass`, `fail` or `error`."""
    result: dict[str, Any]
    """A `ScenarioResult` without its status."""
    numbers: dict[str, float] = field(default_factory=dict[str, float])
    """For the totals."""
    tools: dict[str, Any] = field(default_factory=dict[str, Any])


def play(
    booted: BootedSandbox, spec: Spec, scenario: Scenario, sandbox_id: str, uploaded: UploadedAgent | None = None
) -> Played:
    """Run the agent, then look at what it did, and then check the invariants, whose commands may change something.

    Args:
        booted: The sandbox.
        spec: Its spec.
        scenario: The scenario.
        sandbox_id: The id of the sandbox.
        uploaded: The agent, if it is a snapshot.

    Raises:
        ValidationError: The agent cannot be run.
        ConfigurationError: The prompt uses a parameter that does not exist.
        SandboxError: The agent cannot be started, or the sandbox has ended.
    """
    before = _texts(booted)
    agent = run_agent(booted, task_of(spec, scenario), uploaded)
    found = booted.findings()
    diff = _diff(booted, found.changes, before)
    judge = state_judge(task=spec.prompt, parameters=dict(scenario.parameters))
    world = BootedWorld(booted, output=agent.output, stdout=agent.stdout)
    invariants = evaluate(spec.invariants, world, judge=judge)
    seen = _Seen(agent, invariants, _rules(booted, found), _audit(booted, found), diff)
    return _played(spec, _base(scenario, sandbox_id), seen)


def failed_play(scenario: Scenario, reason: str, sandbox_id: str = "") -> Played:
    """Return the outcome of a scenario that could not be played."""
    return Played("error", {**_base(scenario, sandbox_id), "error": reason})


def with_usage(played: Played, usage: Usage) -> Played:
    """Return an outcome with the calls, tokens and costs of its traces."""
    sandbox_id: str = played.result["sandbox_id"]
    result = {
        **played.result,
        "tool_calls": usage.tool_calls,
        "cost": usage.cost,
        "trace_file": f"/v1/sandboxes/{sandbox_id}/trace" if usage.has_traces else "",
    }
    numbers = {
        **played.numbers,
        "tool_calls": usage.tool_calls,
        "tool_errors": usage.tool_errors,
        "tokens": usage.tokens,
        "cost_usd": usage.cost["estimated_usd"] if usage.cost else 0.0,
    }
    return Played(played.status, result, numbers, {name: dict(one) for name, one in usage.tools.items()})


def _base(scenario: Scenario, sandbox_id: str) -> dict[str, Any]:
    return {
        "scenario_id": scenario.id,
        "sandbox_id": sandbox_id,
        "parameters": dict(scenario.parameters),
        "replica": scenario.replica,
        "seed": scenario.seed,
    }


def _played(spec: Spec, base: dict[str, Any], seen: _Seen) -> Played:
    agent = seen.agent
    wall_ms = round(agent.duration * 1000)
    verdict = verdict_of(seen.invariants, seen.rules, pass_threshold=spec.pass_threshold, exit_code=agent.exit_code)
    result = {
        **base,
        "wall_ms": wall_ms,
        "exit_code": agent.exit_code,
        "timed_out": agent.timed_out,
        "composite_score": verdict.composite,
        "agent_output": agent.output,
        "agent_stderr": agent.stderr,
        "invariants": [asdict(one) for one in seen.invariants],
        "forbidden_checks": [asdict(one) for one in seen.rules],
        "audit": seen.audit,
        "diff": seen.diff,
        "error": verdict.error,
    }
    violations = sum(one.violated for one in seen.rules)
    return Played(verdict.status, result, {"wall_ms": wall_ms, "violations": violations})


def _rules(booted: BootedSandbox, found: Findings) -> list[ForbiddenCheckResult]:
    return [ForbiddenCheckResult(rule, violated, booted.masked(details)) for rule, violated, details in found.rules]


def _audit(booted: BootedSandbox, found: Findings) -> dict[str, Any]:
    """Return the records that the spec asks for, without secrets, unless they are too large to be kept."""
    audit: dict[str, Any] = _masked(booted, dict(found.audit))
    size = len(json.dumps(audit))
    return audit if size <= _MAX_AUDIT else {"omitted": f"{size:,} characters, at most {_MAX_AUDIT:,} are kept"}


def _masked(booted: BootedSandbox, value: Any) -> Any:
    if isinstance(value, str):
        return booted.masked(value)
    if (found := as_object(value)) is not None:
        return {booted.masked(key): _masked(booted, one) for key, one in found.items()}
    return [_masked(booted, one) for one in items] if (items := as_list(value)) is not None else value


def _texts(booted: BootedSandbox) -> dict[str, str]:
    """Return the small text files of the workspace before the agent runs."""
    sizes = {one.path: one.size for one in booted.baseline.entries if one.kind == "file"}
    return {path: text for path in compared_paths(sizes) if (text := _text(booted, path)) is not None}


def _text(booted: BootedSandbox, path: str) -> str | None:
    try:
        return decoded_text(booted.sandbox.read(path, limit=MAX_COMPARED_BYTES))
    except SandboxFileError:
        return None


def _diff(booted: BootedSandbox, changes: Difference, before: Mapping[str, str]) -> dict[str, Any]:
    """Return the changed paths, and the differences of small text files without secrets."""
    kinds = {"added": changes.added, "removed": changes.removed, "modified": changes.modified}
    named = {kind: [path for path in paths if _is_text(path)] for kind, paths in kinds.items()}
    text = unified_diffs(named, before, partial(_text, booted))
    return {**_shown(kinds), "text": truncate(booted.masked(text), MAX_DIFF)}


def _is_text(path: str) -> bool:
    """Return True for a path whose bytes are UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(kinds: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the first paths of each kind, and how many more there are; bytes that are not UTF-8 as escapes."""
    shown = {
        kind: [path.encode(errors="surrogateescape").decode(errors="backslashreplace") for path in paths[:_MAX_PATHS]]
        for kind, paths in kinds.items()
    }
    return {**shown, "omitted": sum(max(0, len(paths) - _MAX_PATHS) for paths in kinds.values())}
