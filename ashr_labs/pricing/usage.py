"""Token usage and cost of model calls, read from the formats of the common model APIs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ashr_labs_types import TokenUsage, Usage

__all__ = ["USAGE_NAMES", "observation_usage", "read_usage"]

# The names of all formats, in order of precedence; a slash leads into a nested object.
_EXCLUSIVE_INPUT = ("input_tokens", "inputTokens", "inputTokenCount")
"""Anthropic and Bedrock count tokens that were read from or written to a cache separately."""
_INPUT = (
    *_EXCLUSIVE_INPUT,
    "prompt_tokens",  # OpenAI Chat Completions, Mistral, and what copies them
    "promptTokenCount",  # Gemini
    "prompt_token_count",
    "prompt_eval_count",  # Ollama
    "promptTokens",  # Vercel AI SDK
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",  # OpenInference
    "llm.usage.prompt_tokens",
)
_TOOL_INPUT = ("toolUsePromptTokenCount", "tool_use_prompt_token_count")
"""Gemini counts the results of its own tools separately from the prompt."""
_EXCLUSIVE_READ = ("cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount")
_EXCLUSIVE_WRITE = ("cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount")
_CACHE_READ = (
    *_EXCLUSIVE_READ,
    "input_tokens_details/cached_tokens",  # OpenAI Responses
    "prompt_tokens_details/cached_tokens",
    "input_token_details/cache_read",  # LangChain
    "cached_input_tokens",  # our own
    "cachedInputTokens",
    "cachedContentTokenCount",
    "cached_content_token_count",
    "cache_read_tokens",  # Pydantic AI
    "prompt_cache_hit_tokens",  # DeepSeek
    "num_cached_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
)
_CACHE_WRITE = (
    *_EXCLUSIVE_WRITE,
    "input_tokens_details/cache_write_tokens",
    "prompt_tokens_details/cache_write_tokens",
    "prompt_tokens_details/cache_creation_tokens",
    "input_token_details/cache_creation",
    "cache_write_input_tokens",  # our own
    "cache_write_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
)
_EXCLUSIVE_OUTPUT = (
    "candidatesTokenCount",  # Gemini counts thoughts separately
    "candidates_token_count",
    "responseTokenCount",
    "response_token_count",
)
_OUTPUT = (
    "output_tokens",
    "completion_tokens",
    "outputTokens",
    "outputTokenCount",
    *_EXCLUSIVE_OUTPUT,
    "eval_count",
    "completionTokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
)
_EXCLUSIVE_REASONING = ("thoughtsTokenCount", "thoughts_token_count")
_REASONING = (
    *_EXCLUSIVE_REASONING,
    "output_tokens_details/reasoning_tokens",
    "completion_tokens_details/reasoning_tokens",
    "output_token_details/reasoning",
    "reasoning_output_tokens",  # our own
    "reasoningTokens",
    "reasoning_tokens",
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",  # Pydantic AI
    "llm.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
)
_PRICED_APART = {
    "cache_write_1h_input_tokens": (
        "cache_creation/ephemeral_1h_input_tokens",  # Anthropic; an hour costs more than five minutes
        "cache_write_1h_input_tokens",  # our own
    ),
    "input_audio_tokens": (
        "input_tokens_details/audio_tokens",
        "prompt_tokens_details/audio_tokens",
        "input_token_details/audio",  # LangChain
        "input_audio_tokens",
        "llm.token_count.prompt_details.audio",
    ),
    "output_audio_tokens": (
        "output_tokens_details/audio_tokens",
        "completion_tokens_details/audio_tokens",
        "output_token_details/audio",
        "output_audio_tokens",
        "llm.token_count.completion_details.audio",
    ),
}
"""Tokens of kinds that few calls have, and their names; they are absent rather than 0."""
_TOTAL = ("total_tokens", "totalTokens", "totalTokenCount", "total_token_count", "llm.token_count.total")
_COST = ("cost_usd", "cost", "total_cost", "gen_ai.usage.cost", "llm.cost.total")
_ESTIMATED = ("estimated_cost_usd",)
_WRAPPERS = ("usage", "usage_metadata", "usageMetadata", "token_usage", "tokens")
"""Where a whole response, or Cohere's usage, has the counts."""
_MAX_COUNT = 2**53
"""The largest integer that every JSON reader takes."""

_PATHS: dict[str, list[tuple[str, str]]] = {}
"""By each outer name: the paths that begin with it, and their inner names."""
for _names in (
    _INPUT, _TOOL_INPUT, _CACHE_READ, _CACHE_WRITE, _OUTPUT, _REASONING, *_PRICED_APART.values(), _TOTAL,
    _COST, _ESTIMATED,
):  # fmt: skip
    for _path in _names:
        _PATHS.setdefault(_path.partition("/")[0], []).append((_path, _path.partition("/")[2]))
USAGE_NAMES = frozenset(_PATHS)
"""Every key or attribute that `read_usage` reads."""


def read_usage(value: object) -> TokenUsage:
    """Return the token counts and the cost of a model call; never raises.

    Takes the usage of OpenAI (Chat Completions and Responses), Anthropic, Gemini, Bedrock, Mistral, Ollama and the
    APIs that copy them, of common frameworks, `gen_ai.usage.*` attributes of OpenTelemetry, and its own result; as a
    mapping, or as an object with attributes. A whole response with a usage is read too.

    `input_tokens` includes the tokens that were read from or written to a cache, `output_tokens` those of reasoning. A
    count that is missing, negative or not a number is absent, not zero.

    >>> read_usage({"input_tokens": 5, "cache_read_input_tokens": 95, "output_tokens": 7})
    {'input_tokens': 100, 'cached_input_tokens': 95, 'output_tokens': 7}
    """
    usage = _usage_of(_numbers_of(value))
    for name in _WRAPPERS:
        if usage:
            break
        usage = _usage_of(_numbers_of(_get(value, name)))
    return usage


def observation_usage(value: object) -> Usage:
    """Return the usage as traces carry it: `cost` in place of `cost_usd`, and unknown keys of a mapping kept."""
    usage = read_usage(value)
    kept: dict[str, Any] = {}
    if isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        kept = {name: item for name, item in given.items() if name not in USAGE_NAMES or name == "total_tokens"}
    counts = {("cost" if name == "cost_usd" else name): number for name, number in usage.items()}
    return cast("Usage", counts | kept)


def _usage_of(found: dict[str, float]) -> TokenUsage:
    usage: TokenUsage = {}
    if not found:
        return usage
    if (count := _input_tokens(found)) is not None:
        usage["input_tokens"] = count
    if (count := _count(found, _CACHE_READ)) is not None:
        usage["cached_input_tokens"] = count
    if (count := _count(found, _CACHE_WRITE)) is not None:
        usage["cache_write_input_tokens"] = count
    if (count := _output_tokens(found)) is not None:
        usage["output_tokens"] = count
    if (count := _count(found, _REASONING)) is not None:
        usage["reasoning_output_tokens"] = count
    apart = {name: count for name, names in _PRICED_APART.items() if (count := _count(found, names))}
    usage.update(cast("TokenUsage", apart))
    if (cost := _first(found, _COST)) is not None:
        usage["cost_usd"] = cost
        if (estimated := _first(found, _ESTIMATED)) is not None:
            usage["estimated_cost_usd"] = estimated
    return usage


def _input_tokens(found: dict[str, float]) -> int | None:
    read = _count(found, _INPUT)
    if read is None:
        return None
    if _count(found, _EXCLUSIVE_INPUT) is None:
        return read + (_count(found, _TOOL_INPUT) or 0)
    cached = (_count(found, _EXCLUSIVE_READ) or 0) + (_count(found, _EXCLUSIVE_WRITE) or 0)
    # Some proxies add them up already; their total shows it.
    is_sum = cached and _count(found, _TOTAL) == read + (_count(found, _OUTPUT) or 0)
    return read if is_sum else read + cached


def _output_tokens(found: dict[str, float]) -> int | None:
    written = _count(found, _OUTPUT)
    if written is None:
        return None
    reasoning = _count(found, _REASONING) or 0
    is_exclusive = reasoning and (
        _count(found, _EXCLUSIVE_OUTPUT) is not None
        # xAI counts reasoning separately from the completion, as its total shows.
        or _count(found, _TOTAL) == (_count(found, _INPUT) or 0) + written + reasoning
    )
    return written + reasoning if is_exclusive else written


def _count(found: dict[str, float], names: tuple[str, ...]) -> int | None:
    number = _first(found, names)
    return None if number is None or number > _MAX_COUNT else int(number)


def _first(found: dict[str, float], names: tuple[str, ...]) -> float | None:
    for name in names:
        if name in found:
            return found[name]
    return None


def _numbers_of(value: object) -> dict[str, float]:
    """Return the numbers of a usage by their names, nested ones by their paths."""
    if value is None:
        return {}
    found: dict[str, float] = {}
    given: Any = value
    is_plain = type(value) is dict  # a name, as pyright would narrow the type to an unknown one
    names = USAGE_NAMES.intersection(given) if is_plain else USAGE_NAMES
    for outer in names:
        held = _get(given, outer)
        if held is None:
            continue
        for path, inner in _PATHS[outer]:
            number = _number(_get(held, inner) if inner else held)
            if number is not None:
                found[path] = number
    return found


def _get(value: object, name: str) -> object:
    try:
        if type(value) is dict or isinstance(value, Mapping):
            return cast("Mapping[str, object]", value).get(name)
        return getattr(value, name, None)
    except Exception:  # code of the object's own
        return None


def _number(value: object) -> float | None:
    # NumPy registers its numbers as Real.
    if isinstance(value, bool) or (type(value) is not int and not isinstance(value, float | Real | Decimal)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError, TypeError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
