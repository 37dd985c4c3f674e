"""A server that records requests for resources and gives scripted answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self


class Recorded(NamedTuple):
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class ResourceServer:
    """Gives its answers in order, the last one again and again: JSON, bytes, or a status with JSON."""

    def __init__(self, *answers: object) -> None:
        self.requests: list[Recorded] = []
        self.url = ""
        self._answers = answers

    @contextmanager
    def running(self) -> Generator[Self]:
        """Serve on a free port."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append(Recorded(self.command, self.path, headers, body))
                status, content = outer._next()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names of the base class

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def _next(self) -> tuple[int, bytes]:
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()
