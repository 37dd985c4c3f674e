"""A language model for the examples: OpenAI's, or without a key a stand-in on this machine."""

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


class Model(NamedTuple):
    """How a model is reached."""

    name: str
    base_url: str
    api_key: str


@contextmanager
def language_model() -> Iterator[Model]:
    """Return OpenAI's model if `OPENAI_API_KEY` is set, else a stand-in that asks for one tool and then answers."""
    name = os.environ.get("OPENAI_MODEL", "gpt-5-mini")
    if key := os.environ.get("OPENAI_API_KEY"):
        yield Model(name, os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1"), key)
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Model(name, f"http://127.0.0.1:{server.server_port}/v1", "no-key")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of Chat Completions."""

    def do_POST(self) -> None:
        """Answer a request."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        content = json.dumps(_completion(body)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    message = _reply_to(body["messages"][-1])
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


def _reply_to(last: dict[str, Any]) -> dict[str, Any]:
    """Return a call of the tool with the order of a question, or the result of the tool as the answer."""
    content = str(last["content"])
    found = re.search(r"\b[A-Z]\d\b", content)
    if last["role"] == "tool":
        return {"role": "assistant", "content": content}
    if found is None:
        return {"role": "assistant", "content": "Which order is it?"}
    function = {"name": "find_refund", "arguments": json.dumps({"order": found[0]})}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}
