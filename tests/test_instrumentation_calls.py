"""One table of calls by all libraries: each call is one span, with what was asked, answered and counted.

This file also runs in environments of its own, see `test_instrumentation_versions.py`.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ashr_labs import auto_instrument, keep_context, uninstrument, wrap
from support.model_libraries import INSTALLED, QUESTION, Library, aclosing, close, close_now, closing
from support.providers import Answer, Call, ProviderServer, provider_server
from support.recorded import Recorded

TEXT = "It is forty two, and we are quite sure of it"
CALLS = (Call("search", {"query": "refund"}, "call_1"), Call("add", {"a": 1, "b": [2]}, "call_2"))
libraries = pytest.mark.parametrize("library", [pytest.param(one, id=one.name) for one in INSTALLED])
Run = Callable[..., None]
_clients: list[Any] = []
"""The clients of the current test."""


@pytest.fixture(scope="module", name="running")
def _running() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


@pytest.fixture(name="server")
def _server(running: ProviderServer) -> Generator[ProviderServer]:
    running.says(Answer(TEXT))
    running.asked.clear()
    yield running
    uninstrument()
    while _clients:
        close_now(_clients.pop())


def ask(library: Library, client: Any, **more: Any) -> None:
    library.ask(client, **more)


def ask_async(library: Library, client: Any, **more: Any) -> None:
    async def run() -> None:
        try:
            await library.ask_async(client, **more)
        finally:
            await close(client)

    asyncio.run(run())


def stream(library: Library, client: Any, **more: Any) -> None:
    with closing(library.stream(client, **more)) as chunks:
        for _ in chunks:
            pass


def stream_async(library: Library, client: Any, **more: Any) -> None:
    async def run() -> None:
        try:
            async with aclosing(await library.stream_async(client, **more)) as chunks:
                async for _ in chunks:
                    pass
        finally:
            await close(client)

    asyncio.run(run())


RUNS: list[Run] = [ask, ask_async, stream, stream_async]
WHOLE, STREAMS = RUNS[:2], RUNS[2:]
runs = pytest.mark.parametrize("run", [pytest.param(one, id=one.__name__) for one in RUNS])


def is_async(run: Run) -> bool:
    return run in {ask_async, stream_async}


def client_of(library: Library, server: ProviderServer, run: Run = ask) -> Any:
    """Return an instrumented client for a way to call it."""
    make = library.client_async if is_async(run) and library.client_async else library.client
    client = make(server)
    _clients.append(client)
    if library.wraps:
        return wrap(client)
    auto_instrument(library.label)
    return client


def expected_calls(library: Library) -> list[dict[str, Any]]:
    return [{"id": one.id, "name": one.name, "arguments": one.arguments} for one in CALLS]


def without_ids(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "id"} for one in calls]


def question_of(given: Any) -> Any:
    [message] = given if isinstance(given, list) else [given]
    return message if isinstance(message, str) else message["content"]


@libraries
@runs
def test_a_call_is_one_span_with_input_output_model_and_tokens(
    library: Library, run: Run, server: ProviderServer
) -> None:
    """Synchronous and asynchronous calls and streams are recorded alike."""
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace(), recorded_parent() as parent:
        run(library, client)

    span, metadata = call_span(recorded), call_span(recorded)["metadata"]
    assert "generation" == span["type"]
    assert f"chat {library.model}" == span["name"]
    assert library.model == span["model"]
    assert parent.id == span["parent_observation_id"]
    assert QUESTION == question_of(span["input"])
    assert {"role": "assistant", "content": TEXT} == span["output"]
    assert library.provider == metadata.get("gen_ai.provider.name")
    assert metadata["gen_ai.response.finish_reasons"]
    assert span["start_time"] < span["end_time"]
    assert (run in STREAMS) == ("gen_ai.response.time_to_first_chunk" in metadata)
    if run in WHOLE or library.counts_in_stream:
        assert library.counts.items() <= span["usage"].items()


@libraries
@pytest.mark.parametrize("run", STREAMS)
def test_a_stream_has_the_time_to_its_first_chunk(library: Library, run: Run, server: ProviderServer) -> None:
    """The time to the first content is recorded in seconds, from the start of the call."""
    server.says(Answer(TEXT, pause=0.02))
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace():
        run(library, client)

    first = recorded.span["metadata"]["gen_ai.response.time_to_first_chunk"]
    assert 0.02 <= first < seconds_of(recorded.span)


@libraries
@runs
def test_tool_calls_are_recorded_with_their_arguments(library: Library, run: Run, server: ProviderServer) -> None:
    """Each call that the model asks for has its id, its name and its arguments as an object, also from a stream."""
    server.says(Answer(TEXT, CALLS))
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace():
        run(library, client)

    output = recorded.span["output"]
    expected = expected_calls(library)
    assert TEXT == output["content"]
    assert (expected if library.call_ids else without_ids(expected)) == output["tool_calls"]


@pytest.mark.parametrize("library", [pytest.param(one, id=one.name) for one in INSTALLED if one.several])
@pytest.mark.parametrize("run", WHOLE)
def test_all_choices_are_recorded(library: Library, run: Run, server: ProviderServer) -> None:
    """An answer of several choices is a list of messages."""
    server.says(Answer(TEXT, more=("Or forty three",)))
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace():
        run(library, client, **(library.several or {}))

    assert [TEXT, "Or forty three"] == [message["content"] for message in recorded.span["output"]]


@libraries
@pytest.mark.parametrize(
    ("run", "status"),
    [(ask, 400), (ask, 500), (ask_async, 429), (stream, 429), (stream_async, 429)],
)
def test_errors_are_recorded_and_raised(library: Library, run: Run, status: int, server: ProviderServer) -> None:
    """The caller gets the library's own exception; the span has its type and its message."""
    server.says(Answer(status=status, message="the model is tired"))
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace(), pytest.raises(Exception, match="the model is tired") as caught:
        run(library, client)

    assert "ERROR" == recorded.span["level"]
    assert recorded.span["status_message"].startswith(f"{type(caught.value).__name__}: ")
    assert "the model is tired" in recorded.span["status_message"]
    assert "output" not in recorded.span
    assert "end_time" in recorded.span


@pytest.mark.parametrize(
    ("library", "run"),
    [
        pytest.param(one, run, id=f"{run.__name__}-{one.name}")
        for one in INSTALLED
        for run in RUNS
        if (not one.estimates_counts if run in STREAMS else not one.needs_counts)
    ],
)
def test_a_call_without_usage_has_none(library: Library, run: Run, server: ProviderServer) -> None:
    """Tokens that the provider does not count are absent, and the rest is recorded."""
    server.says(Answer(TEXT, counts=None))
    recorded = Recorded()
    client = client_of(library, server, run)

    with recorded.trace():
        run(library, client)

    assert TEXT == recorded.span["output"]["content"]
    assert not any(recorded.span.get("usage", {}).values())


@libraries
def test_a_stream_that_is_left_early_is_recorded_so_far(library: Library, server: ProviderServer) -> None:
    """The chunks that were taken are the output, and the span has an end, when a program leaves the block or loop."""
    recorded = Recorded()
    client = client_of(library, server)

    with recorded.trace():
        with closing(library.stream(client)) as chunks:
            take_some(chunks)
        del chunks
        gc.collect()

    assert TEXT.startswith(recorded.span["output"]["content"])
    assert TEXT != recorded.span["output"]["content"]
    assert "end_time" in recorded.span
    assert recorded.span.get("level") is None


@libraries
def test_a_stream_that_is_abandoned_is_recorded_so_far(library: Library, server: ProviderServer) -> None:
    """A stream that is neither read to its end nor closed ends at its last chunk, also if its trace ends before."""
    recorded = Recorded()
    client = client_of(library, server)

    with recorded.trace():
        chunks = iter(library.stream(client))
        next(chunks)

    assert "end_time" in recorded.span
    assert library.model == recorded.span["model"]
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


@libraries
def test_an_asynchronous_stream_that_is_left_early_is_recorded_so_far(library: Library, server: ProviderServer) -> None:
    """As for synchronous streams."""
    recorded = Recorded()
    client = client_of(library, server, stream_async)

    async def leave() -> None:
        async with aclosing(await library.stream_async(client)) as chunks:
            async for _ in chunks:
                break
        await close(client)

    with recorded.trace():
        asyncio.run(leave())

    assert "end_time" in recorded.span
    assert recorded.span.get("level") is None


@libraries
@pytest.mark.parametrize("run", STREAMS)
def test_a_stream_that_is_cut_off_keeps_its_chunks(library: Library, run: Run, server: ProviderServer) -> None:
    """If the connection breaks, the span has the chunks before it, and the exception of the library, if any."""
    server.says(Answer(" ".join(["word"] * 30), cut_after=15))
    recorded = Recorded()
    client = client_of(library, server, run)
    failure = ""

    with recorded.trace():
        try:
            run(library, client)
        except Exception as error:
            failure = type(error).__name__

    assert recorded.span["output"]["content"].startswith("word word")
    assert failure == recorded.span.get("status_message", "").partition(":")[0]
    assert ("ERROR" if failure else None) == recorded.span["level"]


@pytest.mark.parametrize("library", [pytest.param(one, id=one.name) for one in INSTALLED if one.embeds])
def test_embeddings_are_counted_and_not_copied(library: Library, server: ProviderServer) -> None:
    """A call for embeddings records the texts, and how many numbers came for how many of them."""
    recorded = Recorded()
    client = client_of(library, server)
    assert library.embed is not None

    with recorded.trace():
        library.embed(client)

    assert recorded.span["name"].endswith("embedder")
    assert ["a", "b"] == recorded.span["input"]
    assert {"embeddings": 2, "dimensions": 3} == recorded.span["output"]
    assert "embeddings" == recorded.span["metadata"]["gen_ai.operation.name"]


@libraries
def test_parameters_are_recorded(library: Library, server: ProviderServer) -> None:
    """Parameters are in the metadata, by the names of the GenAI conventions; keys of the client are not."""
    name, value = library.parameter
    recorded = Recorded()
    client = client_of(library, server)

    with recorded.trace():
        library.ask(client, **{name: value})

    assert value == recorded.span["metadata"][f"gen_ai.request.{name}"]
    assert not [name for name in recorded.span["metadata"] if "key" in name or "messages" in name]


@libraries
@runs
def test_without_capture_no_content_is_recorded(library: Library, run: Run, server: ProviderServer) -> None:
    """With `capture=False` spans have models, tokens and parameters that are numbers, but no text."""
    server.says(Answer(TEXT, CALLS))
    recorded = Recorded(capture=False)
    client = client_of(library, server, run)

    with recorded.trace():
        run(library, client)

    assert library.model == recorded.span["model"]
    assert recorded.span["input"] is None
    assert "output" not in recorded.span
    assert "forty" not in str(recorded.traces)
    assert QUESTION not in str(recorded.traces)


@libraries
def test_instrumented_twice_is_recorded_once(library: Library, server: ProviderServer) -> None:
    """A call is one span although its client is wrapped, and its library and all others are instrumented."""
    recorded = Recorded()
    auto_instrument()
    client = client_of(library, server)
    if library.wraps:
        wrap(client)
    auto_instrument()

    with recorded.trace():
        ask(library, client)
        stream(library, client)

    assert 2 == len(recorded.spans)


@libraries
@runs
def test_after_uninstrument_nothing_is_recorded(library: Library, run: Run, server: ProviderServer) -> None:
    """Clients that were wrapped, and libraries that were instrumented, work as before."""
    recorded = Recorded()
    client = client_of(library, server, run)
    auto_instrument()
    uninstrument()

    with recorded.trace():
        run(library, client)

    assert [] == recorded.spans
    assert 1 == len(server.asked)


@libraries
def test_concurrent_calls_are_not_mixed(library: Library, server: ProviderServer) -> None:
    """Calls of several threads are recorded in the trace of their thread, with their own answers."""
    server.says(lambda body: Answer(TEXT))
    client = client_of(library, server)
    recorded = [Recorded() for _ in range(8)]

    def run(one: Recorded) -> None:
        with one.trace():
            ask(library, client)
            stream(library, client)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, recorded))

    assert [[TEXT] * 2] * 8 == [[span["output"]["content"] for span in one.spans] for one in recorded]


@libraries
def test_concurrent_tasks_are_not_mixed(library: Library, server: ProviderServer) -> None:
    """Calls of several tasks are recorded in the span of their task."""
    client = client_of(library, server, ask_async)
    recorded = Recorded()

    async def one(number: int) -> None:
        from ashr_labs import traced

        with traced(f"task {number}"):
            await library.ask_async(client)

    async def run() -> None:
        await asyncio.gather(*(one(number) for number in range(5)))
        await close(client)

    with recorded.trace():
        asyncio.run(run())

    parents = {span["id"]: span["name"] for span in recorded.spans}
    calls = [span for span in recorded.spans if span["type"] == "generation"]
    assert {f"task {number}" for number in range(5)} == {parents[span["parent_observation_id"]] for span in calls}


@libraries
def test_another_thread_records_in_the_context_it_is_given(library: Library, server: ProviderServer) -> None:
    """With `keep_context`, a call in a thread belongs to the trace."""
    recorded = Recorded()
    client = client_of(library, server)

    with recorded.trace(), ThreadPoolExecutor(1) as pool:
        pool.submit(keep_context(ask), library, client).result()

    assert TEXT == recorded.span["output"]["content"]


def recorded_parent() -> Any:
    from ashr_labs import traced

    return traced("agent")


def call_span(recorded: Recorded) -> dict[str, Any]:
    """Return the only span beside that of the agent."""
    [span] = [one for one in recorded.spans if one["name"] != "agent"]
    return span


def seconds_of(span: dict[str, Any]) -> float:
    from datetime import datetime

    started, ended = (datetime.fromisoformat(span[name]) for name in ("start_time", "end_time"))
    return (ended - started).total_seconds()


def take_some(chunks: Any) -> None:
    """Read a stream until it has shown some words, but not all of them."""
    for number, _ in enumerate(chunks):
        if number == 5:
            return
