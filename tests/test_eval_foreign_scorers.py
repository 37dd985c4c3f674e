"""`Eval` with the scorers of autoevals, and with functions of the form that Braintrust has."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from ashr_labs import Eval, aeval
from ashr_labs.results import Gates
from ashr_labs.scorers import ExactMatch
from support.scripted_server import Answer, ScriptedServer

ROWS = [
    {"input": "France", "expected": "Paris", "metadata": {"continent": "Europe"}},
    {"input": "Peru", "expected": "Lima", "metadata": {"continent": "America"}},
]
CAPITALS = {"France": "Paris", "Peru": "Lina"}


def test_heuristics_of_autoevals_score_rows() -> None:
    """Real scorers of autoevals are taken as they are, next to ours, by their names."""
    autoevals = pytest.importorskip("autoevals")

    result = Eval(
        "capitals",
        data=ROWS,
        task=CAPITALS.__getitem__,
        scores=[autoevals.Levenshtein(), autoevals.ExactMatch(), autoevals.ValidJSON(), ExactMatch()],
        max_concurrency=2,
    )

    assert [
        {"Levenshtein": 1.0, "ExactMatch": 1.0, "ValidJSON": 0.0, "exact_match": 1.0},
        {"Levenshtein": 0.75, "ExactMatch": 0.0, "ValidJSON": 0.0, "exact_match": 0.0},
    ] == [row.scores for row in result.rows]
    assert (0.875, 2) == (result.summary["Levenshtein"].mean, result.summary["Levenshtein"].count)


def test_structured_scorers_of_autoevals_score_rows() -> None:
    """Scorers of values get the outputs themselves, also in a running event loop."""
    autoevals = pytest.importorskip("autoevals")
    pytest.importorskip("scipy")  # autoevals compares lists with it
    rows: list[dict[str, Any]] = [
        {"input": 2, "expected": {"n": 2, "tags": ["a", "b"]}},
        {"input": 3, "expected": {"n": 4, "tags": ["a", "b"]}},
    ]

    async def task(number: int) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"n": number, "tags": ["a", "b"]}

    result = asyncio.run(aeval("json", data=rows, task=task, scores=[autoevals.JSONDiff()]))

    first, second = (row.scores["JSONDiff"] for row in result.rows)
    assert 1.0 == first > second > 0.5


def test_judges_of_autoevals_score_rows(server: ScriptedServer) -> None:
    """A judge of autoevals asks the client that it was made with; a row that it cannot judge is a recorded failure."""
    autoevals = pytest.importorskip("autoevals")
    openai = pytest.importorskip("openai")
    refused = Answer.of({"error": {"message": "bad key"}}, 401)
    server.on("*", lambda body: refused if "Lima" in str(body) else Answer.of(choice("C")))
    client = openai.OpenAI(api_key="k", base_url=f"{server.url}/v1", max_retries=0)
    judge = autoevals.Factuality(client=client, model="m", use_cot=False)

    result = Eval("judged", data=ROWS, task=CAPITALS.__getitem__, scores=[judge, ExactMatch()])

    assert 2 <= len(server.asked)
    assert ["Factuality" in row.scores for row in result.rows] == [True, False]
    assert "Factuality" in result.rows[1].scorer_errors
    assert [1.0, 0.0] == [row.scores["exact_match"] for row in result.rows]


def choice(letter: str) -> dict[str, Any]:
    """Return the reply of a model that chooses an answer, as autoevals asks for it."""
    call = {
        "id": "c-1",
        "type": "function",
        "function": {"name": "select_choice", "arguments": f'{{"choice": "{letter}"}}'},
    }
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "r-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


@dataclass
class BraintrustScore:
    """A score of the form that Braintrust's functions return."""

    name: str
    score: float | None
    metadata: dict[str, Any] = field(default_factory=dict)


def equal(output: str, expected: str) -> bool:
    return output == expected


def with_everything(input: str, output: str, expected: str, metadata: dict[str, Any]) -> BraintrustScore:  # noqa: A002 - its name there
    return BraintrustScore("capital", float(output == expected), {"continent": metadata["continent"], "of": input})


def with_more(output: str, expected: str | None = None, **more: Any) -> float:
    return float(output == expected)


def as_mapping(output: str, expected: str) -> dict[str, Any]:
    return {"name": "mapping", "score": float(output == expected), "metadata": {"why": "compared"}}


def without_score(output: str) -> BraintrustScore:
    return BraintrustScore("skipped", None)


async def later(output: str, expected: str) -> float:
    await asyncio.sleep(0)
    return float(output == expected)


@pytest.mark.parametrize("scorer", [equal, with_everything, with_more, as_mapping, later])
def test_functions_of_braintrusts_form_score_rows(scorer: Any) -> None:
    """A function of `input`, `output`, `expected` and `metadata` returns a boolean, a number, a mapping or a score."""
    result = Eval("capitals", data=lambda: ROWS, task=CAPITALS.__getitem__, scores=[scorer], trial_count=2)

    assert [1.0, 1.0, 0.0, 0.0] == [row.scores[scorer.__name__] for row in result.rows]
    assert 0.5 == result.summary[scorer.__name__].mean
    assert [] == Gates(min_scores={scorer.__name__: 0.5}).failures(result.results)


def test_details_of_their_scores_are_kept() -> None:
    """The metadata of a score is recorded; a score without a value is counted apart."""
    result = Eval("capitals", data=ROWS, task=CAPITALS.__getitem__, scores=[with_everything, as_mapping, without_score])

    scores = result.result["tests"][0]["scores"]
    assert {"continent": "Europe", "of": "France"} == scores["with_everything"]["metadata"]
    assert {"why": "compared"} == scores["as_mapping"]["metadata"]
    assert (0, 2) == (result.summary["without_score"].count, result.summary["without_score"].missing)
