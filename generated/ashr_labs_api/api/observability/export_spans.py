from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.otlp_request import OtlpRequest
from ...models.otlp_response import OtlpResponse
from ...models.rpc_status import RpcStatus
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    body: OtlpRequest | File | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/otlp/v1/traces",
    }

    if isinstance(body, OtlpRequest):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, File):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/x-protobuf"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> OtlpResponse | RpcStatus | None:
    if response.status_code == 200:
        response_200 = OtlpResponse.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 499:
        response_4xx = RpcStatus.from_dict(response.json())

        return response_4xx

    if 500 <= response.status_code <= 599:
        response_5xx = RpcStatus.from_dict(response.json())

        return response_5xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[OtlpResponse | RpcStatus]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OtlpRequest | File | Unset = UNSET,
) -> Response[OtlpResponse | RpcStatus]:
    """Store spans of OpenTelemetry.

     The traces of OTLP over HTTP, in protobuf or JSON: exporters and collectors send here with the
    endpoint `<base_url>/otlp`. The key may also be in the header `x-api-key`. The spans of one trace
    may come in any number of requests and in any order; a span that comes again replaces itself. The
    answer has the encoding of the request, and says which spans were refused.

    Args:
        body (OtlpRequest): An `ExportTraceServiceRequest` by the JSON rules of OTLP.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OtlpResponse | RpcStatus]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: OtlpRequest | File | Unset = UNSET,
) -> OtlpResponse | RpcStatus | None:
    """Store spans of OpenTelemetry.

     The traces of OTLP over HTTP, in protobuf or JSON: exporters and collectors send here with the
    endpoint `<base_url>/otlp`. The key may also be in the header `x-api-key`. The spans of one trace
    may come in any number of requests and in any order; a span that comes again replaces itself. The
    answer has the encoding of the request, and says which spans were refused.

    Args:
        body (OtlpRequest): An `ExportTraceServiceRequest` by the JSON rules of OTLP.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OtlpResponse | RpcStatus
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OtlpRequest | File | Unset = UNSET,
) -> Response[OtlpResponse | RpcStatus]:
    """Store spans of OpenTelemetry.

     The traces of OTLP over HTTP, in protobuf or JSON: exporters and collectors send here with the
    endpoint `<base_url>/otlp`. The key may also be in the header `x-api-key`. The spans of one trace
    may come in any number of requests and in any order; a span that comes again replaces itself. The
    answer has the encoding of the request, and says which spans were refused.

    Args:
        body (OtlpRequest): An `ExportTraceServiceRequest` by the JSON rules of OTLP.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OtlpResponse | RpcStatus]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: OtlpRequest | File | Unset = UNSET,
) -> OtlpResponse | RpcStatus | None:
    """Store spans of OpenTelemetry.

     The traces of OTLP over HTTP, in protobuf or JSON: exporters and collectors send here with the
    endpoint `<base_url>/otlp`. The key may also be in the header `x-api-key`. The spans of one trace
    may come in any number of requests and in any order; a span that comes again replaces itself. The
    answer has the encoding of the request, and says which spans were refused.

    Args:
        body (OtlpRequest): An `ExportTraceServiceRequest` by the JSON rules of OTLP.
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OtlpResponse | RpcStatus
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
