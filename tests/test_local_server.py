"""The server over real sockets, and httpx clients in the same process."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import application, running_server, serve
from ashr_labs.local.server.bodies import BodyReader
from ashr_labs.local.server.h11_timeouts import TimeoutH11Protocol
from ashr_labs.local.transport import LocalTransport
from support.local_api import Api, Place, call_of

INIT = b'{"function": "init"}'


@pytest.fixture(name="api", scope="module")
def _api(module_place: Place) -> Generator[Api]:
    with Api.opened(module_place) as api:
        yield api


@pytest.fixture(name="url", scope="module")
def _url(api: Api) -> Generator[str]:
    with running_server(api.platform) as url:
        yield url


@pytest.fixture(name="client")
def _client(api: Api, url: str) -> Generator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {api.key}"}) as client:
        yield client


def call(client: httpx.Client, function: str, **params: object) -> httpx.Response:
    return client.post("", json={"function": function, **params})


def test_calls_are_answered_over_http(client: httpx.Client) -> None:
    """A call over a socket gets the platform's response as JSON, with a request id."""
    answer = call(client, "init")

    assert (200, "application/json") == (answer.status_code, answer.headers["content-type"])
    assert "Local" == answer.json()["tenant"]["tenant_name"]
    assert answer.headers["x-request-id"]


def test_health_needs_no_key(url: str) -> None:
    """`GET /health` responds without a key."""
    answer = httpx.get(f"{url}/health")

    assert (200, "ok", "0") == (answer.status_code, answer.json()["status"], str(answer.json()["activeSessions"]))


def test_errors_travel_with_their_status(client: httpx.Client) -> None:
    """An error has its HTTP status and a message in the body."""
    answer = call(client, "get_run", run_id=999_999)

    assert (404, "there is no run 999999") == (answer.status_code, answer.json()["message"])


def test_idempotency_key_header(client: httpx.Client) -> None:
    """The header `Idempotency-Key` makes a repeated call idempotent."""
    headers = {"idempotency-key": "k"}
    body = {"function": "create_agent", "name": "http"}

    assert client.post("", json=body, headers=headers).json() == client.post("", json=body, headers=headers).json()


def test_lone_surrogate_round_trips(client: httpx.Client) -> None:
    """Text that UTF-8 cannot encode is received and sent as an escape."""
    body = b'{"function": "create_dataset", "name": "x", "dataset_source": {"a": "\\ud83e"}}'

    assert "\ud83e" == client.post("", content=body).json()["dataset"]["dataset_source"]["a"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PATCH", "/", 405), ("PUT", "/", 405), ("POST", "/health", 405), ("POST", "/nowhere", 404), ("GET", "/x", 404)],
)
def test_other_methods_and_paths_are_rejected(client: httpx.Client, method: str, path: str, status: int) -> None:
    """A request that is not a call is rejected with its own status and a hint."""
    answer = client.request(method, path, content=INIT)

    assert (status, "error") == (answer.status_code, answer.json()["status"])
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        (None, 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_other_media_types_are_rejected(client: httpx.Client, content_type: str | None, status: int) -> None:
    """A body of another media type is rejected; a missing type means JSON."""
    headers = {} if content_type is None else {"content-type": content_type}

    assert status == client.post("", content=INIT, headers=headers).status_code


@pytest.mark.parametrize(("encoding", "status"), [("identity", 200), ("gzip", 415), ("br, gzip", 415)])
def test_compressed_bodies_are_rejected(client: httpx.Client, encoding: str, status: int) -> None:
    """A compressed body, which could expand to any size, is rejected."""
    answer = client.post("", content=INIT, headers={"content-encoding": encoding})

    assert status == answer.status_code
    assert status == 200 or encoding in answer.json()["message"]


@pytest.mark.parametrize("declared", [True, False], ids=["content-length", "chunked"])
def test_oversized_body_is_rejected(api: Api, *, declared: bool) -> None:
    """A body over the limit gets a 413, and the server keeps running."""
    body = json.dumps({"function": "keep_alive", "x": "y" * 2_000_000}).encode()

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(application(api.platform, body_limit=1_000_000))
        headers = {"authorization": f"Bearer {api.key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://local", headers=headers) as client:
            large = await client.post("", content=body if declared else pieces(body))
            assert large.status_code == 200 or "1000000" in large.json()["message"]
            return [large.status_code, (await client.post("", content=INIT)).status_code]

    async def pieces(whole: bytes) -> AsyncGenerator[bytes]:
        for start in range(0, len(whole), 100_000):
            yield whole[start : start + 100_000]

    assert [413, 200] == asyncio.run(ask())


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer tp_anything"}], ids=["no key", "unknown key"])
def test_unauthenticated_body_is_not_buffered(api: Api, headers: dict[str, str]) -> None:
    """A client without a valid key gets a 401, and its body is not kept in memory."""
    body = json.dumps({"function": "keep_alive", "x": "y" * 30_000_000}).encode()

    async def chunks() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    async def ask() -> int:
        transport = httpx.ASGITransport(application(api.platform))
        async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
            return (await client.post("", content=chunks(), headers=headers)).status_code

    tracemalloc.start()
    try:
        status = asyncio.run(ask())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 401 == status
    assert most < 5_000_000


def test_total_body_memory_is_limited(api: Api) -> None:
    """While the bodies of calls in progress fill the memory, another large one gets a 503 and can be sent again."""
    body = json.dumps({"function": "keep_alive", "x": "y" * 100_000}).encode()
    one_only = BodyReader(limit=200_000, total=150_000)
    first_is_read, second_is_done = asyncio.Event(), asyncio.Event()

    async def read(request: Request, *, waits: bool) -> int:
        try:
            async with one_only.read(request, lambda: True) as content:
                first_is_read.set()
                if waits:
                    await second_is_done.wait()
                return len(content)
        except HTTPException as error:
            return error.status_code

    async def run() -> list[int]:
        first = asyncio.create_task(read(request_of(body), waits=True))
        await first_is_read.wait()
        second = await read(request_of(body), waits=False)
        second_is_done.set()
        return [await first, second, await read(request_of(body), waits=False)]

    assert [len(body), 503, len(body)] == asyncio.run(run())


@pytest.mark.parametrize(
    ("source", "status"),
    [
        (b"[" + b"[]," * 20_000_000 + b"[]]", 400),
        (b"[" + b"[]," * 1_600_000 + b"[]]", 200),
        (b'{"a": {"actions": [], "metadata": {"b": [{"c": [' + b"1.23456789," * 2_000_000 + b"1]}]}}}", 200),
    ],
    ids=["too many values", "empty arrays", "numbers deep inside"],
)
def test_large_call_does_not_stop_others(api: Api, url: str, source: bytes, status: int) -> None:
    """While a call with millions of values is answered, others do not wait for seconds."""
    body = b'{"function": "create_dataset", "name": "d", "dataset_source": {"runs": ' + source + b"}}"
    headers = {"authorization": f"Bearer {api.key}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=60) as client,
        ThreadPoolExecutor(1) as others,
        httpx.Client(base_url=url, headers=headers, timeout=60) as large,
    ):
        sent = others.submit(large.post, "", content=body)
        waits = [0.0]
        while not sent.done():
            start = time.perf_counter()
            assert 200 == call(client, "init").status_code
            waits.append(time.perf_counter() - start)

    assert status == sent.result().status_code
    assert 2 > max(waits)


def request_of(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "headers": [], "method": "POST"}, receive)


def test_conflicting_lengths_are_rejected(client: httpx.Client) -> None:
    """Content-Length together with Transfer-Encoding is a 400, and what follows is not read as a second request."""
    host, port = client.base_url.host, client.base_url.port or 0
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(head + b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert received.startswith(b"HTTP/1.1 400")
    assert 1 == received.count(b"HTTP/1.1")


def test_rejected_body_is_drained(api: Api) -> None:
    """A client that sends 80 MB receives the reason for the rejection."""
    with running_server(api.platform) as url:
        answer = httpx.post(url, content=b"x" * 80_000_000, headers={"content-type": "application/json"}, timeout=60)

    assert 413 == answer.status_code


def test_aborted_connection_is_cleaned_up(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that is cut within a body, or does not send HTTP, is cleaned up."""
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address) as cut:
        cut.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    with socket.create_connection(address) as strange:
        strange.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")

    assert 200 == call(client, "keep_alive").status_code
    assert "Traceback" not in caplog.text


def test_keep_alive_connection_has_no_nagle_delay(client: httpx.Client) -> None:
    """Connections are kept alive, and responses are not delayed by Nagle's algorithm."""
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    ports, seconds = set(), []
    for _ in range(10):
        begin = time.perf_counter()
        connection.request("POST", "/", INIT, {"Authorization": client.headers["authorization"]})
        assert json.loads(connection.getresponse().read())["user"]
        seconds.append(time.perf_counter() - begin)
        ports.add(connection.sock.getsockname()[1])
    connection.close()

    assert 1 == len(ports)
    assert min(seconds) < 0.03


def test_unusable_port_is_named(api: Api, url: str) -> None:
    """Binding a used or invalid port fails with the port in the message."""
    port = urlsplit(url).port or 0

    for wrong in (port, 99_999, -1):
        with pytest.raises(ConfigurationError, match=f"port {wrong}"), running_server(api.platform, port=wrong):
            pass


SERVE = """
import sys
import time
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import serve
platform = open_platform(sys.argv[1])
platform.bootstrap("tp_chosen_by_a_script")
serve(platform, port=0, on_ready=lambda url: print(url, flush=True))
print("over", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_serve_cleanly(kept_place: Place, number: signal.Signals) -> None:
    """On SIGTERM and SIGINT the server stops, the platform is closed, and the program continues."""
    command = [sys.executable, "-c", SERVE, str(kept_place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        headers = {"authorization": "Bearer tp_chosen_by_a_script"}
        made = httpx.post(url, json={"function": "create_agent", "name": "x"}, headers=headers)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert (200, "over\n", "", 0) == (made.status_code, out, err, process.returncode)
    with Api.opened(kept_place) as api:
        assert ["x"] == [agent["name"] for agent in api("list_agents")["agents"]]


def test_failed_bind_closes_the_platform() -> None:
    """The platform is closed if the server does not start."""
    platform = open_platform()

    with pytest.raises(ConfigurationError, match="cannot listen"):
        serve(platform, port=99999)
    with pytest.raises(ConfigurationError, match="closed"):
        platform.answer(call_of(INIT))


def test_sync_transport_works_without_socket() -> None:
    """An httpx client calls the platform in the same process, and closes it on closing."""
    platform = open_platform()
    headers = {"authorization": f"Bearer {platform.bootstrap()}", "idempotency-key": "k"}
    with httpx.Client(transport=LocalTransport(platform), base_url="http://local", headers=headers) as client:
        first = call(client, "create_agent", name="x")
        assert (200, "application/json") == (first.status_code, first.headers["content-type"])
        assert first.json() == call(client, "create_agent", name="x").json()
        assert first.headers["x-request-id"]

    with pytest.raises(ConfigurationError, match="closed"):
        platform.answer(call_of(INIT))


def test_async_transport_works_without_socket() -> None:
    """An async httpx client calls the platform without blocking its event loop."""

    async def ask() -> list[int]:
        platform = open_platform()
        headers = {"authorization": f"Bearer {platform.bootstrap()}"}
        transport = LocalTransport(platform)
        async with httpx.AsyncClient(transport=transport, base_url="http://local", headers=headers) as client:
            answers = await asyncio.gather(*(client.post("", content=INIT) for _ in range(20)))
        with pytest.raises(ConfigurationError, match="closed"):
            platform.answer(call_of(INIT))
        return [answer.status_code for answer in answers]

    assert [200] * 20 == asyncio.run(ask())


def test_transport_leaves_borrowed_platform_open(api: Api) -> None:
    """A transport that does not own its platform leaves it open."""
    LocalTransport(api.platform, owns_platform=False).close()

    assert "ok" == api("keep_alive")["status"]


@pytest.mark.parametrize("before", [b"", INIT], ids=["new", "kept alive"])
def test_incomplete_request_head_times_out(api: Api, monkeypatch: pytest.MonkeyPatch, before: bytes) -> None:
    """A connection whose request head is not complete in time is closed, even if bytes keep arriving."""
    monkeypatch.setattr(TimeoutH11Protocol, "header_timeout", 0.3)
    with running_server(api.platform) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            if before:
                head = f"POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {api.key}\r\ncontent-length: {len(before)}"
                connection.sendall(head.encode() + b"\r\n\r\n" + before)
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
            with pytest.raises(ConnectionError):
                trickle(connection, b"GET /" + b"x" * 1000)
        assert 200 == httpx.get(f"{url}/health").status_code


def test_unread_response_aborts_connection(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection whose client stops reading a response is aborted."""
    monkeypatch.setattr(TimeoutH11Protocol, "write_timeout", 0.3)
    dataset_id = api.dataset(dataset_source={"a": "x" * 20_000_000})
    body = json.dumps({"function": "get_dataset", "dataset_id": dataset_id}).encode()
    head = f"POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {api.key}\r\ncontent-length: {len(body)}\r\n\r\n"
    with running_server(api.platform) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(head.encode() + body)
            time.sleep(1.0)
            read = 0
            with suppress(ConnectionError):
                while data := connection.recv(1_000_000):
                    read += len(data)
        assert read < 20_000_000
        assert 200 == httpx.get(f"{url}/health").status_code


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 200_000, 431),
        (b"GET /" + b"y" * 200_000, 431),
        (b"GET /health HTTP/1.1\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(20_000)), 431),
        (b"GET /health HTTP/1.1\r\nno header\r\n\r\n", 400),
        (b"GET /health HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n", 501),
    ],
)
def test_invalid_request_heads_are_rejected_in_json(url: str, head: bytes, status: int) -> None:
    """An oversized or invalid head gets its own status, in JSON, and the connection is closed."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        with suppress(ConnectionError):
            connection.sendall(head)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = json.loads(answer.read())

    assert (status, "error") == (answer.status, body["status"])
    assert "close" == answer.headers["connection"]


def test_invalid_pipelined_data_closes_the_connection(api: Api, url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Invalid HTTP sent during the response to an earlier request only costs the connection."""
    address = urlsplit(url)
    body = json.dumps({"function": "list_datasets"}).encode()
    head = f"POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {api.key}\r\ncontent-length: {len(body)}\r\n\r\n"
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(head.encode() + body + b"\x00 nonsense\r\n\r\n")
            with suppress(ConnectionError):
                connection.recv(1_000_000)

    assert 200 == httpx.get(f"{url}/health").status_code
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_wildcard_server_url_is_reachable(api: Api, host: str) -> None:
    """A server that listens on all addresses has a URL that works on this machine."""
    try:
        with running_server(api.platform, host=host) as url:
            assert host not in url.split("]")[0].removeprefix("http://[::1")
            assert 200 == httpx.get(f"{url}/health").status_code
    except ConfigurationError:
        pytest.skip(f"this machine has no {host}")


def trickle(connection: socket.socket, data: bytes) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


def test_incomplete_body_times_out(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that takes too long is answered with 408."""
    monkeypatch.setattr(BodyReader, "timeout", 0.2)
    with running_server(api.platform) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{")

            assert connection.recv(65_536).startswith(b"HTTP/1.1 408")
