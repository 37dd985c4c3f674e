"""Test an asynchronous agent: 40 conversations side by side in one event loop."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ashr_labs import EvalRunner, grade

DELAY = 0.1
"""Seconds that a lookup takes, as a request to a service would."""
ORDERS = {f"ORD-{number}": "shipped" if number % 2 else "in the warehouse" for number in range(1, 41)}


class OrderAgent:
    """Looks up an order; one agent plays one scenario at a time."""

    def __init__(self) -> None:
        self._known: str | None = None

    async def reset(self) -> None:
        """Forget the conversation."""
        self._known = None

    async def respond(self, message: str) -> dict[str, Any]:
        """Answer with the state of the order that the message, or an earlier one, names."""
        self._known = next((word.strip("?.") for word in message.split() if word.startswith("ORD-")), self._known)
        if self._known is None:
            return {"text": "Which order is it about?", "tool_calls": []}
        await asyncio.sleep(DELAY)
        call = {"name": "lookup_order", "arguments": {"order_id": self._known}}
        return {"text": f"{self._known} is {ORDERS[self._known]}.", "tool_calls": [call]}


def scenario(order: str) -> dict[str, Any]:
    """Return a conversation of two messages about an order."""
    call = {"name": "lookup_order", "arguments": {"order_id": order}}
    return {
        "title": f"The state of {order}",
        "actions": [
            {"actor": "user", "content": "Where is my order?"},
            {"actor": "agent", "content": "Which order is it about?"},
            {"actor": "user", "content": f"It is {order}."},
            {"actor": "agent", "content": f"{order} is {ORDERS[order]}.", "expected_response": {"tool_calls": [call]}},
        ],
    }


async def main() -> None:
    """Play all scenarios, 20 at a time, each with an agent of its own, and print what was found."""
    runner = EvalRunner({"runs": {order: scenario(order) for order in ORDERS}})
    started = time.monotonic()
    run = await runner.arun(OrderAgent, max_workers=20)
    took = time.monotonic() - started

    metrics = grade(run.build())["aggregate_metrics"]
    print(f"{metrics['tests_passed']} of {metrics['total_tests']} passed")
    print("faster than one after the other" if took < DELAY * len(ORDERS) else f"took {took:.1f} s")


if __name__ == "__main__":
    asyncio.run(main())
