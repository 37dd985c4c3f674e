"""The effect of each option on requests and connections."""

from __future__ import annotations

import gzip
import pickle
import socket
import ssl
from collections.abc import AsyncGenerator
from functools import cached_property
from pathlib import Path

import httpx
import pytest

import ashr_labs
from ashr_labs import (
    APIConnectionError,
    APITimeoutError,
    AshrLabsError,
    AsyncAshrLabsClient,
    ConfigurationError,
    MissingAPIKeyError,
    Timeout,
)
from ashr_labs._http._request import Deadline
from support.scripted_server import Answer, ScriptedServer
from support.tls import new_certificate, running_tunnel, server_context

KEY = "tp_0123456789abcdef0123456789abcdef"
OTHER_KEY = "tp_another_0123456789abcdef01234567"


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncGenerator[AsyncAshrLabsClient]:
    server.on("keep_alive", {"status": "ok"})
    server.on("list_runs", {"status": "ok", "runs": []})
    async with AsyncAshrLabsClient(KEY, server.url, max_retries=0) as client:
        yield client


async def test_successive_calls_share_a_connection(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A client keeps its connection, and `with_options` shares it."""
    for _ in range(3):
        await client.health_check()
        await client.with_options(timeout=3).health_check()

    assert 1 == server.connections


async def test_connection_closed_by_server_is_replaced(server: ScriptedServer) -> None:
    """An idle connection that the server closed is not used again."""
    server.on("keep_alive", Answer.of({"status": "ok"}, Connection="close"))
    async with AsyncAshrLabsClient(KEY, server.url, max_retries=0) as client:
        for _ in range(3):
            await client.health_check()

    assert 3 == server.connections


async def test_default_headers_are_sent_with_every_request(server: ScriptedServer) -> None:
    """`default_headers` are sent, and can replace the user agent."""
    server.on("keep_alive", {"status": "ok"})
    headers = {"X-Team": "search", "User-Agent": "nightly/1"}
    async with AsyncAshrLabsClient(KEY, server.url, default_headers=headers) as client:
        await client.health_check()

    sent = server.asked[-1].headers
    assert ("search", "nightly/1", f"Bearer {KEY}") == (sent["x-team"], sent["user-agent"], sent["authorization"])


async def test_user_agent_contains_version(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """By default the user agent names the package and its version."""
    await client.health_check()

    assert f"ashr-labs-python/{ashr_labs.__version__}" == server.asked[-1].headers["user-agent"]


async def test_none_resets_an_option(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """`with_options` keeps options that are not given; None removes headers, the idempotency key and the timeout."""
    server.on("delete_run", {"status": "ok"})
    changed = client.with_options(
        timeout=3, default_headers={"X-Team": "search"}, idempotency_key="nightly-7", max_retries=0
    )

    assert Timeout(3) == changed.with_options(max_retries=1)._options.timeout
    assert Timeout(10**6, total=10**6) == changed.with_options(timeout=None)._options.timeout
    await changed.with_options(default_headers=None, idempotency_key=None).delete_run(1)

    assert "x-team" not in server.asked[-1].headers
    assert ["nightly-7"] != server.keys("delete_run")
    with pytest.raises(ConfigurationError, match="max_retries"):
        changed.with_options(max_retries=None)  # type: ignore[arg-type]


async def test_none_as_key_reads_the_environment(
    client: AsyncAshrLabsClient, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`with_options(api_key=None)` reads the key from the environment, as the constructor does."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", OTHER_KEY)

    await client.with_options(api_key=None).health_check()

    assert f"Bearer {OTHER_KEY}" == server.asked[-1].headers["authorization"]


@pytest.mark.parametrize("field", ["name", "description", "config"])
async def test_none_does_not_clear_a_field(client: AsyncAshrLabsClient, server: ScriptedServer, field: str) -> None:
    """None is neither sent, as the API has no null, nor taken as "keep"."""
    with pytest.raises(ConfigurationError, match=f"{field}: must not be None"):
        await client.update_agent(1, **{field: None})  # type: ignore[arg-type]

    assert [] == server.calls("update_agent")


async def test_empty_field_is_sent(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """An empty description and an empty config are sent; fields that are not given are not."""
    server.on("update_agent", {"status": "ok", "agent": {"id": 1}})

    await client.update_agent(1, description="", config={})

    assert {"function": "update_agent", "agent_id": 1, "description": "", "config": {}} == server.asked[-1].body


async def test_argument_errors_name_the_public_class(client: AsyncAshrLabsClient) -> None:
    """Errors and tracebacks name the client and the package, not a private base class or module."""
    for method in (client.get_run, client.trace, client.with_options):
        with pytest.raises(TypeError, match=rf"AsyncAshrLabsClient\.{method.__name__}\(\) got an unexpected keyword"):
            await method(colour="red")  # type: ignore[call-arg, misc]

    assert "ashr_labs" == AsyncAshrLabsClient.__module__ == APIConnectionError.__module__ == Timeout.__module__


async def test_with_options_changes_only_what_is_given(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """`with_options` leaves the client unchanged, and keeps the options that it is not given."""
    sibling = client.with_options(api_key=OTHER_KEY, default_headers={"X-Team": "search"})

    await sibling.health_check()
    await client.health_check()

    theirs, ours = (asked.headers for asked in server.asked)
    assert (f"Bearer {OTHER_KEY}", "search") == (theirs["authorization"], theirs["x-team"])
    assert (f"Bearer {KEY}", None) == (ours["authorization"], ours.get("x-team"))


async def test_with_options_calls_accumulate(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """Options accumulate, an idempotency key too."""
    server.on("delete_run", {"status": "ok"})

    await client.with_options(idempotency_key="nightly-7").with_options(timeout=9).delete_run(1)

    assert ["nightly-7"] == server.keys("delete_run")


async def test_compressed_responses_are_read(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """Compressed responses are decompressed; one that cannot be is an APIConnectionError."""
    packed = gzip.compress(b'{"status": "ok", "run": {"id": 5}}')
    server.on("get_run", Answer(200, packed, {"Content-Encoding": "gzip"}))
    assert 5 == (await client.get_run(5))["id"]

    server.on("get_run", Answer(200, b"no gzip", {"Content-Encoding": "gzip"}))
    with pytest.raises(APIConnectionError):
        await client.get_run(5)


async def test_clients_with_same_key_share_the_session(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """The session is fetched once per key."""
    await client.with_options(timeout=9).list_runs()
    await client.list_runs()
    before = len(server.calls("init"))
    await client.with_options(api_key=OTHER_KEY).list_runs()

    assert (1, 2) == (before, len(server.calls("init")))


@pytest.mark.parametrize(
    "name", sorted(n for n, v in vars(AsyncAshrLabsClient).items() if isinstance(v, cached_property))
)
async def test_sibling_makes_its_own_resource_objects(client: AsyncAshrLabsClient, name: str) -> None:
    """Objects that a client makes once, such as `prompts`, use the options of the client that they belong to."""
    first = getattr(client, name)

    assert getattr(client, name) is first
    assert getattr(client.with_options(timeout=3), name) is not first


async def test_closing_a_client_closes_derived_clients(client: AsyncAshrLabsClient) -> None:
    """Clients that share connections are closed together; closing twice is harmless."""
    sibling = client.with_options(timeout=3)
    await sibling.health_check()

    await client.aclose()
    await client.aclose()

    with pytest.raises(ConfigurationError, match="closed"):
        await sibling.health_check()
    with pytest.raises(ConfigurationError, match="closed"):
        await client.health_check()


async def test_custom_http_client_is_used_and_left_open(server: ScriptedServer) -> None:
    """The settings of `http_client` apply, except cookies and redirects, and it is not closed with the client."""
    server.on("keep_alive", Answer(302, b"", {"Location": "http://127.0.0.1:9/", "Set-Cookie": "a=b"}))
    seen: list[str] = []

    async def hook(request: httpx.Request) -> None:
        seen.append(request.method)

    async with httpx.AsyncClient(event_hooks={"request": [hook]}) as mine:
        client = AsyncAshrLabsClient(KEY, server.url, max_retries=0, http_client=mine)
        await client.init()
        for _ in range(2):
            with pytest.raises(AshrLabsError, match="302"):
                await client.health_check()
        await client.aclose()
        assert not mine.is_closed
    with pytest.raises(ConfigurationError, match="http_client is closed"):
        await AsyncAshrLabsClient(KEY, server.url, http_client=mine).health_check()

    assert ["POST"] * 3 == seen
    assert [None] * 3 == [asked.headers.get("cookie") for asked in server.asked]


async def test_custom_transport_receives_requests() -> None:
    """A custom httpx transport receives the requests."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"status": "ok", "host": request.url.host})

    async with AsyncAshrLabsClient(KEY, "http://nowhere.test", transport=httpx.MockTransport(answer)) as client:
        assert "nowhere.test" == dict(await client.health_check())["host"]


async def test_proxy_receives_requests(server: ScriptedServer) -> None:
    """Plain requests are sent to `proxy`, with the whole URL."""
    server.on("keep_alive", {"status": "ok"})
    async with AsyncAshrLabsClient(KEY, "http://platform.test/api", proxy=server.url) as client:
        await client.health_check()

    assert "http://platform.test/api" == server.asked[-1].path


@pytest.mark.parametrize(
    ("variables", "is_used"),
    [
        ({"HTTP_PROXY": "{}"}, True),
        ({"ALL_PROXY": "{}"}, True),
        ({"HTTP_PROXY": "{}", "NO_PROXY": "10.0.0.0/8,example.com"}, True),
        ({"HTTP_PROXY": "{}", "NO_PROXY": "127.0.0.1"}, False),
        ({}, False),
    ],
)
async def test_proxy_is_read_from_environment(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_used: bool
) -> None:
    """The usual variables apply, whatever `NO_PROXY` contains."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(server.url))
    server.on("keep_alive", {"status": "ok"})

    async with AsyncAshrLabsClient(KEY, server.url) as client:
        await client.health_check()

    assert (f"{server.url}" if is_used else "") in server.asked[-1].path
    assert is_used is server.asked[-1].path.startswith("http://")


async def test_private_certificate_authority_is_trusted_with_verify(tmp_path: Path) -> None:
    """`verify` takes a path or a context; without it the error names the option, and a proxy is tunnelled through."""
    certificate = new_certificate(tmp_path)
    script = ScriptedServer(server_context(certificate))
    script.on("keep_alive", {"status": "ok"})
    context = ssl.create_default_context(cafile=certificate)
    with script.running(), running_tunnel() as (proxy, tunnelled):
        for verify in (str(certificate), context, False):
            async with AsyncAshrLabsClient(KEY, script.url, verify=verify) as client:
                await client.health_check()
        async with AsyncAshrLabsClient(KEY, script.url, verify=context, proxy=proxy) as client:
            await client.health_check()
        untrusting = AsyncAshrLabsClient(KEY, script.url, max_retries=0)
        with pytest.raises(APIConnectionError, match="verify="):
            await untrusting.health_check()
        await untrusting.aclose()

    assert [script.url.removeprefix("https://")] == tunnelled
    assert 4 == len(script.asked)


async def test_https_proxy_is_supported(tmp_path: Path) -> None:
    """TLS to the platform runs inside TLS to the proxy, with large payloads too, and `verify` applies to both."""
    certificate = new_certificate(tmp_path)
    script = ScriptedServer(server_context(certificate))
    script.on("create_dataset", lambda body: Answer.of({"status": "ok", "dataset": body["dataset_source"]}))
    large = {"runs": {}, "padding": "x" * 1_000_000}
    with script.running(), running_tunnel(server_context(certificate)) as (proxy, tunnelled):
        async with AsyncAshrLabsClient(KEY, script.url, verify=str(certificate), proxy=proxy) as client:
            for _ in range(3):
                assert large == await client.create_dataset("D", large)
        untrusting = AsyncAshrLabsClient(KEY, script.url, max_retries=0, proxy=proxy)
        with pytest.raises(APIConnectionError, match="verify="):
            await untrusting.health_check()
        await untrusting.aclose()

    assert [script.url.removeprefix("https://")] == tunnelled


async def test_total_timeout_applies_to_custom_http_client(server: ScriptedServer) -> None:
    """A slow response to `http_client` ends at the total timeout, although each byte arrives in time."""
    server.on("keep_alive", Answer(body=b" " * 1000, pause=0.02))
    async with httpx.AsyncClient() as mine:
        with pytest.raises(APITimeoutError):
            await AsyncAshrLabsClient(KEY, server.url, Timeout(5, total=0.3), http_client=mine).health_check()

    assert 1 == len(server.asked)


@pytest.mark.parametrize("is_proxied", [False, True])
async def test_tcp_keep_alive_is_enabled(server: ScriptedServer, is_proxied: bool) -> None:
    """TCP keep-alive is on, for connections to a proxy too."""
    client = AsyncAshrLabsClient(KEY, server.url, proxy=server.url if is_proxied else None)
    deadline = Deadline(60)
    request = client._transport._requests.build(b'{"function": "keep_alive"}', deadline)

    response = await client._transport.pool.send(request, deadline)

    connection = response.extensions["network_stream"].get_extra_info("socket")
    assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    await client.aclose()


async def test_client_options_survive_pickling(server: ScriptedServer) -> None:
    """An unpickled client has the same options and opens connections of its own; a key is pickled on request."""
    server.on("keep_alive", {"status": "ok"})
    async with AsyncAshrLabsClient(KEY, server.url, max_retries=0, pickle_api_key=True) as client:
        await client.health_check()
        packed = pickle.dumps(client.with_options(default_headers={"X-Team": "search"}))
    async with pickle.loads(packed) as twin:
        await twin.health_check()

    assert "search" == server.asked[-1].headers["x-team"]
    assert f"Bearer {KEY}" == server.asked[-1].headers["authorization"]
    assert 2 == server.connections


async def test_key_is_not_pickled_by_default(client: AsyncAshrLabsClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client with a key of its own is refused; with the key of the environment it is pickled without the key."""
    with pytest.raises(TypeError, match="pickle_api_key=True"):
        pickle.dumps(client)

    monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
    packed = pickle.dumps(client)

    assert KEY.encode() not in packed
    async with pickle.loads(packed) as twin:
        assert KEY == twin.api_key


async def test_client_exposes_its_options(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A client has its key, masked in `repr`, its URL and its timeout."""
    timeout = Timeout(3, connect=1)

    assert (KEY, server.url, 30) == (client.api_key, client.base_url, client.timeout)
    assert "'tp_01234...'" == repr(client.api_key)
    assert timeout is client.with_options(timeout=timeout).timeout


async def test_partially_initialized_client_has_repr() -> None:
    """A client whose constructor raised can be shown in a traceback."""
    assert "<AsyncAshrLabsClient, not initialized>" == repr(object.__new__(AsyncAshrLabsClient))


@pytest.mark.parametrize("url", ["http://platform.test", "https://platform.test"])
@pytest.mark.parametrize("by", ["argument", "environment"])
async def test_unreachable_proxy_is_named_without_password(url: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the connection to a proxy names the proxy without its password, not `base_url`."""
    proxy = "http://me:s3cret@127.0.0.1:9"
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("ALL_PROXY" if by == "environment" else "UNUSED", proxy)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    client = AsyncAshrLabsClient(KEY, url, max_retries=0, proxy=proxy if by == "argument" else None)
    with pytest.raises(APIConnectionError) as caught:
        await client.health_check()
    await client.aclose()

    assert "through the proxy http://127.0.0.1:9" in str(caught.value)
    assert "check the proxy" in str(caught.value)
    assert "base_url" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_key_from_environment_is_not_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is read again when the client is unpickled, and it is an error if it is missing there."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
    async with AsyncAshrLabsClient.from_env() as client:
        packed = pickle.dumps(client)

    assert KEY.encode() not in packed
    monkeypatch.setenv("ASHR_LABS_API_KEY", OTHER_KEY)
    async with pickle.loads(packed) as twin:
        assert OTHER_KEY == twin.api_key
    monkeypatch.delenv("ASHR_LABS_API_KEY")
    with pytest.raises(MissingAPIKeyError):
        pickle.loads(packed)


async def test_local_client_cannot_be_pickled() -> None:
    """A client of the embedded platform cannot be pickled; the error says why."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(client)


async def test_ssl_context_cannot_be_pickled() -> None:
    """An SSL context cannot be pickled; the error names the alternative."""
    client = AsyncAshrLabsClient(KEY, verify=ssl.create_default_context())
    with pytest.raises(TypeError, match="verify="):
        pickle.dumps(client)
    await client.aclose()


async def test_embedded_platform_works_as_transport() -> None:
    """`local()` needs no network, and its platform supports idempotency keys."""
    async with AsyncAshrLabsClient.local() as client:
        once = client.with_options(idempotency_key="nightly-7")

        first = await once.create_dataset("D", {"runs": {}})
        again = await once.create_dataset("D", {"runs": {}})

        assert first["id"] == again["id"]
        assert 1 == len((await client.list_datasets())["datasets"])
