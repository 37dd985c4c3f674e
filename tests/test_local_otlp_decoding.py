"""OTLP bodies become spans: both encodings, within limits, whatever the bodies hold."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from ashr_labs.errors import BadRequestError
from ashr_labs.local.compression import check_encoding, decompressed
from ashr_labs.local.contract import parse_body
from ashr_labs.local.failures import RefusedError
from ashr_labs.local.otlp.answers import JSON_TYPE, PROTOBUF_TYPE
from ashr_labs.local.otlp.decoding import MAX_SPANS, from_json, from_protobuf
from ashr_labs.local.otlp.reading import MAX_ATTRIBUTES, Reading, read_spans
from ashr_labs.spans.span import Event
from support.otlp import NOW, START, as_otlp_json, otlp_request, otlp_span, pairs

LIMIT = 20 * 1024 * 1024


def read(request: ExportTraceServiceRequest) -> Reading:
    return read_spans(request)


def decode_request(body: bytes | bytearray, media_type: str) -> ExportTraceServiceRequest:
    return from_json(parse_body(body)) if media_type == JSON_TYPE else from_protobuf(bytes(body))


def full_span() -> Span:
    span = otlp_span(2, {"gen_ai.system": "x", "n": 2**62, "deep": {"a": [1.5, True, None]}}, parent=1)
    span.events.add(name="seen", time_unix_nano=START + 5, attributes=pairs({"b": "c"}))
    span.links.add(trace_id=(9).to_bytes(16), span_id=(8).to_bytes(8))
    span.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="broken"))
    span.kind = Span.SPAN_KIND_CLIENT
    return span


@pytest.mark.parametrize("media_type", [PROTOBUF_TYPE, JSON_TYPE])
def test_every_field_of_a_span_is_read(media_type: str) -> None:
    """Ids, times, attributes of every type, events, links, status, scope and resource arrive in both encodings."""
    request = otlp_request(full_span())
    body = as_otlp_json(request) if media_type == JSON_TYPE else request.SerializeToString()

    [span] = read(decode_request(body, media_type)).spans

    assert (f"{7:032x}", f"{2:016x}", f"{1:016x}") == (span.trace_id, span.span_id, span.parent_id)
    assert ("step", "CLIENT", START, START + 1_000_000_000) == (span.name, span.kind, span.start_time, span.end_time)
    assert {"gen_ai.system": "x", "n": 2**62, "deep": {"a": [1.5, True, None]}} == span.attributes
    assert [Event("seen", START + 5, {"b": "c"})] == span.events
    assert [f"{9:032x}-{8:016x}"] == span.links
    assert ("ERROR", "broken") == (span.status, span.status_message)
    assert ("test", {"service.name": "shop"}) == (span.scope, span.resource)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_both_encodings_hold_the_same_spans(attributes: dict[str, Any]) -> None:
    """A request gives the same spans in protobuf and in JSON, with the values that were sent."""
    request = otlp_request(otlp_span(2, attributes))

    of_protobuf = read(decode_request(request.SerializeToString(), PROTOBUF_TYPE))
    of_json = read(decode_request(as_otlp_json(request), JSON_TYPE))

    assert of_protobuf == of_json
    assert attributes == of_json.spans[0].attributes


def test_json_follows_the_rules_of_otlp() -> None:
    """Ids are hexadecimal in either case, 64-bit numbers may be strings or numbers, unknown fields are ignored."""
    span = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "eee19b7ec3c1b174",
        "name": "step",
        "startTimeUnixNano": START,
        "endTimeUnixNano": str(START + 1),
        "attributes": [
            {"key": "a", "value": {"intValue": "9007199254740993"}},
            {"key": "b", "value": {"doubleValue": "NaN"}},
        ],
        "invented": {"by": ["a newer", "protocol"]},
        "kind": 77,
    }
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}], "new": 1}).encode()

    [found] = read(decode_request(body, JSON_TYPE)).spans

    assert ("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174") == (found.trace_id, found.span_id)
    assert (START, START + 1, "INTERNAL") == (found.start_time, found.end_time, found.kind)
    assert 9007199254740993 == found.attributes["a"]
    assert math.isnan(found.attributes["b"])


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(span_id=b"12345678", start_time_unix_nano=START), "`trace_id` must be 16 bytes"),
        (Span(trace_id=b"1" * 15, span_id=b"12345678", start_time_unix_nano=START), "`trace_id` must be 16 bytes"),
        (Span(trace_id=b"\0" * 16, span_id=b"12345678", start_time_unix_nano=START), "not all of them zero"),
        (Span(trace_id=b"1" * 16, span_id=b"1234567", start_time_unix_nano=START), "`span_id` must be 8 bytes"),
        (
            Span(trace_id=b"1" * 16, span_id=b"12345678", parent_span_id=b"1", start_time_unix_nano=START),
            "`parent_span_id` must be 8 bytes or empty, got 1",
        ),
        (Span(trace_id=b"1" * 16, span_id=b"12345678"), "`start_time_unix_nano` must be given"),
        (otlp_span(3, dict.fromkeys(map(str, range(MAX_ATTRIBUTES + 1)), 1)), "at most 10,000 attributes, got 10,001"),
    ],
)
def test_one_bad_span_is_refused_alone(span: Span, reason: str) -> None:
    """A span that cannot be stored is refused with the reason; the others of the request are read."""
    reading = read(otlp_request(otlp_span(1), span, otlp_span(2)))

    assert ([f"{1:016x}", f"{2:016x}"], 1) == ([one.span_id for one in reading.spans], len(reading.refused))
    assert reason in reading.message(now=NOW)


def test_ids_that_are_not_hexadecimal_refuse_their_span_only() -> None:
    """In JSON, an id that is not written in hexadecimal digits refuses its span, not the request."""
    document = json.loads(as_otlp_json(otlp_request(otlp_span(1), otlp_span(2))))
    document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = "no id"

    reading = read(decode_request(json.dumps(document).encode(), JSON_TYPE))

    assert ([f"{2:016x}"], 1) == ([one.span_id for one in reading.spans], len(reading.refused))


@pytest.mark.parametrize("start", [5_000_000_000, START + 200_000 * 1_000_000_000, 2**64 - 1_000_000_001])
def test_clocks_that_are_wrong_are_reported(start: int) -> None:
    """A span of 1970, of tomorrow or of 2554 is stored, and the response says what its clock says."""
    reading = read(otlp_request(otlp_span(1, name="early", start=start), otlp_span(2)))

    assert (2, []) == (len(reading.spans), reading.refused)
    assert f"check the clock of 1 span: 'early' ({1:016x}) says {start} nanoseconds since 1970" == reading.message(
        now=NOW
    )


def test_long_lists_of_faults_are_shortened() -> None:
    """The message names three spans and counts the others, and is one line whatever the names hold."""
    reading = read(otlp_request(*(Span(name="a\nb" * 100) for _ in range(9))))

    assert reading.message(now=NOW).startswith("9 spans refused: 'a b")
    assert reading.message(now=NOW).endswith("and 6 more")
    assert "\n" not in reading.message(now=NOW)
    assert len(reading.message(now=NOW)) < 1_000


def test_copies_of_our_own_traces_are_left_out() -> None:
    """Spans that copy a trace of ours are not stored a second time, and nothing is reported about them."""
    reading = read(otlp_request(otlp_span(1, {"ashr_labs.trace_id": "t"}), otlp_span(2)))

    assert ([f"{2:016x}"], "") == ([one.span_id for one in reading.spans], reading.message(now=NOW))


BODY = otlp_request(full_span()).SerializeToString()
GZIPPED = gzip.compress(BODY, mtime=0)


def field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that holds bytes."""
    size, rest = bytearray(), len(content)
    while rest > 127:
        size.append(rest & 127 | 128)
        rest >>= 7
    return bytes([number << 3 | 2, *size, rest]) + content


def nested(levels: int) -> bytes:
    """Return a request whose span has an array of arrays."""
    value = b"\x18\x01"
    for _ in range(levels):
        value = field(5, field(1, value))
    span = otlp_span(1).SerializeToString() + field(9, field(1, b"deep") + field(2, value))
    return field(1, field(2, field(2, span)))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (BODY[:-3], PROTOBUF_TYPE),
        (b"\x0a\xff\xff\xff\x7f" + BODY, PROTOBUF_TYPE),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" + BODY, PROTOBUF_TYPE),
        (b"no protobuf", PROTOBUF_TYPE),
        (nested(60), PROTOBUF_TYPE),
        (b"{", JSON_TYPE),
        (b"[]", JSON_TYPE),
        (b'{"resourceSpans": 7}', JSON_TYPE),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [7]}]}]}', JSON_TYPE),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}', JSON_TYPE),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "\\ud800"}]}]}]}', JSON_TYPE),
        (b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "-1"}]}]}]}', JSON_TYPE),
        (b'{"a":' * 300 + b"1" + b"}" * 300, JSON_TYPE),
        (b"\xff", JSON_TYPE),
    ],
)
def test_bodies_that_cannot_be_read_are_bad_requests(body: bytes, media_type: str) -> None:
    """Truncated bodies, lengths that lie, other types of values and deep nesting are bad requests with a reason."""
    with pytest.raises(BadRequestError, match="the body must be"):
        decode_request(body, media_type)


def test_nesting_within_the_limit_is_read() -> None:
    """A value of thirty levels is read."""
    assert 1 == len(read(decode_request(nested(30), PROTOBUF_TYPE)).spans)


@given(st.binary(max_size=200), st.sampled_from([PROTOBUF_TYPE, JSON_TYPE]), st.booleans())
def test_any_body_is_read_or_refused(body: bytes, media_type: str, is_gzip: bool) -> None:
    """Whatever the bytes are, they are a request, or the client's error."""
    with suppress(BadRequestError, RefusedError):
        read(decode_request(decompressed(body, LIMIT) if is_gzip else body, media_type))


@given(st.integers(0, len(BODY) - 1), st.integers(0, 255))
def test_changed_bodies_are_read_or_refused(position: int, byte: int) -> None:
    """A request with a changed byte is a request, or the client's error."""
    changed = bytearray(BODY)
    changed[position] = byte
    with suppress(BadRequestError):
        read(decode_request(changed, PROTOBUF_TYPE))


def test_gzip_is_decompressed() -> None:
    """A gzip body is decompressed up to the limit."""
    assert b"ab" == decompressed(gzip.compress(b"ab"), 2)


@pytest.mark.parametrize(
    ("body", "error", "reason"),
    [
        (GZIPPED[:-4], BadRequestError, "one complete gzip member"),
        (GZIPPED[:20], BadRequestError, "one complete gzip member"),
        (GZIPPED * 2, BadRequestError, "one complete gzip member"),
        (BODY, BadRequestError, "must be gzip"),
        (zlib.compress(BODY), BadRequestError, "must be gzip"),
        (gzip.compress(bytes(LIMIT + 1)), RefusedError, f"at most {LIMIT} bytes, decompressed"),
    ],
)
def test_bodies_that_cannot_be_decompressed_are_refused(body: bytes, error: type[Exception], reason: str) -> None:
    """Bodies that are not gzip, truncated, followed by more, or too large once decompressed are refused."""
    with pytest.raises(error, match=reason):
        decompressed(body, LIMIT)


def test_encodings_are_checked() -> None:
    """Gzip is taken where the operation takes it, whatever the case of its name; other encodings nowhere."""
    assert check_encoding("GZIP", takes_gzip=True)
    assert not check_encoding(None, takes_gzip=True)
    assert not check_encoding("identity", takes_gzip=False)
    with pytest.raises(RefusedError, match="must be gzip or identity, got br"):
        check_encoding("br", takes_gzip=True)
    with pytest.raises(RefusedError, match="must be identity, got gzip"):
        check_encoding("gzip", takes_gzip=False)


MANY = 530_000


@pytest.mark.parametrize(
    ("body", "media_type", "reason"),
    [
        (field(1, field(2, b"\x12\x00" * MANY)), PROTOBUF_TYPE, "at most 400,000 objects"),
        (field(1, field(2, field(2, b"\x4a\x00" * MANY))), PROTOBUF_TYPE, "at most 400,000 objects"),
        (field(1, field(2, field(2, b"\x30\x00" * 4 * MANY))), PROTOBUF_TYPE, "at most 400,000 objects"),
        (field(1, field(2, b"\x12\x00" * (MAX_SPANS + 1))), PROTOBUF_TYPE, "at most 10,000 spans, got 10,001"),
        (b'{"resourceSpans":[' + b"{}," * MANY + b"{}]}", JSON_TYPE, "at most 400,000 objects"),
    ],
)
def test_bodies_of_many_small_parts_are_refused(body: bytes, media_type: str, reason: str) -> None:
    """A body whose parts would take gigabytes of memory is refused before it is parsed."""
    with pytest.raises(RefusedError, match=reason) as refused:
        decode_request(body, media_type)

    assert 413 == refused.value.status
