"""Play the cases of a program while its library is instrumented."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from importlib import import_module
from typing import Any
from unittest import mock

from ashr_labs import EvalRunner, auto_instrument, traced, uninstrument
from support.frameworks.answers import QUESTION, answer
from support.providers import ProviderServer, provider_server
from support.recorded import Recorded

consumed = traced("consumer", lambda part: part)
"""Called by the consumer of a stream with each part: a span beside those of the library."""


def play(program: str, labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the labels of what was instrumented, the observations of each case, and the test of an evaluation.

    `afterwards` is `ask` when nothing is instrumented any more; `restored` is true if the library is as before.
    Every case has an agent of its own, since clients belong to the event loop in which they were used first.

    Args:
        program: The name of the program.
        labels: What is instrumented; defaults to everything that is installed.
    """
    module: Any = import_module(f"support.frameworks.{program}")
    before = module.state()
    with provider_server() as server:
        server.says(answer)
        found: dict[str, Any] = {"labels": auto_instrument(*labels)}
        try:
            found["cases"] = {name: observed(module.Agent(server), name) for name in module.CASES}
            found["evaluation"] = evaluated(module, server)
            found["broken"] = while_broken(lambda: module.Agent(server).ask(QUESTION))
        finally:
            uninstrument()
        found["restored"] = before == module.state()
        found["afterwards"] = observed(module.Agent(server), "ask")
    return found


def while_broken(ask: Callable[[], str]) -> dict[str, Any]:
    """Return what an agent answers twice while nothing can be recorded, and how often that is logged."""
    logged: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("ashr_labs").addHandler(handler)
    with Recorded().trace("broken"), ExitStack() as broken:
        for module in ("ashr_labs.instrumentation.runs", "ashr_labs.otel._joined"):
            with suppress(ImportError):
                broken.enter_context(mock.patch.object(import_module(module), "call_parent", side_effect=MemoryError))
        answers = [ask(), ask()]
    logging.getLogger("ashr_labs").removeHandler(handler)
    return {"answers": answers, "logged": logged}


def observed(agent: Any, name: str) -> list[dict[str, Any]]:
    """Return what is recorded of a case; some end with an error."""
    case = getattr(agent, name)
    recorded = Recorded()
    with recorded.trace(name), suppress(Exception):
        result = case(QUESTION) if inspect.signature(case).parameters else case()
        if inspect.iscoroutine(result):
            asyncio.run(result)
    return recorded.spans


def evaluated(module: Any, server: ProviderServer) -> dict[str, Any]:
    """Return the test of a scenario of one turn."""
    call = {"name": "lookup", "arguments": {"order": "B2"}}
    actions = [
        {"actor": "user", "content": "Where is my refund of B2?"},
        {"actor": "agent", "content": "It is on its way.", "expected_response": {"tool_calls": [call]}},
    ]
    run = EvalRunner({"runs": {"refund": {"actions": actions}}}).run(Replying(module, server))
    [test] = run.build()["tests"]
    return dict(test)


class Replying:
    """The agent as an evaluation calls it."""

    def __init__(self, module: Any, server: ProviderServer) -> None:
        self._make = module.Agent
        self._server = server

    def __deepcopy__(self, _memo: object) -> Replying:
        return self

    def respond(self, message: str) -> dict[str, Any]:
        return {"text": self._make(self._server).ask(message)}

    def reset(self) -> None:
        """Do nothing: every turn has an agent of its own."""
