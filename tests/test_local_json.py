"""JSON of the embedded platform: large values in slices, and text that is stored as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs.local.store.raw_json import RawJSON, decode, encode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ELEMENT = '"a": [1, {"b": "],"}, []], '
"""Of an object; without its name, of an array."""
LARGE_OBJECT = "{" + "".join(f'"{number}{ELEMENT[1:]}' for number in range(10_000))
LARGE_ARRAY = "[" + ELEMENT.partition(": ")[2] * 10_000


def large(value: Any, count: int) -> dict[str, Any]:
    """Return a value with many elements on several levels."""
    inner = {"list": [value] * count, "object": {f"{index},": value for index in range(count)}, "text": "x," * 50_000}
    return {"empty": [[], {}], "inner": [inner, {"runs": inner}], "last": value}


@settings(max_examples=25, deadline=None)
@given(JSON, st.integers(1_990, 2_300), st.sampled_from([None, 1]))
def test_sliced_json_equals_unsliced(value: Any, count: int, indent: int | None) -> None:
    """Large values, which are encoded and decoded in slices so that other threads can run, do not change by that."""
    given_value = large(value, count)

    text = encode({**given_value, "raw": RawJSON('{"k": 1}')})

    assert json.dumps({**given_value, "raw": {"k": 1}}) == json.dumps(json.loads(text))
    assert json.dumps(given_value) == json.dumps(decode(json.dumps(given_value, indent=indent)))


def test_names_of_sliced_objects_are_encoded_like_those_of_small_ones() -> None:
    """A large object may have names that JSON writes as text."""
    value: dict[Any, Any] = {True: [1] * 3000, 1.5: "x", None: [[2] * 3000], **dict.fromkeys(range(2, 3000), 0)}

    assert json.dumps(value, separators=(",", ":")) == encode(value)


def test_last_of_repeated_names_counts() -> None:
    """Of a name that a large object has twice, the last value counts, as in small ones."""
    text = LARGE_OBJECT + '"7": 1, "x": 2, "x": 3}'

    assert json.dumps(json.loads(text)) == json.dumps(decode(text))


@pytest.mark.parametrize("begin", ["[1, ", LARGE_ARRAY, f'{{"x": {LARGE_ARRAY}'], ids=["small", "large", "nested"])
@pytest.mark.parametrize(
    "end", ["", "1", "]", "1,]", "1 1]", ",1]", "1}", "NaN]", "Infinity]", '"x', '"\x01"]', "1]]", "1] x", "[1,]]"]
)
def test_invalid_arrays_are_rejected(begin: str, end: str) -> None:
    """An array that is not JSON is rejected, however large it is."""
    with pytest.raises(ValueError, match=r"."):
        decode(begin + end)


@pytest.mark.parametrize("begin", ['{"y": 1, ', LARGE_OBJECT, f"[{LARGE_OBJECT}"], ids=["small", "large", "nested"])
@pytest.mark.parametrize(
    "end", ["", "}", '"x"', '"x"}', '"x":}', '"x" 1}', "x: 1}", '"x": 1,}', '"x": 1]', '"x": NaN}', '"x": 1} 1']
)
def test_invalid_objects_are_rejected(begin: str, end: str) -> None:
    """An object that is not JSON is rejected, however large it is."""
    with pytest.raises(ValueError, match=r"."):
        decode(begin + end)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, LARGE_ARRAY + "[" * 100_000, LARGE_OBJECT + '"a":[' * 100_000]
)
def test_deep_nesting_is_rejected(text: str) -> None:
    """Text with too many levels is an error that the platform knows."""
    with pytest.raises((RecursionError, ValueError)):
        decode(text)
