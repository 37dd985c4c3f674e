"""Grade one test of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from .._json import as_object, preview
from ..run_result import ParsedCall, ParsedTest
from .calls import realigned
from .findings import LEVELS, Finding, Verdict
from .judge import behavior_results
from .verdicts import TurnText, judge_call, judge_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..run_result import ParsedStep
    from .config import GradingConfig
    from .judge import BehaviorResult, Judge

__all__ = ["GradedTest", "grade_test"]

_ONLY_READS = "none of the expected calls was made as expected, and nothing else was expected"
_UNCHECKED = "nothing was checked: the scenario expects no tool call and no text of the agent"


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """An entry of `tool_calls` with its verdict."""

    entry: object
    """A `ParsedCall`, or the value that could not be read."""
    verdict: Verdict | None
    """None if the entry could not be read."""
    step: int
    """The index of the action."""


@dataclass(slots=True)
class GradedTest:
    """A graded test, with its verdicts for the totals."""

    record: object
    """The test for the result."""
    calls: list[Verdict] = field(default_factory=list[Verdict])
    texts: list[Verdict] = field(default_factory=list[Verdict])
    findings: list[Finding] = field(default_factory=list[Finding])

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

    def add_findings(self, verdict: Verdict, label: str) -> None:
        """Add the findings of a verdict on a call or text."""
        self.is_checked |= verdict.is_checked
        self.findings.extend(Finding(one.level, f"{label}: {one.reason}") for one in verdict.findings)


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
        graded.fail(_ONLY_READS)
    graded.record = record | _verdict_fields(test, graded)
    return graded


def _verdict_fields(test: ParsedTest, graded: GradedTest) -> dict[str, Any]:
    """Return the verdict; `status` becomes `failed` with it, `played` says whether the scenario ran to its end."""
    reasons = [str(one) for level in ("failure", "warning") for one in graded.findings if one.level == level]
    if graded.verdict == "unchecked":
        reasons = [_UNCHECKED, *reasons]
    status = test.fields.get("status")
    if test.has_run:
        status = "failed" if graded.verdict == "failed" else "completed"
    return {"status": status, "played": test.has_run, "verdict": graded.verdict, "verdict_reasons": reasons}


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


def _turns(steps: Sequence[ParsedStep]) -> Iterator[list[int]]:
    """Yield the indexes of the steps of each turn; a message of the user begins a turn."""
    turn: list[int] = []
    for index, step in enumerate(steps):
        if step.is_user and turn:
            yield turn
            turn = []
        turn.append(index)
    if turn:
        yield turn


def _graded_steps(
    steps: Sequence[ParsedStep], config: GradingConfig, judge: Judge | None, graded: GradedTest
) -> list[object]:
    turns = list(_turns(steps))
    texts: dict[int, Verdict] = {}
    calls: list[JudgedCall] = []
    for number, turn in enumerate(turns):
        is_opening = number == 0 and len(turns) > 1 and not steps[turn[0]].is_user
        said = {
            index: judge_text(steps[index], config, judge, is_opening=is_opening)
            for index in turn
            if steps[index].is_text
        }
        texts |= said
        turn_text = TurnText(list(said.values()))
        calls += [call for index in turn for call in _judged_calls(index, steps[index], turn_text, config)]
    by_step = {index: list(group) for index, group in groupby(calls, key=lambda call: call.step)}
    return [
        _graded_step(index, step, texts.get(index), by_step.get(index, []), graded) for index, step in enumerate(steps)
    ]


def _judged_calls(index: int, step: ParsedStep, turn_text: TurnText, config: GradingConfig) -> Iterator[JudgedCall]:
    for call in realigned(step.calls or (), config.arguments):
        verdict = judge_call(call, turn_text, config) if isinstance(call, ParsedCall) else None
        yield JudgedCall(call, verdict, index)


def _graded_step(
    index: int, step: ParsedStep, text: Verdict | None, calls: list[JudgedCall], graded: GradedTest
) -> object:
    if step.fields is not step.value:
        graded.fail(f"action_results[{index}] must be an object, got {preview(step.value)}")
        return step.value
    if text is not None:
        graded.texts.append(text)
        graded.add_findings(text, step.label)
        return _graded_text(step.fields, text)
    if not step.is_calls:
        return step.value
    if step.calls is None:
        graded.fail(f"{step.label}: tool_calls must be a list, got {preview(step.fields.get('tool_calls'))}")
        return step.value
    return {**step.fields, "tool_calls": [_graded_call(call, step.label, graded) for call in calls]}


def _graded_text(fields: Mapping[str, Any], text: Verdict) -> dict[str, Any]:
    graded = {**fields, **text.fields()}
    graded.pop("semantic_similarity", None)
    return graded if text.similarity is None else graded | {"semantic_similarity": text.similarity}


def _graded_call(call: JudgedCall, label: str, graded: GradedTest) -> object:
    if call.verdict is None or not isinstance(call.entry, ParsedCall):
        graded.fail(f"{label}: a tool call must be an object, got {preview(call.entry)}")
        return call.entry
    graded.calls.append(call.verdict)
    graded.add_findings(call.verdict, label)
    return {**call.entry.fields, **call.verdict.fields()}
