"""The tracing examples, a web service and a job worker, run as processes and with failing platforms."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from ashr_labs import AshrLabsClient
from examples.tracing_web import TraceRequests, application
from support.traces import KEY, RealPlatform

EXAMPLES = Path(__file__).parents[1] / "examples"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def real() -> Generator[RealPlatform]:
    with RealPlatform.running() as platform:
        yield platform


def stored(real: RealPlatform, name: str) -> list[dict[str, Any]]:
    """Return the traces of a name, oldest first."""
    with AshrLabsClient(KEY, real.url) as client:
        return [
            client.get_observability_trace(trace["id"])["trace"]  # type: ignore[misc]
            for trace in reversed(client.list_observability_traces(limit=100)["traces"])
            if trace["name"] == name
        ]


def start(example: str, url: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, EXAMPLES / example, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url},
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
def test_forked_worker_job_trace_names_its_submitter(real: RealPlatform) -> None:
    """The trace of a job is delivered by the process that ran it, and names the trace that submitted it."""
    process = start("tracing_worker.py", real.url)
    shown, errors = process.communicate(timeout=60)

    assert (0, "{'sent': 1, 'queued': 0, 'dropped': 0, 'failed': 0}\n") == (process.returncode, shown), errors
    assert "divide failed: ZeroDivisionError('division by zero')\n" == errors
    [submitted] = stored(real, "submit jobs")
    summaries, [division] = stored(real, "summarize"), stored(real, "divide")
    assert {submitted["id"]} == {job["metadata"]["parent_trace_id"] for job in [*summaries, division]}
    assert {f"Letter number {number} ..." for number in range(4)} == {job["output"] for job in summaries}
    assert ["tool:summarize"] * 4 == [job["observations"][0]["name"] for job in summaries]
    assert {"error": "ZeroDivisionError: division by zero"} == division["output"]


def answered(url: str, path: str) -> httpx.Response:
    """Return the response of a service that may still be starting."""
    for _ in range(200):
        try:
            return httpx.get(url + path, params={"question": "tea"}, headers={"traceparent": CALLER}, trust_env=False)
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the service did not start")


def test_each_web_request_is_a_trace(real: RealPlatform) -> None:
    """Each request's trace has its steps and its caller's trace, and is delivered when a signal ends the service."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start("tracing_web.py", real.url, str(port))
    whole = answered(f"http://127.0.0.1:{port}", "/answer")
    streamed = answered(f"http://127.0.0.1:{port}", "/stream")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)

    text = "You asked about tea. All there is to know about tea."
    assert ({"answer": text}, text + " ") == (whole.json(), streamed.text), errors
    for response, name in ((whole, "GET /answer"), (streamed, "GET /stream")):
        [trace] = stored(real, name)
        assert response.headers["x-trace-id"] == trace["id"]
        assert "0af7651916cd43dd8448eb211c80319c" == trace["metadata"]["parent_trace_id"]
        steps = {step["name"]: step for step in trace["observations"]}
        assert {"tool:search", "write answer", "response"} == steps.keys()
        assert text.split() == [word.strip() for word in steps["write answer"]["output"]]
        assert {"status": 200} == steps["response"]["metadata"]


async def fetch(app: Any, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        return await http.get(path)


def test_platform_outage_does_not_delay_requests() -> None:
    """If the platform is down or never responds, requests are served without delay and the traces are kept."""
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as gone:
        urls = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in (silent, gone)]
        gone.close()
        for url in urls:
            with AshrLabsClient(KEY, url) as client:
                client.tracing.configure(exit_timeout=0)
                app = application(client)
                begin = time.monotonic()
                answers = [asyncio.run(fetch(app, "/answer?question=x")) for _ in range(20)]
                took = time.monotonic() - begin

                assert [200] * 20 == [answer.status_code for answer in answers]
                assert took < 3
                assert 20 == client.tracing.stats()["queued"]


def test_application_error_passes_through_middleware(local_client: AshrLabsClient) -> None:
    """An application error passes through the middleware unchanged, and is recorded in the trace."""
    error = ValueError("the service fails")

    async def fail(_request: Any) -> JSONResponse:
        raise error

    app = Starlette(routes=[Route("/", fail)], middleware=[Middleware(TraceRequests, client=local_client)])
    with pytest.raises(ValueError, match="the service fails") as caught:
        asyncio.run(fetch(app, "/"))
    local_client.tracing.flush(10)
    [trace] = local_client.list_observability_traces()["traces"]
    stored_: dict[str, Any] = dict(local_client.get_observability_trace(trace["id"])["trace"])

    assert error is caught.value
    assert {"error": "ValueError: the service fails"} == stored_["output"]
