from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.label_page import LabelPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    run_id: int | Unset = UNSET,
    test_id: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["run_id"] = run_id

    params["test_id"] = test_id

    params["trace_id"] = trace_id

    params["verdict"] = verdict

    params["limit"] = limit

    params["cursor"] = cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/labels",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | LabelPage | None:
    if response.status_code == 200:
        response_200 = LabelPage.from_dict(response.json())

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
) -> Response[KeystoneError | LabelPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    test_id: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
) -> Response[KeystoneError | LabelPage]:
    """List the labels, newest first.

    Args:
        run_id (int | Unset):
        test_id (str | Unset):
        trace_id (str | Unset):
        verdict (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | LabelPage]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        test_id=test_id,
        trace_id=trace_id,
        verdict=verdict,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    test_id: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
) -> KeystoneError | LabelPage | None:
    """List the labels, newest first.

    Args:
        run_id (int | Unset):
        test_id (str | Unset):
        trace_id (str | Unset):
        verdict (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | LabelPage
    """

    return sync_detailed(
        client=client,
        run_id=run_id,
        test_id=test_id,
        trace_id=trace_id,
        verdict=verdict,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    test_id: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
) -> Response[KeystoneError | LabelPage]:
    """List the labels, newest first.

    Args:
        run_id (int | Unset):
        test_id (str | Unset):
        trace_id (str | Unset):
        verdict (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | LabelPage]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        test_id=test_id,
        trace_id=trace_id,
        verdict=verdict,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    test_id: str | Unset = UNSET,
    trace_id: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
) -> KeystoneError | LabelPage | None:
    """List the labels, newest first.

    Args:
        run_id (int | Unset):
        test_id (str | Unset):
        trace_id (str | Unset):
        verdict (str | Unset):
        limit (int | Unset):
        cursor (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | LabelPage
    """

    return (
        await asyncio_detailed(
            client=client,
            run_id=run_id,
            test_id=test_id,
            trace_id=trace_id,
            verdict=verdict,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
