from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.trace_event_page import TraceEventPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    sandbox_id: str | Unset = UNSET,
    agent: str | Unset = UNSET,
    event_type: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    since: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    params["experiment_id"] = experiment_id

    params["sandbox_id"] = sandbox_id

    params["agent"] = agent

    params["event_type"] = event_type

    params["tool"] = tool

    params["since"] = since

    params["trace_id"] = trace_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/traces",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | TraceEventPage | None:
    if response.status_code == 200:
        response_200 = TraceEventPage.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 499:
        response_4xx = KeystoneError.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = KeystoneError.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[KeystoneError | TraceEventPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    sandbox_id: str | Unset = UNSET,
    agent: str | Unset = UNSET,
    event_type: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    since: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
) -> Response[KeystoneError | TraceEventPage]:
    """List the spans of traces, newest traces first.

     A page may have fewer items than `limit`, or none, and further ones behind its cursor: filters that
    match little end it early.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        sandbox_id (str | Unset):
        agent (str | Unset):
        event_type (str | Unset):
        tool (str | Unset):
        since (str | Unset):
        trace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | TraceEventPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        sandbox_id=sandbox_id,
        agent=agent,
        event_type=event_type,
        tool=tool,
        since=since,
        trace_id=trace_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    sandbox_id: str | Unset = UNSET,
    agent: str | Unset = UNSET,
    event_type: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    since: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
) -> KeystoneError | TraceEventPage | None:
    """List the spans of traces, newest traces first.

     A page may have fewer items than `limit`, or none, and further ones behind its cursor: filters that
    match little end it early.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        sandbox_id (str | Unset):
        agent (str | Unset):
        event_type (str | Unset):
        tool (str | Unset):
        since (str | Unset):
        trace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | TraceEventPage
    """

    return sync_detailed(
        client=client,
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        sandbox_id=sandbox_id,
        agent=agent,
        event_type=event_type,
        tool=tool,
        since=since,
        trace_id=trace_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    sandbox_id: str | Unset = UNSET,
    agent: str | Unset = UNSET,
    event_type: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    since: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
) -> Response[KeystoneError | TraceEventPage]:
    """List the spans of traces, newest traces first.

     A page may have fewer items than `limit`, or none, and further ones behind its cursor: filters that
    match little end it early.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        sandbox_id (str | Unset):
        agent (str | Unset):
        event_type (str | Unset):
        tool (str | Unset):
        since (str | Unset):
        trace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | TraceEventPage]
    """

    kwargs = _get_kwargs(
        limit=limit,
        cursor=cursor,
        experiment_id=experiment_id,
        sandbox_id=sandbox_id,
        agent=agent,
        event_type=event_type,
        tool=tool,
        since=since,
        trace_id=trace_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    experiment_id: str | Unset = UNSET,
    sandbox_id: str | Unset = UNSET,
    agent: str | Unset = UNSET,
    event_type: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    since: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
) -> KeystoneError | TraceEventPage | None:
    """List the spans of traces, newest traces first.

     A page may have fewer items than `limit`, or none, and further ones behind its cursor: filters that
    match little end it early.

    Args:
        limit (int | Unset):
        cursor (str | Unset):
        experiment_id (str | Unset):
        sandbox_id (str | Unset):
        agent (str | Unset):
        event_type (str | Unset):
        tool (str | Unset):
        since (str | Unset):
        trace_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | TraceEventPage
    """

    return (
        await asyncio_detailed(
            client=client,
            limit=limit,
            cursor=cursor,
            experiment_id=experiment_id,
            sandbox_id=sandbox_id,
            agent=agent,
            event_type=event_type,
            tool=tool,
            since=since,
            trace_id=trace_id,
        )
    ).parsed
