"""A language model for the examples: the provider's, or without a key a stand-in on this machine."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Model", "language_model"]

_PROVIDERS = {
    "openai": ("gpt-5-mini", "https://api.openai.com/v1"),
    "anthropic": ("claude-haiku-4-5", "https://api.anthropic.com"),
}


class Model(NamedTuple):
    """How a model is reached."""

    name: str
    base_url: str
    api_key: str


@contextmanager
def language_model(provider: str = "openai") -> Iterator[Model]:
    """Return a model of `openai` or `anthropic` whose key is set, such as `OPENAI_API_KEY`, else a stand-in.

    The stand-in asks for one tool and then answers.
    """
    name, url = _PROVIDERS[provider]
    prefix = provider.upper()
    name = os.environ.get(f"{prefix}_MODEL", name)
    if key := os.environ.get(f"{prefix}_API_KEY"):
        yield Model(name, os.environ.get(f"{prefix}_BASE_URL", url), key)
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        path = "/v1" if url.endswith("/v1") else ""
        yield Model(name, f"http://127.0.0.1:{server.server_port}{path}", "no-key")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of Chat Completions, and of Messages."""

    def do_POST(self) -> None:
        """Answer a request."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        content = json.dumps(_message(body) if self.path.endswith("/messages") else _completion(body)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    last = body["messages"][-1]
    message: dict[str, Any] = {"role": "assistant", "content": _answer(str(last["content"]), last["role"] == "tool")}
    if message["content"] is None:
        call = {"name": "find_refund", "arguments": json.dumps(_arguments(str(last["content"])))}
        message["tool_calls"] = [{"id": "1", "type": "function", "function": call}]
    asked = len(str(body["messages"])) // 4
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if "tool_calls" in message else "stop"}
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": 9, "total_tokens": asked + 9},
    }


def _message(body: dict[str, Any]) -> dict[str, Any]:
    last = body["messages"][-1]["content"]
    results = [block["content"] for block in last if block["type"] == "tool_result"] if isinstance(last, list) else []
    answer = _answer(str(results[0] if results else last), bool(results))
    block: dict[str, Any] = {"type": "text", "text": answer}
    if answer is None:
        block = {"type": "tool_use", "id": "1", "name": "find_refund", "input": _arguments(str(last))}
    return {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [block],
        "stop_reason": "tool_use" if answer is None else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": len(str(body["messages"])) // 4, "output_tokens": 9},
    }


def _answer(content: str, is_result: bool) -> str | None:
    """Return the result of the tool as the answer, a question if no order is named, or None to call the tool."""
    return content if is_result else None if _arguments(content) else "Which order is it?"


def _arguments(content: str) -> dict[str, str]:
    found = re.search(r"\b[A-Z]\d\b", content)
    return {"order": found[0]} if found else {}
