from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.post_api_agents_name_versions_body import PostApiAgentsNameVersionsBody
from ...models.post_api_agents_name_versions_response_201 import (
    PostApiAgentsNameVersionsResponse201,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    agent: str,
    *,
    body: PostApiAgentsNameVersionsBody | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/agents/{agent}/versions".format(
            agent=quote(str(agent), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | PostApiAgentsNameVersionsResponse201 | None:
    if response.status_code == 201:
        response_201 = PostApiAgentsNameVersionsResponse201.from_dict(response.json())

        return response_201

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
) -> Response[AshError | PostApiAgentsNameVersionsResponse201]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    agent: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiAgentsNameVersionsBody | Unset = UNSET,
) -> Response[AshError | PostApiAgentsNameVersionsResponse201]:
    """Add a version of a deployed agent.

     Its files are those of the version that `cloneFrom` names, by default the active one, with other
    instructions and files. It is used once it is activated.

    Args:
        agent (str):
        body (PostApiAgentsNameVersionsBody | Unset): A version to add.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiAgentsNameVersionsResponse201]
    """

    kwargs = _get_kwargs(
        agent=agent,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    agent: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiAgentsNameVersionsBody | Unset = UNSET,
) -> AshError | PostApiAgentsNameVersionsResponse201 | None:
    """Add a version of a deployed agent.

     Its files are those of the version that `cloneFrom` names, by default the active one, with other
    instructions and files. It is used once it is activated.

    Args:
        agent (str):
        body (PostApiAgentsNameVersionsBody | Unset): A version to add.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiAgentsNameVersionsResponse201
    """

    return sync_detailed(
        agent=agent,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    agent: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiAgentsNameVersionsBody | Unset = UNSET,
) -> Response[AshError | PostApiAgentsNameVersionsResponse201]:
    """Add a version of a deployed agent.

     Its files are those of the version that `cloneFrom` names, by default the active one, with other
    instructions and files. It is used once it is activated.

    Args:
        agent (str):
        body (PostApiAgentsNameVersionsBody | Unset): A version to add.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiAgentsNameVersionsResponse201]
    """

    kwargs = _get_kwargs(
        agent=agent,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    agent: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiAgentsNameVersionsBody | Unset = UNSET,
) -> AshError | PostApiAgentsNameVersionsResponse201 | None:
    """Add a version of a deployed agent.

     Its files are those of the version that `cloneFrom` names, by default the active one, with other
    instructions and files. It is used once it is activated.

    Args:
        agent (str):
        body (PostApiAgentsNameVersionsBody | Unset): A version to add.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiAgentsNameVersionsResponse201
    """

    return (
        await asyncio_detailed(
            agent=agent,
            client=client,
            body=body,
        )
    ).parsed
