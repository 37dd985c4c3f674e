"""Instrumentors of OpenInference and OpenTelemetry are switched on by the same call, and record the same spans."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from ashr_labs import auto_instrument
from ashr_labs.errors import ConfigurationError
from support.environments import environment, run_in
from support.frameworks.instrumentor_calls import LABELS

NEWEST = (
    "openai>=3,<4",
    "openinference-instrumentation-openai>=0.1.60,<0.2",
    "opentelemetry-instrumentation-genai-openai>=1.3b0,<2",
    "opentelemetry-instrumentation-openai>=0.60,<1",
    "opentelemetry-sdk>=1.40,<2",
)
LOWEST = (
    "openai==1.109.1",
    "openinference-instrumentation-openai==0.1.40",
    "opentelemetry-instrumentation-openai==0.47.5",
    "opentelemetry-instrumentation==0.57b0",
    "opentelemetry-sdk==1.36.0",
    "opentelemetry-semantic-conventions-ai<0.5",
    "wrapt<2",
)
CASES = [(NEWEST, label) for label in LABELS[1:]] + [(LOWEST, label) for label in LABELS[1:3]]


@cache
def recorded_by(requirements: tuple[str, ...], label: str) -> Any:
    """Return what an instrumentor recorded in an environment."""
    capture = "SPAN_ONLY" if "genai" in label else "true"
    done = run_in(environment(*requirements), "-m", "support.frameworks.instrumentor_calls", label, capture)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().rpartition("\n")[2])


def shown(span: Any) -> dict[str, Any]:
    """Return the facts of a model call; the requests of ours are as the caller wrote them."""
    messages = [{**one, "tool_calls": len(one.get("tool_calls", ()))} for one in span["input"]]
    facts = {name: span.get(name) for name in ("type", "output", "model", "usage", "level", "status_message")}
    return {**facts, "input": messages}


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("requirements", "label"), CASES)
def test_the_same_call_is_the_same_span(requirements: tuple[str, ...], label: str) -> None:
    """Calls of each convention are the spans that our own instrumentation records, below the active span."""
    ours, theirs = recorded_by(requirements, LABELS[0]), recorded_by(requirements, label)
    for case in ("tool", "reply", "stream", "error"):
        [agent, expected], [their_agent, found] = ours[case], theirs[case]
        if case == "stream" and label == LABELS[2]:  # it does not tell the reasoning in streams
            counts = {name: count for name, count in expected["usage"].items() if name != "reasoning_output_tokens"}
            expected = {**expected, "usage": counts}
        assert shown(expected) == shown(found), case
        assert (agent["id"], their_agent["id"]) == (expected["parent_observation_id"], found["parent_observation_id"])
    assert "gen_ai.response.time_to_first_chunk" in theirs["stream"][1]["metadata"]
    assert 1 == len(theirs["afterwards"]), "the instrumentor is switched off"


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("openinference:nothing", "there is no instrumentor 'openinference:nothing'"),
        ("openinfrence:openai", r"openinference:NAME or opentelemetry:NAME, got .*did you mean 'openinference'"),
    ],
)
def test_an_unknown_instrumentor_is_refused(label: str, problem: str) -> None:
    """A label of no installed instrumentor is an error that names it."""
    with pytest.raises(ConfigurationError, match=problem):
        auto_instrument(label)
