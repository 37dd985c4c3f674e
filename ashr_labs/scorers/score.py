"""Scores, and the view of a test that scorers get."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, cast

from .._json import as_object, preview
from ..errors import ScorerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Score", "ScoreRecord", "ScorerContext", "context_of", "text_of"]


class ScoreRecord(TypedDict, total=False):
    """A score as a test of a run has it."""

    value: float | None
    passed: bool | None
    reason: str
    weight: float
    gate: bool
    metadata: dict[str, Any]


def _empty() -> dict[str, Any]:
    return {}  # quicker than calling `dict[str, Any]`


@dataclass(slots=True)
class Score:
    """The result of a scorer.

    Args:
        name: The name of the scorer.
        score: 0..1; None if the scorer does not apply or could not decide. Such scores are counted, but in no mean.
        passed: Whether the score is good enough; None without a score.
        message: The reason, for people.
        metadata: Further details, which must be JSON.

    Raises:
        ScorerError: The score is not a number from 0 to 1.
    """

    name: str
    score: float | None
    passed: bool | None = True
    message: str = ""
    metadata: dict[str, Any] = field(default_factory=_empty)

    def __post_init__(self) -> None:
        value = self.score
        if type(value) is float and 0.0 <= value <= 1.0:  # the common case
            return
        if value is None:
            self.passed = None
        elif isinstance(cast("object", value), bool | int | float) and math.isfinite(value) and 0 <= value <= 1:
            self.score = float(value)
        else:
            raise ScorerError(f"the score of {self.name!r} must be a number from 0 to 1, got {preview(value)}")

    @property
    def reason(self) -> str:
        """The same as `message`."""
        return self.message

    def record(self, *, weight: float = 1.0, gate: bool = False) -> ScoreRecord:
        """Return the score as a test of a run has it; `weight` and `gate` are left out where they are the defaults."""
        record = ScoreRecord(value=self.score, passed=self.passed, reason=self.message)
        if weight != 1.0:
            record["weight"] = weight
        if gate:
            record["gate"] = True
        if self.metadata:
            record["metadata"] = self.metadata
        return record


@dataclass(frozen=True, init=False)
class ScorerContext:
    """The view of a test that scorers get: its input, what the agent answered, and what it did."""

    output: Any
    """The output of the task, or the text of the agent's last reply."""
    input: Any
    """The input of the row, or the first message of the scenario."""
    expected: Any
    """The expected output; None if the row has none."""
    parameters: Mapping[str, Any]
    """Further values of the row or scenario, which scorers read by key: `question`, `context`, `source`, ..."""
    calls: Sequence[Mapping[str, Any]]
    """The tool calls in order, each with `name` and `arguments`, and, where known, `result`, `error`, `duration_ms`."""
    expected_calls: Sequence[Mapping[str, Any]]
    """The tool calls that the scenario expects, each with `name` and `arguments`."""
    spans: Sequence[Mapping[str, Any]]
    """The observations recorded while the agent ran, in order of start, as the API has them."""
    messages: Sequence[Mapping[str, Any]]
    """The conversation, each message with `role` and `content`."""
    state: Any
    """The state after the run, where the environment of the agent reports it."""
    duration_ms: float | None
    """How long the agent took, in milliseconds."""
    usage: Mapping[str, Any]
    """Tokens and `cost_usd`, where known."""
    test_id: str | None
    """The id of the row or scenario."""

    def __init__(
        self,
        output: Any = None,
        input: Any = None,  # noqa: A002 - the field's name
        expected: Any = None,
        parameters: Mapping[str, Any] | None = None,
        calls: Sequence[Mapping[str, Any]] = (),
        expected_calls: Sequence[Mapping[str, Any]] = (),
        spans: Sequence[Mapping[str, Any]] = (),
        messages: Sequence[Mapping[str, Any]] = (),
        state: Any = None,
        duration_ms: float | None = None,
        usage: Mapping[str, Any] | None = None,
        test_id: str | None = None,
    ) -> None:
        # The constructor of a frozen dataclass makes a call for each field, which takes longer than most scorers.
        self.__dict__.update(
            output=output,
            input=input,
            expected=expected,
            parameters={} if parameters is None else parameters,
            calls=calls,
            expected_calls=expected_calls,
            spans=spans,
            messages=messages,
            state=state,
            duration_ms=duration_ms,
            usage={} if usage is None else usage,
            test_id=test_id,
        )

    @property
    def agent_output(self) -> str:
        """The output as text; JSON if it is not a string."""
        return text_of(self.output)


_FIELDS = frozenset(ScorerContext.__dataclass_fields__)


def text_of(value: object) -> str:
    """Return a value as text: nothing for None, a string as it is, numbers and structures as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except (TypeError, ValueError, RecursionError):
        try:
            return str(value)
        except Exception:  # code of the user
            return preview(value)


def context_of(scenario: object) -> ScorerContext:
    """Return the context for a context, a mapping of its fields, or an object with `agent_output`.

    Raises:
        ScorerError: It is none of these, or a key of the mapping is not a field of `ScorerContext`.
    """
    if type(scenario) is ScorerContext or isinstance(scenario, ScorerContext):  # the latter alone is slower
        return scenario
    given = as_object(scenario)
    if given is not None:
        return _from_mapping(given)
    if not hasattr(scenario, "agent_output"):
        raise ScorerError(f"a scenario must have `agent_output` or be a mapping with `output`, got {preview(scenario)}")
    source = cast("Any", scenario)
    parameters = as_object(getattr(source, "parameters", None)) or {}
    return ScorerContext(
        output=source.agent_output,
        input=getattr(source, "input", parameters.get("input")),
        expected=getattr(source, "expected", None),
        parameters=parameters,
        calls=getattr(source, "calls", None) or (),
        spans=getattr(source, "spans", None) or (),
        state=getattr(source, "state", None),
    )


def _from_mapping(given: Mapping[str, Any]) -> ScorerContext:
    unknown = [key for key in given if key not in _FIELDS and key != "agent_output"]
    if unknown:
        raise ScorerError(f"{preview(unknown[0])} is not a field of a scorer's context; put it under `parameters`")
    fields = {key: value for key, value in given.items() if key in _FIELDS}
    if "agent_output" in given:
        fields.setdefault("output", given["agent_output"])
    return ScorerContext(**fields)
