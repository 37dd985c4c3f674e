"""The classes of responses, by the names of `polarity_keystone.types`.

Each has `from_dict()`: fields that are absent or null have their defaults, and unknown fields are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._records import Record
from ..experiments import (
    Comparison,
    CostDataPoint,
    CostInfo,
    Experiment,
    ExperimentMetrics,
    ForbiddenCheckResult,
    InvariantResult,
    MetricComparison,
    MetricsSummary,
    PassRateDataPoint,
    Reproducer,
    RunMetrics,
    RunResults,
    ScenarioResult,
    ToolMetric,
)
from ..snapshots import AgentAuth, AgentSnapshot, ConfigFile
from ..specs import SandboxSpec
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
