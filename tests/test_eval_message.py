"""Tests of user messages with media."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from ashr_labs import DatasetError, EvalRunner, Message
from ashr_labs.scenarios import message as module
from ashr_labs.scenarios.scenario import read_scenario
from support.doctests import run_examples

PARTS: list[dict[str, Any]] = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
]


def scenario(parts: object) -> dict[str, Any]:
    return {
        "actions": [
            {"actor": "user", "content": "What is this?", "parts": parts},
            {"actor": "agent", "content": "A cat."},
        ]
    }


def test_agents_get_the_parts_of_a_message() -> None:
    """An agent gets the text as a string whose `parts` are those of the scenario."""
    seen: list[tuple[str, object]] = []

    def agent(message: str) -> str:
        seen.append((message, getattr(message, "parts", None)))
        return "A cat."

    EvalRunner({"runs": {"cat": scenario(PARTS)}}).run(agent)

    assert [("What is this?", PARTS)] == seen


def test_message_behaves_like_a_string() -> None:
    """A message is equal to its text, is written to JSON as its text, and keeps its parts when it is pickled."""
    message = Message("Hi", PARTS)

    assert ("Hi", '"Hi"') == (message, json.dumps(message))
    copied = pickle.loads(pickle.dumps(message))
    assert ("Hi", PARTS) == (copied, list(copied.parts))


@pytest.mark.parametrize("parts", ["image", [1], {"type": "text"}])
def test_invalid_parts_are_rejected(parts: object) -> None:
    """Parts that are not a list of objects are an error with their path."""
    with pytest.raises(DatasetError, match=r"runs\.cat\.actions\[0\]\.parts: must be a list of objects"):
        read_scenario("cat", scenario(parts))


def test_docstring_example() -> None:
    """The example in the docstring prints the documented output."""
    assert (0, 2) == tuple(run_examples(module))
