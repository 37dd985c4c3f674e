from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...types import Response


def _get_kwargs(
    agent: str,
    version: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/agents/{agent}/versions/{version}".format(
            agent=quote(str(agent), safe=""),
            version=quote(str(version), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | AshError | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

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
) -> Response[Any | AshError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | AshError]:
    """Delete a version of a deployed agent.

     The active one is a 409.

    Args:
        agent (str):
        version (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | AshError]
    """

    kwargs = _get_kwargs(
        agent=agent,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
) -> Any | AshError | None:
    """Delete a version of a deployed agent.

     The active one is a 409.

    Args:
        agent (str):
        version (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | AshError
    """

    return sync_detailed(
        agent=agent,
        version=version,
        client=client,
    ).parsed


async def asyncio_detailed(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[Any | AshError]:
    """Delete a version of a deployed agent.

     The active one is a 409.

    Args:
        agent (str):
        version (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | AshError]
    """

    kwargs = _get_kwargs(
        agent=agent,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
) -> Any | AshError | None:
    """Delete a version of a deployed agent.

     The active one is a 409.

    Args:
        agent (str):
        version (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | AshError
    """

    return (
        await asyncio_detailed(
            agent=agent,
            version=version,
            client=client,
        )
    ).parsed
