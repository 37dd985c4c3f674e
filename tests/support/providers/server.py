"""The server: it finds the format by the path, answers in turn, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.providers import anthropic_api, gemini_api, openai_api
from support.providers.script import Answer

Answering = Callable[[dict[str, Any]], Answer]
"""Decides by the body of the request."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ProviderServer:
    """Answers as OpenAI, Azure, Anthropic, Mistral and Gemini do, each at its own paths."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: list[Answer | Answering] = [Answer("Hello there")]
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        """The URL of Anthropic, Mistral and Gemini."""
        self.openai_url = f"{self.url}/v1"

    def says(self, *answers: Answer | Answering) -> None:
        """Set the answers from now on: one after the other, the last one for ever; a function decides by the body."""
        with self._lock:
            self._answers = list(answers)

    def answer(self, body: dict[str, Any]) -> Answer:
        with self._lock:
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer if isinstance(answer, Answer) else answer(body)

    @contextmanager
    def running(self) -> Generator[ProviderServer]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@contextmanager
def provider_server() -> Generator[ProviderServer]:
    """Run a server until the end of the block."""
    with ProviderServer().running() as server:
        yield server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that leave streams early are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    provider: ProviderServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.provider.asked.append(Asked(self.path, headers, body))
        path = self.path.partition("?")[0]
        api = gemini_api if "/models/" in path else anthropic_api if path.endswith("/messages") else openai_api
        answer = self.provider.answer(body)
        time.sleep(answer.pause)
        if answer.status != 200:
            self.send_json(api.error(answer), answer.status)
        elif body.get("stream") or ":streamGenerateContent" in path:
            self.send_events(api.events(path, body, answer), answer)
        else:
            self.send_json(api.response(path, body, answer))

    def send_json(self, body: object, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("x-request-id", "req_1")
        self.end_headers()
        self.wfile.write(content)

    def send_events(self, events: Iterable[str], answer: Answer) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        with suppress(OSError):  # the client left
            for number, event in enumerate(events):
                if number == answer.cut_after:
                    self.close_connection = True
                    return
                time.sleep(answer.pause)
                self.wfile.write(f"{len(event.encode()):x}\r\n".encode() + event.encode() + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is for the tests."""
