"""What a trace and its observations are called elsewhere, and when they were: pure functions."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ..store.trace_rows import moment_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["observation_moments", "span_key", "trace_key"]

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


def trace_key(tenant_id: int, trace_id: str) -> str:
    """Return 32 hexadecimal digits, always the same ones for a trace: its id where that is of this form."""
    return trace_id if _TRACE_ID.fullmatch(trace_id) else _digest(f"{tenant_id}/{trace_id}", 32)


def span_key(trace: str, observation_id: object) -> str:
    """Return 16 hexadecimal digits, always the same ones for an observation: its id where that is of this form."""
    text = str(observation_id)
    return text if _SPAN_ID.fullmatch(text) else _digest(f"{trace}/{text}", 16)


def observation_moments(observation: Mapping[str, Any], otherwise: str) -> tuple[str, str | None]:
    """Return when it began, or when its trace came, and when it ended, if that is known, as the platform writes it."""
    started, ended = moment_of(observation.get("start_time")), moment_of(observation.get("end_time"))
    return otherwise if started is None else isoformat(started), None if ended is None else isoformat(ended)


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]
