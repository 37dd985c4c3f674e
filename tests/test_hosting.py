"""`ashr_labs.hosting`: records of the platform, and the reply that the events of a turn add up to."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs import hosting
from ashr_labs.hosting import HostedReply, HostedToolCall, QueueItem, SessionEvent, StreamEvent
from ashr_labs.hosting.events import event_of
from ashr_labs.hosting.records import record_of
from ashr_labs.hosting.replies import ReplyBuilder

SAID = st.lists(st.text(min_size=1), min_size=1, max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    max_leaves=5,
)
LIKELY = st.fixed_dictionaries(
    {"type": st.sampled_from(["assistant", "result"]), "message": JSON, "delta": JSON, "id": JSON, "name": JSON}
)
KINDS = ["message", "text_delta", "tool_use", "tool_result", "turn_complete", "session_start", "error", "done", "new"]


def assistant(*blocks: dict[str, Any]) -> tuple[str, Any]:
    return "message", {"type": "assistant", "message": {"role": "assistant", "content": list(blocks)}}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def added(*events: tuple[str, Any]) -> ReplyBuilder:
    builder = ReplyBuilder()
    for kind, data in events:
        builder.add(event_of(kind, data))
    return builder


def test_reply_of_a_turn() -> None:
    """Texts, calls with their results, reasoning, usage, costs and the answer are in the reply."""
    call = {"type": "tool_use", "id": "1", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "result", "num_turns": 2, "result": "Three.", "usage": {"input_tokens": 5}, "total_cost_usd": 0.5}
    builder = added(
        ("session_start", {"sessionId": "s"}),
        ("thinking_delta", {"delta": "Hm."}),
        assistant({"type": "thinking", "thinking": "Hm."}, text("I will look.")),
        ("tool_use", call),
        assistant(call),
        ("tool_result", {"tool_use_id": "1", "content": "a b c", "is_error": False}),
        assistant(text("There are three.")),
        ("turn_complete", {"numTurns": 2, "result": "Three."}),
        ("message", result),
    )

    assert "I will look.\n\nThere are three." == builder.text
    assert not builder.reply().is_complete
    builder.add(event_of("done", {"sessionId": "s", "traceId": "t", "status": "completed"}))
    assert builder.reply() == HostedReply(
        text="Three.",
        texts=("I will look.", "There are three."),
        tool_calls=(HostedToolCall("1", "Bash", {"command": "ls"}, "a b c"),),
        thinking="Hm.",
        usage={"input_tokens": 5},
        cost_usd=0.5,
        num_turns=2,
        is_complete=True,
        status="completed",
        trace_id="t",
    )


@settings(max_examples=50)
@given(SAID, st.data())
def test_partial_texts_add_up_to_the_whole(said: list[str], data: st.DataObject) -> None:
    """However the texts are split, what is added piece by piece is the text, and the reply is that without parts."""
    builder = ReplyBuilder()
    pieces: list[str] = []
    for one in said:
        cuts = sorted(data.draw(st.sets(st.integers(1, len(one)), max_size=3)))
        for start, end in zip([0, *cuts], [*cuts, len(one)], strict=True):
            pieces.append(builder.add(event_of("text_delta", {"delta": one[start:end]})))
        pieces.append(builder.add(event_of(*assistant(text(one)))))

    assert "".join(pieces) == builder.text == "\n\n".join(said)
    assert builder.reply() == added(*(assistant(text(one)) for one in said)).reply()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(KINDS), JSON | LIKELY)))
def test_any_data_can_be_read(events: list[tuple[str, Any]]) -> None:
    """An event with data of any kind is an event, and breaks neither the text nor the reply."""
    builder = added(*events)

    assert isinstance(builder.text, str)
    assert isinstance(builder.reply().text, str)


def test_failures() -> None:
    """An `error` event, and a result that is one, say why the turn failed; a result of an unknown call is kept."""
    assert "out of money" == added(("error", {"error": "out of money"})).reply().error
    result = {"type": "result", "is_error": True, "subtype": "error_max_turns"}
    assert "error_max_turns" == added(("message", result)).reply().error
    lost = added(("tool_result", {"tool_use_id": "9", "content": "no", "is_error": True})).reply()
    assert (HostedToolCall("9", "", None, "no", is_error=True),) == lost.tool_calls
    assert StreamEvent("text_delta", {"delta": 1}) == event_of("text_delta", {"delta": 1})


def test_records() -> None:
    """Fields are in snake case; unknown ones are left out, absent ones have defaults, and JSON in texts is parsed."""
    record = {"id": "e", "type": "novelty", "sequence": 3, "data": '{"a": [1]}', "tenantId": "1", "createdAt": "now"}
    assert SessionEvent("e", "novelty", 3, {"a": [1]}, "now") == record_of(SessionEvent, record)
    assert "no JSON" == record_of(SessionEvent, {**record, "data": "no JSON"}).data
    item = record_of(QueueItem, {"id": "q", "agentName": "a", "prompt": "p", "status": "on hold", "sessionId": None})
    assert ("a", "on hold", None, 0) == (item.agent_name, item.status, item.session_id, item.priority)
    assert [] == [name for name in hosting.__all__ if not hasattr(hosting, name)]
