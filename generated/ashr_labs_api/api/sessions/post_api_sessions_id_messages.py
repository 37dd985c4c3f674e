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
from ...models.post_api_sessions_id_messages_body import PostApiSessionsIdMessagesBody


def _get_kwargs(
    id: str,
    *,
    body: PostApiSessionsIdMessagesBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/sessions/{id}/messages".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

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
    body: PostApiSessionsIdMessagesBody,
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
    """Send a message and follow the turn.

    Args:
        id (str):
        body (PostApiSessionsIdMessagesBody): A message to an agent.

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return stream(
        client.get_httpx_client(), _get_kwargs(id=id, body=body), _EVENTS, _LAST_EVENT
    )


def asyncio(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiSessionsIdMessagesBody,
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
    """Send a message and follow the turn.

    Args:
        id (str):
        body (PostApiSessionsIdMessagesBody): A message to an agent.

    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    """

    return astream(
        client.get_async_httpx_client(),
        _get_kwargs(id=id, body=body),
        _EVENTS,
        _LAST_EVENT,
    )
