"""Names of fields in datasets of other tools, in any notation."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CALL_KEYS",
    "EXPECTED_KEYS",
    "ID_KEYS",
    "INPUT_KEYS",
    "MEDIA_KEYS",
    "OUTPUT_KEYS",
    "SYSTEM_KEYS",
    "looks_expected",
    "snake_case",
    "with_known_names",
]

INPUT_KEYS: Final = (
    *("input", "question", "query", "prompt", "message", "user_input", "text", "content", "instruction"),
    *("user_message", "user_query", "user_prompt", "input_text", "utterance", "request", "problem", "task", "user"),
    "prompts",
)
"""Keys of the user's message, the most specific first."""

_REFERENCE_KEYS: Final = (
    *("expected", "expected_output", "expected_answer", "expected_response", "expected_result", "expected_text"),
    *("ideal", "ideal_answer", "ideal_response", "target", "reference", "reference_answer", "reference_output"),
    *("ground_truth", "ground_truths", "gold", "gold_answer", "golden_answer", "golden_response", "correct_answer"),
    *("preferred_output", "solution", "chosen"),
)
_REPLY_KEYS: Final = (
    *("answer", "answers", "output", "output_text", "response", "message", "text", "content", "completion"),
    *("label", "result", "assistant", "reply"),
)
OUTPUT_KEYS: Final = (*_REFERENCE_KEYS, *_REPLY_KEYS)
"""Keys of the expected reply; references come before replies that may be recorded ones."""

EXPECTED_KEYS: Final = tuple(key for key in OUTPUT_KEYS if key not in INPUT_KEYS)
"""Keys of the expected reply that cannot be the user's message."""

CALL_KEYS: Final = (
    *("tool_calls", "expected_tool_calls", "expected_tools", "reference_tool_calls", "expected_calls"),
    *("expected_trajectory", "reference_trajectory"),
)
"""Keys of the expected tool calls."""

ID_KEYS: Final = ("id", "_id", "uuid", "example_id", "question_id", "case_id", "test_id")
SYSTEM_KEYS: Final = ("system", "system_prompt", "system_message")
MEDIA_KEYS: Final = ("image", "images", "image_url", "audio", "video", "file", "document")

_OTHER_KEYS: Final = (
    *("id", "title", "description", "tags", "metadata", "messages", "conversations", "conversation", "actions"),
    *("inputs", "outputs", "split", "steps", "observations", "resource_spans", "scope_spans", "scenario", "turns"),
    *("additional_metadata", "retrieval_context", "retrieved_contexts", "reference_contexts", "actual_output"),
    *("tools_called", "choices", "expected_outcome", "source_trace_id", "source_observation_id", "dataset_id"),
    *("dataset_name", "created_at", "updated_at", "status", "schema_version", "contexts", "context", "comments"),
    *("source_file", "user_description", "custom_column_key_values", "session_id", "trajectory_id", "tools"),
)
_KNOWN: Final = frozenset((*INPUT_KEYS, *OUTPUT_KEYS, *CALL_KEYS, *ID_KEYS, *SYSTEM_KEYS, *MEDIA_KEYS, *_OTHER_KEYS))
_LOOKS_EXPECTED = re.compile(
    r"expect|answer|ideal|gold|target|truth|reference|label|solution|correct|desired|assert|output|response|reply"
)


@lru_cache(4096)
def snake_case(name: str) -> str:
    """Return a name in snake case.

    >>> snake_case("Expected Answer "), snake_case("expectedOutput")
    ('expected_answer', 'expected_output')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-_]+", "_", words).lower().removeprefix("\ufeff")


def with_known_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with known names in snake case; other names are kept as they are."""
    result: dict[str, Any] = {}
    for key, value in fields.items():
        name = snake_case(key)
        known = name in _KNOWN and name not in fields and name not in result
        result[name if known else key] = value
    return result


def looks_expected(name: str) -> bool:
    """Return True if a field is named like an expectation."""
    return _LOOKS_EXPECTED.search(snake_case(name)) is not None
