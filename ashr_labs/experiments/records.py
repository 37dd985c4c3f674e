"""The records of experiments, as the platform answers them.

Fields that are absent or null have their defaults, and unknown fields are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._records import Record
from ..invariants import InvariantResult

__all__ = [
    "Comparison",
    "CostDataPoint",
    "CostInfo",
    "Experiment",
    "ExperimentMetrics",
    "ForbiddenCheckResult",
    "InvariantResult",
    "MetricComparison",
    "MetricsSummary",
    "PairedVerdict",
    "PassRateDataPoint",
    "Reproducer",
    "RunMetrics",
    "RunResults",
    "ScenarioResult",
    "ToolMetric",
    "WorkspaceDiff",
]


@dataclass
class Experiment(Record):
    """Runs of an agent in sandboxes of a spec."""

    id: str = ""
    name: str = ""
    spec_id: str = ""
    status: str = ""
    """`draft`, `running`, `completed`, `cancelled`, or `failed` if no scenario could be run."""
    created_at: str = ""
    spec_version: int = 0
    """The version of the spec when the experiment was created."""
    seed: int = 0
    total_scenarios: int = 0
    snapshot_id: str = ""
    """The snapshot that is the agent, such as `snap_3`; empty if the agent is a command."""


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
    """Id and version of the spec, such as `fix-failing-test@3`."""
    seed: int = 0
    """The seed of the experiment."""
    scenario_id: str = ""
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    command: str = ""
    """The command line that plays this scenario alone."""


@dataclass
class CostInfo(Record):
    """Tokens and cost of model calls."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    model: str = ""
    """The model, or all of them, separated by commas."""
    estimated_usd: float = 0.0
    """The cost of the calls whose cost is known, in US dollars."""
    unpriced_calls: int = 0
    """How many calls have an unknown cost."""


@dataclass
class WorkspaceDiff(Record):
    """Paths of the workspace that differ from when the sandbox was ready, sorted."""

    added: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    modified: list[str] = field(default_factory=list[str])
    omitted: int = 0
    """How many more there are."""
    text: str = ""
    """The unified differences of those that are small text files, cut after 8,192 characters."""


@dataclass
class ScenarioResult(Record):
    """The result of a scenario."""

    scenario_id: str = ""
    sandbox_id: str = ""
    status: str = ""
    """`pass`, `fail`, `error`, `flaky` or `cancelled`; `pending` or `running` before its end."""
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    wall_ms: int = 0
    """How long the agent ran, in milliseconds."""
    exit_code: int = 0
    """124 if the agent ran out of time, 128 + N if signal N ended it."""
    tool_calls: int = 0
    composite_score: float = 0.0
    """0..1."""
    agent_output: str = ""
    agent_stderr: str = ""
    invariants: list[InvariantResult] = field(default_factory=list[InvariantResult])
    forbidden_checks: list[ForbiddenCheckResult] = field(default_factory=list[ForbiddenCheckResult])
    trace_file: str = ""
    """The path of the scenario's traces on the platform; empty if there are none."""
    reproducer: Reproducer | None = None
    error: str = ""
    """Why there is no verdict."""
    cost: CostInfo | None = None
    outcome: str = ""
    """`pass`, `fail` or `error` of this scenario alone, where `status` is `flaky`."""
    replica: int = 0
    """From 1."""
    seed: int = 0
    timed_out: bool = False
    """Whether the agent ran out of time."""
    diff: WorkspaceDiff | None = None

    @property
    def failed_checks(self) -> list[str]:
        """The invariants and rules of `forbidden` that did not hold, one line each."""
        broken = [f"{one.rule}: {one.details}" for one in self.forbidden_checks if one.violated]
        failed = [one for one in self.invariants if one.error or not one.passed]
        return [*broken, *(f"{one.name}: {one.error or one.message or one.reason or 'failed'}" for one in failed)]


@dataclass
class RunMetrics(Record):
    """Totals of the scenarios of an experiment."""

    pass_rate: float = 0.0
    """Passed scenarios by all finished ones."""
    mean_wall_ms: int = 0
    p95_wall_ms: int = 0
    mean_tool_calls: float = 0.0
    mean_tokens: int = 0
    total_cost_usd: float = 0.0
    mean_cost_per_run_usd: float = 0.0
    tool_success_rate: float = 0.0
    """1.0 if there were no calls."""
    side_effect_violations: int = 0
    """How many rules of `forbidden` were broken, over all scenarios."""


@dataclass
class RunResults(Record):
    """The results of an experiment, or those so far."""

    ran_at: str = ""
    spec_id: str = ""
    experiment_id: str = ""
    seed: int = 0
    total_scenarios: int = 0
    passed: int = 0
    failed: int = 0
    flaky: int = 0
    """Scenarios whose replicas disagree."""
    errors: int = 0
    """Scenarios without a verdict, cancelled ones included."""
    metrics: RunMetrics = field(default_factory=RunMetrics)
    scenarios: list[ScenarioResult] = field(default_factory=list[ScenarioResult])
    status: str = ""
    """As of `Experiment`."""
    spec_version: int = 0
    run: int = 0
    """The number of the run, from 1; 0 before the first one."""
    pass_threshold: float | None = None
    """The composite score that a scenario needs; None if all invariants must pass."""
    snapshot_id: str = ""
    """As of `Experiment`."""

    @property
    def has_passed(self) -> bool:
        """Whether there are scenarios, and all of them passed."""
        return 0 < self.total_scenarios == self.passed

    @property
    def is_finished(self) -> bool:
        """Whether no more results will come."""
        return self.status in {"completed", "failed", "cancelled"}


@dataclass
class MetricComparison(Record):
    """A metric of two experiments."""

    name: str = ""
    baseline: float = 0.0
    candidate: float = 0.0
    delta: float = 0.0
    """Candidate minus baseline."""
    direction: str = ""
    """`improved`, `regressed` or `unchanged`."""


@dataclass
class PairedVerdict(Record):
    """Whether the difference of the pass rates is more than chance, over the scenarios that both have."""

    verdict: str = ""
    """`better`, `worse` or `cannot tell`."""
    pairs: int = 0
    """Parameters that both experiments have a verdict for; replicas are averaged."""
    difference: float = 0.0
    """Mean pass rate of the candidate minus that of the baseline."""
    low: float = 0.0
    """The bounds of the 95 % interval of the difference."""
    high: float = 0.0
    p_value: float = 1.0
    improved: list[str] = field(default_factory=list[str])
    """Scenarios that pass more often now."""
    regressed: list[str] = field(default_factory=list[str])
    """Scenarios that pass less often now."""


@dataclass
class Comparison(Record):
    """Two experiments side by side."""

    baseline_id: str = ""
    candidate_id: str = ""
    metrics: list[MetricComparison] = field(default_factory=list[MetricComparison])
    regressed: bool = False
    """Whether there are regressions; bare differences, without regard to chance."""
    regressions: list[str] = field(default_factory=list[str])
    """The names of the metrics that regressed."""
    paired: PairedVerdict | None = None


@dataclass
class ToolMetric(Record):
    """The calls of a tool in an experiment."""

    count: int = 0
    mean_ms: int = 0
    error_rate: float = 0.0


@dataclass
class MetricsSummary(Record):
    """Totals of the last run of an experiment; a run is here one scenario."""

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
    """Metrics of an experiment, and the trend of all finished runs of its spec, oldest first."""

    experiment_id: str = ""
    summary: MetricsSummary = field(default_factory=MetricsSummary)
    tool_breakdown: dict[str, ToolMetric] = field(default_factory=dict[str, ToolMetric])
    cost_trend: list[CostDataPoint] = field(default_factory=list[CostDataPoint])
    pass_rate_trend: list[PassRateDataPoint] = field(default_factory=list[PassRateDataPoint])
