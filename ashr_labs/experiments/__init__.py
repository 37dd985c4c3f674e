"""Experiments: an agent runs in sandboxes of a spec, and what it leaves behind decides.

The functions here are pure: the scenarios of a spec, the verdict of a scenario, and the totals of a run.
"""

from __future__ import annotations

from .records import (
    Comparison,
    CostDataPoint,
    CostInfo,
    Experiment,
    ExperimentMetrics,
    ForbiddenCheckResult,
    InvariantResult,
    MetricComparison,
    MetricsSummary,
    PairedVerdict,
    PassRateDataPoint,
    Reproducer,
    RunMetrics,
    RunResults,
    ScenarioResult,
    ToolMetric,
    WorkspaceDiff,
)
from .rescoring import client_scores, with_scores, with_stored_scores
from .scenarios import MAX_SCENARIOS, Scenario, filled_prompt, scenarios_of, variables_of
from .totals import Finished, is_finished, metrics_of, shown_statuses
from .verdicts import Verdict, verdict_of

__all__ = [
    "MAX_SCENARIOS",
    "Comparison",
    "CostDataPoint",
    "CostInfo",
    "Experiment",
    "ExperimentMetrics",
    "Finished",
    "ForbiddenCheckResult",
    "InvariantResult",
    "MetricComparison",
    "MetricsSummary",
    "PairedVerdict",
    "PassRateDataPoint",
    "Reproducer",
    "RunMetrics",
    "RunResults",
    "Scenario",
    "ScenarioResult",
    "ToolMetric",
    "Verdict",
    "WorkspaceDiff",
    "client_scores",
    "filled_prompt",
    "is_finished",
    "metrics_of",
    "scenarios_of",
    "shown_statuses",
    "variables_of",
    "verdict_of",
    "with_scores",
    "with_stored_scores",
]
