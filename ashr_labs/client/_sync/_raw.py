"""The methods of a client that return answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._answers import RawResponse
    from ._calls import Calls

__all__ = ["RawCalls"]

_SEND_NOTHING = frozenset({"trace", "notes", "with_options", "from_env", "local", "close", "api"})


class RawCalls:
    """Has each method of the client that sends; they take the same arguments."""

    def __init__(self, recording: Callable[[list[RawResponse]], Calls]) -> None:
        self._recording = recording

    def __getattr__(self, name: str) -> Callable[..., RawResponse]:
        """Return the method of this name; where it makes several calls, it returns the last one's answer."""
        if name in _SEND_NOTHING or name.startswith(("_", "iter_")) or not hasattr(self._recording([]), name):
            raise AttributeError(
                f"with_raw_response has no {name!r}: it has the methods of a client that send one call"
            )

        def call(*args: Any, **kwargs: Any) -> RawResponse:
            record: list[RawResponse] = []
            getattr(self._recording(record), name)(*args, **kwargs)
            if not record:
                raise ConfigurationError(f"{name}() sent nothing, so there is no answer")
            return record[-1]

        return call
