"""The classes of responses, by the names of `polarity_keystone.types`.

Each has `from_dict()`: fields that are absent or null have their defaults, and unknown fields are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..specs import SandboxSpec
from ._records import Record
from .errors import KeystoneError, PolarityError

__all__ = [
    "AgentAuth",
    "AgentSnapshot",
    "AlertFiring",
    "AlertRule",
    "CommandResult",
    "Comparison",
    "ConfigFile",
    "CostDataPoint",
    "CostInfo",
    "EvalHistoryPoint",
    "Experiment",
    "ExperimentMetrics",
    "FileState",
    "ForbiddenCheckResult",
    "InvariantResult",
    "KeystoneError",
    "MetricComparison",
    "MetricsSummary",
    "PassRateDataPoint",
    "PolarityError",
    "Reproducer",
    "RunMetrics",
    "RunResults",
    "Sandbox",
    "SandboxSpec",
    "ScenarioResult",
    "ServiceInfo",
    "StateDiff",
    "StateSnapshot",
    "ToolMetric",
    "TraceEvent",
]


@dataclass
class ServiceInfo(Record):
    """A service of a sandbox."""

    host: str = ""
    port: int = 0
    ready: bool = False


@dataclass
class Sandbox(Record):
    """An isolated workspace."""

    id: str = ""
    spec_id: str = ""
    state: str = ""
    path: str = ""
    url: str = ""
    created_at: str = ""
    metadata: dict[str, str] = field(default_factory=dict[str, str])
    services: dict[str, ServiceInfo] = field(default_factory=dict[str, ServiceInfo])


@dataclass
class CommandResult(Record):
    """The result of a command in a sandbox."""

    command: str = ""
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    duration_ms: int = 0


@dataclass
class FileState(Record):
    """A file of a sandbox."""

    size: int = 0
    mode: str = ""
    checksum: str = ""


@dataclass
class StateSnapshot(Record):
    """The files of a sandbox at some time."""

    captured_at: str = ""
    files: dict[str, FileState] = field(default_factory=dict[str, FileState])


@dataclass
class StateDiff(Record):
    """The changes of files since a sandbox was ready."""

    added: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    modified: list[str] = field(default_factory=list[str])


@dataclass
class Experiment(Record):
    """Runs of an agent in sandboxes of a spec."""

    id: str = ""
    name: str = ""
    spec_id: str = ""
    status: str = ""
    created_at: str = ""


@dataclass
class InvariantResult(Record):
    """The result of a check of a sandbox."""

    name: str = ""
    passed: bool = False
    gate: bool = False
    weight: float = 0.0
    score: float = 0.0
    message: str = ""
    reason: str = ""


@dataclass
class ForbiddenCheckResult(Record):
    """Whether an agent did what its spec forbids."""

    rule: str = ""
    violated: bool = False
    details: str = ""


@dataclass
class Reproducer(Record):
    """How to play a scenario again."""

    spec_file: str = ""
    seed: int = 0
    scenario_id: str = ""
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    command: str = ""


@dataclass
class CostInfo(Record):
    """Tokens and cost of a model call."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    model: str = ""
    estimated_usd: float = 0.0


@dataclass
class ScenarioResult(Record):
    """The result of a scenario."""

    scenario_id: str = ""
    sandbox_id: str = ""
    status: str = ""
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    wall_ms: int = 0
    exit_code: int = 0
    tool_calls: int = 0
    composite_score: float = 0.0
    agent_output: str = ""
    agent_stderr: str = ""
    invariants: list[InvariantResult] = field(default_factory=list[InvariantResult])
    forbidden_checks: list[ForbiddenCheckResult] = field(default_factory=list[ForbiddenCheckResult])
    trace_file: str = ""
    reproducer: Reproducer | None = None
    error: str = ""
    cost: CostInfo | None = None


@dataclass
class RunMetrics(Record):
    """Totals of the scenarios of an experiment."""

    pass_rate: float = 0.0
    mean_wall_ms: int = 0
    p95_wall_ms: int = 0
    mean_tool_calls: float = 0.0
    mean_tokens: int = 0
    total_cost_usd: float = 0.0
    mean_cost_per_run_usd: float = 0.0
    tool_success_rate: float = 0.0
    side_effect_violations: int = 0


@dataclass
class RunResults(Record):
    """The results of an experiment."""

    ran_at: str = ""
    spec_id: str = ""
    experiment_id: str = ""
    seed: int = 0
    total_scenarios: int = 0
    passed: int = 0
    failed: int = 0
    flaky: int = 0
    errors: int = 0
    metrics: RunMetrics = field(default_factory=RunMetrics)
    scenarios: list[ScenarioResult] = field(default_factory=list[ScenarioResult])


@dataclass
class MetricComparison(Record):
    """A metric of two experiments."""

    name: str = ""
    baseline: float = 0.0
    candidate: float = 0.0
    delta: float = 0.0
    direction: str = ""


@dataclass
class Comparison(Record):
    """Two experiments side by side."""

    baseline_id: str = ""
    candidate_id: str = ""
    metrics: list[MetricComparison] = field(default_factory=list[MetricComparison])
    regressed: bool = False
    regressions: list[str] = field(default_factory=list[str])


@dataclass
class ToolMetric(Record):
    """The calls of a tool in an experiment."""

    count: int = 0
    mean_ms: int = 0
    error_rate: float = 0.0


@dataclass
class MetricsSummary(Record):
    """Totals of all runs of an experiment."""

    total_runs: int = 0
    pass_rate: float = 0.0
    total_cost_usd: float = 0.0
    mean_cost_per_run_usd: float = 0.0
    mean_wall_ms: int = 0
    p95_wall_ms: int = 0
    total_tool_calls: int = 0
    tool_success_rate: float = 0.0


@dataclass
class CostDataPoint(Record):
    """The cost of a run."""

    run_id: str = ""
    cost_usd: float = 0.0
    ts: str = ""


@dataclass
class PassRateDataPoint(Record):
    """The pass rate of a run."""

    run_id: str = ""
    pass_rate: float = 0.0
    ts: str = ""


@dataclass
class ExperimentMetrics(Record):
    """Metrics of an experiment."""

    experiment_id: str = ""
    summary: MetricsSummary = field(default_factory=MetricsSummary)
    tool_breakdown: dict[str, ToolMetric] = field(default_factory=dict[str, ToolMetric])
    cost_trend: list[CostDataPoint] = field(default_factory=list[CostDataPoint])
    pass_rate_trend: list[PassRateDataPoint] = field(default_factory=list[PassRateDataPoint])


@dataclass
class EvalHistoryPoint(Record):
    """The results of an experiment at some time."""

    experiment_id: str = ""
    pass_rate: float = 0.0
    mean_wall_ms: int = 0
    total_cost_usd: float = 0.0
    ts: str = ""


@dataclass
class AlertRule(Record):
    """A condition of experiments, and who is notified."""

    id: str = ""
    name: str = ""
    eval_id: str = ""
    condition: str = ""
    window: str = ""
    notify: str = ""
    webhook_url: str = ""
    slack_channel: str = ""


@dataclass
class ConfigFile(Record):
    """A file that is written into a sandbox from a template."""

    path: str = ""
    template: str = ""


@dataclass
class AgentAuth(Record):
    """The credentials that an agent needs."""

    required_env: list[str] = field(default_factory=list[str])
    config_files: list[ConfigFile] = field(default_factory=list[ConfigFile])
    egress: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass
class AgentSnapshot(Record):
    """A version of an agent's files."""

    id: str = ""
    name: str = ""
    version: int = 0
    tag: str = ""
    digest: str = ""
    size_bytes: int = 0
    storage_path: str = ""
    runtime: str = ""
    entrypoint: list[str] = field(default_factory=list[str])
    auth: AgentAuth | None = None
    created_at: str = ""


@dataclass
class TraceEvent(Record):
    """An event of a trace: the start or end of a step, or a complete one."""

    ts: str = ""
    event_type: str = ""
    tool: str = ""
    phase: str = ""
    span_id: str = ""
    parent_span_id: str = ""
    root_span_id: str = ""
    status: str = ""
    duration_ms: int = 0
    error_type: str = ""
    input: str = ""
    output: str = ""
    cost: CostInfo | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class AlertFiring(Record):
    """An alert whose condition was met."""

    rule_id: str = ""
    rule_name: str = ""
    reason: str = ""
    experiment_id: str = ""
    fired_at: str = ""
