from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ash_error import AshError
from ...models.get_api_sessions_id_files_response_200 import (
    GetApiSessionsIdFilesResponse200,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    include_hidden: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["includeHidden"] = include_hidden

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/sessions/{id}/files".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> AshError | GetApiSessionsIdFilesResponse200 | None:
    if response.status_code == 200:
        response_200 = GetApiSessionsIdFilesResponse200.from_dict(response.json())

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
) -> Response[AshError | GetApiSessionsIdFilesResponse200]:
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
    include_hidden: str | Unset = UNSET,
) -> Response[AshError | GetApiSessionsIdFilesResponse200]:
    """List the files of the workspace.

    Args:
        id (str):
        include_hidden (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | GetApiSessionsIdFilesResponse200]
    """

    kwargs = _get_kwargs(
        id=id,
        include_hidden=include_hidden,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    include_hidden: str | Unset = UNSET,
) -> AshError | GetApiSessionsIdFilesResponse200 | None:
    """List the files of the workspace.

    Args:
        id (str):
        include_hidden (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | GetApiSessionsIdFilesResponse200
    """

    return sync_detailed(
        id=id,
        client=client,
        include_hidden=include_hidden,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    include_hidden: str | Unset = UNSET,
) -> Response[AshError | GetApiSessionsIdFilesResponse200]:
    """List the files of the workspace.

    Args:
        id (str):
        include_hidden (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AshError | GetApiSessionsIdFilesResponse200]
    """

    kwargs = _get_kwargs(
        id=id,
        include_hidden=include_hidden,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient | Client,
    include_hidden: str | Unset = UNSET,
) -> AshError | GetApiSessionsIdFilesResponse200 | None:
    """List the files of the workspace.

    Args:
        id (str):
        include_hidden (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AshError | GetApiSessionsIdFilesResponse200
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            include_hidden=include_hidden,
        )
    ).parsed
