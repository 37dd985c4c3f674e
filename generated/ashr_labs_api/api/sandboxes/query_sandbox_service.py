from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.query_result import QueryResult
from ...models.query_sandbox_service_request import QuerySandboxServiceRequest
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    service: str,
    *,
    body: QuerySandboxServiceRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/sandboxes/{sandbox_id}/services/{service}/queries".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
            service=quote(str(service), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | QueryResult | None:
    if response.status_code == 200:
        response_200 = QueryResult.from_dict(response.json())

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
) -> Response[KeystoneError | QueryResult]:
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
    body: QuerySandboxServiceRequest,
) -> Response[KeystoneError | QueryResult]:
    """Query a database of a sandbox.

     The query runs in a transaction that can change nothing, for at most a minute.

    Args:
        sandbox_id (str):
        service (str):
        body (QuerySandboxServiceRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | QueryResult]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        service=service,
        body=body,
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
    body: QuerySandboxServiceRequest,
) -> KeystoneError | QueryResult | None:
    """Query a database of a sandbox.

     The query runs in a transaction that can change nothing, for at most a minute.

    Args:
        sandbox_id (str):
        service (str):
        body (QuerySandboxServiceRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | QueryResult
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        service=service,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
    body: QuerySandboxServiceRequest,
) -> Response[KeystoneError | QueryResult]:
    """Query a database of a sandbox.

     The query runs in a transaction that can change nothing, for at most a minute.

    Args:
        sandbox_id (str):
        service (str):
        body (QuerySandboxServiceRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | QueryResult]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        service=service,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    service: str,
    *,
    client: AuthenticatedClient | Client,
    body: QuerySandboxServiceRequest,
) -> KeystoneError | QueryResult | None:
    """Query a database of a sandbox.

     The query runs in a transaction that can change nothing, for at most a minute.

    Args:
        sandbox_id (str):
        service (str):
        body (QuerySandboxServiceRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | QueryResult
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            service=service,
            client=client,
            body=body,
        )
    ).parsed
