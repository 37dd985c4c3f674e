"""A scorer of tool calls against the expected ones, by the rules of grading."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_list, as_object, preview
from ..alignment import align_calls
from ..errors import ConfigurationError, ScorerError
from ..grading import grade, validate_grading_config
from ..tool_call import NONE_EXPECTED, NOT_CALLED, ShapeError, read_tool_call
from .builtin import ExpectedScorer
from .score import Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["ToolCorrectness"]

_LABEL = "action 0: "
"""The place that grading puts into a reason; there is only one."""
_POINTS = {"exact": 1.0, "partial": 0.5, "mismatch": 0.0}


class _Call(NamedTuple):
    """A tool call as alignment and grading take it."""

    name: str
    arguments_json: str
    record: Mapping[str, Any]


class ToolCorrectness(ExpectedScorer):
    """The tool calls are the expected ones, by the rules of `ashr_labs.grading`.

    The score is the mean over the expected calls, and the unexpected ones that have side effects: 1 for an exact
    match, 0.5 for a partial one. It passes where a graded test would.

    Args:
        expected: The expected calls, each the name of a tool or a call with `name` and `arguments`; an empty list
            expects that nothing is called. Defaults to the calls that the scenario expects.
        expected_key: Their key in the parameters; see `ExpectedScorer`.
        config: The config of the agent, with `grading_config` and `tool_definitions`.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: The config or an expected call cannot be used.
    """

    rule_type = "tool_correctness"
    config_options = ("expected", "expected_key", "config")

    def __init__(
        self,
        *,
        expected: Sequence[str | Mapping[str, Any]] | None = None,
        expected_key: str | None = None,
        config: Mapping[str, Any] | None = None,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(expected, expected_key, **options)
        if expected is not None:
            _read(expected, "`expected`", ConfigurationError)
        if config is not None and (problems := validate_grading_config(config)):
            raise ConfigurationError(f"`config` cannot be used: {'; '.join(problems)}")
        self.grading_config = config

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        return {"expected": self.expected, "expected_key": self.expected_key, "config": self.grading_config}

    def expected_of(self, context: ScorerContext) -> Any:
        """Return the expected calls of a test; None if it expects none."""
        if self.expected is None and self.expected_key is None:
            return context.expected_calls or None
        return super().expected_of(context)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Grade the calls."""
        given = self.expected_of(context)
        if given is None:
            return None
        expected, actual = _read(given, "the expected calls", ScorerError), _read(context.calls, "`calls`", ScorerError)
        test = grade({"tests": [_test(expected, actual)]}, self.grading_config)["tests"][0]
        points = list(_points(test["action_results"][0]["tool_calls"]))
        score = sum(points) / len(points) if points else 1.0
        reasons = [reason.replace(_LABEL, "", 1) for reason in test["verdict_reasons"]]
        return Score(self.name, score, test["verdict"] == "passed", "; ".join(reasons))


def _read(given: object, name: str, error_class: type[ConfigurationError | ScorerError]) -> list[_Call]:
    calls = as_list(given)
    if calls is None:
        raise error_class(f"{name} must be a list of tool calls, got {preview(given)}")
    return [_call(call, f"{name}[{index}]", error_class) for index, call in enumerate(calls)]


def _call(given: object, name: str, error_class: type[ConfigurationError | ScorerError]) -> _Call:
    fields = {"name": given} if isinstance(given, str) else as_object(given)
    try:
        call = read_tool_call(fields if fields is not None else given)
    except ShapeError as error:
        raise error_class(f"{name}{error.at} {error.problem}") from error
    text = json.dumps(call.arguments, sort_keys=True, default=repr)
    record = {"name": call.name, "arguments": call.arguments}
    return _Call(call.name, text, record if call.error is None else record | {"error": call.error})


def _test(expected: Sequence[_Call], actual: Sequence[_Call]) -> dict[str, Any]:
    """Return the test of a run that has the calls in one action."""
    chosen = align_calls(expected, actual)
    entries = [
        {"expected": call.record, "actual": actual[chosen[index]].record if index in chosen else {"name": NOT_CALLED}}
        for index, call in enumerate(expected)
    ]
    taken = frozenset(chosen.values())
    entries += [
        {"expected": {"name": NONE_EXPECTED}, "actual": call.record}
        for index, call in enumerate(actual)
        if index not in taken
    ]
    action = {"actor": "agent", "action_type": "tool_call", "action_index": 0, "tool_calls": entries}
    return {"status": "completed", "expects_no_calls": not expected, "action_results": [action]}


def _points(entries: Sequence[Mapping[str, Any]]) -> Iterator[float]:
    """Yield the points of the expected calls, and of the unexpected ones that matter."""
    for entry in entries:
        unexpected = entry["expected"]["name"] == NONE_EXPECTED
        if not unexpected or not (entry["divergence_notes"] or "").startswith("note: "):
            yield _POINTS[entry["match_status"]]
