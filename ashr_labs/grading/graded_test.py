"""Grade one test of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .._json import as_object, preview
from ..run_result import ParsedCall, ParsedTest
from .calls import realigned
from .findings import LEVELS, Finding, Verdict
from .judge import behavior_results
from .outcomes import outcome_of
from .scores import deciding_scores, score_findings
from .verdicts import TurnText, judge_call, judge_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..run_result import ParsedStep
    from .config import GradingConfig
    from .judge import BehaviorResult, Judge

__all__ = ["GradedTest", "grade_test"]

_ONLY_READS = "none of the expected calls was made as expected, and nothing else was expected"
_OUTCOME = frozenset(("invariants", "forbidden", "expected_state"))
"""Fields of a test about what the agent left behind."""
_UNCHECKED = "nothing was checked: the scenario expects no tool call and no text of the agent, and has no score"


@dataclass(slots=True)
class GradedTest:
    """A graded test, with its verdicts for the totals."""

    record: object
    """The test for the result."""
    calls: list[Verdict] = field(default_factory=list[Verdict])
    texts: list[Verdict] = field(default_factory=list[Verdict])
    findings: list[Finding] = field(default_factory=list[Finding])
    path_findings: list[Finding] = field(default_factory=list[Finding])
    """Those about calls, which only explain if the outcome decides."""

    is_checked: bool = False
    """Whether anything was expected of the agent, and compared."""

    @property
    def verdict(self) -> Literal["passed", "failed", "unchecked"]:
        """The verdict on the test."""
        if any(finding.level == "failure" for finding in self.findings):
            return "failed"
        return "passed" if self.is_checked else "unchecked"

    @property
    def only_missed_reads(self) -> bool:
        """Whether only calls of reading tools were expected, and none of them was made as expected."""
        checked = [verdict for verdict in (*self.calls, *self.texts) if verdict.is_checked]
        return bool(checked) and all(verdict.is_read and verdict.status != "exact" for verdict in checked)

    def fail(self, reason: str) -> None:
        """Add a failure."""
        self.findings.append(Finding("failure", reason))

    def add_findings(self, verdict: Verdict, step: ParsedStep) -> None:
        """Add the findings of a verdict on a call or text."""
        self.is_checked |= verdict.is_checked
        if verdict.findings:
            label = step.label
            found = [Finding(one.level, f"{label}: {one.reason}") for one in verdict.findings]
            self.findings += found
            if step.is_calls:
                self.path_findings += found

    def add_outcome(self, test: Mapping[str, Any]) -> None:
        """Add the findings about what the agent left behind, before all others.

        If the outcome is as it must be, failures of calls become warnings.
        """
        outcome = outcome_of(test)
        if outcome.is_met:
            path = set(map(id, self.path_findings))
            self.findings = [
                one._replace(level="warning") if id(one) in path and one.level == "failure" else one
                for one in self.findings
            ]
        self.findings = [*outcome.findings, *self.findings]
        self.is_checked |= outcome.is_decided

    def add_scores(self, test: Mapping[str, Any]) -> None:
        """Add the findings of the scores that decide about the test."""
        scores = deciding_scores(test, is_checked=self.is_checked)
        self.is_checked |= any(score.get("value") is not None for score in scores.values())
        self.findings += score_findings(scores.items())


def grade_test(test: object, config: GradingConfig, judge: Judge | None) -> GradedTest:
    """Grade an entry of `tests`."""
    graded = GradedTest(test)
    if not isinstance(test, ParsedTest):
        graded.fail(f"the test must be an object, got {preview(test)}")
        return graded
    if not test.has_run:
        graded.fail(f"the test did not run to its end: {_unfinished_reason(test.fields)}")
    # That no tool is to be called is checked by the rule for unexpected calls.
    graded.is_checked = test.fields.get("expects_no_calls") is True
    record = dict(test.fields)
    if test.steps is None:
        graded.fail(f"action_results must be a list, got {preview(test.fields.get('action_results'))}")
    else:
        record["action_results"] = _graded_steps(test.steps, config, judge, graded)
        behavior = list(behavior_results(test.steps, judge, config.behavior_rules))
        graded.findings += map(_behavior_finding, behavior)
        if behavior:
            record["behavior_results"] = [one.record() for one in behavior]
            graded.is_checked |= any(one.status != "not judged" for one in behavior)
    if graded.only_missed_reads:
        graded.path_findings.append(finding := Finding("failure", _ONLY_READS))
        graded.findings.append(finding)
    if not _OUTCOME.isdisjoint(test.fields):
        graded.add_outcome(test.fields)
    if "scores" in test.fields:
        graded.add_scores(test.fields)
    graded.record = record | _verdict_fields(test, graded)
    return graded


def _verdict_fields(test: ParsedTest, graded: GradedTest) -> dict[str, Any]:
    """Return the verdict; `status` becomes `failed` with it, `played` says whether the scenario ran to its end."""
    reasons = [str(one) for level in ("failure", "warning") for one in graded.findings if one.level == level]
    verdict, has_run = graded.verdict, test.has_run
    if verdict == "unchecked":
        reasons = [_UNCHECKED, *reasons]
    status = test.fields.get("status")
    if has_run:
        status = "failed" if verdict == "failed" else "completed"
    return {"status": status, "played": has_run, "verdict": verdict, "verdict_reasons": reasons}


def _behavior_finding(result: BehaviorResult) -> Finding:
    level = LEVELS[result.strictness] if result.status == "broken" else "note"
    return Finding(level, f"rule {preview(result.rule)}: {result.status}: {result.reason}")


def _unfinished_reason(test: Mapping[str, Any]) -> str:
    error = test.get("error")
    if not error:
        return f"its status is {preview(test.get('status'))}"
    fields = as_object(error) or {"message": error}
    words = (fields.get(key) for key in ("kind", "type", "message"))
    return ": ".join(word if isinstance(word, str) else preview(word) for word in words if word)


def _turns(steps: Sequence[ParsedStep]) -> Iterator[list[ParsedStep]]:
    """Yield the steps of each turn; a message of the user begins a turn."""
    turn: list[ParsedStep] = []
    for step in steps:
        if step.is_user and turn:
            yield turn
            turn = []
        turn.append(step)
    if turn:
        yield turn


def _graded_steps(
    steps: Sequence[ParsedStep], config: GradingConfig, judge: Judge | None, graded: GradedTest
) -> list[object]:
    turns = list(_turns(steps))
    records: list[object] = []
    for number, turn in enumerate(turns):
        is_opening = number == 0 and len(turns) > 1 and not turn[0].is_user
        texts = [judge_text(step, config, judge, is_opening=is_opening) if step.is_text else None for step in turn]
        turn_text = TurnText([text for text in texts if text is not None])
        for step, text in zip(turn, texts, strict=True):
            if step.fields is not step.value:
                graded.fail(f"action_results[{len(records)}] must be an object, got {preview(step.value)}")
            records.append(_graded_step(step, text, turn_text, config, graded))
    return records


def _graded_step(
    step: ParsedStep, text: Verdict | None, turn_text: TurnText, config: GradingConfig, graded: GradedTest
) -> object:
    if text is not None:
        graded.texts.append(text)
        graded.add_findings(text, step)
        return _graded_text(step.fields, text)
    if not step.is_calls:
        return step.value
    if step.calls is None:
        graded.fail(f"{step.label}: tool_calls must be a list, got {preview(step.fields.get('tool_calls'))}")
        return step.value
    calls = realigned(step.calls, config.arguments)
    return {**step.fields, "tool_calls": [_graded_call(call, step, turn_text, config, graded) for call in calls]}


def _graded_text(fields: Mapping[str, Any], text: Verdict) -> dict[str, Any]:
    graded = {**fields, **text.fields()}
    graded.pop("semantic_similarity", None)
    if text.similarity is not None:
        graded["semantic_similarity"] = text.similarity
    return graded


def _graded_call(
    call: object, step: ParsedStep, turn_text: TurnText, config: GradingConfig, graded: GradedTest
) -> object:
    if not isinstance(call, ParsedCall):
        graded.fail(f"{step.label}: a tool call must be an object, got {preview(call)}")
        return call
    verdict = judge_call(call, turn_text, config)
    graded.calls.append(verdict)
    graded.add_findings(verdict, step)
    return {**call.fields, **verdict.fields()}
