"""From a run to a decision: compare, plan, gate, report."""

from __future__ import annotations

from .comparison import Change, Comparison, Difference, compare
from .gates import Gates
from .intervals import Interval, bootstrap_interval, wilson_interval
from .planning import Plan, plan
from .reading import read_run
from .run_results import RunResults, Sample
from .significance import holm_adjusted, mcnemar_p_value, sign_flip_p_value

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "Gates",
    "Interval",
    "Plan",
    "RunResults",
    "Sample",
    "bootstrap_interval",
    "compare",
    "holm_adjusted",
    "mcnemar_p_value",
    "plan",
    "read_run",
    "sign_flip_p_value",
    "wilson_interval",
]
