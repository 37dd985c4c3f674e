"""Any value becomes bounded, strict JSON, whatever the value's own code does."""

from __future__ import annotations

import asyncio
import datetime as dt
import decimal
import doctest
import enum
import json
import threading
import types
import uuid
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from unittest import mock

import attrs
import numpy
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import _serialize as serialize
from ashr_labs._serialize import MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS, describe_error, to_json


@dataclass
class Point:
    x: int
    token: str = field(default="hidden", repr=False)
    next: Point | None = None


@attrs.define
class Order:
    number: str
    token: str = attrs.field(default="hidden", repr=False)
    card: str = attrs.field(default="hidden", repr=lambda _: "***")


class Dumped:
    """An object that only has `model_dump`."""

    def model_dump(self) -> dict[str, Any]:
        return {"order": Order("A-1")}


class PydanticLike:
    """A fake pydantic model, read by its declared fields since `model_dump` may warn."""

    __pydantic_fields__ = {  # noqa: RUF012
        "name": types.SimpleNamespace(repr=True),
        "secret": types.SimpleNamespace(repr=False),
        "unset": types.SimpleNamespace(repr=True),
    }
    name = "Ada"
    secret = "hidden"
    model_extra: Mapping[str, Any] | None = {"plan": "pro"}

    def model_dump(self) -> dict[str, Any]:
        raise AssertionError("must not be called")


class Array:
    """A fake numpy array."""

    def __init__(self, length: int) -> None:
        self.length = length

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.length,)

    def tolist(self) -> list[Any]:
        assert self.length < MAX_ITEMS, "a huge array must not be written out"
        return [float(number) for number in range(self.length)]


class Nameless(type):
    @property
    def __module__(cls) -> str:  # type: ignore[override]
        raise RuntimeError("no module")


class OfNameless(metaclass=Nameless):
    pass


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Mode(enum.StrEnum):
    FAST = "fast"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no text")

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)


class Lying:
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("no class")

    def __repr__(self) -> str:
        return "lying"


class BadMapping(dict[str, int]):
    def items(self) -> Any:
        raise OSError("gone")


class LazyRows:
    """A fake database query that runs when its rows are read, and counts that.

    It does not raise: Hypothesis takes the `repr` of each value of a failing test.
    """

    queries = 0

    def __iter__(self) -> Iterator[int]:
        LazyRows.queries += 1
        return iter(())

    def __len__(self) -> int:
        LazyRows.queries += 1
        return 0

    def __repr__(self) -> str:
        LazyRows.queries += 1
        return "LazyRows()"


class Endless(Sequence[int]):
    """An endless sequence that counts how much of it is read."""

    def __init__(self) -> None:
        self.read = 0

    def __getitem__(self, index: Any) -> Any:
        self.read += 1
        return index

    def __len__(self) -> int:
        return 10**12


class BadTextError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (-(2**63), -(2**63)),
        (2**64, str(2**64)),
        (1.5, 1.5),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        ("é", "é"),
        ("\ud83e", "\ufffd"),
        ("\ud83d\ude00", "😀"),
        (b"GET /", "GET /"),
        (b"\xff\xfe", "<bytes: 2 bytes>"),
        (b"a\0b", "<bytes: 3 bytes>"),
        (b"a" * (MAX_CHARACTERS + 1), "<bytes: 1000001 bytes>"),
        (bytearray(b"abc"), "abc"),
        (memoryview(b"abc"), "abc"),
        (dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC), "2027-03-01T09:30:00+00:00"),
        (dt.date(2027, 3, 1), "2027-03-01"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(minutes=1), 60.0),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (decimal.Decimal("1.10"), "1.10"),
        (decimal.Decimal("NaN"), "NaN"),
        (PurePosixPath("a/b"), "a/b"),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (Mode.FAST, "fast"),
        ((1, 2), [1, 2]),
        (deque([1]), [1]),
        (range(3), [0, 1, 2]),
        ({"b", "a"}, ["a", "b"]),
        (frozenset({3, 1}), [1, 3]),
        (OrderedDict(a=1), {"a": 1}),
        (types.MappingProxyType({"a": [1]}), {"a": [1]}),
        ({1: "a", None: "b", (1, 2): "c", 1.5: "d"}, {"1": "a", "null": "b", "[1, 2]": "c", "1.5": "d"}),
        ({1: "a", "1": "b"}, {"1": "a", "1#1": "b"}),
        (Point(1, next=Point(2)), {"x": 1, "next": {"x": 2, "next": None}}),
        (Order("A-1"), {"number": "A-1"}),
        (Dumped(), {"order": {"number": "A-1"}}),
        (PydanticLike(), {"name": "Ada", "unset": "<unreadable>", "plan": "pro"}),
        (Array(2), [0.0, 1.0]),
        (Array(10**6), "<test_tracing_serialize.Array: shape (1000000,)>"),
        (ValueError("bad"), "ValueError: bad"),
        (KeyError(), "KeyError"),
        (object(), "<object>"),
        (threading.Lock(), "<unlocked _thread.lock object>"),
        (len, "<built-in function len>"),
        (Colour, "<enum.EnumType>"),
        (mock.MagicMock(), "<unittest.mock.MagicMock>"),
        (Hostile(), "<test_tracing_serialize.Hostile>"),
        (BadMapping(a=1), "<test_tracing_serialize.BadMapping>"),
        (LazyRows(), "<test_tracing_serialize.LazyRows>"),
        ([1, Hostile(), 2], [1, "<test_tracing_serialize.Hostile>", 2]),
        (BadTextError(), "BadTextError: <unreadable message>"),
    ],
    ids=lambda value: type(value).__name__,  # pytest's own would run the values' code
)
def test_values_have_one_form(value: Any, expected: Any) -> None:
    """Each kind of value has one form, and a value that JSON cannot express is replaced by a marker."""
    assert expected == _without_test_package(to_json(value))


class Customer(pydantic.BaseModel):
    name: str
    key: pydantic.SecretStr
    hidden: str = pydantic.Field(default="hidden", repr=False)
    friend: Any = None

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def costly(self) -> int:
        raise AssertionError("must not run")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (numpy.float64("nan"), "NaN"),
        (numpy.float32(0.5), 0.5),
        (numpy.int64(3), 3),
        (numpy.bool_(True), True),
        (numpy.array([[1.0, numpy.inf]]), [[1.0, "Infinity"]]),
        (numpy.array([{1: 2}, None], dtype=object), [{"1": 2}, None]),
        (numpy.array(5), 5),
        (numpy.ma.array([1, 2], mask=[False, True]), [1, None]),
        (numpy.datetime64("2027-03-01"), "2027-03-01"),
        (numpy.zeros((10**5, 100)), "<numpy.ndarray: shape (100000, 100)>"),
        (
            Customer(name="Ann", key=pydantic.SecretStr("k")),
            {"name": "Ann", "key": "SecretStr('**********')", "friend": None},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numpy_and_pydantic_values(value: Any, expected: Any) -> None:
    """Numpy scalars and arrays and pydantic models are converted without hidden and computed fields."""
    assert expected == to_json(value)


def test_cyclic_model_is_replaced_by_marker() -> None:
    """A cycle of models is replaced by a marker where it closes."""
    ann = Customer(name="Ann", key=pydantic.SecretStr("k"))
    ann.friend = [ann]
    assert "contains itself>" in str(to_dict(ann)["friend"])


def test_huge_integers_are_replaced_by_marker() -> None:
    """An integer that Python refuses to format is replaced by a marker with its size."""
    assert ["<int: 16610 bits>"] == to_json([10**5000])


def test_proxy_is_recorded_by_actual_type() -> None:
    """A proxy whose `__class__` raises is recorded by its actual type."""
    assert ["lying"] == to_json([Lying()])


def test_class_without_name_is_replaced_by_marker() -> None:
    """An object of a class without a readable name is replaced by a marker."""
    assert ["<object>"] == to_json([OfNameless()])


def test_module_is_replaced_by_marker() -> None:
    """A module is replaced by a short marker."""
    assert str(to_json(json)).startswith("<module 'json'")


def test_generators_are_never_consumed() -> None:
    """An iterator that was recorded still gives all its items."""
    numbers = (number for number in range(3))
    assert {"rows": "<generator>"} == to_json({"rows": numbers})
    assert [0, 1, 2] == list(numbers)


def test_coroutines_are_never_awaited() -> None:
    """A coroutine that was recorded can still be awaited."""

    async def answer() -> int:
        return 42

    coroutine = answer()
    assert "<coroutine>" == to_json(coroutine)
    assert 42 == asyncio.run(coroutine)


@pytest.mark.parametrize("make", [list, dict, lambda: Point(1)])
def test_cycles_are_replaced_by_marker(make: Any) -> None:
    """A container that contains itself is replaced by a marker where the cycle closes."""
    value = make()
    if isinstance(value, list):
        value.append(value)
    elif isinstance(value, dict):
        value["me"] = value
    else:
        value.next = value
    assert "contains itself" in json.dumps(to_json(value))


def test_repeated_value_is_not_a_cycle() -> None:
    """A value that occurs twice is converted twice."""
    shared = [1]
    assert [[1], [1]] == to_json([shared, shared])


def test_depth_is_bounded() -> None:
    """Containers deeper than the limit are replaced by a marker that says so."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    written = to_json(value)
    levels = 0
    while isinstance(written, list):
        written, levels = written[0], levels + 1
    assert (MAX_DEPTH, f"<list: more than {MAX_DEPTH} levels deep>") == (levels, written)


def test_items_share_one_limit() -> None:
    """However the items are nested, at most the limit is kept, and markers count the rest."""
    written = to_json([list(range(MAX_ITEMS)), [1, 2], {"a": 1, "b": 2}])
    assert isinstance(written, list)
    assert isinstance(written[0], list)
    assert "<2 more items>" == written[0][-1]
    assert ["<2 more items>"] == written[1:]


def test_large_dicts_are_truncated_with_count() -> None:
    """A dict that is too large has a marker with the number of missing entries."""
    written = to_dict({str(number): number for number in range(MAX_ITEMS + 5)})
    assert "<6 more items>" == written["<cut>"]


def test_nested_dicts_are_truncated_with_count() -> None:
    """A dict whose first value uses up the limit has a marker with the number of missing entries."""
    assert {"a", "<cut>"} == set(to_dict({"a": list(range(MAX_ITEMS)), "b": 1, "c": 2}))


def test_lazy_sequences_are_read_up_to_the_limit() -> None:
    """A lazy sequence of any length is read up to the limit only."""
    rows = Endless()
    to_json(rows)
    assert rows.read <= MAX_ITEMS


def test_strings_share_one_limit() -> None:
    """All strings share one limit, and the marker of a truncated string has its original length."""
    written = to_dict({"a": "x" * (MAX_CHARACTERS - 10), "b": "é" * 50})
    assert "é" * 8 + "<cut, 50 characters>" == written["b"]


def test_result_is_a_copy() -> None:
    """Later changes of the value do not change its JSON, with and without the fast path."""
    flat, deep = {"a": 1}, {"a": [1]}
    written = to_json(flat), to_json(deep)
    flat["a"] = 2
    deep["a"].append(2)
    assert ({"a": 1}, {"a": [1]}) == written


@pytest.mark.parametrize(
    "value",
    [{"a": "é"}, {"é": 1}, {"a": 1.5}, {"a": [1]}, {1: 1}, {"a": "\ud83e"}, {"a": 2**64}, {"a": "x" * MAX_CHARACTERS}],
)
def test_fast_path_agrees_with_conversion(value: Any) -> None:
    """The fast path for small dicts gives the same result as the conversion."""
    assert to_json(OrderedDict(value)) == to_json(value)


def to_dict(value: Any) -> dict[str, Any]:
    written = to_json(value)
    assert isinstance(written, dict)
    return written


def test_concurrently_modified_value_is_recorded() -> None:
    """A dict that another thread is changing is recorded without an error."""
    shared: dict[int, int] = {}
    stop = threading.Event()

    def fill() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            shared[number % 5000] = number
            shared.pop((number * 7) % 5000, None)

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        assert all(isinstance(to_dict({"shared": shared})["shared"], dict) for _ in range(50))
    finally:
        stop.set()
        thread.join()


def test_exceptions_are_described_by_type_and_message() -> None:
    """An exception with an empty or unreadable message is described by its type."""
    assert "ValueError: x" == describe_error(ValueError("x"))
    assert "ValueError" == describe_error(ValueError())
    assert "BadTextError: <unreadable message>" == describe_error(BadTextError())
    assert MAX_CHARACTERS + len("ValueError: ") == len(describe_error(ValueError("x" * (MAX_CHARACTERS + 10))))


def test_docstring_example() -> None:
    """The example in the docstring has the documented result."""
    assert 0 == doctest.testmod(serialize).failed


_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.binary(),
    st.datetimes(),
    st.uuids(),
    st.decimals(),
    st.timedeltas(),
    st.complex_numbers(),
    st.sampled_from([Hostile, LazyRows, object, threading.Lock]).map(lambda make: make()),
    st.sampled_from([Colour.RED, Level.HIGH, object, len]),
    st.builds(iter, st.lists(st.integers(), max_size=2)),
)
_keys = st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters()), st.tuples(st.integers()))
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(_keys, inner),
        st.builds(deque, st.lists(inner)),
        st.builds(Order, inner),
    ),
    max_leaves=30,
)


@given(_values)
def test_any_value_becomes_strict_json(value: Any) -> None:
    """Any nested value becomes JSON that survives a round trip through a strict UTF-8 parser, and runs no query."""
    queries = LazyRows.queries
    written = to_json(value)
    assert queries == LazyRows.queries
    document = json.dumps(written, allow_nan=False, ensure_ascii=False).encode()
    assert written == json.loads(document)


@given(_values)
def test_json_is_unchanged(value: Any) -> None:
    """Converting JSON returns it unchanged."""
    once = to_json(value)
    assert once == to_json(once)


def _without_test_package(written: Any) -> Any:
    """Remove the package name before this module's in markers, which depends on how pytest imports it."""
    if isinstance(written, str) and written.startswith("<") and "test_tracing_serialize." in written:
        return "<test_tracing_serialize." + written.split("test_tracing_serialize.", 1)[1]
    if isinstance(written, list):
        return [_without_test_package(item) for item in written]
    return written
