"""The scenarios of a dataset: read once from untrusted JSON, with the path of each fault."""

from __future__ import annotations

__all__: list[str] = []
