"""The evaluation of alerts when an experiment, or the score of a trace, is complete. Pure, but for the reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .condition import EXPERIMENT_METRICS, SCORE_METRICS, parse_condition
from .history import run_samples, score_samples
from .window import Window, parse_window, value_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from .window import Sample

__all__ = ["Evaluation", "Subject", "evaluate_alert", "is_of_rule", "metrics_for"]

_RULE: Final = "rule_"
"""How the ids of scoring rules begin."""
_DAY: Final = Window(runs=None, seconds=86_400.0)
"""The window of alerts of scoring rules, by default."""
_LAST: Final = Window(runs=1)
"""The window of alerts of experiments, by default: the one that has just ended."""


class Subject(NamedTuple):
    """The subject of an evaluation, as the job names it: a scoring rule, or a run of an experiment."""

    id: str
    run: int = 0
    """The number of the run; 0 for a scoring rule."""

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Return the subject that `str()` has written."""
        name, _, run = text.rpartition("/")
        return cls(name, int(run))

    def __str__(self) -> str:
        return f"{self.id}/{self.run}"


class Evaluation(NamedTuple):
    """An alert with the value of its metric."""

    alert: Mapping[str, Any]
    is_met: bool
    value: float | None
    reason: str

    @property
    def fires(self) -> bool:
        """Whether it fires: for each run of an experiment whose condition holds, and for scores when it begins to."""
        return self.is_met and not (is_of_rule(self.alert["eval_id"]) and self.alert["is_met"])


def is_of_rule(eval_id: str | None) -> bool:
    """Return True if alerts of this `eval_id` are about the scores of a rule."""
    return eval_id is not None and eval_id.startswith(_RULE)


def metrics_for(eval_id: str | None) -> tuple[str, ...]:
    """Return the metrics of alerts of an `eval_id`."""
    return SCORE_METRICS if is_of_rule(eval_id) else EXPERIMENT_METRICS


def evaluate_alert(connection: Connection, alert: Mapping[str, Any], spec_id: str, moment: float) -> Evaluation:
    """Return whether the condition of an alert holds now.

    Args:
        connection: A reading connection.
        alert: The row of the alert.
        spec_id: The spec of the experiment that has ended; empty for a scoring rule.
        moment: Now, in seconds since the epoch.
    """
    eval_id, tenant_id = alert["eval_id"], alert["tenant_id"]
    condition = parse_condition(alert["condition"], metrics_for(eval_id))
    window = parse_window(alert["window"]) if alert["window"] else _DAY if is_of_rule(eval_id) else _LAST
    samples: Sequence[Sample]
    if is_of_rule(eval_id):
        samples = score_samples(connection, tenant_id, eval_id, window, moment)
    else:
        samples = run_samples(connection, tenant_id, spec_id, window, moment)
    value = value_over(condition.metric, samples)
    shown = "not known" if value is None else f"{value:.6g}"
    reason = f"{condition.metric} is {shown} over {_named(window, is_of_rule(eval_id))} (condition: {condition})"
    return Evaluation(alert, condition.is_met(value), value, reason)


def _named(window: Window, is_of_scores: bool) -> str:
    noun = "score" if is_of_scores else "run"
    if window.runs is not None:
        return f"the last {noun}" if window.runs == 1 else f"the last {window.runs} {noun}s"
    return f"the {noun}s of the last {(window.seconds or 0) / 3600:g} hours"
