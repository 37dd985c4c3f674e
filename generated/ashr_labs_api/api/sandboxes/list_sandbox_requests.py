from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.service_request import ServiceRequest
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    service: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/sandboxes/{sandbox_id}/services/{service}/requests".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
            service=quote(str(service), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | list[ServiceRequest] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = ServiceRequest.from_dict(response_200_item_data)

            response_200.append(response_200_item)

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
) -> Response[KeystoneError | list[ServiceRequest]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[KeystoneError | list[ServiceRequest]]:
    """List the requests that an HTTP mock of a sandbox got.

     Those since the sandbox was ready, in the order of their answers.

    Args:
        sandbox_id (str):
        service (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[ServiceRequest]]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        service=service,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
) -> KeystoneError | list[ServiceRequest] | None:
    """List the requests that an HTTP mock of a sandbox got.

     Those since the sandbox was ready, in the order of their answers.

    Args:
        sandbox_id (str):
        service (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[ServiceRequest]
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        service=service,
        client=client,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[KeystoneError | list[ServiceRequest]]:
    """List the requests that an HTTP mock of a sandbox got.

     Those since the sandbox was ready, in the order of their answers.

    Args:
        sandbox_id (str):
        service (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | list[ServiceRequest]]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        service=service,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
) -> KeystoneError | list[ServiceRequest] | None:
    """List the requests that an HTTP mock of a sandbox got.

     Those since the sandbox was ready, in the order of their answers.

    Args:
        sandbox_id (str):
        service (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | list[ServiceRequest]
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            service=service,
            client=client,
        )
    ).parsed
