"""Answers of the stub of the provider: a call of `lookup` with the order of the question, then text."""

from __future__ import annotations

import json
import re
from typing import Any

from ashr_labs import traced
from support.providers import Answer, Call

QUESTION = "Where is my refund of A1?"
TEXT = "Your refund is on its way."
COUNTS = {"input_tokens": 11, "cached_input_tokens": 4, "output_tokens": 7, "reasoning_output_tokens": 2}


def order_of(text: str) -> str:
    """Return the number of the order that a message is about: a letter and a digit."""
    found = re.search(r"\b[A-Z]\d\b", text)
    return found[0] if found else "A1"


def answer(body: dict[str, Any]) -> Answer:
    """Answer as the model of a support agent; an order `E1` is an error of the provider."""
    messages = body.get("messages") or body.get("input")
    written = json.dumps(messages)
    if "E1" in written:
        return Answer(status=400, message="no such model")
    has_result = '"role": "tool"' in written or "function_call_output" in written
    if "transfer_to_support" in json.dumps(body.get("tools")):
        return Answer(calls=(Call("transfer_to_support", {}, id="call_2"),))
    if not body.get("tools") or (has_result and "lookup" in written):
        return Answer(TEXT)
    return Answer(calls=(Call("lookup", {"order": order_of(written)}),))


@traced
def inner(order: str) -> str:
    """Return the order: a function of the application that is called by its tool."""
    return order


def lookup(order: str) -> str:
    """Look an order up; `X1` does not exist."""
    inner(order)
    if order == "X1":
        raise ValueError("no such order")
    return f"refund of {order} is paid"
