"""The asynchronous client; `scripts/unasync.py` derives the synchronous one from it."""

from __future__ import annotations

from ._client import AsyncAshrLabsClient

__all__ = ["AsyncAshrLabsClient"]
