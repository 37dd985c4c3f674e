from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_status import RunStatus
from ..models.verdict import Verdict
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.action_result import ActionResult
    from ..models.behavior_result import BehaviorResult
    from ..models.checked_invariant import CheckedInvariant
    from ..models.json_object import JsonObject
    from ..models.observation import Observation
    from ..models.rule_result import RuleResult
    from ..models.scores import Scores
    from ..models.test_error import TestError
    from ..models.token_usage import TokenUsage
    from ..models.turn_result import TurnResult
    from ..models.vm_stream import VmStream
    from ..models.workspace_changes import WorkspaceChanges


T = TypeVar("T", bound="TestResult")


@_attrs_define
class TestResult:
    """The record of one scenario.

    Attributes:
        test_id (str): The scenario's id.
        status (RunStatus | str): `failed` when the scenario could not be played to its end, or grading failed it.
        action_results (list[ActionResult]):
        played (bool | Unset): Whether the scenario was played to its end; set by grading.
        expects_no_calls (bool | Unset): True if the scenario expects nothing but that the agent calls no tool.
        started_at (str | Unset): UTC, whole seconds, ending in Z.
        completed_at (str | Unset): UTC, whole seconds, ending in Z.
        duration_ms (float | Unset): From start to end by a monotonic clock.
        error (TestError | Unset): Why a scenario could not be played to its end.
        verdict (str | Unset | Verdict): Set by grading.
        verdict_reasons (list[str] | Unset):
        behavior_results (list[BehaviorResult] | Unset): Set by grading where a judge is asked about the agent's rules.
        vm_stream (VmStream | Unset): The log of a virtual machine or browser that the agent used.
        title (str | Unset): The scenario's; absent where it has none.
        tags (list[str] | Unset): The scenario's; absent where it has none.
        repeat (int | Unset): Which repeat of the scenario, from 0; absent where each is played once.
        attempts (int | Unset): How often it was played; absent where the first time was enough.
        attempt_errors (list[TestError] | Unset): Why the attempts before the last one were not enough.
        turns (list[TurnResult] | Unset): The agent's replies, as they were measured.
        usage (TokenUsage | Unset): Token usage; numbers that were not reported are absent.
        input_ (Any | Unset): The input of a row, where it is not the text of the first message.
        output (Any | Unset): The output for a row, where it is not the text of the last reply.
        expected (Any | Unset): The expected output of a row, which only its scorers compare.
        state (JsonObject | Unset): A free-form object; it round-trips untouched.
        expected_state (JsonObject | Unset): A free-form object; it round-trips untouched.
        invariants (list[CheckedInvariant] | Unset): The invariants of the environment and of the scenario, as they were
            checked after the last reply.
        pass_threshold (float | Unset): The mean score of invariants that is enough; by default, all pass.
        forbidden (list[RuleResult] | Unset): The rules of the environment's spec.
        changes (WorkspaceChanges | Unset): What the agent changed in the workspace of its environment.
        session_id (str | Unset): The session of the deployed agent that was tested.
        scores (Scores | Unset): The scores of a test by their names.
        judge_usage (TokenUsage | Unset): Token usage; numbers that were not reported are absent.
        trace_id (str | Unset): The trace of what the agent did; absent where it recorded nothing.
        spans (list[Observation] | Unset): The observations that were recorded while the agent ran, in order of start.
        spans_left_out (int | Unset): How many observations are not in `spans` because of its limits.
    """

    test_id: str
    status: RunStatus | str
    action_results: list[ActionResult]
    played: bool | Unset = UNSET
    expects_no_calls: bool | Unset = UNSET
    started_at: str | Unset = UNSET
    completed_at: str | Unset = UNSET
    duration_ms: float | Unset = UNSET
    error: TestError | Unset = UNSET
    verdict: str | Unset | Verdict = UNSET
    verdict_reasons: list[str] | Unset = UNSET
    behavior_results: list[BehaviorResult] | Unset = UNSET
    vm_stream: VmStream | Unset = UNSET
    title: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    repeat: int | Unset = UNSET
    attempts: int | Unset = UNSET
    attempt_errors: list[TestError] | Unset = UNSET
    turns: list[TurnResult] | Unset = UNSET
    usage: TokenUsage | Unset = UNSET
    input_: Any | Unset = UNSET
    output: Any | Unset = UNSET
    expected: Any | Unset = UNSET
    state: JsonObject | Unset = UNSET
    expected_state: JsonObject | Unset = UNSET
    invariants: list[CheckedInvariant] | Unset = UNSET
    pass_threshold: float | Unset = UNSET
    forbidden: list[RuleResult] | Unset = UNSET
    changes: WorkspaceChanges | Unset = UNSET
    session_id: str | Unset = UNSET
    scores: Scores | Unset = UNSET
    judge_usage: TokenUsage | Unset = UNSET
    trace_id: str | Unset = UNSET
    spans: list[Observation] | Unset = UNSET
    spans_left_out: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        test_id = self.test_id

        status: str
        if isinstance(self.status, RunStatus):
            status = self.status.value
        else:
            status = self.status

        action_results = []
        for action_results_item_data in self.action_results:
            action_results_item = action_results_item_data.to_dict()
            action_results.append(action_results_item)

        played = self.played

        expects_no_calls = self.expects_no_calls

        started_at = self.started_at

        completed_at = self.completed_at

        duration_ms = self.duration_ms

        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()

        verdict: str | Unset
        if isinstance(self.verdict, Unset):
            verdict = UNSET
        elif isinstance(self.verdict, Verdict):
            verdict = self.verdict.value
        else:
            verdict = self.verdict

        verdict_reasons: list[str] | Unset = UNSET
        if not isinstance(self.verdict_reasons, Unset):
            verdict_reasons = self.verdict_reasons

        behavior_results: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.behavior_results, Unset):
            behavior_results = []
            for behavior_results_item_data in self.behavior_results:
                behavior_results_item = behavior_results_item_data.to_dict()
                behavior_results.append(behavior_results_item)

        vm_stream: dict[str, Any] | Unset = UNSET
        if not isinstance(self.vm_stream, Unset):
            vm_stream = self.vm_stream.to_dict()

        title = self.title

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        repeat = self.repeat

        attempts = self.attempts

        attempt_errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.attempt_errors, Unset):
            attempt_errors = []
            for attempt_errors_item_data in self.attempt_errors:
                attempt_errors_item = attempt_errors_item_data.to_dict()
                attempt_errors.append(attempt_errors_item)

        turns: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.turns, Unset):
            turns = []
            for turns_item_data in self.turns:
                turns_item = turns_item_data.to_dict()
                turns.append(turns_item)

        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()

        input_ = self.input_

        output = self.output

        expected = self.expected

        state: dict[str, Any] | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.to_dict()

        expected_state: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expected_state, Unset):
            expected_state = self.expected_state.to_dict()

        invariants: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.invariants, Unset):
            invariants = []
            for invariants_item_data in self.invariants:
                invariants_item = invariants_item_data.to_dict()
                invariants.append(invariants_item)

        pass_threshold = self.pass_threshold

        forbidden: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.forbidden, Unset):
            forbidden = []
            for forbidden_item_data in self.forbidden:
                forbidden_item = forbidden_item_data.to_dict()
                forbidden.append(forbidden_item)

        changes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.changes, Unset):
            changes = self.changes.to_dict()

        session_id = self.session_id

        scores: dict[str, Any] | Unset = UNSET
        if not isinstance(self.scores, Unset):
            scores = self.scores.to_dict()

        judge_usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.judge_usage, Unset):
            judge_usage = self.judge_usage.to_dict()

        trace_id = self.trace_id

        spans: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.spans, Unset):
            spans = []
            for spans_item_data in self.spans:
                spans_item = spans_item_data.to_dict()
                spans.append(spans_item)

        spans_left_out = self.spans_left_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "test_id": test_id,
                "status": status,
                "action_results": action_results,
            }
        )
        if played is not UNSET:
            field_dict["played"] = played
        if expects_no_calls is not UNSET:
            field_dict["expects_no_calls"] = expects_no_calls
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if completed_at is not UNSET:
            field_dict["completed_at"] = completed_at
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms
        if error is not UNSET:
            field_dict["error"] = error
        if verdict is not UNSET:
            field_dict["verdict"] = verdict
        if verdict_reasons is not UNSET:
            field_dict["verdict_reasons"] = verdict_reasons
        if behavior_results is not UNSET:
            field_dict["behavior_results"] = behavior_results
        if vm_stream is not UNSET:
            field_dict["vm_stream"] = vm_stream
        if title is not UNSET:
            field_dict["title"] = title
        if tags is not UNSET:
            field_dict["tags"] = tags
        if repeat is not UNSET:
            field_dict["repeat"] = repeat
        if attempts is not UNSET:
            field_dict["attempts"] = attempts
        if attempt_errors is not UNSET:
            field_dict["attempt_errors"] = attempt_errors
        if turns is not UNSET:
            field_dict["turns"] = turns
        if usage is not UNSET:
            field_dict["usage"] = usage
        if input_ is not UNSET:
            field_dict["input"] = input_
        if output is not UNSET:
            field_dict["output"] = output
        if expected is not UNSET:
            field_dict["expected"] = expected
        if state is not UNSET:
            field_dict["state"] = state
        if expected_state is not UNSET:
            field_dict["expected_state"] = expected_state
        if invariants is not UNSET:
            field_dict["invariants"] = invariants
        if pass_threshold is not UNSET:
            field_dict["pass_threshold"] = pass_threshold
        if forbidden is not UNSET:
            field_dict["forbidden"] = forbidden
        if changes is not UNSET:
            field_dict["changes"] = changes
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if scores is not UNSET:
            field_dict["scores"] = scores
        if judge_usage is not UNSET:
            field_dict["judge_usage"] = judge_usage
        if trace_id is not UNSET:
            field_dict["trace_id"] = trace_id
        if spans is not UNSET:
            field_dict["spans"] = spans
        if spans_left_out is not UNSET:
            field_dict["spans_left_out"] = spans_left_out

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.action_result import ActionResult  # noqa: PLC0415
        from ..models.behavior_result import BehaviorResult  # noqa: PLC0415
        from ..models.checked_invariant import CheckedInvariant  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.observation import Observation  # noqa: PLC0415
        from ..models.rule_result import RuleResult  # noqa: PLC0415
        from ..models.scores import Scores  # noqa: PLC0415
        from ..models.test_error import TestError  # noqa: PLC0415
        from ..models.token_usage import TokenUsage  # noqa: PLC0415
        from ..models.turn_result import TurnResult  # noqa: PLC0415
        from ..models.vm_stream import VmStream  # noqa: PLC0415
        from ..models.workspace_changes import WorkspaceChanges  # noqa: PLC0415

        d = dict(src_dict)
        test_id = d.pop("test_id")

        def _parse_status(data: object) -> RunStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = RunStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(RunStatus | str, data)

        status = _parse_status(d.pop("status"))

        action_results = []
        _action_results = d.pop("action_results")
        for action_results_item_data in _action_results:
            action_results_item = ActionResult.from_dict(action_results_item_data)

            action_results.append(action_results_item)

        played = d.pop("played", UNSET)

        expects_no_calls = d.pop("expects_no_calls", UNSET)

        started_at = d.pop("started_at", UNSET)

        completed_at = d.pop("completed_at", UNSET)

        duration_ms = d.pop("duration_ms", UNSET)

        _error = d.pop("error", UNSET)
        error: TestError | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = TestError.from_dict(_error)

        def _parse_verdict(data: object) -> str | Unset | Verdict:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                verdict_type_0 = Verdict(data)

                return verdict_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(str | Unset | Verdict, data)

        verdict = _parse_verdict(d.pop("verdict", UNSET))

        verdict_reasons = cast(list[str], d.pop("verdict_reasons", UNSET))

        _behavior_results = d.pop("behavior_results", UNSET)
        behavior_results: list[BehaviorResult] | Unset = UNSET
        if _behavior_results is not UNSET:
            behavior_results = []
            for behavior_results_item_data in _behavior_results:
                behavior_results_item = BehaviorResult.from_dict(
                    behavior_results_item_data
                )

                behavior_results.append(behavior_results_item)

        _vm_stream = d.pop("vm_stream", UNSET)
        vm_stream: VmStream | Unset
        if isinstance(_vm_stream, Unset):
            vm_stream = UNSET
        else:
            vm_stream = VmStream.from_dict(_vm_stream)

        title = d.pop("title", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        repeat = d.pop("repeat", UNSET)

        attempts = d.pop("attempts", UNSET)

        _attempt_errors = d.pop("attempt_errors", UNSET)
        attempt_errors: list[TestError] | Unset = UNSET
        if _attempt_errors is not UNSET:
            attempt_errors = []
            for attempt_errors_item_data in _attempt_errors:
                attempt_errors_item = TestError.from_dict(attempt_errors_item_data)

                attempt_errors.append(attempt_errors_item)

        _turns = d.pop("turns", UNSET)
        turns: list[TurnResult] | Unset = UNSET
        if _turns is not UNSET:
            turns = []
            for turns_item_data in _turns:
                turns_item = TurnResult.from_dict(turns_item_data)

                turns.append(turns_item)

        _usage = d.pop("usage", UNSET)
        usage: TokenUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = TokenUsage.from_dict(_usage)

        input_ = d.pop("input", UNSET)

        output = d.pop("output", UNSET)

        expected = d.pop("expected", UNSET)

        _state = d.pop("state", UNSET)
        state: JsonObject | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = JsonObject.from_dict(_state)

        _expected_state = d.pop("expected_state", UNSET)
        expected_state: JsonObject | Unset
        if isinstance(_expected_state, Unset):
            expected_state = UNSET
        else:
            expected_state = JsonObject.from_dict(_expected_state)

        _invariants = d.pop("invariants", UNSET)
        invariants: list[CheckedInvariant] | Unset = UNSET
        if _invariants is not UNSET:
            invariants = []
            for invariants_item_data in _invariants:
                invariants_item = CheckedInvariant.from_dict(invariants_item_data)

                invariants.append(invariants_item)

        pass_threshold = d.pop("pass_threshold", UNSET)

        _forbidden = d.pop("forbidden", UNSET)
        forbidden: list[RuleResult] | Unset = UNSET
        if _forbidden is not UNSET:
            forbidden = []
            for forbidden_item_data in _forbidden:
                forbidden_item = RuleResult.from_dict(forbidden_item_data)

                forbidden.append(forbidden_item)

        _changes = d.pop("changes", UNSET)
        changes: WorkspaceChanges | Unset
        if isinstance(_changes, Unset):
            changes = UNSET
        else:
            changes = WorkspaceChanges.from_dict(_changes)

        session_id = d.pop("session_id", UNSET)

        _scores = d.pop("scores", UNSET)
        scores: Scores | Unset
        if isinstance(_scores, Unset):
            scores = UNSET
        else:
            scores = Scores.from_dict(_scores)

        _judge_usage = d.pop("judge_usage", UNSET)
        judge_usage: TokenUsage | Unset
        if isinstance(_judge_usage, Unset):
            judge_usage = UNSET
        else:
            judge_usage = TokenUsage.from_dict(_judge_usage)

        trace_id = d.pop("trace_id", UNSET)

        _spans = d.pop("spans", UNSET)
        spans: list[Observation] | Unset = UNSET
        if _spans is not UNSET:
            spans = []
            for spans_item_data in _spans:
                spans_item = Observation.from_dict(spans_item_data)

                spans.append(spans_item)

        spans_left_out = d.pop("spans_left_out", UNSET)

        test_result = cls(
            test_id=test_id,
            status=status,
            action_results=action_results,
            played=played,
            expects_no_calls=expects_no_calls,
            started_at=started_at,
            completed_at=completed_at,
            duration_ms=duration_ms,
            error=error,
            verdict=verdict,
            verdict_reasons=verdict_reasons,
            behavior_results=behavior_results,
            vm_stream=vm_stream,
            title=title,
            tags=tags,
            repeat=repeat,
            attempts=attempts,
            attempt_errors=attempt_errors,
            turns=turns,
            usage=usage,
            input_=input_,
            output=output,
            expected=expected,
            state=state,
            expected_state=expected_state,
            invariants=invariants,
            pass_threshold=pass_threshold,
            forbidden=forbidden,
            changes=changes,
            session_id=session_id,
            scores=scores,
            judge_usage=judge_usage,
            trace_id=trace_id,
            spans=spans,
            spans_left_out=spans_left_out,
        )

        test_result.additional_properties = d
        return test_result

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
