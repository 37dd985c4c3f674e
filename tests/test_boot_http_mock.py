"""The HTTP server of mocks: routes, records and limits."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple

import pytest

from ashr_labs.local import boot

PROGRAM = str(Path(boot.__file__).parent / "http_mock_server.py")
ROUTES: list[dict[str, Any]] = [
    {"method": "get", "path": "/a", "status": 200, "response": {"a": 1}, "headers": {}},
    {"method": "*", "path": "/text", "status": 202, "response": "héllo", "headers": {"X-One": "1"}},
    {"method": "POST", "path": "/v1/*/items", "status": 201, "response": None, "headers": {}},
    {"method": "*", "path": "/rest/**", "status": 200, "response": [1], "headers": {"content-type": "text/x"}},
    {"method": "DELETE", "path": "/gone", "status": 204, "response": None, "headers": {}},
    {"method": "*", "path": "/a.b(c", "status": 200, "response": "literal", "headers": {}},
]


class Mock(NamedTuple):
    lines: Queue[str]
    port: int

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lines.get(timeout=10))
        return found

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(), dict(response.getheaders())


@pytest.fixture(name="mock", scope="module")
def _mock() -> Iterator[Mock]:
    settings = {"host": "127.0.0.1", "port": 0, "routes": ROUTES, "record": True, "default_response": 418}
    command = [sys.executable, PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(settings))
        process.stdin.close()
        ready, port = process.stdout.readline().split()
        assert "ready" == ready
        lines: Queue[str] = Queue()
        reader = Thread(target=lambda stream: [*map(lines.put, stream)], args=(process.stdout,))
        reader.start()
        yield Mock(lines, int(port))
        process.send_signal(signal.SIGINT)  # it ends as a program does whose coverage is measured
        reader.join()


@pytest.mark.parametrize(
    ("method", "path", "status", "content"),
    [
        ("GET", "/a", 200, b'{"a": 1}'),
        ("GET", "/a?x=1", 200, b'{"a": 1}'),
        ("POST", "/a", 418, b'{"error": "no route for POST /a"}'),
        ("PATCH", "/text", 202, "héllo".encode()),
        ("HEAD", "/text", 202, b""),
        ("POST", "/v1/7/items", 201, b""),
        ("POST", "/v1/7/8/items", 418, b'{"error": "no route for POST /v1/7/8/items"}'),
        ("GET", "/rest/of/it", 200, b"[1]"),
        ("DELETE", "/gone", 204, b""),
        ("GET", "/a.b(c", 200, b"literal"),
        ("GET", "/aXb(c", 418, b'{"error": "no route for GET /aXb(c"}'),
        ("BREW", "/a", 418, b'{"error": "no route for BREW /a"}'),
    ],
)
def test_requests_are_answered_by_the_first_route_and_recorded(
    method: str, path: str, status: int, content: bytes, mock: Mock
) -> None:
    """Methods and paths with stars choose a route; anything else gets the default, and all is recorded."""
    assert (status, content) == mock.send(method, path)[:2]
    record = mock.record()
    assert (method, *path.partition("?")[::2], status) == tuple(
        record[key] for key in ("method", "path", "query", "status")
    )


def test_headers_of_routes_are_sent(mock: Mock) -> None:
    """A route's headers are in the answer, and win over the content type that a value has."""
    assert "1" == mock.send("GET", "/text")[2]["X-One"]
    assert {"content-type": "text/x"}.items() <= {
        name.lower(): value for name, value in mock.send("GET", "/rest/")[2].items()
    }.items()
    assert ["/text", "/rest/"] == [mock.record()["path"] for _ in range(2)]


def test_bodies_are_recorded_with_headers(mock: Mock) -> None:
    """A body with a length, one in chunks, and one of bytes that are not UTF-8 are recorded."""
    mock.send("POST", "/b", "äöü".encode(), **{"X-Key": "1"})
    record = mock.record()
    assert ("äöü", "1") == (record["body"], record["headers"]["x-key"])
    mock.send("POST", "/b", iter([b"one", b"two"]))
    assert "onetwo" == mock.record()["body"]
    mock.send("POST", "/b", b"\xff" * 100_000)
    assert 65_536 == len(mock.record()["body"])


@pytest.mark.parametrize("length", ["9999999999", "-1", "x"])
def test_a_body_that_is_too_large_is_refused(length: str, mock: Mock) -> None:
    """A length beyond the limit is answered before the body is read."""
    assert 413 == mock.send("POST", "/b", None, **{"Content-Length": length})[0]
    assert 200 == mock.send("GET", "/a")[0]
    assert "/a" == mock.record()["path"]
