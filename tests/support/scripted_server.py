"""A real HTTP server on loopback that answers what a test tells it to, misbehaves on request, and remembers all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_WR
from ssl import SSLContext
from typing import Any

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Answer:
    """A response of the server."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False
    """Whether the connection is cut instead."""
    half_closes: bool = False
    """Whether the server closes its side instead, and keeps listening."""
    cut_after: int | None = None
    """After how many bytes of the body the connection is cut."""
    pause: float = 0
    """Seconds before each byte of the body."""

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

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.drops = 0
        """How many of the next requests are cut off before they are processed."""
        self._answers: dict[str, Answering] = {"init": lambda _: Answer.of(SESSION)}
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": self}))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def on(self, function: str, *answers: Answer | dict[str, Any] | Answering) -> None:
        """Set what a function answers from now on: one after the other, the last one for ever; `*` is any other.

        A method and a path, such as `GET /health`, stand for a resource.
        """
        left = [_answering(answer) for answer in answers]

        def in_turn(body: dict[str, Any]) -> Answer:
            return (left.pop(0) if len(left) > 1 else left[0])(body)

        self._answers[function] = in_turn

    def calls(self, function: str) -> list[Asked]:
        """Return the requests for a function, in order."""
        return [asked for asked in self.asked if asked.body.get("function") == function]

    def keys(self, function: str) -> list[str | None]:
        """Return the idempotency keys of the requests for a function, in order."""
        return [asked.headers.get("idempotency-key") for asked in self.calls(function)]

    def answer(self, body: dict[str, Any], request: str = "") -> Answer:
        found = (self._answers.get(name) for name in (request, str(body.get("function")), "*"))
        answering = next((one for one in found if one is not None), None)
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that go away are what some tests are about."""


def _answering(answer: Answer | dict[str, Any] | Answering) -> Answering:
    if callable(answer):
        return answer
    fixed = answer if isinstance(answer, Answer) else Answer.of(answer)
    return lambda _: fixed


class _Handler(BaseHTTPRequestHandler):
    script: ScriptedServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer, as servers do

    def setup(self) -> None:
        super().setup()
        self.script.connections += 1

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
        if self.script.drops:
            self.script.drops -= 1
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.script.asked.append(Asked(self.command, self.path, headers, body))
        answer = self.script.answer(body, f"{self.command} {self.path}")
        if answer.closes or answer.half_closes:
            self.hang_up(answer)
            return
        self.send_response(answer.status)
        own = {"Content-Type": JSON_TYPE, "Content-Length": str(len(answer.body))}
        for name, value in (own | answer.headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.send_body(answer)

    do_GET = do_DELETE = do_POST  # noqa: N815 - the names of the base class

    def hang_up(self, answer: Answer) -> None:
        self.close_connection = True
        if answer.half_closes:
            self.connection.shutdown(SHUT_WR)
            with suppress(OSError):
                self.rfile.read(1)  # until the client goes

    def send_body(self, answer: Answer) -> None:
        body = answer.body[: answer.cut_after]
        if not answer.pause:
            self.wfile.write(body)
        for byte in body if answer.pause else b"":
            time.sleep(answer.pause)
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        if answer.cut_after is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' output is for the tests."""
