"""The synchronous client, derived from the asynchronous one by `scripts/unasync.py`; do not edit."""

from __future__ import annotations

from ._client import AshrLabsClient

__all__ = ["AshrLabsClient"]
