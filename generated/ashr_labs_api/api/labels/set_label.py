from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.label import Label
from ...models.set_label_request import SetLabelRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: SetLabelRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/v1/labels",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | Label | None:
    if response.status_code == 200:
        response_200 = Label.from_dict(response.json())

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
) -> Response[KeystoneError | Label]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SetLabelRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | Label]:
    """Label a test or a trace.

     It replaces the label that the test or the trace has. With `version`, a label that another user has
    changed meanwhile is kept, and the answer is a 409.

    Args:
        idempotency_key (str | Unset):
        body (SetLabelRequest): The label of a test (`run_id`, `test_id` and, where it was
            repeated, `repeat`) or of a trace (`trace_id`).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Label]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: SetLabelRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | Label | None:
    """Label a test or a trace.

     It replaces the label that the test or the trace has. With `version`, a label that another user has
    changed meanwhile is kept, and the answer is a 409.

    Args:
        idempotency_key (str | Unset):
        body (SetLabelRequest): The label of a test (`run_id`, `test_id` and, where it was
            repeated, `repeat`) or of a trace (`trace_id`).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | Label
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SetLabelRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[KeystoneError | Label]:
    """Label a test or a trace.

     It replaces the label that the test or the trace has. With `version`, a label that another user has
    changed meanwhile is kept, and the answer is a 409.

    Args:
        idempotency_key (str | Unset):
        body (SetLabelRequest): The label of a test (`run_id`, `test_id` and, where it was
            repeated, `repeat`) or of a trace (`trace_id`).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | Label]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SetLabelRequest,
    idempotency_key: str | Unset = UNSET,
) -> KeystoneError | Label | None:
    """Label a test or a trace.

     It replaces the label that the test or the trace has. With `version`, a label that another user has
    changed meanwhile is kept, and the answer is a 409.

    Args:
        idempotency_key (str | Unset):
        body (SetLabelRequest): The label of a test (`run_id`, `test_id` and, where it was
            repeated, `repeat`) or of a trace (`trace_id`).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | Label
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
