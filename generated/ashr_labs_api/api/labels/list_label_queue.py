from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.keystone_error import KeystoneError
from ...models.label_queue import LabelQueue
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    run_id: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["run_id"] = run_id

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/label-queue",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> KeystoneError | LabelQueue | None:
    if response.status_code == 200:
        response_200 = LabelQueue.from_dict(response.json())

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
) -> Response[KeystoneError | LabelQueue]:
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
    limit: int | Unset = UNSET,
) -> Response[KeystoneError | LabelQueue]:
    """List the tests of a run that should be labelled next.

     Those without a label: first those whose scores contradict each other or the verdict, then those
    with a score near 0.5, then those that failed, then the others.

    Args:
        run_id (int | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | LabelQueue]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> KeystoneError | LabelQueue | None:
    """List the tests of a run that should be labelled next.

     Those without a label: first those whose scores contradict each other or the verdict, then those
    with a score near 0.5, then those that failed, then the others.

    Args:
        run_id (int | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | LabelQueue
    """

    return sync_detailed(
        client=client,
        run_id=run_id,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[KeystoneError | LabelQueue]:
    """List the tests of a run that should be labelled next.

     Those without a label: first those whose scores contradict each other or the verdict, then those
    with a score near 0.5, then those that failed, then the others.

    Args:
        run_id (int | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[KeystoneError | LabelQueue]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    run_id: int | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> KeystoneError | LabelQueue | None:
    """List the tests of a run that should be labelled next.

     Those without a label: first those whose scores contradict each other or the verdict, then those
    with a score near 0.5, then those that failed, then the others.

    Args:
        run_id (int | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        KeystoneError | LabelQueue
    """

    return (
        await asyncio_detailed(
            client=client,
            run_id=run_id,
            limit=limit,
        )
    ).parsed
