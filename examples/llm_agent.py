"""A support agent that thinks with a language model and acts with the same tools as the support bot.

It speaks the chat-completions protocol, so it works with OpenAI, with Anthropic's compatible endpoint, and with any
local server that speaks it. Set a key, then evaluate the model on the support dataset:

    OPENAI_API_KEY=...     python -m examples.llm_agent    # also OPENAI_MODEL, OPENAI_BASE_URL
    ANTHROPIC_API_KEY=...  python -m examples.llm_agent    # also ANTHROPIC_MODEL, ANTHROPIC_BASE_URL
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from examples.quickstart import evaluate
from examples.support_bot import Store, ToolError, call_tool, describe_tools

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Endpoint", "LLMAgent", "MissingKeyError"]

_MAX_ROUNDS = 8
_CONFIG = Path(__file__).with_name("support_agent_config.json")


class MissingKeyError(Exception):
    """No key for a language model is in the environment."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send chat completions, with which key, and to which model."""

    url: str
    key: str = field(repr=False)
    model: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Endpoint:
        """Read the endpoint from the environment; OpenAI's comes first if both keys are set."""
        if key := environ.get("OPENAI_API_KEY"):
            url = environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
            return cls(url.rstrip("/"), key, environ.get("OPENAI_MODEL", "gpt-4.1-mini"))
        if key := environ.get("ANTHROPIC_API_KEY"):
            url = environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com").rstrip("/")
            return cls(f"{url}/v1", key, environ.get("ANTHROPIC_MODEL", "claude-haiku-4-5"))
        raise MissingKeyError("No key for a language model: set OPENAI_API_KEY or ANTHROPIC_API_KEY.")


class LLMAgent:
    """An agent that lets a language model choose the tools, and runs them."""

    def __init__(self, endpoint: Endpoint | None = None, store: Store | None = None) -> None:
        self._endpoint = endpoint or Endpoint.from_env()
        self._http = httpx.Client(headers={"Authorization": f"Bearer {self._endpoint.key}"}, timeout=60)
        self.store = store or Store()
        self._messages = [{"role": "system", "content": _instructions(self.store)}]

    def reset(self) -> None:
        """Forget the conversation and put the shop's data back to its first state."""
        del self._messages[1:]
        self.store.reset()

    def respond(self, message: str) -> dict[str, Any]:
        """Let the model answer, running the tools it asks for, in a bounded number of rounds."""
        self._messages.append({"role": "user", "content": message})
        tool_calls: list[dict[str, Any]] = []
        for _ in range(_MAX_ROUNDS):
            answer = self._complete()
            self._messages.append(answer)
            if not answer.get("tool_calls"):
                return {"text": answer.get("content") or "", "tool_calls": tool_calls}
            for wanted in answer["tool_calls"]:
                call, result = self._run_tool(wanted["function"])
                tool_calls.append(call)
                self._messages.append({"role": "tool", "tool_call_id": wanted["id"], "content": json.dumps(result)})
        raise RuntimeError(f"{self._endpoint.model} gave no answer in {_MAX_ROUNDS} rounds of tool calls.")

    def close(self) -> None:
        """Close the connections to the model."""
        self._http.close()

    def _complete(self) -> dict[str, Any]:
        tools = [{"type": "function", "function": tool} for tool in describe_tools()]
        body = {"model": self._endpoint.model, "messages": self._messages, "tools": tools}
        response = self._http.post(f"{self._endpoint.url}/chat/completions", json=body)
        if response.is_error:
            raise RuntimeError(f"{self._endpoint.model}: HTTP {response.status_code}: {response.text[:300]}")
        answer = response.json()["choices"][0]["message"]
        return {name: answer[name] for name in ("role", "content", "tool_calls") if answer.get(name) is not None}

    def _run_tool(self, function: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Run one tool; return the call as it is recorded, and the result as the model sees it."""
        name = function["name"]
        try:
            arguments = json.loads(function["arguments"] or "{}")
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            return {"name": name, "arguments": {}}, {"error": "The arguments are not a JSON object."}
        call = {"name": name, "arguments": arguments}
        try:
            return call, call_tool(self.store, name, arguments)
        except ToolError as error:
            return call, {"error": str(error)}


def _instructions(store: Store) -> str:
    rules = json.loads(_CONFIG.read_text("utf-8"))["behavior_rules"]
    return "\n".join(
        [
            "You answer customers of an outdoor shop about their orders, briefly and politely, in plain text.",
            f"Today is {store.today}. Order numbers look like ORD-1001. Products: {', '.join(store.product_names())}.",
            *(f"- {rule['rule']}" for rule in rules),
        ]
    )


def main() -> int:
    """Evaluate the model on the support dataset; return 2 if there is no key."""
    try:
        agent = LLMAgent()
    except MissingKeyError as error:
        print(error, file=sys.stderr)
        return 2
    evaluate(agent)
    agent.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
