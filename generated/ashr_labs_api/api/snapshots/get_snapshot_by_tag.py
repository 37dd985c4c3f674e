from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.agent_snapshot import AgentSnapshot
from ...models.keystone_error import KeystoneError
from ...types import Response


def _get_kwargs(
    agent_name: str,
    tag: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/agents/{agent_name}/tags/{tag}".format(
            agent_name=quote(str(agent_name), safe=""),
            tag=quote(str(tag), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AgentSnapshot | KeystoneError | None:
    if response.status_code == 200:
        response_200 = AgentSnapshot.from_dict(response.json())

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
) -> Response[AgentSnapshot | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    agent_name: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[AgentSnapshot | KeystoneError]:
    """Get the snapshot of an agent that has a tag.

     The tag `latest` is always the newest one.

    Args:
        agent_name (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentSnapshot | KeystoneError]
    """

    kwargs = _get_kwargs(
        agent_name=agent_name,
        tag=tag,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    agent_name: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> AgentSnapshot | KeystoneError | None:
    """Get the snapshot of an agent that has a tag.

     The tag `latest` is always the newest one.

    Args:
        agent_name (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentSnapshot | KeystoneError
    """

    return sync_detailed(
        agent_name=agent_name,
        tag=tag,
        client=client,
    ).parsed


async def asyncio_detailed(
    agent_name: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[AgentSnapshot | KeystoneError]:
    """Get the snapshot of an agent that has a tag.

     The tag `latest` is always the newest one.

    Args:
        agent_name (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AgentSnapshot | KeystoneError]
    """

    kwargs = _get_kwargs(
        agent_name=agent_name,
        tag=tag,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    agent_name: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> AgentSnapshot | KeystoneError | None:
    """Get the snapshot of an agent that has a tag.

     The tag `latest` is always the newest one.

    Args:
        agent_name (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AgentSnapshot | KeystoneError
    """

    return (
        await asyncio_detailed(
            agent_name=agent_name,
            tag=tag,
            client=client,
        )
    ).parsed
