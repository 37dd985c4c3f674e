from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.ingest_traces_request import IngestTracesRequest
from ...models.ingested_events import IngestedEvents
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    sandbox_id: str,
    *,
    body: IngestTracesRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/sandboxes/{sandbox_id}/trace".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> IngestedEvents | KeystoneError | None:
    if response.status_code == 200:
        response_200 = IngestedEvents.from_dict(response.json())

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
) -> Response[IngestedEvents | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IngestTracesRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[IngestedEvents | KeystoneError]:
    """Store trace events of a sandbox.

     A span is one event of the phase `complete`, or a `start` and an `end`, which may arrive apart and
    in any order. Events join the trace of their root span. Unknown fields are kept.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (IngestTracesRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IngestedEvents | KeystoneError]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IngestTracesRequest,
    idempotency_key: str | Unset = UNSET,
) -> IngestedEvents | KeystoneError | None:
    """Store trace events of a sandbox.

     A span is one event of the phase `complete`, or a `start` and an `end`, which may arrive apart and
    in any order. Events join the trace of their root span. Unknown fields are kept.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (IngestTracesRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IngestedEvents | KeystoneError
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IngestTracesRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[IngestedEvents | KeystoneError]:
    """Store trace events of a sandbox.

     A span is one event of the phase `complete`, or a `start` and an `end`, which may arrive apart and
    in any order. Events join the trace of their root span. Unknown fields are kept.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (IngestTracesRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IngestedEvents | KeystoneError]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IngestTracesRequest,
    idempotency_key: str | Unset = UNSET,
) -> IngestedEvents | KeystoneError | None:
    """Store trace events of a sandbox.

     A span is one event of the phase `complete`, or a `start` and an `end`, which may arrive apart and
    in any order. Events join the trace of their root span. Unknown fields are kept.

    Args:
        sandbox_id (str):
        idempotency_key (str | Unset):
        body (IngestTracesRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IngestedEvents | KeystoneError
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
