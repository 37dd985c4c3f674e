from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.post_api_sessions_id_attachments_body import (
    PostApiSessionsIdAttachmentsBody,
)
from ...models.post_api_sessions_id_attachments_response_201 import (
    PostApiSessionsIdAttachmentsResponse201,
)
from ...types import Response


def _get_kwargs(
    id: str,
    *,
    body: PostApiSessionsIdAttachmentsBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/sessions/{id}/attachments".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | PostApiSessionsIdAttachmentsResponse201 | None:
    if response.status_code == 201:
        response_201 = PostApiSessionsIdAttachmentsResponse201.from_dict(
            response.json()
        )

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
) -> Response[AshError | PostApiSessionsIdAttachmentsResponse201]:
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
    body: PostApiSessionsIdAttachmentsBody,
) -> Response[AshError | PostApiSessionsIdAttachmentsResponse201]:
    """Attach a file to a session.

    Args:
        id (str):
        body (PostApiSessionsIdAttachmentsBody): A file to attach.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiSessionsIdAttachmentsResponse201]
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
    body: PostApiSessionsIdAttachmentsBody,
) -> AshError | PostApiSessionsIdAttachmentsResponse201 | None:
    """Attach a file to a session.

    Args:
        id (str):
        body (PostApiSessionsIdAttachmentsBody): A file to attach.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiSessionsIdAttachmentsResponse201
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
    body: PostApiSessionsIdAttachmentsBody,
) -> Response[AshError | PostApiSessionsIdAttachmentsResponse201]:
    """Attach a file to a session.

    Args:
        id (str):
        body (PostApiSessionsIdAttachmentsBody): A file to attach.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | PostApiSessionsIdAttachmentsResponse201]
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
    body: PostApiSessionsIdAttachmentsBody,
) -> AshError | PostApiSessionsIdAttachmentsResponse201 | None:
    """Attach a file to a session.

    Args:
        id (str):
        body (PostApiSessionsIdAttachmentsBody): A file to attach.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | PostApiSessionsIdAttachmentsResponse201
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
