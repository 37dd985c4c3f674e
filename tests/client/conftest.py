"""Fixtures of the tests of both clients."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest

from support.resource_server import ResourceServer


@pytest.fixture(autouse=True)
def anyio_backend() -> str:
    """Run asynchronous tests and fixtures by asyncio."""
    return "asyncio"


@pytest.fixture
def serve() -> Generator[Callable[..., ResourceServer]]:
    """Return a function that starts a server with scripted answers."""
    with ExitStack() as stack:
        yield lambda *answers: stack.enter_context(ResourceServer(*answers).running())
