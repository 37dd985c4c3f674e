"""What tracing needs of a client: a way to the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Aside", "Road"]

T = TypeVar("T")


class Aside(Protocol):
    """Calls a function that blocks, in another thread."""

    async def __call__(self, function: Callable[[], T]) -> T:
        """Return what the function returns."""
        ...


class Road(Protocol):
    """The way to a platform."""

    @property
    def is_blocking(self) -> bool:
        """Whether it carries one trace at a time only."""
        ...

    async def send(self, content: bytes, key: str, aside: Aside) -> dict[str, Any]:
        """Send a request, with a key under which it is done once, and return the answer.

        Raises:
            AshrLabsError: If it was not delivered.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
