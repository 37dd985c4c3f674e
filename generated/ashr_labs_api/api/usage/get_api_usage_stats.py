from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.get_api_usage_stats_response_200 import GetApiUsageStatsResponse200
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    session_id: str | Unset = UNSET,
    agent_name: str | Unset = UNSET,
    after: str | Unset = UNSET,
    before: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["sessionId"] = session_id

    params["agentName"] = agent_name

    params["after"] = after

    params["before"] = before

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/usage/stats",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | GetApiUsageStatsResponse200 | None:
    if response.status_code == 200:
        response_200 = GetApiUsageStatsResponse200.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 499:
        response_4xx = AshError.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = AshError.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[AshError | GetApiUsageStatsResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    session_id: str | Unset = UNSET,
    agent_name: str | Unset = UNSET,
    after: str | Unset = UNSET,
    before: str | Unset = UNSET,
) -> Response[AshError | GetApiUsageStatsResponse200]:
    """Add up the usage.

    Args:
        session_id (str | Unset):
        agent_name (str | Unset):
        after (str | Unset):
        before (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | GetApiUsageStatsResponse200]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        agent_name=agent_name,
        after=after,
        before=before,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    session_id: str | Unset = UNSET,
    agent_name: str | Unset = UNSET,
    after: str | Unset = UNSET,
    before: str | Unset = UNSET,
) -> AshError | GetApiUsageStatsResponse200 | None:
    """Add up the usage.

    Args:
        session_id (str | Unset):
        agent_name (str | Unset):
        after (str | Unset):
        before (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | GetApiUsageStatsResponse200
    """

    return sync_detailed(
        client=client,
        session_id=session_id,
        agent_name=agent_name,
        after=after,
        before=before,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    session_id: str | Unset = UNSET,
    agent_name: str | Unset = UNSET,
    after: str | Unset = UNSET,
    before: str | Unset = UNSET,
) -> Response[AshError | GetApiUsageStatsResponse200]:
    """Add up the usage.

    Args:
        session_id (str | Unset):
        agent_name (str | Unset):
        after (str | Unset):
        before (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | GetApiUsageStatsResponse200]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        agent_name=agent_name,
        after=after,
        before=before,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    session_id: str | Unset = UNSET,
    agent_name: str | Unset = UNSET,
    after: str | Unset = UNSET,
    before: str | Unset = UNSET,
) -> AshError | GetApiUsageStatsResponse200 | None:
    """Add up the usage.

    Args:
        session_id (str | Unset):
        agent_name (str | Unset):
        after (str | Unset):
        before (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | GetApiUsageStatsResponse200
    """

    return (
        await asyncio_detailed(
            client=client,
            session_id=session_id,
            agent_name=agent_name,
            after=after,
            before=before,
        )
    ).parsed
