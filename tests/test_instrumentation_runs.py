"""Operations that frameworks name by ids: their spans, their errors, and those that never end."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from ashr_labs.instrumentation.calls import Request
from ashr_labs.instrumentation.replies import Reply
from ashr_labs.instrumentation.runs import Runs, add_scopes, guarded
from ashr_labs.tracing.context import DEFAULT
from ashr_labs.tracing.spans import ForeignScope, current_span
from support.recorded import Recorded


@contextmanager
def default_client(recorded: Recorded) -> Generator[None]:
    before, DEFAULT.tracing = DEFAULT.tracing, recorded.tracing
    try:
        yield
    finally:
        DEFAULT.tracing = before


def test_children_of_hidden_operations_belong_to_their_parent() -> None:
    """A hidden operation has no span, and its end does not end its parent."""
    recorded, runs = Recorded(), Runs()
    with recorded.trace():
        outer = runs.start("outer", None, "outer")
        runs.hide("hidden", "outer")
        inner = runs.start("inner", "hidden", "inner")
        assert inner is not None
        assert runs.take("hidden", "outer") is None
        assert runs.take("outer") is outer
        inner.end("done")

    assert {"outer": None, "inner": "outer"} == recorded.parents


def test_an_operation_outside_of_any_trace_starts_one() -> None:
    """The trace of a root operation ends with it, with its output or error; without a default, nothing is recorded."""
    assert Runs().start("a", None, "a") is None
    recorded, runs = Recorded(), Runs()
    with default_client(recorded):
        for identifier, error in (("ok", None), ("failed", ValueError("no"))):
            run = runs.start(identifier, None, identifier)
            assert run is not None
            run.end("output", error=error)

    assert ["output", {"error": "ValueError: no"}] == [trace["output"] for trace in recorded.traces]


def test_content_is_left_out_if_it_is_not_captured() -> None:
    """Without content capture, inputs, outputs and messages of errors are not recorded; tokens are."""
    recorded, runs = Recorded(capture=False), Runs()
    with recorded.trace():
        run = runs.start("a", None, "a", input="secret")
        call = runs.start_call("b", "a", Request("openai", "m", "secret", lambda _reply, _response: None))
        assert run is not None
        assert call is not None
        reply = Reply(usage={"input_tokens": 3})
        reply.choice().texts.append("secret")
        call.end_call(reply, error=ValueError("secret"))
        run.end("secret", error="secret")

    assert "secret" not in str(recorded.traces)
    assert [None, {"input_tokens": 3}] == [span.get("usage") for span in recorded.spans]
    assert ["error", "ValueError"] == [span["status_message"] for span in recorded.spans]


def test_operations_that_never_end_are_forgotten() -> None:
    """Libraries that drop operations do not fill the memory: the oldest are forgotten, and stay unfinished."""
    recorded, runs = Recorded(), Runs()
    with recorded.trace():
        first = runs.start(0, None, "operation")
        for number in range(1, 10_001):
            runs.start(number, None, "operation")

    assert first is not None
    assert runs.find(0) is None
    assert runs.find(10_000) is not None


def test_an_active_operation_is_left_at_its_end() -> None:
    """`enter` makes the span the current one until the operation ends."""
    recorded, runs = Recorded(), Runs()
    with recorded.trace() as trace:
        run = runs.start("a", None, "a")
        assert run is not None
        run.enter()
        assert run.is_active
        assert current_span() is run.span
        run.end()
        assert current_span() is trace
        assert not run.is_active


def test_a_library_that_cannot_tell_its_scope_does_no_harm() -> None:
    """A finder that raises finds nothing, also in functions that have nothing to do with its library."""

    def find() -> ForeignScope | None:
        raise LookupError("the library changed")

    recorded = Recorded()
    forget = add_scopes(find)
    with recorded.trace() as trace:
        assert current_span() is trace
        forget()
        assert current_span() is trace


def test_a_recorder_that_fails_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Methods of recorders raise nothing into the library, and log the same error once."""

    class Broken:
        @guarded
        def on_start(self, value: Any) -> None:
            raise ValueError("cannot be recorded")

    with caplog.at_level(logging.WARNING, "ashr_labs.instrumentation"):
        Broken().on_start(1)
        Broken().on_start(value=2)

    assert 1 == len(caplog.records)
    assert "Broken.on_start: an operation could not be recorded: ValueError: cannot be recorded" in caplog.text
