"""The fixtures that the tests of `polarity-keystone` take from a module that its distribution leaves out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ashr_labs.keystone import Keystone


@dataclass
class Response:
    """The answer of a route."""

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """The request to a route."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class MockServer:
    """Answers by method and path; a path may end in a pattern."""

    def __init__(self) -> None:
        self.captured: list[Request] = []
        self.routes: list[tuple[str, str, Callable[[Request], Response]]] = []

    def route(self, method: str, path: str) -> Callable[[Callable[[Request], Response]], Callable[[Request], Response]]:
        def added(answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
            self.routes.append((method, path, answer))
            return answer

        return added

    def answer(self, request: Request) -> Response:
        self.captured.append(request)
        for method, path, answer in self.routes:
            if method == request.method and fnmatchcase(request.path, path):
                return answer(request)
        return Response(404, {"error": "not found"})


class _Handler(BaseHTTPRequestHandler):
    server_of_test: MockServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        content = self.rfile.read(int(self.headers["Content-Length"] or 0))
        headers = {name.title(): value for name, value in self.headers.items()}
        found = self.server_of_test.answer(Request(self.command, path, query, headers, content))
        body = found.raw if found.raw is not None else b"" if found.body is None else json.dumps(found.body).encode()
        self.send_response(found.status)
        for name, value in (
            {"Content-Type": "application/json", "Content-Length": str(len(body))} | found.headers
        ).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_DELETE = do_PUT = do_POST  # noqa: N815 - the names of the base class

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(name="mock_server")
def _mock_server() -> Generator[MockServer]:
    server = MockServer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"server_of_test": server}))
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    server.url = f"http://127.0.0.1:{http.server_port}"  # type: ignore[attr-defined]
    yield server
    http.shutdown()
    http.server_close()


@pytest.fixture(name="ks")
def _ks(mock_server: Any) -> Generator[Keystone]:
    with Keystone("ks_test", mock_server.url) as client:
        yield client
