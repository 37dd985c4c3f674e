"""Random trees of spans, ended in any order and thread, are delivered as a simple model predicts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from ashr_labs.tracing import Generation, Span, Trace, current_span
from support.recorded import Recorded

THREADS = st.integers(0, 2)
OUTPUTS = st.sampled_from([None, "text", 3, {"a": [1, {"b": 2}]}, ...])


@dataclass
class Expected:
    """The expected payload of an observation."""

    kind: str
    parent: Expected | None
    is_ended: bool = False
    output: Any = ...


@dataclass
class ExpectedTrace:
    """The expected payload of a trace."""

    observations: list[Expected] = field(default_factory=list[Expected])
    is_open: bool = True
    output: Any = ...


@dataclass(frozen=True, eq=False)
class Node:
    """A trace or span, and its expected payload."""

    actual: Trace | Span
    owner: ExpectedTrace
    expected: Expected | None


class AnyTrees(RuleBasedStateMachine):
    """Traces and spans that three threads open, enter, leave and end in any order."""

    nodes = Bundle("nodes")

    def __init__(self) -> None:
        super().__init__()
        self.platform = Recorded()
        self.pools = [ThreadPoolExecutor(1) for _ in range(3)]
        self.blocks: list[list[Node]] = [[], [], []]
        self.delivered: list[tuple[ExpectedTrace, dict[str, Any]]] = []

    def teardown(self) -> None:
        for pool in self.pools:
            pool.shutdown()

    def within(self, thread: int, function: Any, *args: Any, **kwargs: Any) -> Any:
        return self.pools[thread].submit(function, *args, **kwargs).result()

    @rule(target=nodes, thread=THREADS)
    def open_trace(self, thread: int) -> Node:
        return Node(self.within(thread, Trace, "t", tracing=self.platform), ExpectedTrace(), None)

    @rule(target=nodes, parent=nodes, kind=st.sampled_from(["span", "generation", "event"]), thread=THREADS)
    def open(self, parent: Node, kind: str, thread: int) -> Any:
        child = self.within(thread, getattr(parent.actual, kind), kind)
        expected = Expected(kind, parent.expected)
        if parent.owner.is_open:
            parent.owner.observations.append(expected)
        return multiple() if child is None else Node(child, parent.owner, expected)

    @rule(node=nodes, output=OUTPUTS, thread=THREADS)
    def end(self, node: Node, output: Any, thread: int) -> None:
        given = {} if output is ... else {"output": output}
        self.within(thread, node.actual.end, **given)
        self.expect_end(node, output)

    @rule(node=nodes, thread=THREADS)
    def enter(self, node: Node, thread: int) -> None:
        if not any(node in blocks for blocks in self.blocks):
            self.within(thread, node.actual.__enter__)
            self.blocks[thread].append(node)

    @rule(thread=THREADS)
    def leave(self, thread: int) -> None:
        if self.blocks[thread]:
            node = self.blocks[thread].pop()
            self.within(thread, node.actual.__exit__, None, None, None)
            self.expect_end(node, ...)

    def expect_end(self, node: Node, output: Any) -> None:
        if not node.owner.is_open:
            return
        if node.expected is None:
            node.owner.is_open = False
            node.owner.output = output
            self.delivered.append((node.owner, self.platform.traces[-1]))
        elif not node.expected.is_ended:
            node.expected.is_ended, node.expected.output = True, output

    @invariant()
    def the_current_span_is_the_innermost_block(self) -> None:
        for thread, blocks in enumerate(self.blocks):
            recorded = [node.actual for node in blocks if node.actual.__class__ in {Trace, Span, Generation}]
            assert (recorded[-1] if recorded else None) is self.within(thread, current_span)

    @invariant()
    def what_was_delivered_is_what_was_recorded(self) -> None:
        assert len(self.delivered) == len(self.platform.traces)
        for expected, trace in self.delivered:
            numbers = {one["id"]: number for number, one in enumerate(trace["observations"])}
            places = {id(one): number for number, one in enumerate(expected.observations)}
            assert [
                (one.kind, one.is_ended, one.output, None if one.parent is None else places[id(one.parent)])
                for one in expected.observations
            ] == [
                (one["type"], "end_time" in one, one.get("output", ...), numbers.get(one["parent_observation_id"]))
                for one in trace["observations"]
            ]
            assert expected.output == trace.get("output", ...)


TestAnyTrees = AnyTrees.TestCase
TestAnyTrees.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
