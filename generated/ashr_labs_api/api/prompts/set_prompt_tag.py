from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.prompt import Prompt
from ...models.set_prompt_tag_request import SetPromptTagRequest
from ...types import Response


def _get_kwargs(
    slug: str,
    tag: str,
    *,
    body: SetPromptTagRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/prompts/{slug}/tags/{tag}".format(
            slug=quote(str(slug), safe=""),
            tag=quote(str(tag), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
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
    body: SetPromptTagRequest,
) -> Response[KeystoneError | Prompt]:
    """Give a tag to a version of a prompt.

     A tag is on one version at a time; it moves if another version has it.

    Args:
        slug (str):
        tag (str):
        body (SetPromptTagRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Prompt]
    """

    kwargs = _get_kwargs(
        slug=slug,
        tag=tag,
        body=body,
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
    body: SetPromptTagRequest,
) -> KeystoneError | Prompt | None:
    """Give a tag to a version of a prompt.

     A tag is on one version at a time; it moves if another version has it.

    Args:
        slug (str):
        tag (str):
        body (SetPromptTagRequest):

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
        body=body,
    ).parsed


async def asyncio_detailed(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
    body: SetPromptTagRequest,
) -> Response[KeystoneError | Prompt]:
    """Give a tag to a version of a prompt.

     A tag is on one version at a time; it moves if another version has it.

    Args:
        slug (str):
        tag (str):
        body (SetPromptTagRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Prompt]
    """

    kwargs = _get_kwargs(
        slug=slug,
        tag=tag,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    slug: str,
    tag: str,
    *,
    client: AuthenticatedClient | Client,
    body: SetPromptTagRequest,
) -> KeystoneError | Prompt | None:
    """Give a tag to a version of a prompt.

     A tag is on one version at a time; it moves if another version has it.

    Args:
        slug (str):
        tag (str):
        body (SetPromptTagRequest):

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
            body=body,
        )
    ).parsed
