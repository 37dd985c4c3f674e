"""The HTTP server of the service type `http_mock`.

It runs inside of a sandbox, as a program of its own that uses the standard library only. It reads its settings as JSON
from its standard input, writes `ready` with its port to its standard output, and then each request as a line of JSON.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_BODY = 1 << 20
"""Bytes of a request; a larger one is answered with 413."""
MAX_RECORDED = 64 * 1024
"""Characters of a body that are recorded."""
IDLE_SECONDS = 30.0


class TooLargeError(Exception):
    """A request's body is larger than `MAX_BODY`."""


def path_pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of a route's path: `*` is a segment, and `**` the rest."""
    parts = re.split(r"(\*\*|\*)", path)
    return re.compile("".join({"*": "[^/]*", "**": ".*"}.get(part, re.escape(part)) for part in parts), re.DOTALL)


class Mock(ThreadingHTTPServer):
    """The server, with its routes and its record."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, settings: dict[str, Any]) -> None:
        self.host: str = settings["host"]
        self.port: int = settings["port"]
        super().__init__((self.host, self.port), Handler)
        self.routes: list[tuple[str, re.Pattern[str], dict[str, Any]]] = [
            (route["method"].upper(), path_pattern(route["path"]), route) for route in settings["routes"]
        ]
        self.default_status = settings["default_response"]
        self.is_recording = settings["record"]
        self.lock = threading.Lock()

    def server_bind(self) -> None:
        """Bind without the reverse look-up of the host name, which can wait for a name server."""
        self.socket.setsockopt(1, 2, 1)  # SOL_SOCKET, SO_REUSEADDR
        self.socket.bind((self.host, self.port))
        self.server_name, self.server_port = self.host, self.socket.getsockname()[1]

    def answer(self, method: str, path: str) -> dict[str, Any]:
        """Return the first route that matches."""
        for wanted, pattern, route in self.routes:
            if wanted in ("*", method) and pattern.fullmatch(path):
                return route
        return {"status": self.default_status, "response": {"error": f"no route for {method} {path}"}, "headers": {}}

    def record(self, request: dict[str, Any]) -> None:
        """Write a request as one line."""
        if self.is_recording:
            with self.lock:
                sys.stdout.write(json.dumps(request) + "\n")
                sys.stdout.flush()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server_version = "http-mock"
    sys_version = ""

    @property
    def mock(self) -> Mock:
        """The server."""
        if not isinstance(self.server, Mock):
            raise TypeError  # handlers are made by the server alone
        return self.server

    def handle_any(self) -> None:
        """Record a request and answer it."""
        try:
            body = self.body()
        except (TooLargeError, ValueError):
            self.close_connection = True
            self.respond(413, {"error": f"a request must have at most {MAX_BODY} bytes"}, {})
            return
        url = urlsplit(self.path)
        route = self.mock.answer(self.command, url.path)
        self.mock.record(
            {
                "time": time.time(),
                "method": self.command,
                "path": url.path,
                "query": url.query,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode("utf-8", "replace")[:MAX_RECORDED],
                "status": route["status"],
            }
        )
        self.respond(route["status"], route["response"], route["headers"])

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)

    def body(self) -> bytes:
        """Return the body of the request."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self.chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= MAX_BODY:
            raise TooLargeError
        return self.rfile.read(length)

    def chunks(self) -> bytes:
        """Return a body that comes in chunks."""
        body = b""
        while size := int(self.rfile.readline(100).split(b";")[0], 16):
            if size < 0 or len(body) + size > MAX_BODY:
                raise TooLargeError
            body += self.rfile.read(size)
            self.rfile.readline(100)
        while self.rfile.readline(1000).strip():
            pass
        return body

    def respond(self, status: int, response: object, headers: dict[str, str]) -> None:
        """Send an answer: text as it is, other values as JSON."""
        is_text = isinstance(response, str)
        content = (
            b"" if response is None else (response if isinstance(response, str) else json.dumps(response)).encode()
        )
        self.send_response(status)
        given = {name.lower() for name in headers}
        if response is not None and "content-type" not in given:
            self.send_header("Content-Type", "text/plain; charset=utf-8" if is_text else "application/json")
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.send_header(name, value)
        has_body = status not in (204, 304) and status >= 200
        if has_body:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the standard library
        """Write nothing to the standard error."""


def main() -> None:
    """Serve until the process is ended."""
    server = Mock(json.loads(sys.stdin.read()))
    sys.stdout.write(f"ready {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
