"""See which tools an agent calls, score it with a check of your own, and gate on the result; all on this machine."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from ashr_labs import Eval, tool, traced
from ashr_labs.results import Gates
from ashr_labs.scorers import Contains, Latency

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ashr_labs.eval import EvalResult

ORDERS = {f"A{number}": 10 * number for number in range(1, 9)}
ROWS = [
    *({"input": f"Please refund order {order}.", "expected": f"refunded {paid} EUR"} for order, paid in ORDERS.items()),
    {"input": "Please refund order B7.", "expected": "no order B7"},
    {"input": "Refund my order!", "expected": "which order"},
]


@tool
def find_order(order: str) -> dict[str, Any]:
    """Return an order."""
    if order not in ORDERS:
        raise LookupError(f"no order {order}")
    return {"order": order, "paid": ORDERS[order]}


@tool
def refund(order: str, amount: int) -> str:
    """Refund an amount."""
    return f"refunded {amount} EUR for {order}"


def agent(message: str) -> str:
    """Answer a customer; a rule takes the place of a language model here."""
    with traced("decide", kind="generation", model="rules-1") as decision:
        found = re.search(r"\b[AB]\d\b", message)
        decision.end(usage={"input_tokens": len(message.split()), "output_tokens": 1, "cost": 0.0001})
    if found is None:
        return "Sorry, I do not know what to refund."
    try:
        order = find_order(found.group())
    except LookupError as error:
        return f"Sorry, there is {error}."
    refund(order["order"], order["paid"])
    return f"I refunded {order['paid']} EUR."


def refunds_what_was_paid(calls: Sequence[Mapping[str, Any]]) -> bool:
    """Check that each refund is of the amount that the order says: a function is a scorer."""
    paid = [call["result"]["paid"] for call in calls if call["name"] == "find_order" and "result" in call]
    return paid == [call["arguments"]["amount"] for call in calls if call["name"] == "refund"]


def calls_of(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tool calls of a test, each with its result or its error."""
    for action in test["action_results"]:
        for call in action.get("tool_calls", ()):
            made = call["actual"]
            yield f"{made['name']}({made['arguments']}) -> {made.get('error') or made.get('result')}"


def show(result: EvalResult) -> None:
    """Print each test with its verdict, its calls and the reasons, and what the run cost."""
    for row, test in zip(result.rows, result.result["tests"], strict=True):
        print(f"{test['verdict']:<8}{row.input} {row.output}")
        for line in [*calls_of(test), *test["verdict_reasons"]]:
            print(f"{'':<10}{line}")
    cost = sum(test["usage"]["cost_usd"] for test in result.result["tests"])
    print(f"\n{len(result.rows)} tests, {cost:.4f} USD")


def main() -> int:
    """Play ten rows, and return 1 if a gate is not met."""
    scorers = [Contains(gate=True), Latency(max_ms=2000), refunds_what_was_paid]
    result = Eval("refunds", data=ROWS, task=agent, scores=scorers)
    show(result)
    failures = Gates(min_pass_rate=0.95, min_scores={"refunds_what_was_paid": 1.0}).failures(result.results)
    for failure in failures:
        print(f"gate: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
