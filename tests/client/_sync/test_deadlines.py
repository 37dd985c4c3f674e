"""The total timeout ends a call, however slowly the other side transfers single bytes."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import APIConnectionError, APITimeoutError, AshrLabsClient, AshrLabsError, Timeout
from support import dripping
from support.dripping import running_dripper
from support.scripted_server import Answer, ScriptedServer
from support.tls import new_certificate, server_context

KEY = "tp_0123456789abcdef0123456789abcdef"
TIMEOUT = Timeout(5, total=0.2)
SOON = 2.0
"""Seconds; the servers here never finish, and each of their bytes arrives within 0.02 s."""
LARGE = {"runs": {}, "padding": "x" * 20_000_000}
"""More than the buffers of both sides hold."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def warm() -> None:
    """Import modules that the first call of a process imports, which would count as part of it."""
    with AshrLabsClient(KEY, "http://127.0.0.1:9", max_retries=0) as client, suppress(APIConnectionError):
        client.health_check()


def late(client: AshrLabsClient, source: dict[str, Any] | None = None) -> APITimeoutError:
    """Send a write, and return its timeout error, which must be raised soon."""
    with client:
        begun = time.monotonic()
        with pytest.raises(APITimeoutError) as caught:
            client.create_dataset("D", source or {"runs": {}})
        assert time.monotonic() - begun < SOON
    return caught.value


@pytest.mark.parametrize(
    ("behaviour", "source"),
    [(dripping.drips_the_head, None), (dripping.drips_the_body, None), (dripping.reads_slowly, LARGE)],
    ids=["head", "body", "upload"],
)
def test_timeout_after_sending_has_unknown_outcome(
    behaviour: dripping.Behaviour, source: dict[str, Any] | None
) -> None:
    """Slow headers, a slow body and a slow reader do not hold a call for longer than the total."""
    with running_dripper(behaviour) as address:
        error = late(AshrLabsClient(KEY, f"http://{address}", TIMEOUT), source)

    assert error.may_have_arrived
    assert error.outcome_unknown


def test_slow_tls_handshake_times_out(certificate: Path) -> None:
    """A TLS handshake that times out leaves no outcome unknown: nothing was sent."""
    with running_dripper(dripping.drips_the_handshake) as address:
        error = late(AshrLabsClient(KEY, f"https://{address}", TIMEOUT, verify=str(certificate)))

    assert not error.may_have_arrived
    assert not error.outcome_unknown


@pytest.mark.parametrize("is_secured", [False, True], ids=["http proxy", "https proxy"])
@pytest.mark.parametrize(
    "behaviour",
    [dripping.drips_the_answer_to_connect, dripping.drips_the_handshake_in_a_tunnel],
    ids=["connect", "handshake"],
)
def test_slow_proxy_times_out(certificate: Path, behaviour: dripping.Behaviour, is_secured: bool) -> None:
    """A tunnel that times out leaves no outcome unknown, through an http or https proxy."""
    verify = ssl.create_default_context(cafile=certificate)
    with running_dripper(behaviour, server_context(certificate) if is_secured else None) as address:
        proxy = f"http{'s' if is_secured else ''}://{address}"
        error = late(AshrLabsClient(KEY, "https://platform.test", TIMEOUT, proxy=proxy, verify=verify))

    assert not error.may_have_arrived
    assert not error.outcome_unknown


def test_slow_name_resolution_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolving the host ends with the deadline."""
    found = socket.getaddrinfo

    def slowly(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.6)
        return found("127.0.0.1", *arguments[1:], **options)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    begun = time.monotonic()
    with AshrLabsClient(KEY, "http://platform.test:9", TIMEOUT) as client:
        with pytest.raises(APITimeoutError) as caught:
            client.health_check()
        assert time.monotonic() - begun < 0.55

    assert not caught.value.may_have_arrived


def test_capability_check_counts_toward_the_total_timeout(server: ScriptedServer) -> None:
    """The `init` call that decides about a retry has no total of its own."""
    server.on("create_agent", Answer(closes=True))
    server.on("init", Answer(body=b" " * 10_000, pause=0.02))
    client = AshrLabsClient(KEY, server.url, Timeout(5, total=0.5))
    begun = time.monotonic()
    with client, pytest.raises(AshrLabsError, match="the outcome is unknown"):
        client.create_agent("A")

    assert time.monotonic() - begun < 0.5 + 0.4


def test_each_call_has_its_own_deadline(server: ScriptedServer) -> None:
    """A connection that is kept open can be used for longer than the total of one call."""
    server.on("keep_alive", Answer(body=b'{"status": "ok"}', pause=0.01))
    with AshrLabsClient(KEY, server.url, Timeout(5, total=0.5), max_retries=0) as client:
        for _ in range(5):
            client.health_check()

    assert 1 == server.connections
