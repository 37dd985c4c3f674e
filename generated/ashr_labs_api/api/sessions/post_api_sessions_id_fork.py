from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.post_api_sessions_id_fork_body import PostApiSessionsIdForkBody
from ...models.post_api_sessions_id_fork_response_201 import (
    PostApiSessionsIdForkResponse201,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    body: PostApiSessionsIdForkBody | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/sessions/{id}/fork".format(
            id=quote(str(id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | PostApiSessionsIdForkResponse201 | None:
    if response.status_code == 201:
        response_201 = PostApiSessionsIdForkResponse201.from_dict(response.json())

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
) -> Response[AshError | PostApiSessionsIdForkResponse201]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiSessionsIdForkBody | Unset = UNSET,
) -> Response[AshError | PostApiSessionsIdForkResponse201]:
    """Fork a session.

    Args:
        id (str):
        body (PostApiSessionsIdForkBody | Unset): Where to fork a session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiSessionsIdForkResponse201]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiSessionsIdForkBody | Unset = UNSET,
) -> AshError | PostApiSessionsIdForkResponse201 | None:
    """Fork a session.

    Args:
        id (str):
        body (PostApiSessionsIdForkBody | Unset): Where to fork a session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiSessionsIdForkResponse201
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiSessionsIdForkBody | Unset = UNSET,
) -> Response[AshError | PostApiSessionsIdForkResponse201]:
    """Fork a session.

    Args:
        id (str):
        body (PostApiSessionsIdForkBody | Unset): Where to fork a session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiSessionsIdForkResponse201]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    body: PostApiSessionsIdForkBody | Unset = UNSET,
) -> AshError | PostApiSessionsIdForkResponse201 | None:
    """Fork a session.

    Args:
        id (str):
        body (PostApiSessionsIdForkBody | Unset): Where to fork a session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiSessionsIdForkResponse201
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
