from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.render_prompt_request import RenderPromptRequest
from ...models.rendered_prompt import RenderedPrompt
from ...types import UNSET, Response, Unset


def _get_kwargs(
    prompt: str,
    *,
    body: RenderPromptRequest | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/prompts/{prompt}/render".format(
            prompt=quote(str(prompt), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | RenderedPrompt | None:
    if response.status_code == 200:
        response_200 = RenderedPrompt.from_dict(response.json())

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
) -> Response[KeystoneError | RenderedPrompt]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    prompt: str,
    *,
    client: AuthenticatedClient | Client,
    body: RenderPromptRequest | Unset = UNSET,
) -> Response[KeystoneError | RenderedPrompt]:
    """Render a version of a prompt by its id, or the newest one by the slug.

     The given variables replace the stored ones of the same names.

    Args:
        prompt (str):
        body (RenderPromptRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | RenderedPrompt]
    """

    kwargs = _get_kwargs(
        prompt=prompt,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    prompt: str,
    *,
    client: AuthenticatedClient | Client,
    body: RenderPromptRequest | Unset = UNSET,
) -> KeystoneError | RenderedPrompt | None:
    """Render a version of a prompt by its id, or the newest one by the slug.

     The given variables replace the stored ones of the same names.

    Args:
        prompt (str):
        body (RenderPromptRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | RenderedPrompt
    """

    return sync_detailed(
        prompt=prompt,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    prompt: str,
    *,
    client: AuthenticatedClient | Client,
    body: RenderPromptRequest | Unset = UNSET,
) -> Response[KeystoneError | RenderedPrompt]:
    """Render a version of a prompt by its id, or the newest one by the slug.

     The given variables replace the stored ones of the same names.

    Args:
        prompt (str):
        body (RenderPromptRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | RenderedPrompt]
    """

    kwargs = _get_kwargs(
        prompt=prompt,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    prompt: str,
    *,
    client: AuthenticatedClient | Client,
    body: RenderPromptRequest | Unset = UNSET,
) -> KeystoneError | RenderedPrompt | None:
    """Render a version of a prompt by its id, or the newest one by the slug.

     The given variables replace the stored ones of the same names.

    Args:
        prompt (str):
        body (RenderPromptRequest | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | RenderedPrompt
    """

    return (
        await asyncio_detailed(
            prompt=prompt,
            client=client,
            body=body,
        )
    ).parsed
