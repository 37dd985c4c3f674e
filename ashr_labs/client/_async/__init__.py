"""The asynchronous client: the source that the synchronous one is derived from by `scripts/unasync.py`."""

from __future__ import annotations

from ._client import AsyncAshrLabsClient

__all__ = ["AsyncAshrLabsClient"]
