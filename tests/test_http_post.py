"""`post`: one request with a deadline, for the parts that call other services."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs._http import HTTPResponse, post
from support import dripping
from support.dripping import running_dripper
from support.scripted_server import Answer, ScriptedServer
from support.tls import new_certificate, server_context

BODY = b'{"function": "keep_alive"}'


@pytest.fixture
def server() -> Generator[ScriptedServer]:
    with ScriptedServer().running() as server:
        yield server


def test_request_and_response(server: ScriptedServer) -> None:
    """The body and the headers are sent, and status, headers and body are returned whatever the status."""
    server.on("keep_alive", Answer(503, "später".encode(), {"Retry-After": "7"}))

    response = post(f"{server.url}/x?y=1", BODY, {"Authorization": "Bearer k"}, timeout=5)

    assert (503, "7", "später") == (response.status, response.headers["retry-after"], response.text)
    assert ("/x?y=1", "Bearer k") == (server.asked[0].path, server.asked[0].headers["authorization"])


def test_long_body_is_truncated(server: ScriptedServer) -> None:
    """No more than `max_bytes` of the body are returned."""
    server.on("keep_alive", Answer(200, b"x" * 300_000))

    assert b"x" * 1000 == post(server.url, BODY, {}, timeout=5, max_bytes=1000).content


@pytest.mark.parametrize("behaviour", [dripping.drips_the_head, dripping.drips_the_body, dripping.reads_slowly])
def test_slow_server_times_out(behaviour: dripping.Behaviour) -> None:
    """The call ends at its timeout, however slowly single bytes are transferred."""
    start = time.monotonic()
    with running_dripper(behaviour) as address, pytest.raises(TimeoutError, match=r"0\.2 seconds"):
        post(f"http://{address}", b"x" * 20_000_000, {}, timeout=0.2)

    assert time.monotonic() - start < 2


def test_failed_connection_raises_os_error(server: ScriptedServer) -> None:
    """A refused connection and a lost one raise OSError, whatever the HTTP library raises."""
    with pytest.raises(OSError, match="refused"):
        post("http://127.0.0.1:9", BODY, {}, timeout=5)
    server.on("keep_alive", Answer(closes=True))
    with pytest.raises(OSError, match="disconnected"):
        post(server.url, BODY, {}, timeout=5)


def test_untrusted_certificate_is_rejected(tmp_path: Path) -> None:
    """TLS certificates are verified."""
    certificate = new_certificate(tmp_path)
    script = ScriptedServer(server_context(certificate))
    with script.running(), pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        post(script.url, BODY, {}, timeout=5)


def test_undecodable_bytes_are_replaced() -> None:
    """Bytes that are not UTF-8 are replaced in the text."""
    assert "\ufffd" == HTTPResponse(200, {}, b"\xff").text
