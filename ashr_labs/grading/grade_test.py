"""One test of a run with the verdicts on everything in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, preview
from .alignment import paired_anew
from .judge import behavior_results
from .retries import JudgedCall, without_retries
from .verdicts import LEVELS, Finding, Speech, Verdict, judge_call, judge_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .config import GradingPolicy
    from .judge import BehaviorResult

__all__ = ["GradedTest", "graded_test"]


@dataclass(slots=True)
class GradedTest:
    """A test, graded, with its verdicts at hand for the totals."""

    record: object
    """The test as it goes into the result."""
    calls: list[Verdict] = field(default_factory=list[Verdict])
    texts: list[Verdict] = field(default_factory=list[Verdict])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def passed(self) -> bool:
        """Whether nothing failed the test."""
        return all(finding.level != "failure" for finding in self.findings)

    def fail(self, reason: str) -> None:
        """Note a reason why the test cannot pass."""
        self.findings.append(Finding("failure", reason))

    def take(self, verdict: Verdict, place: str) -> None:
        """Take over a verdict's reasons."""
        self.findings.extend(Finding(one.level, f"{place}: {one.reason}") for one in verdict.findings)


def graded_test(test: object, policy: GradingPolicy) -> GradedTest:
    """Grade one entry of `tests`, whatever it is."""
    fields = as_object(test)
    graded = GradedTest(test)
    if fields is None:
        graded.fail(f"the test is not an object but {preview(test)}")
        return graded
    if fields.get("error") or fields.get("status") != "completed":
        graded.fail(f"the test did not run to its end: {_why_unfinished(fields)}")
    record = dict(fields)
    actions = as_list(fields.get("action_results"))
    if actions is None:
        graded.fail(f"action_results is not a list but {preview(fields.get('action_results'))}")
    else:
        record["action_results"] = _graded_actions(actions, policy, graded)
        behavior = list(behavior_results(actions, policy))
        graded.findings += map(_behavior_finding, behavior)
        if behavior:
            record["behavior_results"] = [one.record() for one in behavior]
    reasons = [str(one) for level in ("failure", "warning") for one in graded.findings if one.level == level]
    graded.record = {**record, "verdict": "passed" if graded.passed else "failed", "verdict_reasons": reasons}
    return graded


def _behavior_finding(result: BehaviorResult) -> Finding:
    level = LEVELS[result.strictness] if result.status == "broken" else "note"
    return Finding(level, f"rule {preview(result.rule)}: {result.status}: {result.reason}")


def _why_unfinished(test: Mapping[str, Any]) -> str:
    error = test.get("error")
    if not error:
        return f"its status is {preview(test.get('status'))}"
    fields = as_object(error) or {"message": error}
    words = (fields.get(key) for key in ("kind", "type", "message"))
    return ": ".join(word if isinstance(word, str) else preview(word) for word in words if word)


def _turns(actions: Sequence[Any]) -> Iterator[list[tuple[int, object]]]:
    """Yield the places and actions of each turn; a turn begins with what the user says."""
    turn: list[tuple[int, object]] = []
    for place, action in enumerate(actions):
        if _is(action, "user") and turn:
            yield turn
            turn = []
        turn.append((place, action))
    if turn:
        yield turn


def _is_opening(turn: list[tuple[int, object]], turns: Sequence[object]) -> bool:
    """Return whether a turn comes before anybody spoke to the agent, which nobody asked for an answer then."""
    return turn is turns[0] and len(turns) > 1 and not _is(turn[0][1], "user")


def _is(action: object, actor: str, action_type: str | None = None) -> bool:
    fields = as_object(action) or {}
    return fields.get("actor") == actor and action_type in (None, fields.get("action_type"))


def _graded_actions(actions: Sequence[Any], policy: GradingPolicy, graded: GradedTest) -> list[object]:
    turns = list(_turns(actions))
    texts: dict[int, Verdict] = {}
    calls: list[JudgedCall] = []
    for turn in turns:
        texts |= dict(_judged_texts(turn, policy, is_opening=_is_opening(turn, turns)))
        speech = Speech([texts[place] for place, _ in turn if place in texts])
        calls += [call for place, action in turn for call in _judged_calls(place, action, speech, policy)]
    if policy.forgives_retries:
        calls = without_retries(calls)
    by_action = {place: list(group) for place, group in groupby(calls, key=lambda call: call.action)}
    return [
        _graded_action(place, action, texts.get(place), by_action.get(place, []), graded)
        for place, action in enumerate(actions)
    ]


def _judged_texts(
    turn: list[tuple[int, object]], policy: GradingPolicy, *, is_opening: bool
) -> Iterator[tuple[int, Verdict]]:
    for place, action in turn:
        if _is(action, "agent", "text"):
            yield place, judge_text(as_object(action) or {}, policy, is_opening=is_opening)


def _judged_calls(place: int, action: object, speech: Speech, policy: GradingPolicy) -> Iterator[JudgedCall]:
    calls = as_list((as_object(action) or {}).get("tool_calls")) if _is(action, "agent", "tool_call") else None
    for entry in paired_anew(calls or (), policy.arguments):
        yield JudgedCall(entry, _judged_call(entry, speech, policy), place)


def _judged_call(entry: object, speech: Speech, policy: GradingPolicy) -> Verdict | None:
    fields = as_object(entry)
    return None if fields is None else judge_call(fields, speech, policy)


def _graded_action(
    place: int, action: object, text: Verdict | None, calls: list[JudgedCall], graded: GradedTest
) -> object:
    fields = as_object(action)
    if fields is None:
        graded.fail(f"action_results[{place}] is not an object but {preview(action)}")
        return action
    index = fields.get("action_index")
    where = f"action {index if isinstance(index, int) else place}"
    if text is not None:
        graded.texts.append(text)
        graded.take(text, where)
        return _graded_text(fields, text)
    if not _is(fields, "agent", "tool_call"):
        return action
    if as_list(fields.get("tool_calls")) is None:
        graded.fail(f"{where}: tool_calls is not a list but {preview(fields.get('tool_calls'))}")
        return action
    return {**fields, "tool_calls": [_graded_call(call, where, graded) for call in calls]}


def _graded_text(action: Mapping[str, Any], text: Verdict) -> dict[str, Any]:
    graded = {**action, **text.fields()}
    graded.pop("semantic_similarity", None)
    return graded if text.similarity is None else graded | {"semantic_similarity": text.similarity}


def _graded_call(call: JudgedCall, where: str, graded: GradedTest) -> object:
    if call.verdict is None:
        graded.fail(f"{where}: a tool call is not an object but {preview(call.entry)}")
        return call.entry
    graded.calls.append(call.verdict)
    graded.take(call.verdict, where)
    return {**call.entry, **call.verdict.fields()}
