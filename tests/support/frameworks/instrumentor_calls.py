"""The same calls of OpenAI's library, recorded by instrumentors of several origins."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import Any

LABELS = (
    "openai",
    "openinference:openai",
    "opentelemetry:opentelemetry-instrumentation-openai",
    "opentelemetry:opentelemetry-instrumentation-genai-openai",
)
_TOOL = {"name": "lookup", "parameters": {"type": "object", "properties": {"order": {"type": "string"}}}}
_CALL = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": '{"order": "A1"}'}}
_SYSTEM = {"role": "system", "content": "Help."}
_CONVERSATION = [
    _SYSTEM,
    {"role": "user", "content": "Where is A1?"},
    {"role": "assistant", "content": "", "tool_calls": [_CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": "refund of A1 is paid"},
]
CALLS: dict[str, dict[str, Any]] = {
    "tool": {"messages": _CONVERSATION[:2], "tools": [{"type": "function", "function": _TOOL}]},
    "reply": {"messages": _CONVERSATION},
    "stream": {
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    },
    "error": {"messages": [{"role": "user", "content": "Where is E1?"}]},
}


def recorded_by(label: str) -> dict[str, Any]:
    """Return the spans of each call, and of a call after the instrumentor was switched off."""
    from openai import OpenAI

    from ashr_labs import auto_instrument, uninstrument
    from support.frameworks.answers import answer
    from support.providers import provider_server
    from support.recorded import Recorded

    def spans_of(arguments: dict[str, Any]) -> list[dict[str, Any]]:
        recorded = Recorded()
        with recorded.trace("t") as trace, trace.span("agent"), suppress(Exception):
            found = client.chat.completions.create(model="gpt-5", **arguments)
            if arguments.get("stream"):
                list(found)
        return recorded.spans

    with provider_server() as server:
        server.says(answer)
        client = OpenAI(base_url=server.openai_url, api_key="k", max_retries=0)
        assert label in auto_instrument(label)
        found: dict[str, Any] = {name: spans_of(arguments) for name, arguments in CALLS.items()}
        uninstrument()
        found["afterwards"] = spans_of(CALLS["reply"])
        return found


if __name__ == "__main__":
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = sys.argv[2]
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    sys.stdout.write("\n" + json.dumps(recorded_by(sys.argv[1])) + "\n")
