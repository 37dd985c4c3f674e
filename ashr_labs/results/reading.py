"""Read runs from where they are: a run of the platform, a result, a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

from .._json import as_object, shown
from ..errors import ConfigurationError
from .run_results import RunResults

__all__ = ["RunSource", "read_run"]

RunSource: TypeAlias = RunResults | Mapping[str, Any] | str | Path
"""Runs as `get_run()` and `poll_run()` return them, results as `RunBuilder.build()` and `grade()` do, or a file."""


def read_run(source: RunSource, label: str | None = None) -> RunResults:
    """Return a run's samples.

    Args:
        source: A run of the platform, a run's result, or the path of a JSON file that holds either.
        label: What to call it; the id or the file's name unless given.

    Raises:
        ConfigurationError: It cannot be read, is no run, or is not graded yet.
    """
    if isinstance(source, RunResults):
        return source
    if isinstance(source, Mapping):
        return RunResults.of(source, label or "run")
    path = Path(source)
    return RunResults.of(_content(path), label or path.name)


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = cast("object", json.loads(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error
    fields = as_object(content)
    if fields is None:
        raise ConfigurationError(f"{path} holds no run but {shown(content)}")
    return fields
