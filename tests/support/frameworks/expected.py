"""The model calls and tools of each case of the programs."""

from __future__ import annotations

from typing import Any

from support.frameworks.answers import TEXT

__all__ = ["EXPECTED", "orders_below", "summary"]

ASKED = ("chat", "lookup")
"""The model asks for the tool."""
REPLIED = ("chat", TEXT)
FAILED = ("chat", "error")
TURN = (ASKED, ("lookup", "A1", "refund of A1 is paid"), REPLIED)
BROKEN_TOOL = (ASKED, ("lookup", "X1", "error"), REPLIED)
TWO = (*TURN, ASKED, ("lookup", "B2", "refund of B2 is paid"), REPLIED)
_AGENT = {"ask": TURN, "ask_async": TURN, "tool_error": BROKEN_TOOL, "model_error": (FAILED,), "two": TWO}
_TOOL = TURN[1:2]
EXPECTED: dict[str, dict[str, tuple[Any, ...]]] = {
    "langgraph_agent": {
        **_AGENT,
        "stream": TURN,
        "stream_async": TURN,
        "reply": (REPLIED,),
        "early": (("chat", "Your"),),
        "threads": TWO,
        "interrupt": (),
        "retriever": (),
    },
    "openai_agents_agent": {
        **_AGENT,
        "responses": TURN,
        "stream": TURN,
        "handoff": (("chat", "transfer_to_support"), *TURN),
    },
    "pydantic_ai_agent": {**_AGENT, "stream": TURN, "tool_error": BROKEN_TOOL[:2]},
    "dspy_agent": {
        "ask": TURN[1:],
        "ask_async": TURN[1:],
        "tool_error": BROKEN_TOOL[1:2],
        "model_error": (("lookup", "E1", "refund of E1 is paid"), FAILED),
        "two": (*TURN[1:], *TWO[4:]),
    },
    "mcp_agent": {
        "ask": _TOOL,
        "ask_async": _TOOL,
        "everything": _TOOL,
        "http": _TOOL,
        "tool_error": BROKEN_TOOL[1:2],
        "protocol_error": (),
        "two": (TURN[1], TWO[4]),
    },
    "claude_agent": {
        **_AGENT,
        "partial": TURN,
        "client": TWO,
        "early": (("chat", "Let me look."),),
        "model_error": (),
    },
}
"""Model calls and tools of each case, in order."""


def summary(spans: list[Any]) -> tuple[Any, ...]:
    """Return model calls and tools: what the model said or asked for; what a tool was given and returned.

    Those of two runs at the same time are sorted by run.
    """
    roots = [one for one in spans if one["parent_observation_id"] is None]
    ordered = sorted(roots, key=lambda root: (orders_below(root, spans), spans.index(root)))
    return tuple(line for root in ordered for one in below(root, spans) if (line := line_of(one)) is not None)


def line_of(one: Any) -> tuple[str, ...] | None:
    if one["type"] == "generation":
        output = one.get("output") or {}
        said = [call["name"] for call in output.get("tool_calls", ())] or [output.get("content")]
        return ("chat", "error" if one["level"] else said[0])
    if one["name"] == "tool:lookup":
        output = one.get("output")
        result = output["result"] if isinstance(output, dict) else output
        return ("lookup", one["input"]["order"], "error" if one["level"] else result)
    return None


def below(root: Any, spans: list[Any]) -> list[Any]:
    """Return a span and all spans below it, in order."""
    inside = {root["id"]}
    for one in spans:
        if one["parent_observation_id"] in inside:
            inside.add(one["id"])
    return [one for one in spans if one["id"] in inside]


def orders_below(root: Any, spans: list[Any]) -> list[str]:
    return sorted({one["input"]["order"] for one in below(root, spans) if one["name"] == "tool:lookup"})
