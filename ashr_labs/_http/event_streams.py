"""The streams of generated endpoint functions: typed events over an httpx client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ashr_labs_api.errors import UnexpectedStatus

from .._json import is_object
from ..errors import ResponseFormatError, StreamInterruptedError
from .sse import ServerEvent, ServerSentEvent, SSEDecoder, parsed_data

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
    from typing import Self

    import httpx

__all__ = ["ServerEvent", "astream", "stream"]

_OK = 200


class Model(Protocol):
    """A generated model."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the model of a JSON object."""
        ...


M = TypeVar("M", bound=Model)


def stream(
    client: httpx.Client, request: Mapping[str, Any], models: Mapping[str, type[M]], last: str
) -> Generator[ServerEvent[M]]:
    """Send a request and yield the events of the response.

    Args:
        client: The client to send with.
        request: The arguments of its `stream()`.
        models: The models of the types of events; the data of other types is the JSON, or text that is not JSON.
        last: The type of the event that completes the stream.
    """
    reader = _Reader(models, last)
    with client.stream(**request) as response:
        if response.status_code != _OK:
            raise UnexpectedStatus(response.status_code, response.read())
        for chunk in response.iter_bytes():
            yield from reader.read(chunk)
            if reader.is_complete:
                return
    raise reader.interrupted()


async def astream(
    client: httpx.AsyncClient, request: Mapping[str, Any], models: Mapping[str, type[M]], last: str
) -> AsyncGenerator[ServerEvent[M]]:
    """Send a request and yield the events of the response; see `stream`."""
    reader = _Reader(models, last)
    async with client.stream(**request) as response:
        if response.status_code != _OK:
            raise UnexpectedStatus(response.status_code, await response.aread())
        async for chunk in response.aiter_bytes():
            for event in reader.read(chunk):
                yield event
            if reader.is_complete:
                return
    raise reader.interrupted()


class _Reader(Generic[M]):
    """Reads one stream."""

    def __init__(self, models: Mapping[str, type[M]], last: str) -> None:
        self.is_complete = False
        self._models = models
        self._last = last
        self._decoder = SSEDecoder()
        self._count = 0

    def read(self, chunk: bytes) -> Iterator[ServerEvent[M]]:
        """Yield the events that some bytes complete, up to the last one of the stream."""
        for event in self._decoder.feed(chunk):
            self._count += 1
            yield _typed(event, self._models)
            if event.event == self._last:
                self.is_complete = True
                return

    def interrupted(self) -> StreamInterruptedError:
        """Return the error for a stream that stopped."""
        error = StreamInterruptedError(
            f"the stream stopped after {self._count} events, before the one that completes it"
        )
        error.last_event_id, error.events_read = self._decoder.last_id, self._count
        return error


def _typed(event: ServerSentEvent, models: Mapping[str, type[M]]) -> ServerEvent[Any]:
    data = parsed_data(event.data)
    model = models.get(event.event)
    if model is not None and is_object(data):
        try:
            data = model.from_dict(data)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"the event {event.event!r} is not as documented: {type(error).__name__}: {error}"
            raise ResponseFormatError(message) from error
    return ServerEvent(event.event, data, event.id)
