"""Raw responses."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AsyncAshrLabsClient, ConfigurationError, NotFoundError
from support.scripted_server import Answer, ScriptedServer

RUN = {"status": "ok", "run": {"id": 5, "result": {}}, "extra": 1}


async def test_raw_response_has_status_headers_request_id_and_body(
    client: AsyncAshrLabsClient, server: ScriptedServer
) -> None:
    """The same method with the same arguments returns the whole response."""
    server.on("get_run", Answer.of(RUN, 203, X_Request_Id="req_1", X_Cost="7"))

    answer = await client.with_raw_response.get_run(run_id=5)

    assert (203, "req_1", "7", RUN) == (answer.status_code, answer.request_id, answer.headers["x-cost"], answer.body)
    assert RUN["run"] == answer.result
    assert {"function": "get_run", "run_id": 5} == server.calls("get_run")[-1].body


async def test_raw_response_is_that_of_the_last_call(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A method that first sends `init` returns the response to its own call."""
    server.on("list_runs", {"status": "ok", "runs": []})

    answer = await client.with_raw_response.list_runs()

    assert {"status": "ok", "runs": []} == answer.body
    assert answer.request_id is None


async def test_raw_response_keeps_errors_and_retries(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """Errors are raised as usual, and options of `with_options` apply."""
    server.on("get_run", Answer.of({"status": "error", "message": "busy"}, 503), Answer.of({"message": "no"}, 404))

    with pytest.raises(NotFoundError):
        await client.with_options(timeout=3).with_raw_response.get_run(1)


async def test_raw_response_calls_subclass_methods(server: ScriptedServer) -> None:
    """Methods that a subclass overrides are used for raw responses too."""
    server.on("get_run", RUN)

    class Seventh(AsyncAshrLabsClient):
        async def get_run(self, run_id: int) -> Any:
            return await super().get_run(run_id + 2)

    async with Seventh("tp_key", server.url) as client:
        await client.with_raw_response.get_run(5)

    assert 7 == server.calls("get_run")[-1].body["run_id"]


@pytest.mark.parametrize(
    "name",
    ["trace", "score_trace", "tracing", "aclose", "with_options", "iter_runs", "api", "notes", "_call", "nothing"],
)
async def test_non_call_attributes_have_no_raw_response(client: AsyncAshrLabsClient, name: str) -> None:
    """Attributes that send no single call have no raw response."""
    with pytest.raises(AttributeError, match=name):
        getattr(client.with_raw_response, name)


async def test_error_before_sending_is_raised_unchanged(client: AsyncAshrLabsClient) -> None:
    """An invalid config is refused in both ways."""
    with pytest.raises(ConfigurationError, match=r"config\.agent"):
        await client.with_raw_response.create_request("R", {})
