"""A real HTTP server on loopback that answers as an OpenAI-compatible API does, or misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ashr_labs.llm import Clock, openai_client
from ashr_labs.local.llm.chat_model import ChatModel

KEY = "sk-secret-of-the-model"
Answering = Callable[[dict[str, Any]], tuple[int, bytes | Iterable[bytes]]]


@contextmanager
def model(answering: Answering) -> Generator[tuple[str, list[tuple[str, str | None, Any]]]]:
    """Run a chat-completions server; yield its base URL and the requests that it received."""
    seen: list[tuple[str, str | None, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.path, self.headers["authorization"], body))
            status, content = answering(body)
            self.send_response(status)
            if isinstance(content, bytes):
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            with suppress(OSError):
                for piece in [content] if isinstance(content, bytes) else content:
                    self.wfile.write(piece)

        def log_message(self, *_: object) -> None: ...

    ThreadingHTTPServer.daemon_threads = True
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/", seen
        finally:
            server.shutdown()
            thread.join()


def chat_model(url: str, name: str = "judge-1", *, timeout: float = 5) -> ChatModel:
    """Return a model behind a URL that waits for nothing before it retries."""
    no_wait = Clock(sleep=lambda seconds: None)
    return ChatModel(openai_client(name, base_url=url, api_key=KEY, timeout=timeout, clock=no_wait))


def saying(content: object) -> Answering:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
    return lambda _: (200, body)


def trickling(seconds: float) -> Answering:
    """Answer a byte at a time, for so long."""

    def pieces() -> Iterable[bytes]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield b" "
            time.sleep(0.02)

    return lambda _: (200, pieces())
