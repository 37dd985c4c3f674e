"""Streams of events: read, resumed where they break off, and left."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ashr_labs import (
    APIConnectionError,
    APITimeoutError,
    AsyncAshrLabsClient,
    ConfigurationError,
    NotFoundError,
    ResponseFormatError,
    ServerError,
    StreamInterruptedError,
)
from ashr_labs._http.sse import encode_comment, encode_event
from ashr_labs.client._retry import AsyncClock
from ashr_labs_api.api.runs import get_run_events
from ashr_labs_api.models import RunProgress
from support.clocks import AsyncManualClock
from support.scripted_server import Answer, ScriptedServer

PATH = "GET /testing-platform-api/v1/runs/7/events"
FIRST = encode_event("progress", '{"tests_done": 1, "tests_total": 2, "cancel_requested": false}', id="1")
SECOND = encode_event("progress", '{"tests_done": 2, "tests_total": 2, "cancel_requested": false}', id="2")
END = {"grading_status": "completed", "tests_done": 2, "tests_passed": 2, "tests_failed": 0}
ENDED = encode_event("ended", json.dumps(END), id="3")


def stream(*parts: bytes, **fields: Any) -> Answer:
    return Answer(200, b"".join(parts), {"Content-Type": "text/event-stream; charset=utf-8"}, **fields)


def asked(server: ScriptedServer) -> list[str | None]:
    """Return the ids behind which streams were asked for."""
    return [one.headers.get("last-event-id") for one in server.asked if one.path.endswith("/events")]


async def read(client: AsyncAshrLabsClient, **options: Any) -> list[tuple[str, str]]:
    """Return the types and ids of the events of a run."""
    return [(event.type, event.id) async for event in client.watch_run(7, **options)]


async def test_events_are_read_to_the_last_one(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """Each event has its type, its data and its id; what follows the last event is ignored."""
    server.on(PATH, stream(encode_comment("hello"), FIRST, ENDED, SECOND))

    events = [event async for event in client.watch_run(7)]

    assert [("progress", "1", 1), ("ended", "3", 2)] == [(one.type, one.id, one.data["tests_done"]) for one in events]
    assert ["text/event-stream", "identity"] == [
        server.asked[0].headers[name] for name in ("accept", "accept-encoding")
    ]


@pytest.mark.parametrize("cut", range(1, len(SECOND) + 1, 9))
async def test_broken_stream_goes_on_behind_its_last_event(
    client: AsyncAshrLabsClient, server: ScriptedServer, cut: int
) -> None:
    """Wherever the connection is cut, the stream is resumed by the id, and no event is yielded twice or lost."""
    server.on(PATH, stream(FIRST, SECOND, cut_after=len(FIRST) + cut - 1), stream(SECOND, ENDED))

    assert [("progress", "1"), ("progress", "2"), ("ended", "3")] == await read(client)
    assert [None, "1"] == asked(server)


async def test_stream_begins_behind_a_given_event(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """`after` is sent in the query of each request; when the stream breaks off, the last id is sent as well."""
    server.on(PATH + "?after=1", stream(SECOND), stream(ENDED))

    assert [("progress", "2"), ("ended", "3")] == await read(client, after=1)
    assert [None, "2"] == [one.headers.get("last-event-id") for one in server.asked]


async def test_incomplete_stream_says_how_far_it_came(
    client: AsyncAshrLabsClient, server: ScriptedServer, clock: AsyncManualClock
) -> None:
    """A stream that ends again and again before its last event is an error with the id to go on from."""
    server.on(PATH, stream(FIRST, SECOND), stream())
    events: list[str] = []

    with pytest.raises(StreamInterruptedError, match="after 2 events, behind the event with the id '2'") as caught:
        events.extend([event.id async for event in client.watch_run(7)])

    assert ("2", 2) == (caught.value.last_event_id, caught.value.events_read)
    assert [None, "2", "2"] == asked(server)
    assert [0.25, 0.5] == clock.waits


async def test_each_event_renews_the_retries(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A stream may break off any number of times, as long as events arrive in between."""
    events = [encode_event("progress", "{}", id=str(number)) for number in range(10)]
    server.on(PATH, *map(stream, events), stream(ENDED))

    assert 11 == len(await read(client))


async def test_platform_may_ask_for_a_delay(
    client: AsyncAshrLabsClient, server: ScriptedServer, clock: AsyncManualClock
) -> None:
    """The delay that the stream names is waited before it is resumed."""
    server.on(PATH, stream(b"retry: 7000\n", FIRST), stream(ENDED))

    await read(client)

    assert [7.0] == clock.waits


async def test_refusals_are_errors_of_their_status(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A status is raised with its message; one that may pass is retried first."""
    server.on(PATH, Answer.of({"error": "there is no run 7", "code": "not_found"}, 404))
    with pytest.raises(NotFoundError, match=r"\[404\] there is no run 7"):
        await read(client)

    server.on(PATH, Answer.of({"error": "busy", "code": "unavailable"}, 503), stream(ENDED))
    assert [("ended", "3")] == await read(client)

    server.on(PATH, Answer.of({"error": "busy", "code": "unavailable"}, 503))
    with pytest.raises(ServerError, match="busy"):
        await read(client)


async def test_other_success_is_refused(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A page in place of a stream is named with its beginning."""
    server.on(PATH, Answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}))

    with pytest.raises(ResponseFormatError, match="must be a stream of events, got '<html>Welcome"):
        await read(client)


@pytest.mark.parametrize(
    ("data", "expected"),
    [("[1]", [1]), ("null", None), ("not JSON", "not JSON"), ("1" * 5000, "1" * 5000), ("", "")],
)
async def test_unknown_events_are_passed_on(
    client: AsyncAshrLabsClient, server: ScriptedServer, data: str, expected: object
) -> None:
    """An event of a type that this release does not know, with any data, does not end the stream."""
    server.on(PATH, stream(encode_event("novelty", data), ENDED))

    events: list[Any] = [event async for event in client.watch_run(7)]
    generated: list[Any] = [event async for event in get_run_events.asyncio(7, client=client.api)]

    assert [("novelty", expected), "ended"] == [(events[0].type, events[0].data), events[1].type]
    assert [("novelty", expected), "ended"] == [(generated[0].type, generated[0].data), generated[1].type]


async def test_generated_function_yields_models(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """The generated endpoint function yields typed events, and its stream is resumed as well."""
    server.on(PATH, stream(FIRST), stream(SECOND, ENDED))

    events = [event async for event in get_run_events.asyncio(7, client=client.api)]

    assert ["1", "2", "3"] == [event.id for event in events]
    assert isinstance(events[0].data, RunProgress)
    assert [None, "1"] == asked(server)


async def test_known_event_without_a_field(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A generated function names the event that lacks a field; the methods of the client pass it on."""
    server.on(PATH, stream(encode_event("progress", "{}"), ENDED))

    with pytest.raises(ResponseFormatError, match="the event 'progress' is not as documented: KeyError: 'tests_done'"):
        [event async for event in get_run_events.asyncio(7, client=client.api)]
    assert [("progress", ""), ("ended", "3")] == await read(client)


async def test_connection_is_used_again(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """A stream that was read to its end leaves its connection to the next call."""
    server.on(PATH, stream(FIRST, ENDED))

    await read(client)
    await read(client)
    await client.init()

    assert 1 == server.connections


async def leave_by_break(client: AsyncAshrLabsClient) -> None:
    events = client.watch_run(7)
    async for _ in events:
        break
    await events.aclose()


async def leave_by_error(client: AsyncAshrLabsClient) -> None:
    events = client.watch_run(7)
    with pytest.raises(ValueError, match="no"):
        await events.athrow(ValueError("no")) if await anext(events) else None


@pytest.mark.parametrize("leave", [leave_by_break, leave_by_error])
async def test_stream_that_is_left_keeps_no_connection(
    client: AsyncAshrLabsClient, server: ScriptedServer, leave: Callable[[AsyncAshrLabsClient], Any]
) -> None:
    """However a stream is left, its connection is closed: none is idle, and the next call opens another one."""
    server.on(PATH, stream(FIRST, SECOND, pause=0.002))

    await leave(client)

    assert [0] == [len(stack.idle) for stack in client._transport.pool._stacks.values()]  # type: ignore[union-attr]
    await client.init()
    assert 2 == server.connections


async def test_event_that_does_not_come(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """`event_timeout` limits the time until the next event, whatever comments arrive; there is no retry then."""
    client._transport.clock = AsyncClock()
    server.on(PATH, stream(FIRST, encode_comment() * 2000, pause=0.002))

    with pytest.raises(APITimeoutError, match=r"no event within 0.3 seconds after 1 events.*'1'; increase event_tim"):
        await read(client, event_timeout=0.3)
    assert [None] == asked(server)


@pytest.mark.parametrize("value", [0, -1, True, "soon", float("nan"), 1e12])
async def test_event_timeout_is_checked(client: AsyncAshrLabsClient, value: Any) -> None:
    """A limit that cannot be waited for is refused when the stream is asked for."""
    with pytest.raises(ConfigurationError, match="event_timeout must be more than 0"):
        client.watch_run(7, event_timeout=value)


async def test_platform_that_is_gone(client: AsyncAshrLabsClient, server: ScriptedServer) -> None:
    """If the platform cannot be reached any more, the error says so."""
    server.on(PATH, stream(FIRST), Answer(closes=True))

    with pytest.raises(APIConnectionError, match="get_run_events: no response"):
        await read(client)
