from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert import Alert
from ...models.create_alert_request import CreateAlertRequest
from ...models.keystone_error import KeystoneError
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateAlertRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/alerts",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Alert | KeystoneError | None:
    if response.status_code == 201:
        response_201 = Alert.from_dict(response.json())

        return response_201

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
) -> Response[Alert | KeystoneError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateAlertRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Alert | KeystoneError]:
    """Create an alert.

     The condition is evaluated when an experiment, or the score of a trace by a rule, is complete. The
    answer has the secret of its webhooks, which no other answer has.

    Args:
        idempotency_key (str | Unset):
        body (CreateAlertRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Alert | KeystoneError]
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
    body: CreateAlertRequest,
    idempotency_key: str | Unset = UNSET,
) -> Alert | KeystoneError | None:
    """Create an alert.

     The condition is evaluated when an experiment, or the score of a trace by a rule, is complete. The
    answer has the secret of its webhooks, which no other answer has.

    Args:
        idempotency_key (str | Unset):
        body (CreateAlertRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Alert | KeystoneError
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateAlertRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Alert | KeystoneError]:
    """Create an alert.

     The condition is evaluated when an experiment, or the score of a trace by a rule, is complete. The
    answer has the secret of its webhooks, which no other answer has.

    Args:
        idempotency_key (str | Unset):
        body (CreateAlertRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Alert | KeystoneError]
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
    body: CreateAlertRequest,
    idempotency_key: str | Unset = UNSET,
) -> Alert | KeystoneError | None:
    """Create an alert.

     The condition is evaluated when an experiment, or the score of a trace by a rule, is complete. The
    answer has the secret of its webhooks, which no other answer has.

    Args:
        idempotency_key (str | Unset):
        body (CreateAlertRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Alert | KeystoneError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
