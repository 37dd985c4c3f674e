"""Completions by the content of their requests, in memory and optionally in a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from .._json import as_object, parsed_json
from .completion import Alternatives, Completion

if TYPE_CHECKING:
    from .completion import Request

__all__ = ["CompletionCache", "cache_key"]

_MAX_ENTRIES = 10_000


class CompletionCache:
    """Keeps completions; threads and, through the folder, processes may share it.

    Args:
        folder: Where completions are kept beyond this process, readable by its owner only; by default nowhere. A file
            that cannot be read or written counts as absent.
        max_entries: How many are kept in memory; the least recently used ones are dropped first.
    """

    def __init__(self, folder: str | Path | None = None, *, max_entries: int = _MAX_ENTRIES) -> None:
        self.folder = None if folder is None else Path(folder)
        self._max_entries = max_entries
        self._entries: OrderedDict[str, Completion] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Completion | None:
        """Return a completion, marked as cached; None if there is none."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
        found = found or self._read(key)
        return None if found is None else replace(found, is_cached=True)

    def put(self, key: str, completion: Completion) -> None:
        """Keep a completion."""
        with self._lock:
            self._entries[key] = completion
            self._entries.move_to_end(key)
            while len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)
        self._write(key, completion)

    def _read(self, key: str) -> Completion | None:
        if self.folder is None:
            return None
        try:
            fields = as_object(parsed_json((self.folder / f"{key}.json").read_text("utf-8")))
        except (OSError, UnicodeDecodeError):
            return None
        if fields is None or not isinstance(fields.get("text"), str):
            return None
        usage = dict(as_object(fields.get("usage")) or {})
        return Completion(
            fields["text"], str(fields.get("model")), usage, alternatives=_alternatives(fields.get("alternatives"))
        )

    def _write(self, key: str, completion: Completion) -> None:
        if self.folder is None:
            return
        content: dict[str, Any] = {"text": completion.text, "model": completion.model, "usage": completion.usage}
        if completion.alternatives:
            content["alternatives"] = completion.alternatives
        temporary = self.folder / f".{key}.{uuid4().hex}"
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(
                os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                json.dump(content, file)
            temporary.replace(self.folder / f"{key}.json")


def cache_key(identity: str, request: Request) -> str:
    """Return a digest of everything that determines the reply."""
    schema = request.schema and request.schema.schema
    content = [identity, request.model, list(request.messages), request.temperature, request.max_tokens, schema]
    if request.top_logprobs is not None:
        content.append(request.top_logprobs)
    encoded = json.dumps(content, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()


def _alternatives(given: object) -> list[Alternatives]:
    """Return what a file has; nothing if it is malformed."""
    try:
        return [Alternatives(int(offset), dict(logprobs)) for offset, logprobs in cast("Any", given or ())]
    except (TypeError, ValueError):
        return []
