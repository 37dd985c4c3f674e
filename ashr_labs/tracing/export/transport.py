"""The protocol between the exporter and the client that sends its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RunBlocking", "TraceTransport"]

T = TypeVar("T")


class RunBlocking(Protocol):
    """Runs a blocking function in another thread."""

    async def __call__(self, function: Callable[[], T]) -> T:
        """Return the result of the function."""
        ...


class TraceTransport(Protocol):
    """Sends requests with traces; used by the worker only."""

    @property
    def is_blocking(self) -> bool:
        """Whether it sends one trace at a time."""
        ...

    def load(self) -> None:
        """Import the modules that sending needs."""
        ...

    async def send(self, content: bytes, key: str, run_blocking: RunBlocking) -> dict[str, Any]:
        """Send a request with an idempotency key and return the response.

        Raises:
            AshrLabsError: The trace was not delivered.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
