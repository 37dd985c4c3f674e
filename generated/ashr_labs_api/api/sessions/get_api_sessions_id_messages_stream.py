from collections.abc import AsyncGenerator, Generator
from typing import Any
from urllib.parse import quote

from ashr_labs._http.event_streams import ServerEvent, astream, stream

from ...client import AuthenticatedClient, Client
from ...models.ash_done import AshDone
from ...models.ash_session_start import AshSessionStart
from ...models.ash_text_delta import AshTextDelta
from ...models.ash_tool_result import AshToolResult
from ...models.ash_tool_use import AshToolUse
from ...models.ash_turn_complete import AshTurnComplete
from ...models.ash_turn_error import AshTurnError
from ...models.json_object import JsonObject
from ...types import UNSET, Unset


def _get_kwargs(
    id: str,
    *,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/sessions/{id}/messages/stream".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


_EVENTS: dict[
    str,
    type[
        AshDone
        | AshSessionStart
        | AshTextDelta
        | AshToolResult
        | AshToolUse
        | AshTurnComplete
        | AshTurnError
        | JsonObject
    ],
] = {
    "session_start": AshSessionStart,
    "text_delta": AshTextDelta,
    "thinking_delta": AshTextDelta,
    "tool_use": AshToolUse,
    "tool_result": AshToolResult,
    "message": JsonObject,
    "turn_complete": AshTurnComplete,
    "error": AshTurnError,
    "done": AshDone,
}
"""The models of the types of events."""
_LAST_EVENT = "done"


def sync(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Generator[
    ServerEvent[
        AshDone
        | AshSessionStart
        | AshTextDelta
        | AshToolResult
        | AshToolUse
        | AshTurnComplete
        | AshTurnError
        | JsonObject
    ]
]:
    """Follow the last turn of a session.

    Args:
        id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return stream(
        client.get_httpx_client(),
        _get_kwargs(id=id, after=after, last_event_id=last_event_id),
        _EVENTS,
        _LAST_EVENT,
    )


def asyncio(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> AsyncGenerator[
    ServerEvent[
        AshDone
        | AshSessionStart
        | AshTextDelta
        | AshToolResult
        | AshToolUse
        | AshTurnComplete
        | AshTurnError
        | JsonObject
    ]
]:
    """Follow the last turn of a session.

    Args:
        id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return astream(
        client.get_async_httpx_client(),
        _get_kwargs(id=id, after=after, last_event_id=last_event_id),
        _EVENTS,
        _LAST_EVENT,
    )
