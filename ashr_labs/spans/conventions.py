"""Names of OpenTelemetry attributes, in order of precedence.

The GenAI conventions are still in development, and instrumentations use names from several years: each tuple lists the
names of one fact, current ones first.
"""

from __future__ import annotations

from typing import Final

from ..pricing import USAGE_NAMES

__all__ = [
    "AGENT_PREFIXES",
    "CONVERSATION",
    "DISPLAY",
    "FIRST_CHUNK",
    "GENERATIONS",
    "INPUT_EVENTS",
    "INPUT_LISTS",
    "INPUT_VALUES",
    "INVOCATION",
    "KINDS",
    "MIRRORED",
    "MODELS",
    "OPERATIONS",
    "OUTPUT_EVENTS",
    "OUTPUT_LISTS",
    "OUTPUT_VALUES",
    "SESSIONS",
    "SPAN_KINDS",
    "SYSTEM_INSTRUCTIONS",
    "TAGS",
    "TOOLS",
    "TOOL_NAMES",
    "TOTAL_TOKENS",
    "USAGE",
    "USERS",
]

AGENT_PREFIXES: Final = ("gen_ai.", "openinference.", "llm.", "traceloop.")
"""Prefixes of attributes that only spans of agents have."""

KINDS: Final = ("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind", "llm.request.type")
GENERATIONS: Final = {"chat", "completion", "embedding", "embeddings", "generate_content", "llm", "text_completion"}
"""Kinds of model calls, in lower case."""
SPAN_KINDS: Final = {
    "agent": "agent",
    "create_agent": "agent",
    "invoke_agent": "agent",
    "chain": "chain",
    "invoke_workflow": "chain",
    "workflow": "chain",
    "embedding": "embedding",
    "embeddings": "embedding",
    "evaluator": "evaluator",
    "guardrail": "guardrail",
    "reranker": "reranker",
    "retrieval": "retriever",
    "retriever": "retriever",
}
"""Kinds, in lower case, that are kept as `kind` in the metadata, and how these are called there."""
OPERATIONS: Final = {"agent": "invoke_agent", "embedding": "embeddings", "retriever": "retrieval"}
"""The operation names of those kinds for which the GenAI conventions define one."""
TOOLS: Final = {"execute_tool", "tool"}

MODELS: Final = (
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.model_name",
    "llm.request.model_name",
    "embedding.model_name",
)
TOOL_NAMES: Final = ("gen_ai.tool.name", "tool.name", "traceloop.entity.name")
TOTAL_TOKENS: Final = "llm.token_count.total"
USAGE: Final = {name for name in USAGE_NAMES if name.startswith(("gen_ai.", "llm."))} - {TOTAL_TOKENS}
"""Token counts and costs; `ashr_labs.pricing` defines their precedence."""
SESSIONS: Final = ("gen_ai.conversation.id", "session.id", "traceloop.association.properties.session_id")
USERS: Final = ("user.id", "enduser.id", "traceloop.association.properties.user_id")
TAGS: Final = "tag.tags"

CONVERSATION: Final = "pydantic_ai.all_messages"
"""The messages of an agent's whole run."""
DISPLAY: Final = "logfire."
"""Prefix of attributes that only tell how Logfire shows a span."""
INVOCATION: Final = "llm.invocation_parameters"
"""The parameters of a request as JSON; OpenInference's model is that of the response."""
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
INPUT_VALUES: Final = (
    "gen_ai.input.messages",
    "gen_ai.tool.call.arguments",
    "gen_ai.retrieval.query.text",
    "gen_ai.prompt",
    "tool_arguments",
)
OUTPUT_VALUES: Final = (
    "gen_ai.output.messages",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.documents",
    "gen_ai.completion",
    "tool_response",
)
INPUT_LISTS: Final = ("gen_ai.prompt", "llm.input_messages")
"""Prefixes of values with one attribute per leaf, such as `gen_ai.prompt.0.content`."""
OUTPUT_LISTS: Final = ("gen_ai.completion", "llm.output_messages", "retrieval.documents")
INPUT_EVENTS: Final = {
    "gen_ai.content.prompt": "",
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
"""Events that hold messages, and the roles of these; an empty role is a whole conversation."""
OUTPUT_EVENTS: Final = {"gen_ai.content.completion": "", "gen_ai.choice": "assistant"}

MIRRORED: Final = "ashr_labs.trace_id"
"""Marks copies of our own traces, which are not imported again."""
