from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.patch_api_agents_name_versions_version_body import (
    PatchApiAgentsNameVersionsVersionBody,
)
from ...models.patch_api_agents_name_versions_version_response_200 import (
    PatchApiAgentsNameVersionsVersionResponse200,
)
from ...types import Response


def _get_kwargs(
    agent: str,
    version: str,
    *,
    body: PatchApiAgentsNameVersionsVersionBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/agents/{agent}/versions/{version}".format(
            agent=quote(str(agent), safe=""),
            version=quote(str(version), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | PatchApiAgentsNameVersionsVersionResponse200 | None:
    if response.status_code == 200:
        response_200 = PatchApiAgentsNameVersionsVersionResponse200.from_dict(
            response.json()
        )

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
) -> Response[AshError | PatchApiAgentsNameVersionsVersionResponse200]:
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
    body: PatchApiAgentsNameVersionsVersionBody,
) -> Response[AshError | PatchApiAgentsNameVersionsVersionResponse200]:
    """Change a version of a deployed agent.

    Args:
        agent (str):
        version (str):
        body (PatchApiAgentsNameVersionsVersionBody): What changes of a version.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PatchApiAgentsNameVersionsVersionResponse200]
    """

    kwargs = _get_kwargs(
        agent=agent,
        version=version,
        body=body,
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
    body: PatchApiAgentsNameVersionsVersionBody,
) -> AshError | PatchApiAgentsNameVersionsVersionResponse200 | None:
    """Change a version of a deployed agent.

    Args:
        agent (str):
        version (str):
        body (PatchApiAgentsNameVersionsVersionBody): What changes of a version.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PatchApiAgentsNameVersionsVersionResponse200
    """

    return sync_detailed(
        agent=agent,
        version=version,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameVersionsVersionBody,
) -> Response[AshError | PatchApiAgentsNameVersionsVersionResponse200]:
    """Change a version of a deployed agent.

    Args:
        agent (str):
        version (str):
        body (PatchApiAgentsNameVersionsVersionBody): What changes of a version.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PatchApiAgentsNameVersionsVersionResponse200]
    """

    kwargs = _get_kwargs(
        agent=agent,
        version=version,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    agent: str,
    version: str,
    *,
    client: AuthenticatedClient | Client,
    body: PatchApiAgentsNameVersionsVersionBody,
) -> AshError | PatchApiAgentsNameVersionsVersionResponse200 | None:
    """Change a version of a deployed agent.

    Args:
        agent (str):
        version (str):
        body (PatchApiAgentsNameVersionsVersionBody): What changes of a version.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PatchApiAgentsNameVersionsVersionResponse200
    """

    return (
        await asyncio_detailed(
            agent=agent,
            version=version,
            client=client,
            body=body,
        )
    ).parsed
