"""Ids and times of forwarded traces and observations; pure functions."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ..store.trace_rows import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["observation_times", "span_key", "trace_key"]

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


def trace_key(tenant_id: int, trace_id: str) -> str:
    """Return the id of a trace as 32 hexadecimal digits: its own id if it has that form, else a digest."""
    return trace_id if _TRACE_ID.fullmatch(trace_id) else _digest(f"{tenant_id}/{trace_id}", 32)


def span_key(trace: str, observation_id: object) -> str:
    """Return the id of an observation as 16 hexadecimal digits: its own id if it has that form, else a digest."""
    text = str(observation_id)
    return text if _SPAN_ID.fullmatch(text) else _digest(f"{trace}/{text}", 16)


def observation_times(observation: Mapping[str, Any], otherwise: str) -> tuple[str, str | None]:
    """Return the normalized start time, which defaults to `otherwise`, and the end time, if any."""
    started, ended = parse_timestamp(observation.get("start_time")), parse_timestamp(observation.get("end_time"))
    return otherwise if started is None else isoformat(started), None if ended is None else isoformat(ended)


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
