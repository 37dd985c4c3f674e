"""Fixtures of the tests of both clients."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def anyio_backend() -> str:
    """Run asynchronous tests and fixtures by asyncio."""
    return "asyncio"
