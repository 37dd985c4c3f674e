"""Retries: when, how often, and with which key; on a clock that the tests control."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import (
    APIConnectionError,
    AshrLabsClient,
    AshrLabsError,
    ConflictError,
    RateLimitError,
    ServerError,
    Timeout,
)
from support.clocks import SyncManualClock
from support.scripted_server import SESSION, Answer, ScriptedServer

OK = {"status": "ok"}
RUN = {"status": "ok", "run": {"id": 5, "result": {}}}
SUPPORTS_KEYS = SESSION | {"capabilities": {"idempotency_keys": True}}
BUSY = Answer.of({"status": "error", "message": "busy"}, 503)
CUT = Answer(closes=True)


def busy(**headers: str) -> Answer:
    return Answer.of({"status": "error", "message": "slow down"}, 429, **headers)


def test_failing_read_is_retried_until_it_succeeds(
    client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock
) -> None:
    """A read survives an error of the platform and a lost connection, with growing delays."""
    server.on("get_run", BUSY, CUT, RUN)

    run = client.get_run(5)

    assert 5 == run["id"]
    assert [0.25, 0.5] == clock.waits
    assert [None] * 3 == server.keys("get_run")


def test_error_of_last_attempt_is_raised(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A call is retried `max_retries` times."""
    server.on("get_run", BUSY)

    with pytest.raises(ServerError) as caught:
        client.with_options(max_retries=4).get_run(5)

    assert 5 == len(server.calls("get_run"))
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("body", [b"", b'{"status": "error", "message": "create_run is not implemented"}'])
def test_unimplemented_operation_is_not_retried(client: AshrLabsClient, server: ScriptedServer, body: bytes) -> None:
    """The status 501 is raised at once, with a message that names the operation and no outcome unknown."""
    server.on("create_run", Answer(501, body))

    with pytest.raises(ServerError, match=r"\[501\] .*create_run") as caught:
        client.create_run(1, {}, tenant_id=1)

    assert 1 == len(server.calls("create_run"))
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry_After": "7"}, [7]),
        ({"Retry_After": "0"}, [0]),
        ({"Retry_After_ms": "1500", "Retry_After": "9"}, [1.5]),
        ({"Retry_After": "Fri, 20 Nov 2020 12:00:10 GMT"}, [0]),
        ({"Retry_After": "soon"}, [0.25]),
        ({}, [0.25]),
    ],
)
def test_retry_after_is_honoured(
    client: AshrLabsClient,
    server: ScriptedServer,
    clock: SyncManualClock,
    headers: dict[str, str],
    waits: list[float],
) -> None:
    """Each form of `Retry-After` is honoured; a malformed one is ignored."""
    server.on("get_run", busy(**headers), RUN)

    client.get_run(5)

    assert waits == clock.waits


def test_excessive_retry_after_raises_immediately(
    client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock
) -> None:
    """A delay of over two minutes, or past the deadline, raises the error at once with `retry_after`."""
    server.on("get_run", busy(Retry_After="121"))
    with pytest.raises(RateLimitError) as caught:
        client.get_run(5)

    server.on("get_run", busy(Retry_After="60"))
    with pytest.raises(RateLimitError):
        client.with_options(timeout=Timeout(total=60)).get_run(5)

    assert 121 == caught.value.retry_after
    assert [] == clock.waits


CREATING: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("create_run", {"dataset_id": 1, "result": {}}, RUN),
    ("create_agent", {"name": "A"}, {"status": "ok", "agent": {"id": 1}}),
    ("create_dataset", {"name": "D", "dataset_source": {}}, {"status": "ok", "dataset": {"id": 1}}),
    ("create_api_key", {"name": "K"}, {"status": "ok", "api_key": {"id": 1}}),
    (
        "create_request",
        {"request_name": "R", "request": {"agent": {"name": "A"}, "context": {"domain": "d"}}},
        {"status": "ok", "request": {"id": 1}},
    ),
    ("ingest_observability_trace", {"trace": {"name": "t"}}, {"status": "ok", "trace_id": "t"}),
    (
        "run_pentest",
        {"agent_name": "A", "mode": "quick", "report": {}, "categories_tested": []},
        {"status": "ok"},
    ),
]


@pytest.mark.parametrize(("method", "arguments", "answer"), CREATING)
def test_write_with_lost_response_is_retried_with_idempotency_key(
    client: AshrLabsClient, server: ScriptedServer, method: str, arguments: dict[str, Any], answer: dict[str, Any]
) -> None:
    """A write whose response was lost is retried with its key, if the platform reports that it supports keys."""
    server.on("init", SUPPORTS_KEYS)
    server.on(method, CUT, BUSY, answer)

    getattr(client, method)(**arguments)

    keys = server.keys(method)
    assert 3 == len(keys)
    assert 1 == len(set(keys))
    assert keys[0]


@pytest.mark.parametrize(("method", "arguments", "answer"), CREATING)
@pytest.mark.parametrize("failing", [CUT, BUSY, Answer(half_closes=True), Answer(cut_after=5, body=b"0123456789")])
def test_write_with_lost_response_has_unknown_outcome_without_keys(
    client: AshrLabsClient,
    server: ScriptedServer,
    method: str,
    arguments: dict[str, Any],
    answer: dict[str, Any],
    failing: Answer,
) -> None:
    """Otherwise it is sent once, and the error says that the outcome is unknown."""
    server.on(method, failing, answer)

    with pytest.raises(AshrLabsError, match="the outcome is unknown") as caught:
        getattr(client, method)(**arguments)

    assert caught.value.outcome_unknown
    assert 1 == len(server.calls(method))


REFUSALS = [
    Answer.of({"status": "error", "message": "slow down"}, 429),
    Answer.of({"status": "error", "message": "its answer held a secret"}, 409),
    Answer.of({"status": "error", "message": "no such key"}, 401),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda answer: str(answer.status))
def test_unknown_outcome_is_preserved_across_retries(
    client: AshrLabsClient, server: ScriptedServer, refusal: Answer
) -> None:
    """The outcome is unknown if the first response was lost and later attempts are refused."""
    server.on("init", SUPPORTS_KEYS)
    server.on("create_api_key", CUT, refusal)

    with pytest.raises(AshrLabsError, match="the outcome is unknown") as caught:
        client.create_api_key("K")

    assert refusal.status == caught.value.status_code
    assert 1 == len(set(server.keys("create_api_key")))
    assert 1 == len(server.calls("init"))


def test_rejected_write_is_retried(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A write that the platform refused temporarily is retried on any platform, with the same key."""
    server.on("create_run", busy(), busy(), RUN)

    client.create_run(1, {})

    keys = server.keys("create_run")
    assert 3 == len(keys)
    assert 1 == len(set(keys))


def test_failed_connection_is_retried(clock: SyncManualClock) -> None:
    """A write that was not sent is retried, and its error leaves no outcome unknown."""
    with AshrLabsClient("tp_0123456789", "http://127.0.0.1:9") as client:
        client._transport.clock = clock
        with pytest.raises(APIConnectionError) as caught:
            client.create_agent("A")

    assert not caught.value.may_have_arrived
    assert not caught.value.outcome_unknown
    assert 2 == len(clock.waits)


def test_keys_are_unsupported_without_init_response(client: AshrLabsClient, server: ScriptedServer) -> None:
    """Without a response to `init` a write of unknown outcome is not retried."""
    server.on("init", Answer.of({"status": "error", "message": "no"}, 401))
    server.on("create_agent", CUT)

    with pytest.raises(APIConnectionError, match="the outcome is unknown"):
        client.create_agent("A")

    assert 1 == len(server.calls("create_agent"))


def test_each_write_has_its_own_idempotency_key(client: AshrLabsClient, server: ScriptedServer) -> None:
    """Each call has a key of its own, so that two equal runs are two runs; changes and deletions have keys too."""
    server.on("create_run", RUN)
    server.on("delete_run", OK)

    for _ in range(2):
        client.create_run(1, {})
        client.delete_run(1)

    keys = server.keys("create_run") + server.keys("delete_run")
    assert 4 == len({key for key in keys if key})


def test_user_supplied_idempotency_key_is_sent(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A key passed to `with_options` is sent by that client only, and not with reads."""
    server.on("create_run", BUSY, RUN)
    server.on("init", SUPPORTS_KEYS)
    server.on("get_run", RUN)
    mine = client.with_options(idempotency_key="nightly-7")

    mine.create_run(1, {})
    mine.get_run(5)
    client.create_run(1, {})

    assert ["nightly-7", "nightly-7"] == server.keys("create_run")[:2]
    assert server.keys("create_run")[2] not in {None, "nightly-7"}
    assert [None] == server.keys("get_run")


def test_conflict_is_retried_for_idempotent_operations_only(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A conflict of a creation is final; that of an idempotent operation is retried."""
    conflict = Answer.of({"status": "error", "message": "in use"}, 409)
    server.on("create_agent", conflict)
    server.on("update_agent", conflict, {"status": "ok", "agent": {"id": 1}})

    with pytest.raises(ConflictError):
        client.create_agent("A")
    client.update_agent(1, "B")

    assert (1, 2) == (len(server.calls("create_agent")), len(server.calls("update_agent")))


def test_conflict_with_own_earlier_attempt_is_retried(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A creation whose first attempt is still in progress under the same key is retried until it is done."""
    server.on("init", SUPPORTS_KEYS)
    in_progress = Answer.of({"status": "error", "message": "a request with this key is in progress"}, 409)
    server.on("create_agent", CUT, in_progress, {"status": "ok", "agent": {"id": 9, "name": "A"}})

    assert 9 == (client.create_agent("A"))["id"]
    assert 1 == len(set(server.keys("create_agent")))


def test_persistent_conflict_is_raised(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A deletion that keeps conflicting raises the conflict after the last attempt, with no outcome unknown."""
    server.on("delete_dataset", Answer.of({"status": "error", "message": "in use"}, 409))

    with pytest.raises(ConflictError) as caught:
        client.delete_dataset(1)

    assert 3 == len(server.calls("delete_dataset"))
    assert not caught.value.outcome_unknown


def test_generated_endpoint_functions_are_retried(
    client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock
) -> None:
    """A call through `client.api` has the same retries and keys as a method."""
    from ashr_labs_api.api.agents import create_agent
    from ashr_labs_api.models import CreateAgentRequest

    server.on("init", SUPPORTS_KEYS)
    server.on("create_agent", CUT, {"status": "ok", "agent": {"id": 9, "name": "A"}})

    answer = create_agent.sync(client=client.api, body=CreateAgentRequest(name="A"))

    keys = server.keys("create_agent")
    assert 2 == len(keys)
    assert 1 == len(set(keys))
    assert [0.25] == clock.waits
    assert answer is not None
