"""Tests of the tracebacks of agents: they show the user's frames."""

from __future__ import annotations

from pathlib import Path

import pytest

import ashr_labs
from ashr_labs import DatasetError, EvalRunner, traced
from ashr_labs.eval.agent_errors import AgentError
from support.eval_data import WAYS, ScriptedAgent, agent, source, user


@traced
def look_up(number: int) -> None:
    raise KeyError(number)


@traced
def answer(message: str) -> str:
    try:
        look_up(3)
    except KeyError as error:
        raise ExceptionGroup("failed", [ValueError(message)]) from error
    return message


@pytest.mark.parametrize("way", WAYS)
def test_frames_inside_the_package_are_left_out(way: str) -> None:
    """Of an error, its causes and its group, the traceback has the frames outside of the package."""
    [test] = WAYS[way](EvalRunner(source(one=[user("hi"), agent("hi")])), ScriptedAgent(answer)).build()["tests"]
    text = test["error"]["traceback"]

    assert "in look_up" in text
    assert "in answer" in text
    assert str(Path(ashr_labs.__file__).parent) not in text


def test_the_traceback_of_an_error_inside_the_package_is_kept() -> None:
    """If there are no other frames, those of the package are shown, below the one that caught the error."""
    with pytest.raises(DatasetError) as caught:
        EvalRunner({"run": {}})
    text = AgentError.of(caught.value.with_traceback(caught.tb.tb_next)).traceback

    assert text is not None
    assert "scenario" in text
