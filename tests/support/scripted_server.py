"""A real HTTP server on loopback that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Answer:
    """What the server sends back."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False
    """Whether the connection is cut instead."""

    @classmethod
    def of(cls, body: object, status: int = 200, **headers: str) -> Answer:
        return cls(status, json.dumps(body).encode(), headers)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Answering = Callable[[dict[str, Any]], Answer]

SESSION = {"status": "ok", "user": {"id": 7, "email": "a@b.c"}, "tenant": {"id": 3, "tenant_name": "T"}}


class ScriptedServer:
    """Answers each call by its function."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, Answering] = {"init": lambda _: Answer.of(SESSION)}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def on(self, function: str, answer: Answer | dict[str, Any] | Answering) -> None:
        """Set what a function answers from now on."""
        if callable(answer):
            self._answers[function] = answer
        else:
            fixed = answer if isinstance(answer, Answer) else Answer.of(answer)
            self._answers[function] = lambda _: fixed

    def calls(self, function: str) -> list[Asked]:
        """Return the requests for a function, in order."""
        return [asked for asked in self.asked if asked.body.get("function") == function]

    def answer(self, body: dict[str, Any]) -> Answer:
        answering = self._answers.get(str(body.get("function")))
        return answering(body) if answering else Answer.of({"status": "error", "message": "not scripted"}, 404)

    @contextmanager
    def running(self) -> Generator[ScriptedServer]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


def _handler(script: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append(Asked(self.command, self.path, headers, body))
            answer = script.answer(body)
            if answer.closes:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in (
                {"Content-Type": JSON_TYPE, "Content-Length": str(len(answer.body))} | answer.headers
            ).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests' output is for the tests."""

    return Handler
