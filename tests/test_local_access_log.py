"""Access log: one JSON line per request, without secrets."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ashr_labs.local.server.app import running_server
from support.local_api import Api


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    with Api.opened() as api:
        yield api


@pytest.fixture(name="url", scope="module")
def _url(api: Api) -> Generator[str]:
    with running_server(api.platform) as url:
        yield url


@pytest.fixture(name="log")
def _log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "ashr_labs.access")
    return caplog


def lines(log: pytest.LogCaptureFixture, count: int = 1) -> list[dict[str, Any]]:
    """Return the lines once there are `count`; a line is written after the response has been sent."""
    deadline = time.monotonic() + 10
    while len(texts := written(log)) < count:
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
    assert all(text.isascii() and text.isprintable() for text in texts)
    return [json.loads(text) for text in texts]


def written(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == "ashr_labs.access"]


def test_each_call_logs_one_line(api: Api, url: str, log: pytest.LogCaptureFixture) -> None:
    """A line has the operation, tenant, status, duration, sizes and request id."""
    body = b'{"function": "create_agent", "name": "the name"}'
    answer = httpx.post(f"{url}?key={api.key}", content=body, headers={"authorization": f"Bearer {api.key}"})

    (line,) = lines(log)
    assert 0 < line.pop("duration_ms") < 10_000
    assert line.pop("time").endswith("Z")
    assert line == {
        "method": "POST",
        "path": "/",
        "operation": "create_agent",
        "tenant_id": 1,
        "status": 200,
        "request_id": answer.headers["x-request-id"],
        "bytes_in": len(body),
        "bytes_out": len(answer.content),
    }
    assert api.key not in log.text


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/", b'{"function": "get_run", "run_id": 9}', ("/", "get_run", 1, 404)),
        ("POST", "/", b'{"function": "get_run", "run_id": "SECRET"}', ("/", "get_run", 1, 422)),
        ("POST", "/", b'{"function": "SECRET"}', ("/", None, 1, 400)),
        ("POST", "/", b"SECRET", ("/", None, 1, 400)),
        ("GET", "/health", b"", ("/health", "get_health", None, 200)),
        ("GET", "/", b"", ("/", None, None, 303)),
        ("GET", "/app/runs/SECRET?SECRET=1", b"", ("/app/runs/{run_id}", None, None, 303)),
        ("GET", "/app/SECRET", b"", (None, None, None, 404)),
        ("GET", "/media/7?expires=9&signature=SECRET", b"", ("/media/{media_id}", "download_media", None, 403)),
        ("GET", "/media/SECRET?x=SECRET", b"", ("/media/{media_id}", "download_media", None, 422)),
        ("GET", "/media/SECRET/..%2f?x=SECRET", b"", (None, None, None, 404)),
        ("GET", "/SECRET?SECRET=SECRET", b"", (None, None, None, 404)),
        ("GET", '/%0a{"status": 200}%0d%0aSECRET\u2028', b"", (None, None, None, 404)),
        ("SECRETSECRETSECRETSECRETSECRET", "/", b"", ("/", None, None, 405)),
    ],
)
def test_log_line_contains_no_caller_input(
    api: Api, url: str, log: pytest.LogCaptureFixture, method: str, path: str, body: bytes, expected: tuple[Any, ...]
) -> None:
    """Paths are logged by kind, unknown operations without a name, and hostile requests cannot add lines."""
    answer = httpx.request(method, url + path, content=body, headers={"authorization": f"Bearer {api.key}"})

    (line,) = lines(log)
    assert expected == (line["path"], line["operation"], line["tenant_id"], line["status"])
    assert answer.headers["x-request-id"] == line["request_id"]
    assert api.key not in log.text
    assert method.startswith("SECRET") or "SECRET" not in log.text


def test_invalid_key_is_not_logged(url: str, log: pytest.LogCaptureFixture) -> None:
    """A call with an invalid key is logged without tenant and key."""
    httpx.post(url, content=b'{"function": "init"}', headers={"authorization": "Bearer tp_SECRET_of_somebody"})

    (line,) = lines(log)
    assert (401, None, None) == (line["status"], line["operation"], line["tenant_id"])
    assert "SECRET" not in log.text


def test_aborted_request_is_logged(url: str, log: pytest.LogCaptureFixture) -> None:
    """A request that is cut off within its body is logged with its outcome."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")

    assert [400] == [line["status"] for line in lines(log)]


def test_nothing_is_logged_by_default(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is logged unless the program enables the logger."""
    httpx.get(f"{url}/health")

    assert ("", "") == capfd.readouterr()
