"""Error mapping, against a real server that fails on purpose."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from ashr_labs import (
    APIConnectionError,
    APITimeoutError,
    AshrLabsError,
    AsyncAshrLabsClient,
    AuthenticationError,
    AuthorizationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    ResponseFormatError,
    ServerError,
    ValidationError,
)
from support.scripted_server import SESSION, Answer, ScriptedServer

KEY = "tp_canary_0123456789abcdef"


@pytest.fixture
async def client(server: ScriptedServer) -> AsyncGenerator[AsyncAshrLabsClient]:
    async with AsyncAshrLabsClient(KEY, server.url, timeout=5, max_retries=0) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, AshrLabsError),
        (403, AuthorizationError),
        (404, NotFoundError),
        (409, ConflictError),
        (413, AshrLabsError),
        (422, ValidationError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (520, ServerError),
        (599, ServerError),
    ],
)
async def test_status_code_raises_documented_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, status: int, cls: type[AshrLabsError]
) -> None:
    """Each documented status raises its class, with the platform's message and all attributes."""
    body = {"status": "error", "message": "because"}
    server.on("get_run", Answer.of(body, status, x_request_id="req_1"))

    with pytest.raises(AshrLabsError) as caught:
        await client.get_run(1)

    error = caught.value
    assert cls is type(error)
    assert (status, "because", body, "get_run", "req_1") == (
        error.status_code,
        error.message,
        error.response,
        error.operation,
        error.request_id,
    )
    assert f"[{status}] because" == str(error)


@pytest.mark.parametrize(
    ("answer", "cls", "status"),
    [
        (Answer(200, b"<html>hello</html>"), ResponseFormatError, 200),
        (Answer(200, b""), ResponseFormatError, 200),
        (Answer(200, b"[1, 2]"), ResponseFormatError, 200),
        (Answer(200, b'{"run": {"id"'), ResponseFormatError, 200),
        (Answer(200, b"\xff\xfe\x00"), ResponseFormatError, 200),
        (Answer(200, b"[" * 100_000), ResponseFormatError, 200),
        (Answer.of({"status": "ok"}), ResponseFormatError, 200),
        (Answer.of({"status": "error", "message": "no"}), BadRequestError, 400),
        (Answer.of({"status": "error", "message": "Run 1 not found"}), NotFoundError, 404),
        (Answer(502, b"<html>bad gateway</html>"), ServerError, 502),
        (Answer(500, b""), ServerError, 500),
        (Answer(404, b"\xff\xfe"), NotFoundError, 404),
        (Answer.of({"error": "gone"}, 404), NotFoundError, 404),
        (Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), AshrLabsError, 302),
        (Answer(closes=True), APIConnectionError, None),
    ],
)
async def test_malformed_response_raises_ashr_labs_error(
    client: AsyncAshrLabsClient,
    server: ScriptedServer,
    answer: Answer,
    cls: type[AshrLabsError],
    status: int | None,
) -> None:
    """Any malformed response, or none at all, raises an `AshrLabsError` and never a bare error of a library."""
    server.on("get_run", answer)

    with pytest.raises(AshrLabsError) as caught:
        await client.get_run(1)

    assert (cls, status) == (type(caught.value), caught.value.status_code)


@pytest.mark.parametrize("missing", ["user", "tenant"])
async def test_incomplete_session_raises_format_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, missing: str
) -> None:
    """A response to `init` without user or tenant is an error that names the missing field."""
    server.on("init", {key: value for key, value in SESSION.items() if key != missing})

    with pytest.raises(ResponseFormatError, match=missing):
        await client.list_runs()


@pytest.mark.parametrize("run", [None, [], 5, "x"])
async def test_wrong_field_type_raises_format_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, run: object
) -> None:
    """A field that is not of the documented type is an error of every method that reads it."""
    server.on("get_run", {"status": "ok", "run": run})
    server.on("list_agents", {"status": "ok", "agents": {}})

    for method in (client.get_run, client.poll_run):
        with pytest.raises(ResponseFormatError, match=r"'run' of the response must be an object"):
            await method(1)
    with pytest.raises(ResponseFormatError, match=r"'agents' of the response must be an array"):
        await client.list_agents()


@pytest.mark.parametrize(
    "session",
    [
        {"user": None, "tenant": {"id": 1}},
        {"user": {"id": 1}, "tenant": "x"},
        {"user": {"id": None}, "tenant": {"id": 1}},
    ],
)
async def test_malformed_session_raises_format_error(
    client: AsyncAshrLabsClient, server: ScriptedServer, session: dict[str, Any]
) -> None:
    """A response to `init` with fields of another type is an error."""
    server.on("init", {"status": "ok", **session})

    with pytest.raises(ResponseFormatError, match="init"):
        await client.list_runs()


async def test_session_without_notes_is_valid(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """Null notes count as an empty list."""
    server.on("init", SESSION | {"notes": None})

    await client.init()

    assert [] == client.notes


async def test_refused_connection_raises_connection_error(server: ScriptedServer) -> None:
    """A refused connection raises APIConnectionError that names the URL."""
    unused = "http://127.0.0.1:9"
    async with AsyncAshrLabsClient(KEY, unused, max_retries=0) as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.health_check()

    assert unused in str(caught.value)
    assert caught.value.status_code is None


async def test_slow_response_raises_timeout_error(server: ScriptedServer) -> None:
    """A timeout raises APITimeoutError, which is a built-in TimeoutError too."""
    import threading

    release = threading.Event()

    def late(_: object) -> Answer:
        release.wait(5)
        return Answer.of({"status": "ok"})

    server.on("keep_alive", late)
    async with AsyncAshrLabsClient(KEY, server.url, 0.1, max_retries=0) as client:
        with pytest.raises(TimeoutError) as caught:
            await client.health_check()
    release.set()

    assert isinstance(caught.value, APITimeoutError)


async def test_closed_client_raises_configuration_error(client: AsyncAshrLabsClient) -> None:
    """Using a closed client raises ConfigurationError."""
    await client.aclose()

    with pytest.raises(ConfigurationError, match="closed"):
        await client.health_check()


async def test_unserializable_parameter_is_rejected(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """NaN and objects that are not JSON are refused before anything is sent; the error names the operation."""
    for value in (float("nan"), object()):
        with pytest.raises(ConfigurationError, match="create_dataset"):
            await client.create_dataset("N", {"runs": value})

    assert [] == server.asked


async def test_whitespace_around_key_is_stripped(server: ScriptedServer) -> None:
    """A key pasted with a line break at its end works."""
    server.on("keep_alive", {"status": "ok"})
    async with AsyncAshrLabsClient(f" {KEY}\n", server.url) as client:
        await client.health_check()

    assert f"Bearer {KEY}" == server.asked[-1].headers["authorization"]


async def test_key_is_absent_from_repr_and_errors(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """The key is not in the repr of the client, its options or an error."""
    server.on("get_run", Answer.of({"status": "error", "message": "no"}, 401))

    with pytest.raises(AuthenticationError) as caught:
        await client.get_run(1)

    shown = [repr(client), repr(client._options), str(caught.value), repr(caught.value), repr(vars(caught.value))]
    assert not [text for text in shown if KEY in text]


@pytest.mark.parametrize(
    ("method", "arguments", "name"),
    [
        ("create_dataset", ["D", None], "dataset_source"),
        ("create_dataset", ["D", [("a", 1)]], "dataset_source"),
        ("update_dataset", [1, "D", "", "x"], "dataset_source"),
        ("create_run", [1, None, 1], "result"),
        ("create_agent", ["A", None, [1]], "config"),
        ("update_agent", [1, "A", "", 5], "config"),
        ("create_request", ["R", None], "config"),
        ("generate_dataset", ["R", "x"], "config"),
        ("run_pentest", ["A", "quick", [], []], "report"),
    ],
)
async def test_non_object_payload_is_rejected(
    client: AsyncAshrLabsClient, server: ScriptedServer, method: str, arguments: list[Any], name: str
) -> None:
    """A payload that is not an object is refused before anything is sent."""
    with pytest.raises(ConfigurationError, match=f"^{name}: must be an object"):
        await getattr(client, method)(*arguments)

    assert [] == server.asked


async def test_key_echoed_by_the_platform_is_masked(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A key that the platform repeats in a response is masked in the error."""
    server.on("get_run", Answer.of({"status": "error", "message": f"bad key {KEY}", "key": [KEY]}, 401))

    with pytest.raises(AuthenticationError, match="bad key tp_") as caught:
        await client.get_run(1)

    assert KEY not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
