"""Shared by the examples of frameworks: the tool of their agents, a scenario, and the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ashr_labs import EvalRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from ashr_labs import AshrLabsClient

__all__ = ["evaluate", "find_refund", "show_traces"]

CALL = {"name": "find_refund", "arguments": {"order": "B2"}}
SCENARIO = {
    "title": "Refund of an order",
    "actions": [
        {"actor": "user", "content": "Where is my refund of B2?"},
        {"actor": "agent", "content": "It was paid.", "expected_response": {"tool_calls": [CALL]}},
    ],
}


def find_refund(order: str) -> str:
    """Find the refund of an order."""
    return f"The refund of {order} was paid on Monday."


def show_traces(client: AshrLabsClient) -> None:
    """Print the spans of each trace with the arguments of tools and the tokens of models."""
    client.tracing.flush()
    for listed in client.list_observability_traces()["traces"]:
        trace: Any = client.get_observability_trace(listed["id"])["trace"]
        for one in trace["observations"]:
            if one["type"] == "generation":
                usage = one["usage"]
                print(f"  {one['name']}: {usage['input_tokens']} + {usage['output_tokens']} tokens")
            elif one["name"].startswith("tool:"):
                print(f"  {one['name']}: {one['input']} -> {one['output']}")


def evaluate(ask: Callable[[str], str]) -> None:
    """Play a scenario with the agent, and print the calls of tools that its test has."""

    class SupportAgent:
        def respond(self, message: str) -> dict[str, Any]:
            return {"text": ask(message)}

        def reset(self) -> None: ...

    run = EvalRunner({"runs": {"refund": SCENARIO}}).run(SupportAgent())
    for test in run.build()["tests"]:
        calls = [call for action in test["action_results"] for call in action.get("tool_calls", ())]
        print(f"  {test['title']}: " + ", ".join(f"{call['actual']['name']} {call['match_status']}" for call in calls))
