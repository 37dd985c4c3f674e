"""A call of a language model that has ended, as a span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_object, parsed_json
from ..tracing.spans import Generation
from .trace_events import PARENT_ID, SPAN_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..tracing.spans import Parent

__all__ = ["PastCall"]

_NANOSECONDS = 1_000_000


class PastCall(Generation):
    """The span of a call with the arguments of `Keystone.record_llm_call()`; it ends now."""

    __slots__ = ()

    def __init__(self, parent: Parent, call: Mapping[str, Any]) -> None:
        requested = call["requested_model"] or call["model"]
        ids = {SPAN_ID: call["span_id"], PARENT_ID: call["parent_span_id"]}
        metadata: dict[str, Any] = {
            "gen_ai.system": call["provider"],
            "gen_ai.response.model": call["model"],
            "duration_ms": call["duration_ms"],
            "error_type": call["error_type"],
            **{name: value for name, value in ids.items() if value},
            **(call["metadata"] or {}),
        }
        captures = parent._state.capture_content  # pyright: ignore[reportPrivateUsage]
        super().__init__(
            parent,
            f"{call['provider']}.create",
            call["input_messages"] if captures else None,
            {name: value for name, value in metadata.items() if value is not None},
            model=requested,
        )
        self._started -= int(call["duration_ms"] * _NANOSECONDS)
        self._finish(call, captures=captures)

    def _finish(self, call: Mapping[str, Any], *, captures: bool) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": call["output_text"]}
        if call["tool_calls"]:
            message["tool_calls"] = [_requested(one) for one in call["tool_calls"]]
        usage = {
            "input_tokens": call["input_tokens"],
            "cached_input_tokens": call["cache_tokens"],
            "output_tokens": call["output_tokens"],
            "reasoning_output_tokens": call["reasoning_tokens"],
        }
        is_error = call["status"] != "ok"
        self.end(
            **({"output": message} if captures else {}),
            usage={name: count for name, count in usage.items() if count or name in {"input_tokens", "output_tokens"}},
            level="ERROR" if is_error else None,
            status_message=call["error_type"] if is_error else None,
        )


def _requested(call: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(as_object(call) or {})
    arguments = fields.get("arguments")
    return {**fields, "arguments": parsed_json(arguments) if isinstance(arguments, str) else arguments or {}}
