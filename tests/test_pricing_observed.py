"""Costs that no client states: of recorded model calls, of tests, of judges, and of traces on the command line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs import EvalRunner, traced
from ashr_labs.cli._trace_text import trace_totals
from ashr_labs.llm import as_llm_client
from ashr_labs.pricing import usage_of_observation
from ashr_labs.pricing.names import provider_of_url

TOKENS = {"input_tokens": 1_000_000, "output_tokens": 100_000}
ESTIMATED = {**TOKENS, "cost_usd": 3.5, "estimated_cost_usd": 3.5}  # gpt-4o: 2.50 and 10


@pytest.mark.parametrize(
    ("observation", "usage"),
    [
        ({"model": "gpt-4o-2024-08-06", "usage": TOKENS}, ESTIMATED),
        ({"model": "gpt-4o", "usage": {**TOKENS, "cost": 1}}, {**TOKENS, "cost_usd": 1}),
        ({"model": "gpt-4o", "usage": TOKENS, "cost": 2}, {**TOKENS, "cost_usd": 2}),
        ({"model": "gpt-4o", "usage": TOKENS, "cost": -2}, ESTIMATED),
        ({"model": "gpt-4o", "usage": {}}, {}),
        ({"model": "gpt-4o", "usage": None}, {}),
        ({"model": "no-such-model", "usage": TOKENS}, TOKENS),
        ({"model": None, "usage": TOKENS}, TOKENS),
        ({"usage": TOKENS}, TOKENS),
        ({"model": "gpt-4o", "usage": TOKENS, "metadata": {"gen_ai.provider.name": "azure.ai.openai"}}, ESTIMATED),
        ({"model": "gpt-4o", "usage": TOKENS, "metadata": {"gen_ai.provider.name": "groq"}}, TOKENS),
        (
            {"model": "o3", "usage": {"input_tokens": 1_000_000}, "start_time": "2025-06-09T12:00:00Z"},
            {"input_tokens": 1_000_000, "cost_usd": 10, "estimated_cost_usd": 10},
        ),
    ],
)
def test_cost_of_an_observation(observation: dict[str, Any], usage: dict[str, Any]) -> None:
    """A stated cost counts; else the cost is estimated by the model, its provider and the time, and marked as such."""
    assert usage == usage_of_observation(observation)


def test_tests_have_estimated_costs() -> None:
    """A run has the cost of the agent's recorded model calls, and says which part of it is an estimate."""

    def agent(message: str) -> str:
        with traced("a", kind="generation", model="gpt-4o-mini") as call:
            call.end(usage={"prompt_tokens": 1_000_000, "completion_tokens": 0})
        with traced("b", kind="generation", model="no-such-model") as call:
            call.end(usage={"prompt_tokens": 1, "completion_tokens": 0, "cost": 0.5})
        return message

    actions = [{"actor": "user", "content": "hi"}, {"actor": "agent", "content": "hi"}]
    [test] = EvalRunner({"runs": {"one": {"actions": actions}}}).run(agent).build()["tests"]

    assert (0.65, 0.15) == (test["usage"]["cost_usd"], test["usage"]["estimated_cost_usd"])


def judge_of(base_url: str | None, model: str) -> Any:
    """Return a client like that of OpenAI's SDK."""

    def create(**_: Any) -> dict[str, Any]:
        usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
        return {"model": model, "choices": [{"message": {"content": "{}"}}], "usage": usage}

    chat = SimpleNamespace(completions=SimpleNamespace(create=create))
    return SimpleNamespace(chat=chat, base_url=base_url)


@pytest.mark.parametrize(
    ("base_url", "model", "cost"),
    [
        ("https://api.openai.com/v1/", "gpt-4o-2024-08-06", 2.5),
        ("https://acme.openai.azure.com/openai/", "gpt-4o", 2.5),
        (None, "gpt-4o", 2.5),
        ("http://localhost:11434/v1", "gpt-4o", None),
        ("https://api.groq.com/openai/v1", "gpt-4o", None),
        ("https://api.openai.com/v1/", "no-such-model", None),
    ],
)
def test_judges_have_estimated_costs(base_url: str | None, model: str, cost: float | None) -> None:
    """A reply without a cost costs what its provider asks for the model; a provider that is not known has no prices."""
    client = as_llm_client(judge_of(base_url, model))

    completion = client.completion([{"role": "user", "content": "hi"}], model=model)
    assert cost == completion.cost_usd
    assert cost == completion.record().get("estimated_cost_usd")
    assert (cost or 0.0, int(cost is None)) == (client.spent.cost_usd, client.spent.unpriced_calls)


def test_own_price_function_of_a_judge_comes_first() -> None:
    """`price` replaces the table, also where it knows no price."""
    client = as_llm_client(judge_of(None, "gpt-4o"), price=lambda *_: None)

    assert client.completion([{"role": "user", "content": "hi"}], model="gpt-4o").cost_usd is None


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://us-central1-aiplatform.googleapis.com/v1", "google"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com", "aws"),
        ("https://api.openai.com.evil.example/v1", "api.openai.com.evil.example"),
        ("https://myapi.openai.com.local", "myapi.openai.com.local"),
        ("nonsense", "nonsense"),
        ("http://[", "http://["),
    ],
)
def test_provider_of_a_url(url: str, provider: str) -> None:
    """Known hosts are their providers, others stand for themselves."""
    assert provider == provider_of_url(url)


def test_cost_on_the_command_line_is_marked_as_an_estimate() -> None:
    """`traces show` estimates the costs that are missing, and says so."""
    calls = [{"id": "1", "model": "gpt-4o", "usage": TOKENS}, {"id": "2", "model": "x", "usage": TOKENS, "cost": 1}]

    assert "$4.5000 (estimated)" == trace_totals({"observations": calls})["cost"]
    assert "$1.0000" == trace_totals({"observations": calls[1:]})["cost"]
