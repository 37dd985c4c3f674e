"""Hostile input over a socket is rejected clearly or stored faithfully, and the server keeps running."""

from __future__ import annotations

import json
import socket
from collections.abc import Generator
from urllib.parse import urlsplit

import httpx
import pytest

from ashr_labs.local.server.app import running_server
from support.local_api import Api, Place, check_against_contract, parameters_of

INJECTIONS = [
    "'; DROP TABLE runs; --",
    '" OR 1=1 --',
    "%' UNION SELECT digest FROM api_keys --",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "a\r\nSet-Cookie: x=y",
    "{{7*7}}${7*7}<script>alert(1)</script>",
    "\u202e\ufeff\U0001f600",
]
DEEP = b'{"function":"create_dataset","name":"d","dataset_source":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001


@pytest.fixture(name="api", scope="module")
def _api(module_place: Place) -> Generator[Api]:
    with Api.opened(module_place) as api:
        yield api


@pytest.fixture(name="client", scope="module")
def _client(api: Api) -> Generator[httpx.Client]:
    with running_server(api.platform) as url:
        headers = {"authorization": f"Bearer {api.key}", "content-type": "application/json"}
        with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            yield client


def stored(api: Api) -> list[int]:
    counts = [len(api(f"list_{kind}", tenant_id=1)[kind]) for kind in ("datasets", "runs", "requests")]
    return [*counts, len(api("list_agents")["agents"]), api("list_observability_traces")["total"]]


def body(text: str) -> bytes:
    return f'{{"function":"create_agent","name":{text}}}'.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (DEEP, 400),
        (b"[" * 10_000_000, 400),
        (b'{"function":"create_agent","name":"' + b"x" * 50_000_000 + b'"}', 422),
        (body(r'"a\u0000b"'), 422),
        (body(r'"\ud83e"'), 422),
        (body('"\ud83e"'), 400),
        (body("NaN"), 400),
        (body("-Infinity"), 400),
        (body("1e999"), 422),
        (body("1" + "0" * 100_000), 400),
        (b"\xff\xfe" + "{}".encode("utf-16-le"), 400),
        (b'\x00{"function":"init"}', 400),
        (b"", 400),
    ],
    ids=[
        "deep",
        "open",
        "50MB",
        "NUL",
        "half",
        "rawhalf",
        "NaN",
        "infinity",
        "huge",
        "digits",
        "utf-16",
        "startnul",
        "empty",
    ],
)
def test_excessive_bodies_are_rejected(api: Api, client: httpx.Client, content: bytes, status: int) -> None:
    """Excessive bodies get a 4xx with a message, nothing is stored, and the next call is answered."""
    before = stored(api)

    answer = client.post("", content=content)

    assert (status, "error") == (answer.status_code, answer.json()["status"])
    assert 0 < len(answer.json()["message"]) < 1000
    assert before == stored(api)


@pytest.mark.parametrize("text", INJECTIONS)
def test_hostile_text_is_stored_unchanged(api: Api, text: str) -> None:
    """Text that looks like SQL, a path, a header or a template is stored and found unchanged."""
    agent = api("create_agent", name=text, description=text, config={"metadata": {text: text}})["agent"]
    dataset_id = api.dataset(name=text, description=text, dataset_source={text: [text]})
    trace = {"id": text, "name": text, "user_id": text, "session_id": text, "tags": [text], "observations": []}
    api("ingest_observability_trace", trace=trace)

    dataset = api("get_dataset", dataset_id=dataset_id)["dataset"]
    assert (text, text, {text: [text]}) == (dataset["name"], dataset["description"], dataset["dataset_source"])
    assert (text, {"metadata": {text: text}}) == (agent["name"], agent["config"])
    assert 1 == api("list_observability_traces", user_id=text, session_id=text)["total"]
    assert text == api("get_observability_trace", trace_id=text)["trace"]["user_id"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_hostile_text_in_any_parameter_is_handled(api: Api, text: str) -> None:
    """Hostile text as any parameter of any operation gets a documented response below 500, or 501."""
    for function in api.platform._contract.operations:
        answer = api.answer(function, **dict.fromkeys(parameters_of(function), text))
        assert answer.status < 500 or answer.status == 501, answer.body
    check_against_contract(text, api.answer(text))


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: a\r\n b\r\ncontent-length: 2\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \x00\r\n\r\n",
        b"GET /media/1?expires=1%0d%0aset-cookie:x&signature=%0d%0a HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
    ids=["folded header", "two lengths", "negative length", "large header", "NUL header", "media", "path"],
)
def test_hostile_request_heads_are_rejected(client: httpx.Client, head: bytes) -> None:
    """A malformed or hostile request head gets a 4xx, sets no response header, and does not affect other requests."""
    url = urlsplit(str(client.base_url))
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(head)
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert b"set-cookie" not in answer.lower().partition(b"\r\n\r\n")[0]
    assert 200 == client.post("", content=json.dumps({"function": "init"})).status_code
