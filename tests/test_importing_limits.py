"""Tests of hostile and damaged files: they are refused with a reason, without much memory or time."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, DatasetError
from ashr_labs.importing import import_dataset

MIB = 2**20


def inspect_log(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", "{}")
        for name, value in members.items():
            archive.writestr(name, value)
    return content.getvalue()


def aliases(depth: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, depth)]
    return ("tests:\n" + "\n".join(f"  - {line}" for line in lines)).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b" " * 65 * MIB), "a compressed file may have 67,108,864 bytes"),
        (gzip.compress(b'{"input": "x"}')[:-9], "is not a valid gzip file"),
        (inspect_log({"samples/a.json": b" " * 65 * MIB}), "samples/a.json: a sample may have 67,108,864 bytes"),
        (inspect_log({"samples/a.json": b"{"}), "is not a valid Inspect log"),
        (inspect_log({"samples/a.json": b"{}"})[:-30], "is not a valid Inspect log"),
        (b"PAR1 and nothing else", "is not a valid Parquet or Arrow file"),
        (b"ARROW1 and nothing else", "is not a valid Parquet or Arrow file"),
        (aliases(9), "has over 1,000,000 values"),
        (b"tests: &a\n  - *a\n", "has over 1,000,000 values"),
        (b"tests: [\n", "is not YAML"),
        (b"tests:\n  - !!python/object/apply:os.system ['true']\n", "is not YAML"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff\xfe\x00", "is not valid utf-16"),
        (b"[\n" + b" " * 65 * MIB, "a file that is one JSON value may have 67,108,864 characters"),
        (b"[" + b" " * 81 * MIB, "a file that is one JSON value may have 67,108,864 characters"),
        (b'{"input": "' + b"x" * 17 * MIB, "has over 16,777,216 characters; write one record per line"),
        (b'{"input": "Hi"}\n[' + b" " * 17 * MIB, "has over 16,777,216 characters; write one record per line"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_files_are_rejected(content: bytes, message: str) -> None:
    """A file that grows when it is read, or is damaged, raises an error with the reason."""
    if content[:4] in {b"PAR1", b"ARRO"}:
        pytest.importorskip("pyarrow")
    with pytest.raises(DatasetError, match=message):
        import_dataset(io.BytesIO(content))


def test_json_array_may_be_one_long_line() -> None:
    """A JSON array of more than 16 MiB is imported without any line feeds in it."""
    records = [{"input": f"{number} " + "x" * 2 * MIB, "expected": "Hello!"} for number in range(9)]

    imported = import_dataset(io.BytesIO(f"\n  {json.dumps(records)}".encode()))

    assert 9 == len(imported.dataset_source["runs"])


def test_streams_are_read_like_files() -> None:
    """A stream that cannot seek is read from memory, up to the limit."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    record = json.dumps({"input": "Hi", "expected": "Hello!"}).encode()

    assert 1 == len(import_dataset(Stream(record)).dataset_source["runs"])
    with pytest.raises(DatasetError, match="a stream may have 67,108,864 bytes"):
        import_dataset(Stream(b" " * 65 * MIB))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "klingon"}, "`encoding` must be a known encoding, got 'klingon'"),
        ({"delimiter": "::"}, "`delimiter` must be one character, got '::'"),
        ({"file_format": "langsmth"}, "did you mean 'langsmith'"),
    ],
)
def test_invalid_options_are_rejected(options: dict[str, Any], message: str) -> None:
    """An unknown encoding, delimiter or format is a configuration error."""
    with pytest.raises(ConfigurationError, match=message):
        import_dataset(io.BytesIO(b'{"input": "Hi"}'), **options)


def test_wrong_encoding_raises_error() -> None:
    """A file that is not in the named encoding is refused, and the error names it."""
    with pytest.raises(DatasetError, match="is not valid"):
        import_dataset(io.BytesIO("input,expected\nGrün,ja\n".encode("latin-1")), encoding="utf-8")


_fields = st.dictionaries(
    st.sampled_from(["input", "expected", "messages", "steps", "vars", "assert", "conversations", "contents", "turns"]),
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["role", "from", "value", "type", "parts", "source", "message", "tool_calls", "name"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
    max_size=5,
)


def _as_lines(records: list[dict[str, Any]]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def _as_array(records: list[dict[str, Any]]) -> bytes:
    return json.dumps(records).encode()


def _as_otlp(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": records}]}]}).encode()


@settings(max_examples=50)
@given(st.sampled_from([_as_lines, _as_array, _as_otlp]), st.lists(_fields, max_size=4))
def test_any_json_is_imported_or_rejected(write: Callable[[list[dict[str, Any]]], bytes], records: Any) -> None:
    """A file of any JSON objects is imported, or refused with a dataset error."""
    try:
        found = import_dataset(io.BytesIO(write(records)))
    except DatasetError:
        return

    assert len(found.dataset_source["runs"]) == len(found.places)


@given(st.binary(max_size=60))
def test_any_bytes_are_imported_or_rejected(content: bytes) -> None:
    """A file of any bytes is imported, or refused with a dataset error."""
    with suppress(DatasetError):
        assert import_dataset(io.BytesIO(content)).format is not None


def test_arrow_values_without_json_form_are_converted() -> None:
    """In an Arrow file, bytes become `data:` URLs and dates text; NaN is left out."""
    arrow = pytest.importorskip("pyarrow")
    columns = {
        "question": ["Hi"],
        "answer": ["Hello"],
        "score": [float("nan")],
        "picture": [b"\x89PNG"],
        "made": [datetime.date(2026, 1, 2)],
    }
    table = arrow.table(columns)
    content = io.BytesIO()
    with arrow.ipc.new_file(content, table.schema) as writer:
        writer.write_table(table)

    [scenario] = import_dataset(io.BytesIO(content.getvalue())).dataset_source["runs"].values()

    assert {"picture": "data:image/png;base64,iVBORw==", "made": "2026-01-02"} == scenario["metadata"]


@pytest.mark.parametrize(
    ("module", "content"), [("pyarrow.parquet", b"PAR1 and more"), ("yaml", b"tests:\n  - vars: {message: Hi}\n")]
)
def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, module: str, content: bytes) -> None:
    """A format whose package is not installed is refused with the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(DatasetError, match=r"needs the package .*pip install 'ashr-labs\[formats\]>=0\.4'"):
        import_dataset(io.BytesIO(content))
