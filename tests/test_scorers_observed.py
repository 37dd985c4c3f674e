"""Scorers of what was observed: steps, tool calls, durations, tokens and costs."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError, ScorerError
from ashr_labs.scorers import Cost, Latency, ScorerContext, ToolCorrectness, Trajectory


def span(name: str, number: int, parent: int | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "type": "span",
        "name": name,
        "parent_observation_id": None if parent is None else f"{parent:016x}",
        "start_time": f"2026-01-01T00:00:0{number}.000000Z",
        "end_time": f"2026-01-01T00:00:0{number}.500000Z",
        **fields,
    }


SPANS = [
    span("agent", 0),
    span("plan", 1, 0),
    span("tool:search_web", 2, 1),
    span("llm", 3, 1, usage={"input_tokens": 100, "output_tokens": 20, "cost": 0.01}),
    span("tool:refund", 4, 0),
    span("llm", 5, 0, usage={"input_tokens": 50, "output_tokens": 10}, cost=0.02),
]
OBSERVED = ScorerContext(output="done", spans=SPANS)
CALLED = ScorerContext(output="done", calls=[{"name": "search"}, {"function": {"name": "x"}, "name": "refund"}])


@pytest.mark.parametrize(
    ("options", "score", "message"),
    [
        ({"called": "refund"}, 1.0, ""),
        ({"called": ["refund", "search_*"]}, 1.0, ""),
        ({"called": ["refund", "cancel"]}, 0.5, "cancel was not called"),
        ({"called": "tool:refund"}, 0.0, "tool:refund was not called"),
        ({"not_called": ["cancel"]}, 1.0, ""),
        ({"not_called": ["cancel", "refund"]}, 0.5, "refund was called"),
        ({"order": ["plan", "search_web", "refund"]}, 1.0, ""),
        ({"order": ["refund", "plan"]}, 0.0, "plan was not called after refund"),
        ({"order": ["llm", "llm"]}, 1.0, ""),
        ({"order": ["llm", "llm", "llm"]}, 0.0, "llm was not called after llm, llm"),
        ({"count": {"llm": 2}}, 1.0, ""),
        ({"count": {"llm": 1}}, 0.0, "llm: 2 calls, not 1"),
        ({"count": {"llm": {"min": 1, "max": 3}, "cancel": 0}}, 1.0, ""),
        ({"count": {"llm": {"min": 3}}}, 0.0, "llm: 2 calls, not 3 to any"),
        ({"max_tokens": 180}, 1.0, ""),
        ({"max_tokens": 179}, 0.0, "180 tokens, more than 179"),
        ({"max_duration_ms": 5500}, 1.0, ""),
        ({"max_duration_ms": 5499}, 0.0, "5500 ms, more than 5499"),
        ({"called": "refund", "within": "plan"}, 0.0, "refund was not called"),
        ({"called": "search_web", "within": "plan", "max_tokens": 120}, 1.0, ""),
        ({"called": "a", "not_called": "refund", "max_tokens": 1, "max_duration_ms": 1}, 0.0, None),
    ],
)
def test_conditions_on_spans(options: dict[str, Any], score: float, message: str | None) -> None:
    """The score is the share of conditions that hold, and the message lists the others."""
    found = Trajectory(**options).score(OBSERVED)

    assert (score, score == 1.0) == (found.score, found.passed)
    assert message in (found.message, None)


def test_conditions_on_calls_of_a_reply() -> None:
    """Calls that only a reply reported are steps; one that was recorded as a span, too, counts once."""
    both = ScorerContext(spans=SPANS, calls=[{"name": "refund"}, {"name": "notify"}])

    assert Trajectory(order=["search", "refund"]).score(CALLED).passed
    assert not Trajectory(order=["refund", "search"]).score(CALLED).passed
    assert Trajectory(count={"refund": 1, "notify": 1}).score(both).passed


def test_what_is_not_known_is_not_counted() -> None:
    """A limit of something that was not measured neither passes nor fails."""
    assert Trajectory(max_tokens=10).score(CALLED).score is None
    assert Trajectory("search", max_tokens=10).score(CALLED).score == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of `called`, `not_called`, `order`, `count`, `max_duration_ms`, `max_tokens` must be given"),
        ({"called": 3}, "`called` must be a string or a list of strings, got 3"),
        ({"called": [""]}, "`called` must be a string that is not empty"),
        ({"count": ["llm"]}, "`count` must be a mapping of names to numbers"),
        ({"count": {"llm": 1.5}}, "`count.llm` must be an integer, got 1.5"),
        (
            {"count": {"llm": {"mni": 1}}},
            "the keys of `count.llm` must be `min` and `max`, got 'mni'; did you mean 'min'",
        ),
        ({"count": {"llm": {}}}, "the keys of `count.llm` must be `min` and `max`, got none"),
        ({"max_tokens": -1}, "`max_tokens` must be a number >= 0, got -1"),
        ({"within": ""}, "`within` must be a string that is not empty"),
    ],
)
def test_conditions_that_cannot_be_checked_are_refused(options: dict[str, Any], message: str) -> None:
    """A trajectory without a condition, or with a malformed one, is an error when it is made."""
    with pytest.raises(ConfigurationError) as caught:
        Trajectory(**options)

    assert caught.value.message.startswith(message)


def test_spans_that_contain_each_other_end() -> None:
    """Parents that form a circle are read once."""
    circle = [span("a", 0, 1), span("b", 1, 0)]

    assert Trajectory(["a", "b"], within="a").score(ScorerContext(spans=circle)).passed


REFUND = {"name": "refund", "arguments": {"id": 1, "reason": "damaged item"}}


@pytest.mark.parametrize(
    ("expected", "calls", "score", "passed"),
    [
        ([REFUND], [REFUND], 1.0, True),
        ([REFUND], [{"name": "refund", "arguments": {"id": 1, "reason": "Damaged item."}}], 1.0, True),
        ([REFUND], [{"name": "refund", "arguments": {"id": 2, "reason": "damaged item"}}], 0.5, False),
        ([REFUND], [], 0.0, False),
        ([REFUND], [{**REFUND, "error": "timeout"}], 0.0, False),
        ([REFUND], [REFUND, {"name": "get_order", "arguments": {}}], 1.0, True),
        ([REFUND], [REFUND, {"name": "delete_order", "arguments": {}}], 0.5, False),
        ([REFUND, {**REFUND, "arguments": {"id": 2}}], [{**REFUND, "arguments": {"id": 2}}, REFUND], 1.0, True),
        (["refund"], [REFUND], 1.0, True),
        ([{"function": {"name": "refund", "arguments": '{"id": 1}'}}], [REFUND], 1.0, True),
    ],
)
def test_tool_calls_are_graded(expected: Any, calls: Any, score: float, passed: bool) -> None:
    """Calls are aligned and compared by the rules of grading, in any shape that it reads."""
    context = ScorerContext(calls=calls, expected_calls=expected)
    found = [ToolCorrectness().score(context), ToolCorrectness(expected=expected).score(ScorerContext(calls=calls))]

    assert [(pytest.approx(score), passed)] * 2 == [(one.score, one.passed) for one in found]
    assert passed or "action" not in found[0].message


def test_no_expected_calls_and_no_calls_are_two_things() -> None:
    """A scenario that expects nothing is not scored; an empty list expects that nothing is called."""
    assert ToolCorrectness().score(ScorerContext(calls=[REFUND])).score is None
    assert ToolCorrectness(expected=[]).score(ScorerContext()).passed
    assert not ToolCorrectness(expected=[]).score(ScorerContext(calls=[REFUND])).passed
    assert ToolCorrectness(expected_key="tools")(None, tools=[]).passed


def test_the_config_of_an_agent_decides() -> None:
    """Rules for arguments are those of the agent's config."""
    config = {"grading_config": {"argument_rules": {"refund": {"id": "ignore"}}}}
    other = {**REFUND, "arguments": {"id": 7, "reason": "damaged item"}}

    assert ToolCorrectness(expected=[REFUND], config=config).score(ScorerContext(calls=[other])).passed
    with pytest.raises(ConfigurationError, match="`config` cannot be used: grading_config"):
        ToolCorrectness(config={"grading_config": {"tool_strictnes": {}}})


def test_malformed_calls_are_errors_with_their_place() -> None:
    """Expected calls are checked when the scorer is made, others when it scores."""
    with pytest.raises(ConfigurationError, match=r"`expected`\[0\].name must be the tool's name"):
        ToolCorrectness(expected=[{"arguments": {}}])
    with pytest.raises(ConfigurationError, match="`expected` must be a list of tool calls, got 'refund'"):
        ToolCorrectness(expected="refund")
    with pytest.raises(ScorerError, match=r"the expected calls\[0\]"):
        ToolCorrectness(expected_key="tools")(None, tools=[3])


@pytest.mark.parametrize(
    ("context", "latency", "cost"),
    [
        (ScorerContext(duration_ms=500, usage={"cost_usd": 0.05}), (1.0, True), (1.0, True)),
        (ScorerContext(duration_ms=2000, usage={"cost_usd": 0.2}), (0.5, False), (0.25, False)),
        (OBSERVED, (pytest.approx(1000 / 5500), False), (1.0, True)),
        (ScorerContext(), (None, None), (None, None)),
        (ScorerContext(usage={"input_tokens": 3}), (None, None), (None, None)),
    ],
)
def test_limits(context: ScorerContext, latency: Any, cost: Any) -> None:
    """Up to the maximum the score is 1, above it the maximum by what was measured; unknown is not scored."""
    found = [Latency(1000).score(context), Cost(0.05).score(context)]

    assert [latency, cost] == [(one.score, one.passed) for one in found]


@pytest.mark.parametrize("maximum", [-1, "1", float("nan"), True])
def test_limits_are_numbers(maximum: Any) -> None:
    """A limit is a number >= 0."""
    with pytest.raises(ConfigurationError, match="`max_ms` must be a number >= 0"):
        Latency(maximum)
    with pytest.raises(ConfigurationError, match="`max_usd` must be a number >= 0"):
        Cost(maximum)
