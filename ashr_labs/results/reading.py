"""Read runs from where they are: a run of the platform, a result, a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

from .._json import as_object, preview
from ..errors import ConfigurationError
from .journals import is_journal, journal_content
from .reports.tables import tests_of
from .runs import RunResults

__all__ = ["RunSource", "read_run"]

RunSource: TypeAlias = RunResults | Mapping[str, Any] | str | Path
"""Runs as `get_run()` and `poll_run()` return them, results as `RunBuilder.build()` and `grade()` do; files of them."""


def read_run(source: RunSource, label: str | None = None) -> RunResults:
    """Return a run's samples.

    Args:
        source: A run of the platform, a run's result, or the path of a JSON file that holds either, of the journal of
            a run, or of a report's .jsonl rows; which of them a file is, its content says. What a journal holds is
            graded with every tool required, and its label says where it is not complete.
        label: What to call it; the id or the file's name unless given.

    Raises:
        ConfigurationError: It cannot be read, is no run, or is not graded yet.
    """
    if isinstance(source, RunResults):
        return source
    if isinstance(source, Mapping):
        return RunResults.of(source, label or "run")
    path = Path(source)
    content = _read(path)
    if is_journal(content):
        return _of_journal(content, path, label)
    return RunResults.of(_parsed(content, path), label or path.name)


def _of_journal(content: bytes, path: Path, label: str | None) -> RunResults:
    tests, samples = journal_content(content, str(path))
    missing = f" ({len(tests)} of {samples} played)" if len(tests) < samples else ""
    return RunResults.of({"tests": tests}, label or f"{path.name}{missing}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def _parsed(content: bytes, path: Path) -> Mapping[str, Any]:
    """Return the result in a file: as JSON, or as the rows of a report."""
    try:
        values = [cast("object", json.loads(content))]
    except (ValueError, RecursionError) as error:
        values = _lines(content)
        if not _are_rows(values):
            message = f"{path} is neither the JSON of a run, nor a journal, nor the .jsonl rows of a report: {error}"
            raise ConfigurationError(message) from error
    if _are_rows(values):
        return {"tests": tests_of(as_object(row) or {} for row in values)}
    fields = as_object(values[0])
    if fields is None:
        raise ConfigurationError(f"{path} holds no run but {preview(values[0])}")
    return fields


def _lines(content: bytes) -> list[object]:
    try:
        return [cast("object", json.loads(line)) for line in content.split(b"\n") if line.strip()]
    except (ValueError, RecursionError):
        return []


def _are_rows(values: Sequence[object]) -> bool:
    return bool(values) and all({"scenario_id", "passed"} <= (as_object(value) or {}).keys() for value in values)
