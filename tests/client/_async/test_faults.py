"""Faults of the network and the platform: no write is performed twice or lost silently, every outcome has a type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ashr_labs import AshrLabsError, AsyncAshrLabsClient, Timeout
from ashr_labs_contract.operations import OPERATIONS
from support.clocks import AsyncManualClock
from support.scripted_server import SESSION, Answer, ScriptedServer

KEY = "tp_0123456789abcdef0123456789abcdef"
CALLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("get_run", {"run_id": 1}, {"run": {"id": 1, "result": {}}}),
    ("list_runs", {}, {"runs": []}),
    ("create_run", {"dataset_id": 1, "result": {}}, {"run": {"id": 1, "result": {}}}),
    ("ingest_observability_trace", {"trace": {"name": "t"}}, {"trace_id": "t"}),
    ("update_agent", {"agent_id": 1, "name": "A"}, {"agent": {"id": 1}}),
    ("delete_run", {"run_id": 1}, {}),
]
"""One operation of each kind: reads one, reads many, creates, creates in the background, changes, deletes."""

Fault = Callable[[Answer], Answer]


def busy(**headers: str) -> Fault:
    return lambda _: Answer.of({"status": "error", "message": "slow down"}, 429, **headers)


REFUSED: dict[str, Fault] = {
    "429 in seconds": busy(Retry_After="1"),
    "429 in milliseconds": busy(Retry_After_Ms="20"),
    "429 until a date": busy(Retry_After="Fri, 20 Nov 2020 12:00:00 GMT"),
    "429": busy(),
    "429 for too long": busy(Retry_After="3600"),
    "408": lambda _: Answer(408, b""),
}
"""Faults before the platform performs the call."""
DONE: dict[str, Fault] = {
    "cut off": lambda _: Answer(closes=True),
    "half closed": lambda _: Answer(half_closes=True),
    "cut in the answer": lambda answer: replace(answer, cut_after=3),
    "slow": lambda answer: replace(answer, pause=1),
    "500 without a word": lambda _: Answer(500, b""),
    "502 of a gateway": lambda _: Answer(502, b"<html>bad gateway</html>", {"Content-Type": "text/html"}),
    "520": lambda _: Answer(520, b"<html>?</html>"),
    "503 with a time": lambda _: Answer(503, b"{}", {"Retry-After": "1"}),
    "an array": lambda _: Answer(200, b"[]"),
    "not UTF-8": lambda _: Answer(200, b"\xff\xfe"),
    "half of the JSON": lambda answer: replace(answer, body=answer.body[:-3]),
}
"""Faults after that."""


class Platform:
    """A platform that performs calls, once per key if it supports keys, and fails first as configured."""

    def __init__(self, server: ScriptedServer, operation: str, answer: dict[str, Any], faults: list[str]) -> None:
        self.done = 0
        self.honours_keys = True
        self._seen: set[str] = set()
        self._server = server
        self._answer = Answer.of({"status": "ok", **answer})
        self._faults = list(faults)
        server.on("init", lambda _: Answer.of(SESSION | {"capabilities": {"idempotency_keys": self.honours_keys}}))
        server.on(operation, self._take)

    def _take(self, body: dict[str, Any]) -> Answer:
        fault = self._faults.pop(0) if self._faults else None
        if fault in REFUSED:
            return REFUSED[fault](self._answer)
        key = self._server.asked[-1].headers.get("idempotency-key")
        if not (self.honours_keys and key in self._seen):
            self.done += 1
        self._seen |= {key} if key else set()
        return DONE[fault](self._answer) if fault else self._answer


async def outcome(server: ScriptedServer, method: str, arguments: dict[str, Any]) -> AshrLabsError | None:
    """Call, and return the AshrLabsError if one was raised."""
    async with AsyncAshrLabsClient(KEY, server.url, Timeout(0.3)) as client:
        client._transport.clock = AsyncManualClock()
        try:
            await getattr(client, method)(**arguments)
        except AshrLabsError as error:
            return error
    return None


@pytest.mark.parametrize("honours_keys", [True, False], ids=["keys", "no keys"])
@pytest.mark.parametrize("fault", [*REFUSED, *DONE, "dropped"])
@pytest.mark.parametrize(("method", "arguments", "answer"), CALLS, ids=[name for name, *_ in CALLS])
async def test_single_fault_never_duplicates_a_write_or_hides_its_outcome(
    server: ScriptedServer,
    method: str,
    arguments: dict[str, Any],
    answer: dict[str, Any],
    fault: str,
    honours_keys: bool,
) -> None:
    """After one fault a call succeeds, or its error says whether the outcome is unknown."""
    platform = Platform(server, method, answer, [] if fault == "dropped" else [fault])
    platform.honours_keys = honours_keys
    if fault == "dropped":
        assert await outcome(server, "init", {}) is None
        server.drops = 1

    error = await outcome(server, method, arguments)

    if not OPERATIONS[method].idempotent:
        assert platform.done <= 1
        assert error is None or error.outcome_unknown or platform.done == 0
    assert platform.done >= 1 if error is None else error.operation == method


@pytest.mark.parametrize(("method", "arguments", "answer"), CALLS, ids=[name for name, *_ in CALLS])
async def test_two_consecutive_faults_are_survived_with_idempotency_keys(
    server: ScriptedServer, method: str, arguments: dict[str, Any], answer: dict[str, Any]
) -> None:
    """With the default number of retries a call survives a lost response and a failing gateway."""
    platform = Platform(server, method, answer, ["cut off", "502 of a gateway"])

    assert await outcome(server, method, arguments) is None
    assert platform.done == 1 or OPERATIONS[method].idempotent
