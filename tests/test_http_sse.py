"""`SSEDecoder`: the events of a stream of bytes, after the WHATWG specification."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashr_labs import ResponseFormatError
from ashr_labs._http.sse import ServerSentEvent, SSEDecoder, encode_comment, encode_event

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("data").joinpath("sse_vectors.json").read_text())
"""Bytes as Latin-1 text, in chunks, and the type, data and id of each event."""

MORE = {
    "only a comment": (b": hello\n\n", []),
    "fields without data": (b"event: x\nid: 1\n\ndata: 2\n\n", [("message", "2", "1")]),
    "an id with NUL is ignored": (b"id: 1\nid: 2\0\ndata: a\n\n", [("message", "a", "1")]),
    "the id of an unfinished event does not count": (b"id: 1\ndata: a\n\nid: 2\ndata: b\n", [("message", "a", "1")]),
    "unknown fields": (b"datas: 1\ndata: 2\nDATA: 3\n\n", [("message", "2", "")]),
    "a colon first is a comment": (b":data: 1\n\n", []),
    "colons in values": (b"data: a: b:c\n\n", [("message", "a: b:c", "")]),
    "empty lines only": (b"\n\n\r\r\r\n\r\n", []),
    "only CR": (b"event: x\rdata: 1\r\rdata: 2\r\r", [("x", "1", ""), ("message", "2", "")]),
    "line and paragraph separators": ("data: a\u2028b\u2029c\n\n".encode(), [("message", "a\u2028b\u2029c", "")]),
    "a character that is cut by the line's end": (b"data: \xe2\x82\ndata: 1\n\n", [("message", "\ufffd\n1", "")]),
    "a BOM alone": (b"\xef\xbb\xbf", []),
    "two BOMs": (b"\xef\xbb\xbf\xef\xbb\xbfdata: 1\n\ndata: 2\n\n", [("message", "2", "")]),
}  # fmt: skip


def decoded(chunks: list[bytes]) -> list[ServerSentEvent]:
    decoder = SSEDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_vectors(case: dict[str, Any]) -> None:
    """Each stream gives its events, as it is split there, in one piece, and byte by byte."""
    chunks = [chunk.encode("latin-1") for chunk in case["chunks"]]
    whole = b"".join(chunks)
    expected = [tuple(event) for event in case["events"]]

    assert expected == decoded(chunks)
    assert expected == decoded([whole])
    assert expected == decoded([bytes([byte]) for byte in whole])


@pytest.mark.parametrize("name", MORE)
def test_rules_of_the_specification(name: str) -> None:
    """Fields, comments and line ends are told apart as specified, however the bytes are split."""
    stream, expected = MORE[name]

    assert expected == decoded([stream])
    assert expected == decoded([bytes([byte]) for byte in stream])


PIECES = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"\n\n", b"data", b"data: ", b"event: x", b"id: 7", b"id", b": c", b":", b" ", b"{}", b"\0",
     b"retry: 5", b"\xef\xbb\xbf", "\U0001f600".encode(), b"\xff", b"\xe2\x82", "\u2028".encode(), b"a" * 40]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map(b"".join), st.lists(st.integers(0, 200), max_size=8))
@example(b"data: 1\r\n\r\ndata: 2\r\n\r\n", [8, 9, 10])
def test_splitting_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    """The events, the last id and the delay depend on the bytes only, not on how they are split."""
    whole, split = SSEDecoder(), SSEDecoder()
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]

    expected = whole.feed(stream)
    actual = [event for start, end in pairwise(places) for event in split.feed(stream[start:end])]

    assert expected == actual
    assert (whole.last_id, whole.retry_ms) == (split.last_id, split.retry_ms)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ONE_LINE = TEXT.map(lambda text: text.translate(dict.fromkeys(map(ord, "\r\n\0"))))


@given(st.lists(st.tuples(ONE_LINE.filter(bool), TEXT, ONE_LINE), max_size=4))
def test_encoded_events_are_decoded(events: list[tuple[str, str, str]]) -> None:
    """Events that are encoded, with comments between them, are decoded to the same; line ends become line feeds."""
    encoded = [encode_comment("a\nb") + encode_event(event, data, id=given_id) for event, data, given_id in events]

    expected = [(event, data.replace("\r\n", "\n").replace("\r", "\n"), given_id) for event, data, given_id in events]
    assert expected == decoded(encoded)


def test_fields_cannot_be_injected() -> None:
    """Line ends in a type or an id cannot begin another field."""
    assert [("x data: 1", "2", "a b")] == decoded([encode_event("x\ndata: 1", "2", id="a\rb")])


def test_delay_and_last_id() -> None:
    """The delay is kept in milliseconds if it consists of digits, and the last id is kept without an event."""
    decoder = SSEDecoder()

    assert [] == decoder.feed(b"retry: 3000\nretry: 1.5\nretry: -1\nid: 9\n\nid: 10\n")
    assert (3000, "9") == (decoder.retry_ms, decoder.last_id)


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        (b"data: " + b"x" * 200, "a line"),
        (b"data: " + b"x" * 200 + b"\n\n", "a line"),
        (b": " + b"x" * 200, "a line"),
        (b"data: 12345678\n" * 20, "an event"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_size_is_limited(stream: bytes, what: str, size: int) -> None:
    """A line or an event above the limit is refused with what is too large and the limit, however it arrives."""
    decoder = SSEDecoder(max_event_bytes=100)
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]

    with pytest.raises(ResponseFormatError, match=f"{what} of the stream is larger than 100 bytes"):
        [*map(decoder.feed, chunks)]


def test_many_events_may_be_larger_together() -> None:
    """The limit holds for one event, not for those that arrive together."""
    decoder = SSEDecoder(max_event_bytes=100)

    assert 50 == len(decoder.feed(b"data: 1234567890\n\n" * 50))
