"""Token usage is read alike from the formats of the common model APIs."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.pricing import USAGE_NAMES, observation_usage, read_usage


def usage(read: int, written: int, **more: Any) -> dict[str, Any]:
    return {"input_tokens": read, "output_tokens": written, **more}


FORMATS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "OpenAI Chat Completions": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 60, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 8},
        },
        usage(100, 20, cached_input_tokens=60, reasoning_output_tokens=8),
    ),
    "OpenAI Responses": (
        {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 60},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 8},
            "total_tokens": 120,
        },
        usage(100, 20, cached_input_tokens=60, reasoning_output_tokens=8),
    ),
    "OpenAI without details": (
        {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": None},
        usage(3, 4),
    ),
    "Anthropic": (
        {
            "input_tokens": 10,
            "cache_read_input_tokens": 80,
            "cache_creation_input_tokens": 10,
            "output_tokens": 5,
            "service_tier": "standard",
        },
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10),
    ),
    "Anthropic without a cache": (
        {"input_tokens": 10, "cache_read_input_tokens": None, "output_tokens": 5},
        usage(10, 5),
    ),
    "a proxy that adds Anthropic's counts up": (
        {"input_tokens": 90, "cache_read_input_tokens": 80, "output_tokens": 5, "total_tokens": 95},
        usage(90, 5, cached_input_tokens=80),
    ),
    "LiteLLM for Anthropic": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 5,
            "cache_read_input_tokens": 80,
            "cache_creation_input_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 80},
        },
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10),
    ),
    "Gemini over REST": (
        {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 60,
            "toolUsePromptTokenCount": 7,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 30,
            "totalTokenCount": 157,
        },
        usage(107, 50, cached_input_tokens=60, reasoning_output_tokens=30),
    ),
    "Gemini in Python": (
        {"prompt_token_count": 100, "candidates_token_count": 20, "thoughts_token_count": 30},
        usage(100, 50, reasoning_output_tokens=30),
    ),
    "a whole Gemini response": (
        {"candidates": [], "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2}},
        usage(1, 2),
    ),
    "Bedrock": (
        {
            "inputTokens": 10,
            "outputTokens": 5,
            "totalTokens": 105,
            "cacheReadInputTokens": 80,
            "cacheWriteInputTokens": 10,
        },
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10),
    ),
    "Mistral": (
        {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13, "prompt_audio_seconds": {}},
        usage(9, 4),
    ),
    "Ollama": (
        {"model": "llama", "prompt_eval_count": 26, "eval_count": 298, "eval_duration": 4_709_213_000},
        usage(26, 298),
    ),
    "xAI": (
        {
            "prompt_tokens": 32,
            "completion_tokens": 9,
            "total_tokens": 135,
            "completion_tokens_details": {"reasoning_tokens": 94},
        },
        usage(32, 103, reasoning_output_tokens=94),
    ),
    "DeepSeek": (
        {"prompt_tokens": 9, "completion_tokens": 4, "prompt_cache_hit_tokens": 8},
        usage(9, 4, cached_input_tokens=8),
    ),
    "OpenRouter": (
        {"prompt_tokens": 9, "completion_tokens": 4, "cost": 0.5, "prompt_tokens_details": {"cache_write_tokens": 2}},
        usage(9, 4, cache_write_input_tokens=2, cost_usd=0.5),
    ),
    "LangChain": (
        {
            "input_tokens": 100,
            "output_tokens": 5,
            "total_tokens": 105,
            "input_token_details": {"cache_read": 80, "cache_creation": 10},
            "output_token_details": {"reasoning": 3},
        },
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10, reasoning_output_tokens=3),
    ),
    "Pydantic AI": (
        {"input_tokens": 100, "cache_read_tokens": 80, "cache_write_tokens": 10, "output_tokens": 5},
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10),
    ),
    "Vercel AI SDK": (
        {"inputTokens": 100, "cachedInputTokens": 80, "outputTokens": 5, "reasoningTokens": 3},
        usage(100, 5, cached_input_tokens=80, reasoning_output_tokens=3),
    ),
    "Cohere": ({"billed_units": {}, "tokens": {"input_tokens": 10.0, "output_tokens": 5.0}}, usage(10, 5)),
    "OpenTelemetry": (
        {
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.cache_read.input_tokens": 80,
            "gen_ai.usage.cache_creation.input_tokens": 10,
            "gen_ai.usage.output_tokens": 5,
            "gen_ai.usage.reasoning.output_tokens": 3,
        },
        usage(100, 5, cached_input_tokens=80, cache_write_input_tokens=10, reasoning_output_tokens=3),
    ),
    "OpenInference": (
        {
            "llm.token_count.prompt": 100,
            "llm.token_count.prompt_details.cache_read": 80,
            "llm.token_count.completion": 5,
            "llm.token_count.completion_details.reasoning": 3,
        },
        usage(100, 5, cached_input_tokens=80, reasoning_output_tokens=3),
    ),
    "floats": (
        {"input_tokens": 10.0, "output_tokens": Decimal(5), "cost_usd": Decimal("0.25")},
        usage(10, 5, cost_usd=0.25),
    ),
    "negative counts": ({"input_tokens": -5, "output_tokens": 5, "cost": -1}, {"output_tokens": 5}),
    "values that are not counts": (
        {"input_tokens": "7", "output_tokens": True, "cost": float("nan"), "prompt_tokens": 2**80},
        {},
    ),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize("name", FORMATS)
def test_usage_of_each_format_is_read(name: str) -> None:
    """Input includes cached and output reasoning tokens, whichever way the API counts them."""
    given_usage, expected = FORMATS[name]

    assert expected == read_usage(given_usage)


class Positional(NamedTuple):
    input_tokens: int
    output_tokens: int


@dataclass
class Declared:
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: object = None


class Broken:
    @property
    def input_tokens(self) -> int:
        raise ZeroDivisionError

    output_tokens = 2


KINDS: dict[str, tuple[object, dict[str, Any]]] = {
    "a named tuple": (Positional(1, 2), usage(1, 2)),
    "a collections.namedtuple": (namedtuple("Usage", "input_tokens output_tokens")(1, 2), usage(1, 2)),  # type: ignore[call-arg, arg-type]
    "a dataclass": (Declared(9, 2, SimpleNamespace(cached_tokens=4)), usage(9, 2, cached_input_tokens=4)),
    "an object with attributes": (SimpleNamespace(inputTokens=1, outputTokens=2), usage(1, 2)),
    "another mapping": (MappingProxyType({"input_tokens": 1}), {"input_tokens": 1}),
    "an ordered dict": (OrderedDict(eval_count=3), {"output_tokens": 3}),
    "an object whose attributes fail": (Broken(), {"output_tokens": 2}),
    "a whole response": (SimpleNamespace(usage=Positional(1, 2)), usage(1, 2)),
    "a number": (7, {}),
    "text": ("input_tokens", {}),
    "None": (None, {}),
    "a list": ([1, 2], {}),
}


@pytest.mark.parametrize("name", KINDS)
def test_usage_of_any_object_is_read(name: str) -> None:
    """Mappings and objects with attributes are read alike; anything else has no usage, and is not an error."""
    value, expected = KINDS[name]

    assert expected == read_usage(value)


def test_numpy_numbers_are_counts() -> None:
    """NumPy's integers and floats count as Python's do, and become Python's."""
    numpy = pytest.importorskip("numpy")
    found = read_usage({"input_tokens": numpy.int64(3), "output_tokens": numpy.float32(2), "cost": numpy.bool_(True)})

    assert usage(3, 2) == found
    assert [int, int] == [type(number) for number in found.values()]


@given(st.dictionaries(st.sampled_from(sorted(USAGE_NAMES)), st.integers(-9, 99) | st.floats() | st.none() | st.text()))
def test_reading_is_idempotent(given_usage: dict[str, Any]) -> None:
    """The result is read as itself, so that a usage may pass through several readers."""
    once = read_usage(given_usage)

    assert once == read_usage(once)
    assert observation_usage(once) == observation_usage(observation_usage(once))


def test_unknown_usage_keys_are_kept() -> None:
    """A trace's usage has the common names and `cost`, and keeps keys that no API has."""
    given_usage = {"prompt_tokens": 3, "cost_usd": 0.5, "total_tokens": 3, "tier": "flex"}

    assert {"input_tokens": 3, "cost": 0.5, "total_tokens": 3, "tier": "flex"} == observation_usage(given_usage)
