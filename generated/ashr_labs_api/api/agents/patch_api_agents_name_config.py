from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.patch_api_agents_name_config_body import PatchApiAgentsNameConfigBody
from ...models.patch_api_agents_name_config_response_200 import (
    PatchApiAgentsNameConfigResponse200,
)
from ...types import Response


def _get_kwargs(
    name: str,
    *,
    body: PatchApiAgentsNameConfigBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/agents/{name}/config".format(
            name=quote(str(name), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | PatchApiAgentsNameConfigResponse200 | None:
    if response.status_code == 200:
        response_200 = PatchApiAgentsNameConfigResponse200.from_dict(response.json())

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
) -> Response[AshError | PatchApiAgentsNameConfigResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameConfigBody,
) -> Response[AshError | PatchApiAgentsNameConfigResponse200]:
    """Change the options that sessions of an agent begin with.

     Options that are not given stay; those of a session win over them.

    Args:
        name (str):
        body (PatchApiAgentsNameConfigBody): What changes in the options of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PatchApiAgentsNameConfigResponse200]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameConfigBody,
) -> AshError | PatchApiAgentsNameConfigResponse200 | None:
    """Change the options that sessions of an agent begin with.

     Options that are not given stay; those of a session win over them.

    Args:
        name (str):
        body (PatchApiAgentsNameConfigBody): What changes in the options of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PatchApiAgentsNameConfigResponse200
    """

    return sync_detailed(
        name=name,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameConfigBody,
) -> Response[AshError | PatchApiAgentsNameConfigResponse200]:
    """Change the options that sessions of an agent begin with.

     Options that are not given stay; those of a session win over them.

    Args:
        name (str):
        body (PatchApiAgentsNameConfigBody): What changes in the options of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PatchApiAgentsNameConfigResponse200]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameConfigBody,
) -> AshError | PatchApiAgentsNameConfigResponse200 | None:
    """Change the options that sessions of an agent begin with.

     Options that are not given stay; those of a session win over them.

    Args:
        name (str):
        body (PatchApiAgentsNameConfigBody): What changes in the options of an agent.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PatchApiAgentsNameConfigResponse200
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            body=body,
        )
    ).parsed
