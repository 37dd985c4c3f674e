"""How failures become errors, against a real server that fails on purpose."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Generator
from datetime import UTC, datetime

import pytest

from ashr_labs import (
    APIConnectionError,
    APITimeoutError,
    AshrLabsClient,
    AshrLabsError,
    AuthenticationError,
    AuthorizationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DatasetError,
    MissingAPIKeyError,
    NotFoundError,
    RateLimitError,
    ResponseFormatError,
    ServerError,
    ValidationError,
    errors,
)
from ashr_labs.client._answers import seconds_to_wait
from support.scripted_server import SESSION, Answer, ScriptedServer

KEY = "tp_canary_0123456789abcdef"


@pytest.fixture
def client(server: ScriptedServer) -> Generator[AshrLabsClient]:
    with AshrLabsClient(KEY, server.url, timeout=5) as client:
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
def test_a_status_raises_its_class(
    client: AshrLabsClient, server: ScriptedServer, status: int, cls: type[AshrLabsError]
) -> None:
    """Each documented status raises its class, with the platform's message and everything known."""
    body = {"status": "error", "message": "because"}
    server.on("get_run", Answer.of(body, status, x_request_id="req_1"))

    with pytest.raises(AshrLabsError) as caught:
        client.get_run(1)

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
def test_a_broken_answer_raises_a_class_of_ours(
    client: AshrLabsClient,
    server: ScriptedServer,
    answer: Answer,
    cls: type[AshrLabsError],
    status: int | None,
) -> None:
    """Whatever comes back, or nothing at all, raises one of our classes and never a bare error of a library."""
    server.on("get_run", answer)

    with pytest.raises(AshrLabsError) as caught:
        client.get_run(1)

    assert (cls, status) == (type(caught.value), caught.value.status_code)


@pytest.mark.parametrize("missing", ["user", "tenant"])
def test_a_session_without_its_parts_is_a_format_error(
    client: AshrLabsClient, server: ScriptedServer, missing: str
) -> None:
    """An `init` that does not say who is calling fails at once, naming what is missing."""
    server.on("init", {key: value for key, value in SESSION.items() if key != missing})

    with pytest.raises(ResponseFormatError, match=missing):
        client.list_runs()


def test_no_listener_is_a_connection_error(server: ScriptedServer) -> None:
    """A refused connection raises APIConnectionError that names the URL."""
    with AshrLabsClient(KEY, "http://127.0.0.1:9", timeout=5) as client, pytest.raises(APIConnectionError) as caught:
        client.health_check()

    assert "127.0.0.1:9" in str(caught.value)
    assert caught.value.status_code is None


def test_a_slow_answer_is_a_timeout_error(server: ScriptedServer) -> None:
    """No answer in time raises APITimeoutError, which is a builtin TimeoutError too."""
    import threading

    release = threading.Event()

    def late(_: object) -> Answer:
        release.wait(5)
        return Answer.of({"status": "ok"})

    server.on("keep_alive", late)
    with AshrLabsClient(KEY, server.url, timeout=0.1) as client, pytest.raises(TimeoutError) as caught:
        client.health_check()
    release.set()

    assert isinstance(caught.value, APITimeoutError)


def test_a_closed_client_says_so(client: AshrLabsClient) -> None:
    """Using a closed client is a ConfigurationError that says what happened."""
    client.close()

    with pytest.raises(ConfigurationError, match="closed"):
        client.health_check()


def test_a_parameter_that_json_cannot_write_is_refused(client: AshrLabsClient, server: ScriptedServer) -> None:
    """NaN and foreign objects are refused before anything is sent, naming the operation."""
    for value in (float("nan"), object()):
        with pytest.raises(ConfigurationError, match="create_dataset"):
            client.create_dataset("N", {"runs": value})

    assert [] == server.asked


@pytest.mark.parametrize(
    "key", ["", "   ", "sk_other", "tp_with space", "tp_line\nbreak", "tp_tab\tkey", "tp_\u00e9", "tp_nul\x00"]
)
def test_a_key_that_cannot_work_is_refused_without_being_repeated(key: str) -> None:
    """A bad key fails before any request, as a ValueError, and is not in the message."""
    with pytest.raises(ValueError, match="API key") as caught:
        AshrLabsClient(key)

    assert not key.strip() or key not in str(caught.value)


def test_white_space_around_a_key_is_cut(server: ScriptedServer) -> None:
    """A key pasted with a line break at its end works."""
    server.on("keep_alive", {"status": "ok"})
    with AshrLabsClient(f" {KEY}\n", server.url) as client:
        client.health_check()

    assert f"Bearer {KEY}" == server.asked[-1].headers["authorization"]


def test_settings_come_from_the_argument_then_the_environment_then_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An argument wins over the environment, which wins over the default; blank counts as absent."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", "tp_from_the_environment")
    monkeypatch.setenv("ASHR_LABS_BASE_URL", "https://env.example/api/")

    assert "https://env.example/api" in repr(AshrLabsClient.from_env())
    assert "https://arg.example" in repr(AshrLabsClient(base_url="https://arg.example/"))
    monkeypatch.setenv("ASHR_LABS_BASE_URL", "  ")
    assert "https://api.ashr.io/testing-platform-api" in repr(AshrLabsClient.from_env())


def test_no_key_in_the_environment_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """`from_env` without a key names the variable; it is a RuntimeError, as documented, and a ValueError."""
    with pytest.raises(MissingAPIKeyError, match="ASHR_LABS_API_KEY") as caught:
        AshrLabsClient.from_env()

    assert isinstance(caught.value, RuntimeError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), True])
def test_a_timeout_that_cannot_work_is_refused(timeout: float) -> None:
    """A timeout is a finite number of seconds above zero."""
    with pytest.raises(ConfigurationError, match="timeout"):
        AshrLabsClient(KEY, timeout=timeout)


def test_a_url_that_cannot_work_is_refused() -> None:
    """A base URL without a scheme is refused at once."""
    with pytest.raises(ConfigurationError, match="base_url"):
        AshrLabsClient(KEY, "api.example.com")


def test_the_key_is_in_no_repr_and_no_error(client: AshrLabsClient, server: ScriptedServer) -> None:
    """The key is never printed: not by the client, its options, nor an error."""
    server.on("get_run", Answer.of({"status": "error", "message": "no"}, 401))

    with pytest.raises(AuthenticationError) as caught:
        client.get_run(1)

    shown = [repr(client), repr(client._options), str(caught.value), repr(caught.value), repr(vars(caught.value))]
    assert not [text for text in shown if KEY in text]


ALL_ERRORS = sorted(
    (cls for name in errors.__all__ if isinstance(cls := getattr(errors, name), type)), key=lambda cls: cls.__name__
)


@pytest.mark.parametrize("cls", ALL_ERRORS)
def test_every_error_survives_pickle_and_copy(cls: type[AshrLabsError]) -> None:
    """An error can cross a process boundary with all that it knows."""
    if cls is DatasetError:
        error: AshrLabsError = DatasetError("is null", path="runs.a.actions[0]")
    else:
        error = cls("why", 429, {"a": 1}, operation="get_run", request_id="r", retry_after=1.5)

    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """Each class is drawn in the module's docstring."""
    drawn = errors.__doc__ or ""

    assert [] == [cls.__name__ for cls in ALL_ERRORS if cls.__name__ not in drawn]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:10 GMT"}, 10.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and HTTP dates are understood; nonsense is ignored."""
    assert seconds == seconds_to_wait(headers, datetime(2026, 11, 20, 12, tzinfo=UTC))
