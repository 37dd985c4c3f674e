"""Instrumentation in programs that do unusual things: nothing breaks them, and what they call is still recorded."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import logging
import threading
from collections.abc import Generator
from typing import Any

import openai
import pytest
from openai._base_client import SyncAPIClient

from ashr_labs import auto_instrument, uninstrument, wrap
from support.providers import Answer, ProviderServer, provider_server
from support.recorded import Recorded

MESSAGES: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def _uninstrumented() -> Generator[None]:
    yield
    uninstrument()


@pytest.fixture(name="server")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


def client_of(server: ProviderServer, kind: type[openai.OpenAI] = openai.OpenAI) -> openai.OpenAI:
    return kind(api_key="k", base_url=server.openai_url, max_retries=0)


def ask(client: openai.OpenAI) -> str | None:
    return client.chat.completions.create(model="gpt-5", messages=MESSAGES).choices[0].message.content


def test_a_copied_client_is_recorded(server: ProviderServer) -> None:
    """`copy.copy` of a wrapped client works as for others, and its calls are recorded."""
    recorded = Recorded()

    with recorded.trace():
        assert "Hello there" == ask(copy.copy(wrap(client_of(server))))

    assert "gpt-5" == recorded.span["model"]


def test_a_class_that_refuses_subclasses_is_left_alone(
    server: ProviderServer, caplog: pytest.LogCaptureFixture
) -> None:
    """A client whose class cannot be extended works without being recorded, which is logged."""

    class Named(openai.OpenAI):
        def __init_subclass__(cls, *, name: str) -> None:
            super().__init_subclass__()

    with caplog.at_level(logging.WARNING, "ashr_labs.instrumentation"):
        client = wrap(client_of(server, Named))

    assert "Hello there" == ask(client)
    [message] = caplog.messages
    assert message.startswith("the calls of a ")


def test_replacements_by_others_are_kept(server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that another library has put in place of ours stays there, and nothing is recorded any more."""
    original = SyncAPIClient.request
    auto_instrument("openai")
    ours = SyncAPIClient.request

    def theirs(*args: Any, **kwargs: Any) -> Any:
        return ours(*args, **kwargs)

    SyncAPIClient.request = theirs  # type: ignore[method-assign]
    try:
        uninstrument()
        recorded = Recorded()
        with recorded.trace():
            ask(client_of(server))

        assert [] == recorded.spans
        assert SyncAPIClient.request is theirs
    finally:
        SyncAPIClient.request = original  # type: ignore[method-assign]


def test_instrumentation_changes_during_calls(server: ProviderServer) -> None:
    """Threads that call while libraries are instrumented and uninstrumented get every answer."""
    client = client_of(server)
    answers: list[str | None] = []
    recorded = Recorded()
    with recorded.trace():
        threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(lambda: answers.extend(ask(client) for _ in range(10)),),
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            auto_instrument("openai")
            wrap(client)
            uninstrument()
        for thread in threads:
            thread.join()

    assert 40 * ["Hello there"] == answers
    assert all(one["end_time"] and one["output"] for one in recorded.spans)


def test_a_stream_is_closed_in_another_thread(server: ProviderServer) -> None:
    """A stream that one thread reads and another one closes is one span with its first chunks."""
    server.says(Answer("Hello there you"))
    recorded = Recorded()
    with recorded.trace():
        stream = wrap(client_of(server)).chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
        assert any(chunk.choices[0].delta.content for chunk in stream)
        thread = threading.Thread(target=stream.close)
        thread.start()
        thread.join()

    assert (None, "Hello") == (recorded.span.get("level"), recorded.span["output"]["content"])


def test_a_cancelled_task_ends_its_call(server: ProviderServer) -> None:
    """Cancellation reaches the caller, and the span has it and the chunks so far."""
    server.says(Answer("Hello there you", pause=0.05))
    recorded = Recorded()

    async def read() -> None:
        client = wrap(openai.AsyncOpenAI(api_key="k", base_url=server.openai_url))
        async with client:
            stream = await client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
            async for chunk in stream:
                if chunk.choices[0].delta.content:
                    asyncio.current_task().cancel()  # type: ignore[union-attr]

    with recorded.trace(), pytest.raises(asyncio.CancelledError):
        asyncio.run(read())

    assert ("ERROR", "Hello") == (recorded.span["level"], recorded.span["output"]["content"])
    assert recorded.span["status_message"].startswith("CancelledError")
