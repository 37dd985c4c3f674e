"""DSPy: modules, language models and tools, by a callback."""

from __future__ import annotations

from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from .calls import Request
from .patches import replace_method
from .replies import Reply
from .runs import Runs, guarded
from .values import items, plain, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .runs import Run

__all__ = ["install"]

_SEARCHED: Final = 100
"""How many of the latest entries of a model's history may be the one of a call that ends."""
_PARAMETERS: Final = ("max_tokens", "n", "temperature", "top_p")


def install() -> Callable[[], None]:
    """Add the callback to all calls of this process; return how to remove it.

    `dspy.configure(callbacks=...)` replaces the list, and belongs to one thread: the callback is added where DSPy reads
    the list.
    """
    settings: Any = import_module("dspy.dsp.utils.settings").Settings
    module = import_module("dspy.utils.callback")
    recorder: Recorder = type("Callback", (Recorder, module.BaseCallback), {})()
    recorder.active_call = module.ACTIVE_CALL_ID.get
    original: Callable[..., Any] = settings.get

    @wraps(original)
    def get(self: Any, key: str, default: Any = None) -> Any:
        found = original(self, key, default)
        return [*items(found), recorder] if key == "callbacks" and recorder not in items(found) else found

    return replace_method(settings, "get", get)


class Recorder:
    """The callback; DSPy calls it in the context of the operation."""

    active_call: Callable[[], str | None]
    """Returns the id of the operation that is running here."""

    def __init__(self) -> None:
        self._runs = Runs()

    @guarded
    def on_module_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """Start the span of a module."""
        self._start(call_id, type(instance).__name__, _given(inputs), {"kind": "chain"})

    @guarded
    def on_module_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """End the span of a module."""
        self._end(call_id, outputs, exception)

    @guarded
    def on_tool_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """Start the span of a tool with its arguments."""
        self._start(call_id, f"tool:{instance.name}", _given(inputs), None)

    @guarded
    def on_tool_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """End the span of a tool."""
        self._end(call_id, outputs, exception)

    @guarded
    def on_evaluate_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """Start the span of an evaluation; its examples are those of the application."""
        self._start(call_id, type(instance).__name__, None, {"kind": "evaluator"})

    @guarded
    def on_evaluate_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """End the span of an evaluation with its score."""
        self._end(call_id, read(outputs, "score"), exception)

    @guarded
    def on_lm_start(self, call_id: str, instance: Any, inputs: dict[str, Any]) -> None:
        """Start the span of a language model."""
        run = self._runs.start_call(call_id, self.active_call(), _request(instance, inputs))
        if run is not None:
            run.memo = instance
            run.enter()

    @guarded
    def on_lm_end(self, call_id: str, outputs: Any, exception: BaseException | None = None) -> None:
        """End the span of a language model; its tokens are in the model's history."""
        run = self._runs.take(call_id)
        if run is not None:
            run.end_call(_reply(outputs, run.memo), error=exception)

    def _start(self, call_id: str, name: str, given: Any, metadata: Mapping[str, Any] | None) -> None:
        run = self._runs.start(call_id, self.active_call(), name, input=given, metadata=metadata)
        if run is not None:
            run.enter()

    def _end(self, call_id: str, outputs: Any, exception: BaseException | None) -> None:
        run: Run | None = self._runs.take(call_id)
        if run is not None:
            run.end(_written(outputs), error=exception)


def _given(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments by name, those that were passed as keywords too."""
    keywords: Any = inputs.get("kwargs")
    rest = {name: value for name, value in inputs.items() if name not in {"args", "kwargs"}}
    return {**rest, **(keywords if isinstance(keywords, dict) else {})}


def _written(value: Any) -> Any:
    """Return the fields of a prediction, and anything else unchanged."""
    fields = read(value, "toDict")
    return fields() if callable(fields) else value


def _request(instance: Any, inputs: Mapping[str, Any]) -> Request:
    settings: dict[str, Any] = {**(read(instance, "kwargs") or {}), **(inputs.get("kwargs") or {})}
    provider, _, name = str(read(instance, "model") or "").rpartition("/")
    return Request(
        provider=provider or None,
        model=name or None,
        input=inputs.get("messages") or inputs.get("prompt"),
        read=lambda _reply, _response: None,
        parameters={name: settings[name] for name in _PARAMETERS if settings.get(name) is not None},
    )


def _reply(outputs: Any, model: Any) -> Reply:
    """Return the reply of a model: its texts, and the tokens of the entry of its history with the same outputs."""
    reply = Reply()
    for index, output in enumerate(items(outputs)):
        text = output if isinstance(output, str) else read(output, "text")
        reply.choice(index).texts.append(str(text or ""))
    for entry in reversed(items(read(model, "history"))[-_SEARCHED:]):
        if read(entry, "outputs") is outputs:
            reply.usage = plain(read(entry, "usage")) or None
            reply.model = read(entry, "response_model")
            break
    return reply
