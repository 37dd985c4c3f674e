"""A real HTTP server on loopback that takes traces as Langfuse or an OTLP endpoint does, and has outages."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Taker:
    """The received traces, and the responses to them."""

    url: str = ""
    replies: list[tuple[int, Any] | None] = field(default_factory=list)
    """For the next requests, in order, before all is well again; None cuts the connection."""
    always: tuple[int, Any] | None = None
    """For all requests, instead of taking them."""
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    """Path, headers and body of what came, whether or not it was taken."""
    taken: list[Any] = field(default_factory=list)
    """Bodies that were taken."""
    open: threading.Event = field(default_factory=threading.Event)
    """Nothing is answered until it is set."""

    def wait(self, count: int, seconds: float = 15) -> list[Any]:
        """Return the received bodies as soon as there are `count` of them."""
        tick = threading.Event()
        for _ in range(int(seconds / 0.01)):
            if len(self.taken) >= count:
                return self.taken
            tick.wait(0.01)
        raise AssertionError(f"{len(self.taken)} of {count} were taken; {len(self.requests)} came")

    def reply(self, path: str, body: Any) -> tuple[int, Any] | None:
        if self.replies:
            return self.replies.pop(0)
        if self.always:
            return self.always
        self.taken.append(body)
        return 200, {}


@contextmanager
def taker(port: int = 0) -> Generator[Taker]:
    """Run the server on a port while the block runs."""
    state = Taker()
    state.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append((self.path, headers, body))
            state.open.wait()
            reply = state.reply(self.path, body)
            if reply is None:
                return
            status, answer = reply
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None: ...

    with Server(("127.0.0.1", port), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.open.set()
            server.shutdown()
            thread.join()
