"""OpenAI's Agents SDK: agents, models, tools, handoffs and guardrails, by a tracing processor beside its own."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from .._json import parsed_json
from .calls import Request
from .chat import read_chat
from .openai_calls import read_response, responses_input
from .replies import Reply
from .runs import Runs, add_scopes, guarded
from .values import fields, items, plain, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tracing.spans import ForeignScope
    from .runs import Run

__all__ = ["install"]

_CALLS: Final = frozenset({"generation", "response"})
_HIDDEN: Final = frozenset({"task", "turn"})
"""Spans around those of agents and models, which say nothing of their own."""
_KINDS: Final = {"agent": "agent", "guardrail": "guardrail"}
_PARAMETERS: Final = ("frequency_penalty", "max_tokens", "presence_penalty", "temperature", "top_p")
_PROVIDER: Final = "openai"


def install() -> Callable[[], None]:
    """Add the processor; return how to remove it. The SDK's upload of its own traces stays as it is."""
    tracing = import_module("agents.tracing")
    recorder: Recorder = type("Processor", (Recorder, tracing.TracingProcessor), {})()

    def find() -> ForeignScope | None:
        span, trace = tracing.get_current_span(), tracing.get_current_trace()
        run = recorder.runs.find(read(span, "span_id")) or recorder.runs.find(read(trace, "trace_id"))
        return None if run is None else run.scope

    tracing.add_trace_processor(recorder)
    forget = add_scopes(find)

    def remove() -> None:
        forget()
        recorder.is_on = False
        # There is no public way to remove one processor; those of the application are kept.
        others = read(tracing.get_trace_provider(), "_multi_processor", "_processors")
        if others is not None:
            tracing.set_trace_processors([one for one in others if one is not recorder])

    return remove


class Recorder:
    """The processor."""

    def __init__(self) -> None:
        self.runs = Runs()
        self.is_on = True

    @guarded
    def on_trace_start(self, trace: Any) -> None:
        """Start the span of a workflow."""
        if self.is_on:
            about = {"group_id": read(trace, "group_id"), **fields(read(trace, "metadata"))}
            metadata = {"kind": "chain", **{name: value for name, value in about.items() if value is not None}}
            self.runs.start(trace.trace_id, None, trace.name, metadata=metadata)

    @guarded
    def on_trace_end(self, trace: Any) -> None:
        """End the span of a workflow."""
        if (run := self.runs.take(trace.trace_id)) is not None:
            run.end(error=sys.exc_info()[1])

    @guarded
    def on_span_start(self, span: Any) -> None:
        """Start the span of an operation; most of its data are known at its end only."""
        data, above = span.span_data, span.parent_id or span.trace_id
        if not self.is_on or data.type in _HIDDEN:
            self.runs.hide(span.span_id, above)
            return
        if data.type in _CALLS:
            run = self.runs.start_call(span.span_id, above, _request(data))
        else:
            kind = _KINDS.get(data.type)
            run = self.runs.start(span.span_id, above, _name(data), metadata=None if kind is None else {"kind": kind})
        if run is not None:
            run.memo = sys.exc_info()[1]

    @guarded
    def on_span_end(self, span: Any) -> None:
        """End the span with what its data say now."""
        run = self.runs.take(span.span_id, span.parent_id or span.trace_id)
        if run is None:
            return
        error = _error(span, run.memo)
        data = span.span_data
        if data.type in _CALLS:
            _end_call(run, data, error)
        else:
            _end(run, data, error)

    def shutdown(self) -> None:
        """Do nothing: the client delivers the traces."""

    def force_flush(self) -> None:
        """Do nothing, as `shutdown`."""


def _name(data: Any) -> str:
    name = read(data, "name")
    if data.type == "function":
        return f"tool:{name}"
    return str(name or data.type)


def _request(data: Any) -> Request:
    config = fields(read(data, "model_config"))
    return Request(
        provider=_PROVIDER,
        model=read(data, "model"),
        input=None,
        read=read_response if data.type == "response" else read_chat,
        parameters={name: config[name] for name in _PARAMETERS if config.get(name) is not None},
    )


def _error(span: Any, before: BaseException | None) -> BaseException | str | None:
    """Return the error of a span: as the SDK tells it, else the exception that is leaving its block."""
    told = span.error
    if told is not None:
        details = read(told, "data", "error")
        return f"{told['message']}: {details}" if details else str(told["message"])
    error = sys.exc_info()[1]
    return None if error is before or isinstance(error, GeneratorExit) else error


def _end_call(run: Run, data: Any, error: BaseException | str | None) -> None:
    """End the span of a model call. A reply is a response, or the messages of a chat completion."""
    reply = Reply()
    if data.type == "response":
        given: Any = _input_of(data)
        if data.response is not None:
            read_response(reply, data.response)
    else:
        given = data.input
        output = items(data.output)
        if output and items(read(output[0], "output")):  # streamed
            read_response(reply, output[0])
        else:
            read_chat(reply, {"choices": [{"message": message} for message in output]})
    reply.usage = read(data, "usage") or reply.usage
    if run.captures and given is not None:
        run.span.update(input=plain(given))
    run.end_call(reply, error=error)


def _input_of(data: Any) -> Any:
    """Return the input of a response, preceded by the instructions."""
    instructions = read(data, "response", "instructions")
    given = data.input
    if instructions is None:
        return given
    return responses_input({"input": given, "instructions": instructions})


def _end(run: Run, data: Any, error: BaseException | str | None) -> None:
    """End the span of anything but a model call."""
    if data.type == "function":
        if run.captures and data.input is not None:
            run.span.update(input=parsed_json(data.input) if isinstance(data.input, str) else data.input)
        run.end(plain(data.output), error=error)
        return
    told = {name: value for name, value in data.export().items() if name not in {"type", "name"} and value is not None}
    if data.type == "agent":
        run.span.update(metadata=told)
        run.end(error=error)
    else:
        run.end(told or None, error=error)
