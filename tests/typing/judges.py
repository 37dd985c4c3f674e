"""Uses judges and clients of language models as a user would; it is type-checked, never run."""

from __future__ import annotations

from typing import assert_type

from ashr_labs.llm import Completion, ModelClient, Spending, as_llm_client, openai_client, set_default_llm_client
from ashr_labs.scorers import BaseScorer, Factuality, JudgePanel, Pairwise, Rubric, Score, default_parser, presets


def model(prompt: str) -> str:
    return prompt


client = openai_client("m", base_url="http://localhost:1", timeout=5, retries=1)
assert_type(client, ModelClient)
assert_type(as_llm_client(model), ModelClient)
set_default_llm_client(model)
assert_type(client.completion([{"role": "user", "content": "x"}]), Completion)
assert_type(client.spent - client.spent, Spending)

judge = Factuality(model="m", question_key="q", client=client, weight=2, gate=True, threshold=0.7)
assert_type(judge.with_client(model).tune(temperature=0.5), Factuality)
assert_type(judge("x"), Score)
assert_type(default_parser("a", "b"), Score)
assert_type(presets.chat(), list[BaseScorer])
Rubric("x", steps=["a"], include=["question"], client=client)
JudgePanel([judge, Pairwise(client=client)], vote="mean")
