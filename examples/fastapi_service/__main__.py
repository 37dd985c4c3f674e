"""A FastAPI service each of whose requests is a trace, with the calls of the agent that answers it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import uvicorn
from fastapi import Depends, FastAPI, Request

from ashr_labs import AshrLabsClient, traced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.responses import Response


@traced(kind="tool")
async def search(question: str) -> list[str]:
    """Find what is known; `tool:search` in the trace."""
    return [f"All there is to know about {question}."]


@traced("write answer", kind="generation", model="some-model")
async def write_answer(question: str, found: list[str]) -> str:
    """Simulate a call of a model."""
    return f"You asked about {question}. {found[0]}"


class Answerer:
    """The agent, as a dependency of the service."""

    async def answer(self, question: str) -> str:
        """Answer a question."""
        return await write_answer(question, await search(question))


def application(client: AshrLabsClient) -> FastAPI:
    """Return the service, whose traces go where the client's calls go."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        _ = client.tracing  # opened now, and not by the first request
        yield
        await asyncio.to_thread(client.tracing.flush)

    app = FastAPI(lifespan=lifespan)

    @app.middleware("http")
    async def trace_requests(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        name = f"{request.method} {request.url.path}"
        with client.trace(name, traceparent=request.headers.get("traceparent")) as trace:
            response = await call_next(request)
            trace.event("response", metadata={"status": response.status_code})
            response.headers["x-trace-id"] = trace.trace_id
            return response

    @app.get("/answer")
    async def answer(question: str, answerer: Annotated[Answerer, Depends(Answerer)]) -> dict[str, str]:
        return {"answer": await answerer.answer(question)}

    return app


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with AshrLabsClient.from_env() as the_client:
        uvicorn.run(application(the_client), port=port, log_level="warning")
