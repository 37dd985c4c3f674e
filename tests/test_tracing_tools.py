"""`tool`: recorded calls of functions and toolsets, and the hook that can replace them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from ashr_labs import ToolInvocation, tool, tool_hook
from ashr_labs.tracing.local_trace import LocalTrace
from ashr_labs.tracing.spans import ACTIVE


def record(action: Callable[[], Any]) -> list[tuple[str, Any, Any]]:
    """Return name, input and output of the spans that an action records."""
    trace = LocalTrace()
    token = ACTIVE.set(trace.scope)
    try:
        action()
    finally:
        ACTIVE.reset(token)
    return [(one["name"], one.get("input"), one.get("output")) for one in trace.news()]


def add(a: int, b: int = 0) -> int:
    return a + b


async def async_add(a: int, b: int = 0) -> int:
    await asyncio.sleep(0)
    return a + b


class Shop:
    stock = 3

    def refund(self, order: str) -> str:
        return f"refunded {order}"

    def _private(self) -> int:
        return self.stock


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: tool(add)(1, b=2), ("tool:add", {"a": 1, "b": 2}, 3)),
        (lambda: tool("plus", add)(1), ("tool:plus", {"a": 1}, 1)),
        (lambda: tool("plus")(add)(1), ("tool:plus", {"a": 1}, 1)),
        (lambda: asyncio.run(tool(async_add)(1, 2)), ("tool:async_add", {"a": 1, "b": 2}, 3)),
        (lambda: tool({"plus": add})["plus"](2), ("tool:plus", {"a": 2}, 2)),
        (lambda: tool([add])[0](2), ("tool:add", {"a": 2}, 2)),
        (lambda: tool(Shop()).refund("A1"), ("tool:refund", {"order": "A1"}, "refunded A1")),
        (lambda: tool(partial(add, b=5))(1), ("tool:add", {"a": 1}, 6)),
    ],
)
def test_calls_are_recorded_with_arguments_and_results(call: Callable[[], Any], expected: tuple[str, Any, Any]) -> None:
    """Functions, asynchronous ones, mappings, lists and objects become tools whose calls are spans."""
    assert [expected] == record(call)


def test_a_toolset_keeps_everything_else() -> None:
    """Attributes and private methods of an object with tools are its own."""
    shop = tool(Shop())

    assert (3, 3, []) == (shop.stock, shop._private(), record(shop._private))


@pytest.mark.parametrize("given", [3, "x", Shop])
def test_anything_else_is_refused(given: Any) -> None:
    """A number, a name without a function to call, or a class is a TypeError."""
    with pytest.raises(TypeError, match="tool: must be a function"):
        tool(given)(3) if given == "x" else tool(given)


def test_a_hook_sees_and_replaces_calls() -> None:
    """A hook gets name, arguments and the number of the call, and decides about the result, which is recorded."""
    seen: list[ToolInvocation] = []

    def hook(invocation: ToolInvocation, call: Callable[[], Any]) -> Any:
        seen.append(invocation)
        return call() if invocation.number == 1 else "replaced"

    def run() -> None:
        plus, other = tool(add), tool("other", add)
        with tool_hook(hook):
            assert [3, "replaced", 1] == [plus(1, 2), plus(1, 2), other(1)]
        assert 3 == plus(1, 2)

    outputs = [output for _, _, output in record(run)]

    assert [3, "replaced", 1, 3] == outputs
    assert [("add", 1), ("add", 2), ("other", 1)] == [(one.name, one.number) for one in seen]
    assert ({"a": 1, "b": 2}, None) == (seen[0].arguments, seen[0].scenario_id)


def test_a_hook_may_raise_in_place_of_the_tool() -> None:
    """An exception of the hook is the tool's error."""

    def refuse(invocation: ToolInvocation, call: Callable[[], Any]) -> Any:
        raise TimeoutError("the tool is down")

    with tool_hook(refuse), pytest.raises(TimeoutError, match="is down"):
        tool(add)(1)


def test_hooks_of_asynchronous_tools_may_be_of_either_kind() -> None:
    """A hook of an asynchronous tool returns the awaitable of the call, a value, or awaits by itself."""

    async def later(invocation: ToolInvocation, call: Callable[[], Any]) -> Any:
        return await call() + 1

    async def run(hook: Any) -> Any:
        with tool_hook(hook):
            return await tool(async_add)(1, 2)

    assert [3, 4, "x"] == [asyncio.run(run(hook)) for hook in (lambda _, call: call(), later, lambda _, call: "x")]


def test_generators_go_through_the_hook() -> None:
    """A tool that yields can be replaced by another iterator."""

    @tool
    def lines() -> Iterator[str]:
        yield from ("a", "b")

    @tool
    async def async_lines() -> AsyncIterator[str]:
        yield "a"

    async def collect() -> list[str]:
        return [line async for line in async_lines()]

    with tool_hook(lambda _, call: call()):
        assert (["a", "b"], ["a"]) == (list(lines()), asyncio.run(collect()))
    with tool_hook(lambda _, call: iter("xy")):
        assert ["x", "y"] == list(lines())


def test_contexts_have_hooks_of_their_own() -> None:
    """A hook applies to its own task only, and counts its own calls."""

    async def run(result: str) -> list[Any]:
        with tool_hook(lambda invocation, call: (result, invocation.number)):
            first = tool(add)(1)
            await asyncio.sleep(0)
            return [first, tool(add)(1)]

    async def both() -> list[Any]:
        return await asyncio.gather(run("a"), run("b"))

    assert [[("a", 1), ("a", 2)], [("b", 1), ("b", 2)]] == asyncio.run(both())
