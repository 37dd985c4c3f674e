"""Validation of options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient, ConfigurationError, Timeout
from ashr_labs._http._request import Deadline
from ashr_labs.client import _http
from ashr_labs.client._options import Options
from ashr_labs.client._sync._pool import SyncPool
from ashr_labs_api import AuthenticatedClient
from support.scripted_server import ScriptedServer

KEY = "tp_0123456789abcdef"
SECRET = "s3cret-canary"


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://[::1"}, "base_url"),
        ({"base_url": "http://host:port"}, "base_url"),
        ({"base_url": f"https://me:{SECRET}@example.com"}, "base_url"),
        ({"max_retries": -1}, "max_retries"),
        ({"max_retries": True}, "max_retries"),
        ({"max_retries": 1.5}, "max_retries"),
        ({"default_headers": {"Authorization": f"Bearer {SECRET}"}}, "default_headers"),
        ({"default_headers": {"X Team": "a"}}, "default_headers"),
        ({"default_headers": {"X-Team": f"{SECRET}\r\nX-Other: b"}}, "default_headers"),
        ({"default_headers": {"X-Team": ""}}, "default_headers"),
        ({"default_headers": {"X-Team": None}}, "default_headers"),
        ({"default_headers": {5: "a"}}, "default_headers"),
        ({"default_headers": [("X-Team", SECRET)]}, "default_headers"),
        ({"proxy": f"proxy.example:{SECRET}"}, "proxy"),
        ({"proxy": f"http://me:{SECRET}@"}, "proxy"),
        ({"proxy": f"http://me:{SECRET}@proxy:99999"}, "proxy"),
        ({"proxy": f"http://me:{SECRET}@proxy:port"}, "proxy"),
        ({"verify": None}, "verify"),
        ({"verify": 1}, "verify"),
        ({"http_client": httpx.AsyncClient()}, "http_client"),
        ({"transport": httpx.AsyncBaseTransport()}, "transport"),
        ({"timeout": 0}, "timeout"),
        ({"max_retries": None}, "max_retries"),
        ({"timeout": "3"}, "timeout"),
        ({"api_key": 5}, "API key"),
    ],
)
def test_invalid_option_is_rejected_by_name(settings: dict[str, Any], name: str) -> None:
    """The message names the option, and contains no secret."""
    with pytest.raises(ConfigurationError, match=name) as caught:
        AshrLabsClient(**{"api_key": KEY, **settings})

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("key", ["", " ", "a\nb", "ключ"])
def test_invalid_idempotency_key_is_rejected(key: str) -> None:
    """An invalid idempotency key is refused before anything is sent."""
    with AshrLabsClient(KEY) as client, pytest.raises(ConfigurationError, match="idempotency_key"):
        client.with_options(idempotency_key=key)


@pytest.mark.parametrize("phase", ["default", "connect", "read", "write", "total"])
def test_each_timeout_is_validated(phase: str) -> None:
    """A timeout is a number of seconds above zero that the system can wait."""
    for value in (0, -1, float("nan"), float("inf"), True, "3", 10**7, 10**400):
        with pytest.raises(ConfigurationError, match=phase):
            Timeout(**{phase: value})  # type: ignore[arg-type]


def test_phase_timeout_never_exceeds_remaining_time() -> None:
    """A phase has its own timeout or the default, and never more than the time left for the call."""
    timeout = Timeout(30, connect=5)
    requests = _http.request_factory(Options.from_args(KEY, None, timeout))

    def phases(total: float) -> dict[str, float | None]:
        return requests.build(b"", Deadline(total, now=lambda: 0.0)).extensions["timeout"]

    assert {"connect": 5, "read": 30, "write": 30, "pool": None} == phases(600)
    assert {"connect": 2, "read": 2, "write": 2, "pool": None} == phases(2)


def test_none_timeout_disables_limits() -> None:
    """`timeout=None` sets no limit to a phase or to the whole call."""
    timeout = Options.from_args(KEY, None, None).timeout

    assert Timeout(10**6, total=10**6) == timeout


def test_longest_timeout_does_not_overflow(server: ScriptedServer) -> None:
    """The longest timeout does not overflow anywhere."""
    server.on("keep_alive", {"status": "ok"})

    with AshrLabsClient(KEY, server.url, Timeout(10**6, total=10**6)) as client:
        assert "ok" == client.health_check()["status"]


def test_blank_certificate_path_uses_default_store() -> None:
    """Blank counts as absent, and a path may be a `Path`."""
    assert Options.from_args(KEY, None, 30, verify=" ").verify is True
    assert "ca.pem" == Options.from_args(KEY, None, 30, verify=Path("ca.pem")).verify  # type: ignore[arg-type]


def test_synchronous_http_client_is_rejected_by_async_client() -> None:
    """An asynchronous client sends through an asynchronous httpx client."""
    with httpx.Client() as mine, pytest.raises(ConfigurationError, match="http_client"):
        AsyncAshrLabsClient(KEY, http_client=mine)  # type: ignore[arg-type]


def test_unreadable_certificates_raise_configuration_error() -> None:
    """A path without certificates is a ConfigurationError that names it."""
    client = AshrLabsClient(KEY, "https://127.0.0.1:9", verify="/no/such.pem")

    with pytest.raises(ConfigurationError, match=r"/no/such\.pem"):
        client.health_check()


def test_invalid_proxy_in_environment_raises_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that httpx refuses is a ConfigurationError without its password."""
    monkeypatch.setenv("ALL_PROXY", f"quic://me:{SECRET}@proxy.test")
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    monkeypatch.delenv("http_proxy", raising=False)
    client = AshrLabsClient(KEY, "http://platform.test")

    with pytest.raises(ConfigurationError, match="proxy") as caught:
        client.health_check()

    assert SECRET not in str(caught.value)


def test_default_ssl_context_is_shared() -> None:
    """All clients share one TLS context, which takes up to 20 ms to create."""
    assert _http._tls_context(True) is _http._tls_context(True)


def test_options_repr_hides_secrets() -> None:
    """Neither key, nor proxy, nor headers are in the repr of options."""
    headers = {"X-Secret": SECRET}
    options = Options.from_args(f"tp_{SECRET}", None, 30, default_headers=headers, proxy=f"http://me:{SECRET}@proxy")

    assert SECRET not in repr(options)


def test_generated_client_repr_hides_secrets() -> None:
    """The repr of a generated client has neither token, nor headers, nor cookies."""
    client = AuthenticatedClient(
        base_url="http://platform.test", token=SECRET, headers={"X-Key": SECRET}, cookies={"session": SECRET}
    )
    client.get_httpx_client().close()

    assert SECRET not in repr(client)


def test_connections_are_not_shared_with_a_forked_process(server: ScriptedServer) -> None:
    """After a fork the child leaves the parent's connections alone."""
    server.on("keep_alive", {"status": "ok"})
    with AshrLabsClient(KEY, server.url) as client:
        client.health_check()
        pool = client._transport.pool
        assert isinstance(pool, SyncPool)
        pool._stacks[-1] = parents = pool._stacks.pop(os.getpid())  # as a child finds it
        client.health_check()
        assert [os.getpid()] == list(pool._stacks)
        parents.close()

    assert 2 == server.connections
