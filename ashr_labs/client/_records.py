"""Records before they are sent: checked, and split into requests. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .._format import suggestion
from .._json import as_object, preview
from ..errors import ConfigurationError
from ._validation import as_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["batches", "tags_text"]

_KEYS: Final = ("input", "expected", "metadata", "tags", "id")
_MAX_RECORDS: Final = 1000
_MAX_BYTES: Final = 8_000_000
"""Of the records of one request, unless one record is larger."""


def batches(records: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the records of each request; at least one request.

    Raises:
        ConfigurationError: They are not a list of objects with `input`; nothing is yielded then.
    """
    checked = [_checked(record, index) for index, record in enumerate(as_items(records, "records"))]
    batch: list[Mapping[str, Any]] = []
    size = 0
    for record in checked:
        length = _length(record)
        if batch and (len(batch) == _MAX_RECORDS or size + length > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    yield batch


def tags_text(tags: Sequence[str] | None) -> str | None:
    """Return tags as they are in a query.

    Raises:
        ConfigurationError: They are not a list of texts without commas.
    """
    if tags is None:
        return None
    given: Sequence[object] = as_items(tags, "tags")
    for tag in given:
        if not isinstance(tag, str) or "," in tag or not tag:
            raise ConfigurationError(f"`tags` must be a list of non-empty strings without commas, got {preview(tag)}")
    return ",".join(tags)


def _checked(record: object, index: int) -> Mapping[str, Any]:
    fields = as_object(record)
    if fields is None or "input" not in fields:
        raise ConfigurationError(f"records[{index}] must be an object with `input`, got {preview(record)}")
    for key in fields:
        if key not in _KEYS:
            raise ConfigurationError(
                f"records[{index}].{key} must not be given{suggestion(key, _KEYS)}; a record has {', '.join(_KEYS)}"
            )
    return fields


def _length(record: Mapping[str, Any]) -> int:
    try:
        return len(json.dumps(record))
    except (TypeError, ValueError, RecursionError):
        return 0  # the request refuses it, with its operation
