"""A web service each of whose requests is a trace: `python examples/tracing_web.py`, beside `ashr-labs serve`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ashr_labs import AshrLabsClient, traced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TraceRequests:
    """Make a trace of each request: middleware for any ASGI application.

    A request is never held up or refused for it. A header `traceparent` leads to the caller's trace, and the header
    `x-trace-id` of the answer to this one.
    """

    def __init__(self, app: ASGIApp, client: AshrLabsClient) -> None:
        self._app = app
        self._client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; whatever else comes passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = f"{scope['method']} {scope['path']}"
        with self._client.trace(name, traceparent=Headers(scope=scope).get("traceparent")) as trace:

            async def send_on(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)["x-trace-id"] = trace.trace_id
                    trace.event("response", metadata={"status": message["status"]})
                await send(message)

            await self._app(scope, receive, send_on)


@traced(kind="tool")
async def search(question: str) -> list[str]:
    """Find what is known; `tool:search` in the trace."""
    await asyncio.sleep(0)
    return [f"All there is to know about {question}."]


@traced("write answer", kind="generation", model="some-model")
async def write_answer(question: str, found: list[str]) -> AsyncGenerator[str]:
    """Stream a response word by word; the trace has what was sent, even if the client disconnects."""
    for word in f"You asked about {question}. {found[0]}".split():
        await asyncio.sleep(0)
        yield word + " "


async def answer(request: Request) -> Response:
    """Answer the question as JSON."""
    question = request.query_params.get("question", "nothing")
    words = [word async for word in write_answer(question, await search(question))]
    return JSONResponse({"answer": "".join(words).strip()})


async def stream(request: Request) -> Response:
    """Answer the question while the answer is written."""
    question = request.query_params.get("question", "nothing")
    return StreamingResponse(write_answer(question, await search(question)), media_type="text/plain")


def application(client: AshrLabsClient) -> Starlette:
    """Return the service, whose traces go where the client's calls go."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        _ = client.tracing  # opened now, and not by the first request
        yield
        # A server that is stopped by a signal ends without what Python does at the end of a process.
        await asyncio.to_thread(client.tracing.flush)

    return Starlette(
        routes=[Route("/answer", answer), Route("/stream", stream)],
        middleware=[Middleware(TraceRequests, client=client)],
        lifespan=lifespan,
    )


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with AshrLabsClient.from_env() as the_client:
        uvicorn.run(application(the_client), port=port, log_level="warning")
