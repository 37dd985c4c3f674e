"""Scorers and judges that fail, in `Eval`: a recorded failure of their own score, and nothing else is lost."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
import threading
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs import Eval, aeval
from ashr_labs.errors import ConfigurationError
from ashr_labs.llm import openai_client
from ashr_labs.scorers import BaseScorer, Contains, ExactMatch, Factuality, JudgePanel, Rubric, Score, Scorer, as_scorer
from support.llm_servers import openai
from support.scripted_server import Answer, ScriptedServer

ROWS = [{"input": number, "expected": str(number)} for number in range(6)]
GOOD = '{"score": 0.75, "passed": true, "reason": "close"}'


def raises(output: str) -> float:
    raise ValueError("no such column")


async def raises_later(output: str) -> float:
    await asyncio.sleep(0)
    raise ConnectionError("no route")


async def half(output: str) -> float:
    await asyncio.sleep(0)
    return 0.5


def returns_a_coroutine(output: str) -> Coroutine[Any, Any, float]:
    return half(output)


async def text_later(output: str) -> str:
    return "good"


def exits(output: str) -> float:
    sys.exit("no tests")


async def exits_later(output: str) -> float:
    await asyncio.sleep(0)
    sys.exit("no tests")


async def cancels(output: str) -> float:
    raise asyncio.CancelledError


BAD: dict[str, tuple[Callable[..., Any], str]] = {
    "an exception": (raises, "ValueError: no such column"),
    "an exception later": (raises_later, "ConnectionError: no route"),
    "the end of the program": (exits, "SystemExit: no tests"),
    "the end of the program later": (exits_later, "SystemExit: no tests"),
    "a cancellation": (cancels, "CancelledError"),
    "a failure of pytest": (pytest.fail, "Failed"),
    "NaN": (lambda output: float("nan"), "must be a number from 0 to 1, got nan"),
    "infinity": (lambda output: float("inf"), "must be a number from 0 to 1, got inf"),
    "a string": (lambda output: "good", "must return a number from 0 to 1, a boolean, a Score or None, got 'good'"),
    "a string later": (text_later, "must return a number from 0 to 1, a boolean, a Score or None, got 'good'"),
    "out of range": (lambda output: 7, "must be a number from 0 to 1, got 7"),
    "a list without names": (lambda output: [1.0], "must have a name, got 1.0"),
    "an empty list": (lambda output: [], "returned no scores"),
    "a name twice": (lambda output: [Score("x", 1.0), Score("x", 0.0)], "must have different names, got ['x', 'x']"),
    "another's name": (lambda output: [Score("exact_match", 0.0)], "has the name of another one: 'exact_match'"),
    "a coroutine function": (lambda output: half, "must return a number"),
    "a mapping with NaN": (lambda output: {"score": float("nan")}, "must be a number from 0 to 1, got nan"),
    "a score of text": (lambda output: SimpleNamespace(score="high"), "must be a number from 0 to 1, got 'high'"),
}


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("kind", BAD)
def test_a_scorer_that_fails_is_a_recorded_failure_of_its_row(kind: str, workers: int) -> None:
    """Only the score of the row that fails has no value, and the reason; all other scores and rows are kept."""
    function, reason = BAD[kind]

    def bad(output: str) -> Any:
        return function(output) if output in {"2", "4"} else 1.0

    async def later(output: str) -> Any:
        return await function(output) if output in {"2", "4"} else 1.0

    chosen = later if inspect.iscoroutinefunction(function) else bad
    scores = [Scorer(chosen, name="bad"), ExactMatch()]
    result = Eval("x", data=ROWS, task=str, scores=scores, max_concurrency=workers)

    assert [output in {"2", "4"} for output in "012345"] == ["bad" in row.scorer_errors for row in result.rows]
    assert all(reason in row.scorer_errors.get("bad", reason) for row in result.rows)
    assert (1.0, 4, 2) == tuple(result.summary["bad"][key] for key in ("mean", "count", "missing"))
    assert (1.0, 6, 0) == tuple(result.summary["exact_match"][key] for key in ("mean", "count", "missing"))
    assert [] == result.errors


OWN: dict[str, tuple[Any, float | None, str]] = {
    "a number": (0.5, 0.5, ""),
    "a boolean": (True, 1.0, ""),
    "a score": (Score("other", 0.25), 0.25, ""),
    "a mapping": ({"score": 0.75}, 0.75, ""),
    "a coroutine": (half, 0.5, ""),
    "None": (None, None, "there is no expected value"),
    "a string": ("good", None, "must return a number"),
    "NaN": (float("nan"), None, "must be a number from 0 to 1"),
}


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("is_pure", [True, False])
def test_a_subclass_may_return_what_a_function_may(kind: str, is_pure: bool) -> None:
    """`score_result()` of a subclass returns any score; anything else is a recorded failure."""
    returned, score, reason = OWN[kind]

    class Own(BaseScorer):
        name = "own"

        def score_result(self, scenario: object) -> Any:
            return returned("x") if callable(returned) else returned

    Own.is_pure = is_pure
    result = Eval("x", data=ROWS[:2], task=str, scores=[Own(), ExactMatch()])

    assert [score] * 2 == [row.scores.get("own") for row in result.rows]
    assert reason in result.rows[0].scorer_errors.get("own", "")
    assert 1.0 == result.summary["exact_match"].mean


def interrupts(output: str) -> float:
    raise KeyboardInterrupt


async def interrupts_later(output: str) -> float:
    raise KeyboardInterrupt


@pytest.mark.parametrize("scorer", [interrupts, interrupts_later])
def test_an_interrupt_ends_the_run(scorer: Any) -> None:
    """Only KeyboardInterrupt is raised by the run, as for agents."""
    with pytest.raises(KeyboardInterrupt):
        Eval("x", data=ROWS, task=str, scores=[scorer])


@pytest.mark.parametrize("scorer", [returns_a_coroutine, half])
def test_a_coroutine_is_awaited(scorer: Any) -> None:
    """A coroutine is awaited, whether the scorer is asynchronous itself or returns one; in a running loop too."""

    async def inside() -> Any:
        return [
            await aeval("x", data=ROWS, task=str, scores=[scorer]),
            Eval("x", data=ROWS[:1], task=str, scores=[scorer]),
        ]

    results = [Eval("x", data=ROWS, task=str, scores=[scorer]), *asyncio.run(inside())]

    assert [(0.5, 6), (0.5, 6), (0.5, 1)] == [
        (one.mean, one.count) for result in results for one in result.summary.values()
    ]


BAD_REPLIES = {
    "prose": "I checked 3 sources; this is right.",
    "half a JSON": '{"score": 0.9, "pas',
    "an empty reply": "",
    "blanks": " \n",
    "JSON without a score": '{"verdict": "good"}',
    "NaN": '{"score": NaN}',
    "a list": "[0.5]",
    "null": "null",
}


def graded_by_steps(client: Callable[[str], str]) -> Rubric:
    return Rubric("It is right.", steps=["Compare."], client=lambda prompt: client(prompt).replace("0.75", "4"))


@pytest.mark.parametrize("kind", BAD_REPLIES)
@pytest.mark.parametrize("make", [Factuality, graded_by_steps])
def test_a_reply_without_a_verdict_is_not_judged(kind: str, make: Callable[..., Any]) -> None:
    """A row whose judge answers something else has no score and says why; the other rows are judged."""
    judge = make(client=lambda prompt: BAD_REPLIES[kind] if "4444" in prompt else GOOD)
    rows = [{"input": number, "expected": str(number)} for number in (1111, 4444, 7777)]

    result = Eval("x", data=rows, task=str, scores=[judge, ExactMatch()])

    assert [{judge.name: 0.75, "exact_match": 1.0}, {"exact_match": 1.0}, {judge.name: 0.75, "exact_match": 1.0}] == [
        row.scores for row in result.rows
    ]
    assert result.rows[1].scorer_errors[judge.name].startswith("not judged")
    assert (0.75, 2, 1) == tuple(result.summary[judge.name][key] for key in ("mean", "count", "missing"))


ANSWERS = {
    "an error": (Answer.of({"error": {"message": "overloaded"}}, 500), "500"),
    "a refusal": (Answer.of({"error": {"message": "bad key"}}, 401), "401"),
    "not JSON": (Answer(body=b"<html>"), ""),
    "no choices": (Answer.of({"choices": []}), ""),
    "no text": (Answer.of({"choices": [{"message": {"content": None}}]}), ""),
    "half a body": (Answer(body=json.dumps(openai.reply(GOOD)).encode(), cut_after=20), ""),
    "a lost connection": (Answer(closes=True), ""),
    "nothing in time": (Answer(body=b"x" * 50, pause=0.2), "no response within 1 seconds"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_server_that_fails_is_not_judged(kind: str, server: ScriptedServer) -> None:
    """A model's server that fails, breaks off or takes for ever costs only the rows that it does not answer."""
    answer, reason = ANSWERS[kind]
    right = Answer.of(openai.reply(GOOD))
    server.on("*", lambda body: answer if "4444" in str(body) else right)
    client = openai_client("m", base_url=f"{server.url}/v1", api_key="k", retries=0, timeout=1)
    rows = [{"input": number, "expected": str(number)} for number in (1111, 4444, 7777)]

    result = Eval("x", data=rows, task=str, scores=[Factuality(client=client), ExactMatch()])

    first, failed, last = result.rows
    assert {"factuality": 0.75, "exact_match": 1.0} == first.scores == last.scores
    assert {"exact_match": 1.0} == failed.scores
    assert failed.scorer_errors["factuality"].startswith("not judged")
    assert reason in failed.scorer_errors["factuality"]


def test_a_judge_that_takes_for_ever_is_given_up() -> None:
    """A function that never answers is left behind after the client's timeout."""
    from ashr_labs.llm import as_llm_client

    never = threading.Event()
    client = as_llm_client(lambda prompt: GOOD if never.wait(60) else "", timeout=0.05, retries=0)
    try:
        result = Eval("x", data=ROWS, task=str, scores=[Factuality(client=client), ExactMatch()], max_concurrency=6)
    finally:
        never.set()

    assert (0, 6) == (result.summary["factuality"].count, result.summary["exact_match"].count)
    assert "no response within 0.05 seconds" in result.rows[0].scorer_errors["factuality"]


def test_a_panel_loses_only_the_judge_that_fails() -> None:
    """A panel votes by the judges that answer."""

    def fails(prompt: str) -> str:
        raise ValueError("no route")

    panel = JudgePanel([Factuality(client=fails), Factuality(client=lambda prompt: GOOD)], min_votes=1)

    assert 0.75 == Eval("x", data=ROWS, task=str, scores=[panel]).summary[panel.name].mean


def test_rows_without_an_expected_value_are_not_scored() -> None:
    """A scorer that needs the expected value does not apply to a row without one; others score it."""
    rows: list[dict[str, Any]] = [{"input": 1, "expected": "1"}, {"input": 2}, {"input": 3, "expected": None}]

    result = Eval(
        "x", data=rows, task=str, scores=[ExactMatch(), Contains("2"), Factuality(client=lambda prompt: GOOD)]
    )

    assert [{"exact_match", "contains", "factuality"}, {"contains"}, {"contains"}] == [
        set(row.scores) for row in result.rows
    ]
    assert "there is no expected value" == result.rows[1].scorer_errors["exact_match"]
    assert (1.0, 1, 2) == tuple(result.summary["exact_match"][key] for key in ("mean", "count", "missing"))


def test_a_function_that_needs_the_expected_value_gets_none() -> None:
    """A function gets None for the expected value of a row that has none, and its exception is recorded."""

    def longer(output: str, expected: str) -> bool:
        return len(output) > len(expected)

    result = Eval("x", data=[{"input": 11, "expected": "1"}, {"input": 2}], task=str, scores=[longer])

    assert [{"longer": 1.0}, {}] == [row.scores for row in result.rows]
    assert result.rows[1].scorer_errors["longer"].startswith("TypeError")


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([Contains("a"), Contains("b")], "different names, got 'contains' twice"),
        ([Contains("a"), as_scorer(lambda output: True).with_options(name="contains")], "different names"),
        ([ExactMatch], "must be an instance, got the class ExactMatch"),
        ([None], "must be a scorer or a function, got None"),
        ([lambda: True], "must take the context or fields of it"),
        ([lambda answer, truth: True], "parameter 'answer' of the scorer <lambda> must be a field"),
    ],
)
def test_scorers_that_cannot_score_are_one_error(scores: Any, message: str) -> None:
    """Two scorers of one name, a class, and a function of unknown parameters are an error before the first row."""
    with pytest.raises(ConfigurationError, match=message):
        Eval("x", data=ROWS, task=pytest.fail, scores=scores)


def test_a_summary_has_each_scorer_also_without_a_value() -> None:
    """A scorer that has no value in any row, because every task failed, is in the summary with its rows counted."""
    result = Eval("x", data=ROWS, task=lambda number: number / 0, scores=[ExactMatch(), Contains("1")])

    assert {"exact_match": (0.0, 0, 6), "contains": (0.0, 0, 6)} == {
        name: (one.mean, one.count, one.missing) for name, one in result.summary.items()
    }
    assert 6 == len(result.errors)
