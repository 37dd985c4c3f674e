"""Uses the names of `polarity-keystone` as a user would; it is type-checked, never run."""

from __future__ import annotations

from typing import assert_type

from ashr_labs.keystone import (
    Contains,
    Eval,
    EvalResult,
    EvalSummary,
    ExactMatch,
    Score,
    Scorer,
    set_default_llm_client,
)
from ashr_labs.keystone.scorers import Factuality, presets
from ashr_labs.keystone.scores import FileExists, run_client_scorers


@Scorer
def short(output: str) -> bool:
    return len(output) < 10


def model(prompt: str) -> str:
    return prompt


def my_eval() -> None:
    set_default_llm_client(model)
    scores = [ExactMatch(), Contains("a"), Factuality(model="m"), FileExists("a"), short, *presets.chat()]
    result = Eval("x", data=[{"input": 1, "expected": "1"}], task=str, scores=scores)

    assert_type(result, EvalResult)
    assert_type(result.summary["exact_match"], EvalSummary)
    assert_type(result.summary["exact_match"].mean, float)
    assert_type(result.rows[0].scores, dict[str, float])
    assert_type(run_client_scorers(scores, {"output": "a"}), list[Score])
