from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.prompt import Prompt
from ...types import Response


def _get_kwargs(
    slug: str,
    tag: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/prompts/{slug}/tags/{tag}".format(
            slug=quote(str(slug), safe=""),
            tag=quote(str(tag), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | Prompt | None:
    if response.status_code == 200:
        response_200 = Prompt.from_dict(response.json())

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
) -> Response[KeystoneError | Prompt]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[KeystoneError | Prompt]:
    """Get the version of a prompt that has a tag.

    Args:
        slug (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Prompt]
    """

    kwargs = _get_kwargs(
        slug=slug,
        tag=tag,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> KeystoneError | Prompt | None:
    """Get the version of a prompt that has a tag.

    Args:
        slug (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | Prompt
    """

    return sync_detailed(
        slug=slug,
        tag=tag,
        client=client,
    ).parsed


async def asyncio_detailed(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[KeystoneError | Prompt]:
    """Get the version of a prompt that has a tag.

    Args:
        slug (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Prompt]
    """

    kwargs = _get_kwargs(
        slug=slug,
        tag=tag,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
) -> KeystoneError | Prompt | None:
    """Get the version of a prompt that has a tag.

    Args:
        slug (str):
        tag (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | Prompt
    """

    return (
        await asyncio_detailed(
            slug=slug,
            tag=tag,
            client=client,
        )
    ).parsed
