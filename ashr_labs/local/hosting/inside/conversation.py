"""The conversation of a session, kept among its files, so that a resumed or forked session goes on with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .values import mapping

__all__ = ["FILE", "read_state", "write_state"]

FILE = Path(".ashr", "conversation.json")
_MAX_BYTES = 64 << 20


def read_state(kind: str) -> Any:
    """Return what a runtime has stored; None if it has stored nothing.

    Args:
        kind: The kind of the runtime. What another one has stored is not read.

    Raises:
        ValueError: The file was changed, or is too large.
    """
    if not FILE.exists():
        return None
    if FILE.stat().st_size > _MAX_BYTES:
        raise ValueError(f"it has more than {_MAX_BYTES} bytes")
    stored = mapping(json.loads(FILE.read_text("utf-8")))
    if "state" not in stored:
        raise ValueError("it has another form")
    return stored["state"] if stored.get("kind") == kind else None


def write_state(kind: str, state: Any) -> None:
    """Store the state of a runtime, at once or not at all."""
    FILE.parent.mkdir(exist_ok=True)
    temporary = FILE.with_suffix(".part")
    temporary.write_text(json.dumps({"kind": kind, "state": state}), "utf-8")
    temporary.replace(FILE)
