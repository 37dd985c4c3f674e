"""Streams of turns: resumed by id, left, cut off, and of other servers."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import APITimeoutError, AshrLabsClient, ConflictError, StreamInterruptedError
from ashr_labs._http.sse import encode_comment, encode_event
from ashr_labs.client._retry import SyncClock
from ashr_labs.hosting import DoneEvent, StreamEvent, TextDeltaEvent
from support.clocks import SyncManualClock
from support.scripted_server import Answer, ScriptedServer

SEND = "POST /testing-platform-api/api/sessions/s/messages"
FOLLOW = "GET /testing-platform-api/api/sessions/s/messages/stream"
A, B = (encode_event("text_delta", f'{{"delta": "{name}"}}', id=str(number)) for number, name in ((4, "a"), (5, "b")))
DONE = encode_event("done", '{"sessionId": "s"}', id="6")


def stream(*parts: bytes, **fields: Any) -> Answer:
    return Answer(200, b"".join(parts), {"Content-Type": "text/event-stream"}, **fields)


def asked(server: ScriptedServer) -> list[str]:
    return [f"{one.method} {one.path.rpartition('/')[2]}" for one in server.asked]


def test_broken_stream_is_resumed_by_id(client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock) -> None:
    """The rest of a turn is read by id, as often as it breaks off, and the message is sent once."""
    novelty = encode_event("novelty", "[1]", id="5.5")
    server.on(SEND, stream(A))
    server.on(f"{FOLLOW}?after=4", stream(encode_comment("alive"), B, cut_after=60), stream(novelty, DONE))

    with client.hosting.stream("s", "x") as turn:
        events = list(turn)
        reply = turn.final_message()

    assert [TextDeltaEvent("a"), TextDeltaEvent("b"), StreamEvent("novelty", [1]), DoneEvent("s")] == events
    assert ("ab", "6", 4) == (reply.text, turn.last_event_id, turn.events_read)
    assert ["POST messages", "GET stream?after=4", "GET stream?after=4"] == asked(server)
    assert "5" == server.asked[-1].headers["last-event-id"]


def test_stream_without_an_end_says_how_far_it_came(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A turn whose end does not come is an error with the id to go on from, even where nothing was read."""
    server.on(SEND, stream(A), stream(A), stream())

    for last, rest in (("4", stream()), ("5", stream(B))):
        server.on(f"{FOLLOW}?after=4", rest, stream())
        with pytest.raises(StreamInterruptedError, match=f"behind the event with the id '{last}'") as caught:
            client.hosting.stream("s", "x").final_message()
        assert last == caught.value.last_event_id
    with pytest.raises(StreamInterruptedError, match="after 0 events"):
        client.hosting.stream("s", "x").__enter__()
    assert ["POST messages"] == asked(server)[-1:]


def test_left_stream_keeps_no_connection(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A stream that is left closes its connection, and says where the turn goes on."""
    server.on(SEND, stream(A, B, pause=0.002))
    server.on(f"{FOLLOW}?after=4", stream(B, DONE))

    with client.hosting.stream("s", "x") as turn:
        next(turn)
    rest = client.hosting.session("s").follow(turn.last_event_id)

    assert [0] == [len(stack.idle) for stack in client._transport.pool._stacks.values()]  # type: ignore[union-attr]
    assert "b" == (rest.final_message()).text
    assert "<TurnStream of session s, 2 events read>" == repr(rest).replace("Async", "")


def test_event_that_does_not_come(client: AshrLabsClient, server: ScriptedServer) -> None:
    """`event_timeout` is the most that an event may take."""
    client._transport.clock = SyncClock()
    server.on(SEND, stream(A, encode_comment() * 1000, pause=0.002))

    with pytest.raises(APITimeoutError, match="increase event_timeout="):
        client.hosting.session("s").stream("x", event_timeout=0.3).final_message()


def test_refused_message(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A message that is refused is an error of its status when the block is entered."""
    server.on(SEND, Answer.of({"error": "the session s is in a turn", "statusCode": 409}, 409))

    with pytest.raises(ConflictError, match="is in a turn"):
        client.hosting.stream("s", "x").__enter__()
